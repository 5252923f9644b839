"""Which municipality a request is about, and what every page needs to know of it."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import NotFound
from samsyn.organisations import towns
from samsyn.organisations.models import Municipality


class ChooseTown(NotFound):
    """There are several municipalities, and the address says none of them. Answered with a page that lists them."""


def set_municipality(request: HttpRequest, municipality: Municipality) -> None:
    """Remember which municipality a request is about."""
    request._samsyn_municipality = municipality  # type: ignore[attr-defined]


def municipality_of(request: HttpRequest) -> Municipality:
    """
    Return the municipality that this request is about, asked for once a request.

    :raises ChooseTown: the address belongs to none of the municipalities
    :raises NotFound: nothing is installed yet
    """
    found: Municipality | None = getattr(request, "_samsyn_municipality", None)
    if found is None:
        found = _find(request)
        if found is None:
            if not Municipality.objects.exists():
                raise NotFound(_("Ingen kommun är inlagd än. Kör ”samsyn setup” eller ”samsyn demo”."))
            raise ChooseTown(_("Adressen hör inte till någon kommun. Välj kommun."))
        set_municipality(request, found)
    return found


def _find(request: HttpRequest) -> Municipality | None:
    if settings.SAMSYN_TOWNS == towns.PATH:
        return None  # the middleware has read the first part of the address
    if settings.SAMSYN_TOWNS == towns.HOST:
        return towns.town_at_host(request)
    return towns.only_town()
