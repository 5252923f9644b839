"""A picture, to those who may see what it belongs to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from samsyn.core import photos
from samsyn.core.errors import NotFound
from samsyn.core.models import Photo

_GONE = _("Bilden finns inte. Kontrollera adressen, eller logga in med ett annat konto.")


@require_safe
def photo(request: HttpRequest, name: str) -> HttpResponse:
    """
    Give out a picture.

    :raises NotFound: there is none, or not for this person
    """
    found = Photo.objects.filter(name=name).first()
    if found is None or not photos.can_see(request.user, found):
        raise NotFound(_GONE)
    try:
        content = photos.path_of(found.name).read_bytes()
    except OSError:
        raise NotFound(_GONE) from None
    response = HttpResponse(content, content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="samsyn-{found.name[:8]}.jpg"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
