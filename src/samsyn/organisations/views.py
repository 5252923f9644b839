"""What a municipality's pages look like: its colours as a style sheet, and its logo."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from samsyn.core.errors import NotFound
from samsyn.organisations import looks
from samsyn.organisations.current import municipality_of
from samsyn.organisations.models import Logo

# The address holds the content's checksum: what it leads to never changes.
_FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def colours(request: HttpRequest, digest: str) -> HttpResponse:
    """
    Give the municipality's colours as custom properties.

    :raises NotFound: they are others now, or none
    """
    sheet = looks.sheet_of(municipality_of(request))
    if sheet is None or sheet.digest != digest:
        raise NotFound(_("Sidan finns inte. Kontrollera adressen."))
    response = HttpResponse(sheet.text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = _FOR_EVER
    return response


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """
    Give the municipality's logo.

    :raises NotFound: it is another now, or none
    """
    found = Logo.objects.filter(municipality=municipality_of(request), sha256__startswith=digest).first()
    if found is None or found.digest != digest:
        raise NotFound(_("Sidan finns inte. Kontrollera adressen."))
    response = HttpResponse(bytes(found.image), content_type="image/png")
    response["Cache-Control"] = _FOR_EVER
    return response
