"""Documents as staff see them: all of them, one, and who has changed what."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from samsyn.commitments.permissions import can_archive, can_publish_outcome, can_read_drafts_of, can_report_outcome
from samsyn.core import clock
from samsyn.desk import history as shown
from samsyn.desk import queries
from samsyn.desk.access import document_of, documents_of, person
from samsyn.desk.page import for_staff, for_this_municipality, show, trail_to
from samsyn.organisations.current import municipality_of

PAGE_SIZE = 50


@for_this_municipality
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """List the municipality's documents, the latest period first."""
    reads_drafts = can_read_drafts_of(person(request), municipality_of(request))
    found = queries.with_counts(documents_of(request), drafts=reads_drafts)
    return show(request, "desk/documents.html", {"documents": found}, page="documents")


@for_staff
@require_safe
def document(request: HttpRequest, document_key: str) -> HttpResponse:
    """Show a document's commitments and what has been reported on each."""
    found = document_of(request, document_key)
    user = person(request)
    context = {
        "trail": trail_to(),
        "document": found,
        "work": queries.commitments_to_work_with(found),
        "follow_up_is_late": found.follow_up_is_late(clock.today()),
        "may_report": can_report_outcome(user, found),
        "may_publish": can_publish_outcome(user, found),
        "may_archive": can_archive(user, found),
    }
    return show(request, "desk/document.html", context, page="documents")


@for_staff
@require_safe
def history(request: HttpRequest, document_key: str) -> HttpResponse:
    """Show who has changed what in a document."""
    found = document_of(request, document_key)
    entries = Paginator(queries.history_of(found), PAGE_SIZE).get_page(request.GET.get("sida"))
    context = {
        "trail": trail_to(found),
        "document": found,
        "entries": entries,
        "events": [shown.event_of(entry, get_language() or "sv") for entry in entries],
    }
    return show(request, "desk/history.html", context, page="documents")
