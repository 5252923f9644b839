"""What is done with observations, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs(
    {
        "observations.recorded": _("Förde in en observation"),
        "observations.corrected": _("Rättade en observation"),
        "observations.withdrawn": _("Återtog en observation"),
    }
)
