"""The year's page: what is due, and the small acts that belong to it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.commitments.permissions import can_read_drafts_of
from samsyn.core import clock
from samsyn.core.errors import NotFound
from samsyn.desk import permissions, queries, services
from samsyn.desk.access import NO_SUCH_PAGE, documents_of, person
from samsyn.desk.page import for_staff, for_this_municipality, show
from samsyn.organisations.current import municipality_of
from samsyn.organisations.enums import Role
from samsyn.organisations.permissions import roles_of
from samsyn.organisations.queries import overdue_reviews
from samsyn.ui import views as ui


@for_staff
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead on to this year's page, the only clock there is so far."""
    return redirect("desk:year")


@for_this_municipality
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """Show what is due."""
    municipality, now = municipality_of(request), clock.now()
    today = clock.local(now).date()
    documents = documents_of(request)
    follow_ups = queries.follow_ups_due(documents, today=today)
    context = {
        "year": today.year,
        "has_documents": documents.exists(),
        "follow_ups": [(document, document.follow_up_is_late(today)) for document in follow_ups],
        "lacking": queries.documents_lacking_outcomes(documents, today=today),
        # A public document may have outcomes that are not: those who look after the installation do not see them.
        "drafts": queries.drafts(documents) if can_read_drafts_of(person(request), municipality) else [],
        "reviews": overdue_reviews(municipality, today=today),
        "published": queries.published_lately(documents, municipality_code=municipality.code, now=now),
        "lately_days": queries.LATELY.days,
        "may_review": permissions.can_review_page(person(request), municipality),
        "what_you_may": _what_one_may(request),
    }
    return show(request, "desk/year.html", context, page="year")


def _what_one_may(request: HttpRequest) -> str:
    """Say in a sentence what the person's roles let them do here."""
    reads_all = _("Du kan läsa allt, också det som inte är publicerat.")
    sentences = {
        Role.STRATEGIST: _("Du kan skriva, publicera och rätta utfall och markera sidor som granskade."),
        Role.POLICE_OFFICER: _("Du kan skriva utfall som utkast. Strategen publicerar dem."),
        Role.PAGE_EDITOR: _("Du kan läsa allt och markera sidor som granskade."),
        Role.STEERING_GROUP: reads_all,
        Role.SIGNATORY: reads_all,
        Role.HEAD_OF_UNIT: reads_all,
        Role.ANALYST: _("Du kan läsa allt, också det som inte är publicerat, och läsa in filer."),
        Role.ADMINISTRATOR: _("Du kan sköta installationen, men inte läsa det som inte är publicerat."),
        Role.AUDITOR: _("Du kan läsa loggen, men inte det som inte är publicerat."),
    }
    roles = roles_of(person(request), municipality_of(request).pk)
    return " ".join(dict.fromkeys(sentence for role, sentence in sentences.items() if role in roles))


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def review_done(request: HttpRequest, page: str) -> HttpResponse:
    """Note that a public page was read through today."""
    if request.method == "POST":
        review = municipality_of(request).page_reviews.filter(page=page).first()
        if review is None:
            raise NotFound(NO_SUCH_PAGE)
        services.mark_page_reviewed(review=review, by=person(request), now=clock.now())
        # The pages are our own, so their names are in the catalogue.
        messages.success(request, _("”%(title)s” är markerad som granskad i dag.") % {"title": _(review.title)})
    # Somebody who was sent to the sign-in comes back here with a link, not with the button.
    return redirect("desk:year")


@for_this_municipality
@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """Show all colours and parts."""
    return ui.parts(request)
