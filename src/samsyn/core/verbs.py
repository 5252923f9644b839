"""What the house itself does, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs(
    {
        "IMPORTED": _("Läste in en fil"),
        "core.retention_decided": _("Införde ett beslut om gallring"),
        "core.purged": _("Gallrade uppgifter"),
    }
)
