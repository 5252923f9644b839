"""What is done with accounts, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs({"accounts.signed_in": _("Loggade in"), "accounts.signed_out": _("Loggade ut")})
