"""One place that turns faults into pages: plain words and a reference, never a trace."""

from collections.abc import Callable

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from samsyn.core import views
from samsyn.core.errors import DomainError


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
        return views.unexpected(request, exception)
