"""What is done at the desk, in words, for whoever reads the log."""

from django.utils.translation import gettext_lazy as _

from samsyn.core import audit

audit.verbs(
    {
        "desk.page_reviewed": _("Markerade en publik sida som granskad"),
        "desk.log_read": _("Läste rader i loggen"),
        "desk.people_read": _("Läste kollegors namn och adresser"),
        "desk.person_data_read": _("Läste allt som finns om en kollega"),
        "desk.person_erased": _("Raderade uppgifter om en kollega"),
    }
)
