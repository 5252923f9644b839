"""What is done with documents and outcomes, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs(
    {
        "commitments.outcome_created": _("Skrev ett utkast till utfall"),
        "commitments.outcome_changed": _("Ändrade ett utkast till utfall"),
        "commitments.outcome_published": _("Publicerade ett utfall"),
        "commitments.outcome_corrected": _("Rättade ett publikt utfall"),
        "commitments.commitmentdocument_created": _("Läste in dokumentet"),
        "commitments.commitmentdocument_updated": _("Läste in dokumentet på nytt"),
        "commitments.dialogue_created": _("Läste in dialogen"),
        "commitments.dialogue_updated": _("Läste in dialogen på nytt"),
        "commitments.archived": _("Tog ut dokumentet till arkivet"),
    }
)
