"""What the house itself does, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs(
    {
        "IMPORTED": _("Läste in en fil"),
        "core.import_left": _("Lämnade en fil för inläsning"),
        "core.import_asked": _("Bad att få en fil inläst"),
        "core.import_cancelled": _("Avbröt en inläsning"),
        "core.message_sent_again": _("Skickade ett meddelande igen"),
        "core.message_given_up": _("Strök ett meddelande"),
        "core.retention_decided": _("Införde ett beslut om gallring"),
        "core.purged": _("Gallrade uppgifter"),
    }
)
