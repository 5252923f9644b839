"""Outcomes: write a draft, look at it as residents will, publish it, correct it."""

from __future__ import annotations

import copy
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.commitments import permissions
from samsyn.commitments.models import Commitment, Outcome, OutcomeCorrection
from samsyn.commitments.presenting import outcome_context, shown_changes
from samsyn.commitments.services import outcomes as services
from samsyn.commitments.services.outcomes import OUTCOME_FIELDS, OutcomeChanged
from samsyn.commitments.verdicts import reading_of
from samsyn.core import audit, clock
from samsyn.core.errors import DomainError
from samsyn.desk.access import commitment_of, outcome_of, person
from samsyn.desk.forms import OutcomeForm
from samsyn.desk.page import for_staff, show, trail_to


def _language() -> str:
    return get_language() or "sv"


def _url(name: str, outcome: Outcome) -> str:
    commitment = outcome.commitment
    keys = {"document_key": commitment.document.key, "commitment_key": commitment.key}
    return reverse(name, kwargs=keys | {"outcome_key": outcome.key})


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, document_key: str, commitment_key: str) -> HttpResponse:
    """Write the first draft of an outcome."""
    commitment = commitment_of(request, document_key, commitment_key)
    permissions.check_can_report_outcome(person(request), commitment.document)
    return _write_draft(request, commitment, None)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, document_key: str, commitment_key: str, outcome_key: str) -> HttpResponse:
    """Go on with a draft, or correct what is already public."""
    outcome = outcome_of(request, document_key, commitment_key, outcome_key)
    document = outcome.commitment.document
    if outcome.is_published:
        permissions.check_can_publish_outcome(person(request), document)
        return _correct(request, outcome)
    permissions.check_can_report_outcome(person(request), document)
    return _write_draft(request, outcome.commitment, outcome)


def _write_draft(request: HttpRequest, commitment: Commitment, outcome: Outcome | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = OutcomeForm(data, commitment=commitment, outcome=outcome, today=clock.today())
    if not form.is_bound:
        return _form_page(request, form, commitment, outcome)
    if not form.is_valid():
        return _form_page(request, form, commitment, outcome, status=400)
    try:
        saved = services.save_draft(
            commitment=commitment,
            outcome=outcome,
            version=form.cleaned_data["version"] or 0,
            client_key=form.cleaned_data["client_key"],
            data=form.outcome_data(),
            by=person(request),
            now=clock.now(),
        )
    except OutcomeChanged as fault:
        return _lost_page(request, form, commitment, _latest(commitment, outcome, form), fault)
    messages.success(request, _("Utkastet är sparat. Invånare ser det inte."))
    if "review" in request.POST:
        return redirect(_url("desk:outcome_preview", saved))
    return redirect(_url("desk:outcome_edit", saved))


def _correct(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    commitment = outcome.commitment
    data = request.POST if request.method == "POST" else None
    form = OutcomeForm(data, commitment=commitment, outcome=outcome, today=clock.today())
    if not form.is_bound:
        return _form_page(request, form, commitment, outcome)
    if not form.is_valid():
        return _form_page(request, form, commitment, outcome, status=400)
    if "correct" not in request.POST:
        return _form_page(request, form, commitment, outcome, preview=_corrected_preview(outcome, form))
    try:
        correction = services.correct_outcome(
            outcome=outcome,
            version=form.cleaned_data["version"] or 0,
            data=form.outcome_data(),
            note=form.cleaned_data["correction_note"],
            by=person(request),
            now=clock.now(),
        )
    except OutcomeChanged as fault:
        return _lost_page(request, form, commitment, _latest(commitment, outcome, form), fault)
    if correction is None:
        messages.info(request, _("Inget skilde sig från det som redan var publicerat. Inget är ändrat."))
    else:
        messages.success(request, _("Rättelsen är publicerad."))
    return redirect(_url("desk:outcome_preview", outcome))


def _latest(commitment: Commitment, outcome: Outcome | None, form: OutcomeForm) -> Outcome:
    """Return the outcome as whoever was first left it."""
    if outcome is not None:
        latest = Outcome.objects.get(pk=outcome.pk)
    else:
        latest = commitment.outcomes.get(key=services.key_of(form.cleaned_data["client_key"]))
    latest.commitment = commitment
    return latest


def _corrected_preview(outcome: Outcome, form: OutcomeForm) -> dict[str, Any]:
    """Show what residents would read, from what is typed and not yet saved."""
    typed, data = copy.copy(outcome), form.outcome_data()
    for name, value in data.items():
        setattr(typed, name, value)
    # Translations of what changes are dropped when it is saved; the original is what can be looked at here.
    typed.translations = {}
    made = list(outcome.corrections.all())
    changes = audit.differences({name: getattr(outcome, name) for name in data}, data)
    if changes:
        note = form.cleaned_data["correction_note"]
        made.append(
            OutcomeCorrection(outcome=outcome, corrected_date=clock.today(), note=note, changes=changes)
        )
    return outcome_context(reading_of(outcome.commitment, typed), _language(), corrections=made)


def _form_page(
    request: HttpRequest,
    form: OutcomeForm,
    commitment: Commitment,
    outcome: Outcome | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    document = commitment.document
    user = person(request)
    is_published = outcome is not None and outcome.is_published
    if outcome is None:
        action = reverse(
            "desk:outcome_new", kwargs={"document_key": document.key, "commitment_key": commitment.key}
        )
    else:
        action = _url("desk:outcome_edit", outcome)
    may_save = permissions.can_publish_outcome if is_published else permissions.can_report_outcome
    context = {
        "trail": trail_to(document, commitment),
        "form": form,
        "action": action,
        "document": document,
        "commitment": commitment,
        "outcome": outcome,
        "is_correction": is_published,
        "may_save": may_save(user, document),
        **more,
    }
    return show(request, "desk/outcome_form.html", context, page="documents", status=status)


def _lost_page(
    request: HttpRequest, form: OutcomeForm, commitment: Commitment, latest: Outcome, fault: DomainError
) -> HttpResponse:
    """Tell that somebody was first, and let what was typed be saved over it or left."""
    saved = {name: getattr(latest, name) for name in OUTCOME_FIELDS}
    form.go_on_from(latest)
    return _form_page(
        request,
        form,
        commitment,
        latest,
        status=fault.status,
        conflict=fault.sentence,
        differences=shown_changes(Outcome, audit.differences(saved, form.outcome_data()), _language()),
        other_url=_url("desk:outcome_preview", latest),
    )


@for_staff
@require_safe
def preview(request: HttpRequest, document_key: str, commitment_key: str, outcome_key: str) -> HttpResponse:
    """Show a saved outcome exactly as residents will read it."""
    outcome = outcome_of(request, document_key, commitment_key, outcome_key)
    return _preview_page(request, outcome)


def _preview_page(
    request: HttpRequest, outcome: Outcome, *, status: int = 200, conflict: object = ""
) -> HttpResponse:
    commitment, user = outcome.commitment, person(request)
    document = commitment.document
    may_publish = permissions.can_publish_outcome(user, document)
    context = {
        "trail": trail_to(document, commitment),
        "document": document,
        "commitment": commitment,
        "outcome": outcome,
        "shown": outcome_context(reading_of(commitment, outcome), _language()),
        "may_publish": may_publish and not outcome.is_published,
        "may_edit": may_publish if outcome.is_published else permissions.can_report_outcome(user, document),
        "conflict": conflict,
    }
    return show(request, "desk/outcome_preview.html", context, page="documents", status=status)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, document_key: str, commitment_key: str, outcome_key: str) -> HttpResponse:
    """Make an outcome public, if it is still the one that was looked at."""
    outcome = outcome_of(request, document_key, commitment_key, outcome_key)
    if request.method == "POST":
        try:
            version = int(request.POST.get("version", ""))
        except ValueError:
            version = 0
        try:
            services.publish_outcome(outcome=outcome, version=version, by=person(request), now=clock.now())
        except OutcomeChanged as fault:
            latest = outcome_of(request, document_key, commitment_key, outcome_key)
            return _preview_page(request, latest, status=fault.status, conflict=_what_happened_to(latest))
        messages.success(request, _("Utfallet är publicerat."))
    # Somebody who was sent to the sign-in comes back here with a link, not with the button.
    return redirect(_url("desk:outcome_preview", outcome))


def _what_happened_to(outcome: Outcome) -> str:
    if outcome.is_published:
        return _("Utfallet är redan publicerat. Så här läser invånarna det.")
    return _("Någon annan har ändrat utfallet sedan du öppnade sidan. Läs det igen innan du publicerar.")
