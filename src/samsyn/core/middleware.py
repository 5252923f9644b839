"""One place that turns faults into pages: plain words and a reference, never a trace."""

import logging
import secrets
from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from samsyn.core import views
from samsyn.core.errors import DomainError

logger = logging.getLogger(__name__)


class ErrorPageMiddleware:
    """Answer a `DomainError` with its page, and anything unexpected with a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Make the page. Expected faults are not logged as errors; unexpected ones are, with a reference."""
        if isinstance(exception, DomainError):
            return views.error_page(request, status=exception.status, sentence=str(exception))
        if isinstance(exception, Http404 | PermissionDenied | BadRequest | SuspiciousOperation):
            return None  # Django's own handlers answer these through our views
        reference = secrets.token_hex(4)
        if isinstance(exception, OperationalError):
            # Locked for too long, full, or gone: nothing was saved, and it may well work later.
            logger.error("The database refused", exc_info=exception, extra={"reference": reference})
            unsaved = _("Inget är sparat. Gå tillbaka, så finns det du skrev kvar, och försök igen om en stund.")
            sentence = "" if request.method in {"GET", "HEAD"} else str(unsaved)
            return views.error_page(request, status=503, sentence=sentence, reference=reference)
        logger.error(
            "Unexpected error, reference %s", reference, exc_info=exception, extra={"reference": reference}
        )
        return views.error_page(request, status=500, reference=reference)
