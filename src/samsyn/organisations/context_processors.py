"""What every page shows: the municipality, the menu and the languages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from samsyn.core.errors import NotFound
from samsyn.organisations.current import municipality_of
from samsyn.organisations.looks import looks_of


def site(request: HttpRequest) -> dict[str, Any]:
    """Offer the municipality to every template; an error page must do without one."""
    try:
        municipality = municipality_of(request)
    except NotFound:
        municipality = None
    looks = looks_of(municipality) if municipality else {}
    return {"municipality": municipality, "is_demo": settings.SAMSYN_DEMO, **looks}
