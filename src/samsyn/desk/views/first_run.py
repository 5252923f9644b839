"""The first run of a new municipality: the link from the terminal, and a guide through what it needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.core import clock, ratelimit
from samsyn.core.errors import NotFound
from samsyn.desk import town_forms
from samsyn.desk.access import NO_SUCH_PAGE, person
from samsyn.desk.page import for_staff, show
from samsyn.desk.town_sections import SECTIONS
from samsyn.desk.views import people as people_views
from samsyn.desk.views.town import GET_AND_POST, attempt, section_context, section_forms
from samsyn.organisations import permissions
from samsyn.organisations.current import municipality_of
from samsyn.organisations.enums import FirstRunStep
from samsyn.organisations.models import Municipality
from samsyn.organisations.queries import people_by_organisation
from samsyn.organisations.services import first_run
from samsyn.places import queries as places

MAX_TRIES, WINDOW = 20, timedelta(minutes=15)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(GET_AND_POST)
def setup_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever has the link from the terminal choose a password, and become administrator if it is the first."""
    municipality, now = municipality_of(request), clock.now()
    ratelimit.spend(
        "setup_link.from", request.META.get("REMOTE_ADDR", ""), limit=MAX_TRIES, window=WINDOW, now=now
    )
    link = first_run.open_link(municipality, token, now=now)
    form = town_forms.FirstPasswordForm(request.POST if request.method == "POST" else None, user=link.user)
    status = 200
    if form.is_bound:
        status = attempt(form, lambda: _use(municipality, token, form, now))
        if not status:
            messages.success(request, _("Lösenordet är valt. Logga in med det."))
            going_on = urlencode({"next": reverse("desk:first_run")})
            return redirect(f"{reverse('accounts:sign_in')}?{going_on}")
    context = {"form": form, "is_first": link.user is None}
    return render(request, "desk/town/setup_link.html", context, status=status or 200)


def _use(municipality: Municipality, token: str, form: town_forms.FirstPasswordForm, now: datetime) -> object:
    data = form.cleaned_data
    return first_run.use_link(
        municipality=municipality, token=token, email=data.get("email", ""), name=data.get("name", ""),
        password=data["password"], now=now,
    )  # fmt: skip


def _steps(municipality: Municipality) -> list[dict[str, Any]]:
    progress = first_run.progress_of(municipality)
    return [
        {
            "key": step.value,
            "title": step.label,
            "url": reverse("desk:first_run_step", args=[step.value]),
            "state": progress.get(step.value, ""),
            "number": number,
        }
        for number, step in enumerate(FirstRunStep, start=1)
    ]


@for_staff
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show how far the municipality has come, and lead to the next step."""
    municipality = municipality_of(request)
    permissions.check_can(person(request), permissions.MANAGE_SETTINGS, municipality)
    steps = _steps(municipality)
    context = {
        "steps": steps,
        "n_done": sum(bool(step["state"]) for step in steps),
        "next": next((step for step in steps if not step["state"]), None),
    }
    return show(request, "desk/town/first_run.html", context, page="town")


@for_staff
@require_http_methods(GET_AND_POST)
def step(request: HttpRequest, step: str) -> HttpResponse:
    """Do one step of the guide, skip it, or go on."""
    municipality, now = municipality_of(request), clock.now()
    permissions.check_can(person(request), permissions.MANAGE_SETTINGS, municipality)
    if step not in FirstRunStep.values:
        raise NotFound(NO_SUCH_PAGE)
    here = FirstRunStep(step)
    if request.method == "POST" and ("skip" in request.POST or "next" in request.POST):
        first_run.mark_step(
            municipality=municipality, step=here, is_skipped="skip" in request.POST, by=person(request), now=now
        )
        return _onward(here)
    shown, saved, status = _forms_of(request, here, municipality, now)
    if saved:
        first_run.mark_step(municipality=municipality, step=here, is_skipped=False, by=person(request), now=now)
        # A step with several forms is left by its own button.
        has_more = len(shown) > 1 or here == FirstRunStep.PEOPLE
        return redirect("desk:first_run_step", step) if has_more else _onward(here)
    steps = _steps(municipality)
    context = {
        "steps": steps,
        "step": next(one for one in steps if one["key"] == step),
        "section": step,
        "forms": shown,
        "lead": SECTIONS[step].lead if step in SECTIONS else "",
        **section_context(step, municipality, now),
        **_beside(here, municipality, now),
    }
    return show(request, "desk/town/first_run_step.html", context, page="town", status=status)


def _onward(here: FirstRunStep) -> HttpResponse:
    following = list(FirstRunStep)[list(FirstRunStep).index(here) + 1 :]
    return redirect("desk:first_run_step", following[0].value) if following else redirect("desk:first_run")


def _forms_of(
    request: HttpRequest, here: FirstRunStep, municipality: Municipality, now: datetime
) -> tuple[list[dict[str, Any]], str, int]:
    if here == FirstRunStep.PEOPLE:
        form = people_views.invite_form(request, municipality, today=clock.local(now).date())
        status = 0
        if form.is_bound:
            status = attempt(form, lambda: people_views.send_invitation(request, municipality, form))
        if form.is_bound and not status:
            messages.success(request, _("%(name)s är inbjuden.") % {"name": form.cleaned_data["name"]})
        part = {"button": _("Bjud in"), "heading": "", "has_files": False, "optional": people_views.OPTIONAL}
        saved = "people" if form.is_bound and not status else ""
        return [{"key": "people", "form": form, "part": part}], saved, status or 200
    if here.value in SECTIONS:
        return section_forms(request, SECTIONS[here.value], municipality, now)
    return [], "", 200


def _beside(here: FirstRunStep, municipality: Municipality, now: datetime) -> dict[str, Any]:
    if here == FirstRunStep.AREAS:
        code = municipality.code
        return {
            "code": code,
            "outline": places.municipality_area(code),
            "n_regso": places.regso_of(code).count(),
            "n_deso": places.deso_of(code).count(),
        }
    if here == FirstRunStep.PEOPLE:
        groups = people_by_organisation(municipality, today=clock.local(now).date())
        return {"people": [row for _organisation, rows in groups for row in rows]}
    return {}
