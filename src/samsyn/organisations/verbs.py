"""What is done with a municipality and its partners, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs(
    {
        "organisations.settings_changed": _("Ändrade kommunens inställningar"),
        "organisations.hours_changed": _("Ändrade öppettider"),
        "organisations.exception_set": _("Satte en avvikande öppettid"),
        "organisations.exception_removed": _("Tog bort en avvikande öppettid"),
        "organisations.logo_changed": _("Bytte logotyp"),
        "organisations.logo_removed": _("Tog bort logotypen"),
        "organisations.guide_created": _("Lade till en rad på Vem gör vad"),
        "organisations.guide_changed": _("Ändrade en rad på Vem gör vad"),
        "organisations.guide_moved": _("Flyttade en rad på Vem gör vad"),
        "organisations.guide_removed": _("Tog bort en rad på Vem gör vad"),
        "organisations.review_changed": _("Ändrade hur ofta en sida granskas"),
        "organisations.review_removed": _("Slutade granska en sida"),
        "organisations.organisation_created": _("Lade till en organisation"),
        "organisations.organisation_changed": _("Ändrade en organisation"),
        "organisations.organisation_activated": _("Öppnade en organisation igen"),
        "organisations.organisation_deactivated": _("Avslutade en organisation"),
        "organisations.unit_created": _("Lade till en enhet"),
        "organisations.unit_changed": _("Ändrade en enhet"),
        "organisations.member_added": _("Gav en roll"),
        "organisations.member_changed": _("Ändrade en roll"),
        "organisations.member_ended": _("Avslutade en roll"),
        "organisations.access_reviewed": _("Gick igenom behörigheter"),
        "organisations.setup_link_used": _("Använde en startlänk"),
        "organisations.first_run_finished": _("Blev klar med Kom igång"),
    }
)
