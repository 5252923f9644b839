"""What stands around every resident's page: menu, languages, footer, who last reviewed it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samsyn.core import clock
from samsyn.organisations.current import municipality_of
from samsyn.organisations.queries import review_of

# A language is called what those who speak it call it.
LANGUAGE_NAMES = {"sv": "Svenska", "en": "English"}


def show(request: HttpRequest, template: str, context: dict[str, Any], *, page: str) -> HttpResponse:
    """Render a resident's page. `page` names it in the menu and in the table of reviews."""
    municipality = municipality_of(request)
    review = review_of(municipality, page)
    frame = {
        "municipality": municipality,
        "municipality_name": municipality.name,
        "start_url": reverse("public:start"),
        "nav_items": [
            {"url": reverse("public:promises"), "label": _("Löften"), "current": page == "promises"},
            {
                "url": reverse("public:situation"),
                "label": _("Läget"),
                "current": page in {"situation", "areas", "news"},
            },
            {
                "url": reverse("public:who_does_what"),
                "label": _("Vem gör vad"),
                "current": page == "who_does_what",
            },
            {"url": reverse("public:search"), "label": _("Sök"), "current": page == "search"},
        ],
        "languages": languages(request),
        "footer_items": [
            {"url": reverse("public:accessibility"), "label": _("Tillgänglighet")},
            {"url": reverse("public:privacy"), "label": _("Så behandlar vi uppgifter")},
            {"url": reverse("public:open_data"), "label": _("Öppna data")},
            {"url": reverse("desk:year"), "label": _("För medarbetare")},
        ],
        "review": review,
        "review_is_overdue": review is not None and review.is_overdue(clock.today()),
    }
    return render(request, template, frame | context)


def languages(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the languages this page can be read in, with its address in each."""
    current = get_language()
    # Without the municipality's part of the address, which is put before every link that is made.
    here = request.get_full_path_info()
    return [
        {
            "url": request.get_full_path() if code == current else translate_url(here, code),
            "code": code,
            "label": LANGUAGE_NAMES[code],
            "current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]
