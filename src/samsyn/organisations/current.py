"""Which municipality a request is about, and what every page needs to know of it."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import NotFound
from samsyn.organisations.models import Municipality


def municipality_of(request: HttpRequest) -> Municipality:
    """
    Return the municipality that this request is about, asked for once a request.

    :raises NotFound: nothing is installed yet
    """
    found: Municipality | None = getattr(request, "_samsyn_municipality", None)
    if found is None:
        found = Municipality.objects.order_by("pk").first()
        if found is None:
            raise NotFound(_("Ingen kommun är inlagd än. Kör ”samsyn setup” eller ”samsyn demo”."))
        request._samsyn_municipality = found  # type: ignore[attr-defined]
    return found
