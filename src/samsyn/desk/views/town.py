"""A municipality's settings: names, contact centre, services, looks, who does what, and what is to be reviewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.core import clock
from samsyn.core.errors import DomainError, NotFound
from samsyn.desk import town_forms
from samsyn.desk.access import NO_SUCH_PAGE, person
from samsyn.desk.page import for_staff, show
from samsyn.desk.town_sections import SECTIONS, Section
from samsyn.organisations import permissions
from samsyn.organisations.current import municipality_of
from samsyn.organisations.enums import GuideGroup, PublicPage, Service
from samsyn.organisations.looks import looks_of
from samsyn.organisations.models import GuideEntry, Municipality
from samsyn.organisations.queries import access_to_review, guide_of
from samsyn.organisations.services import settings

GET_AND_POST = ["GET", "HEAD", "POST"]


def trail(label: object = "", name: str = "", *arguments: Any) -> list[dict[str, str]]:
    """Return the way back up from a page below the municipality's."""
    steps = [{"url": reverse("desk:town"), "label": _("Kommunen")}]
    if name:
        steps.append({"url": reverse(f"desk:{name}", args=arguments), "label": str(label)})
    return steps


def pressed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only a button act; somebody who was sent to the sign-in comes back with a link, and is led on."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if request.method == "POST" else redirect("desk:town")

    return for_staff(require_http_methods(GET_AND_POST)(inner))


def attempt(form: forms.Form, act: Callable[[], object]) -> int:
    """Do what a valid form asks for; a fault stands in the form. Return the answer's status, 0 when it is done."""
    if not form.is_valid():
        return 400
    try:
        act()
    except DomainError as fault:
        form.add_error(None, str(fault))
        return fault.status
    return 0


def form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    button: str | Promise,
    back: list[dict[str, str]],
    status: int = 200,
    optional: frozenset[str] = frozenset(),
    **more: Any,
) -> HttpResponse:
    """Render a page that is one form."""
    context = {"form": form, "title": title, "button": button, "trail": back, "optional": optional, **more}
    return show(request, "desk/town/form_page.html", context, page="town", status=status)


@for_staff
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List what somebody may change of the municipality."""
    municipality, user = municipality_of(request), person(request)
    may = {what.code.rpartition(".")[2]: permissions.can(user, what, municipality) for what in permissions.TOWN_ACTS}
    if not any(may.values()):
        permissions.check_can(user, permissions.MANAGE_SETTINGS, municipality)
    sections = [
        {"url": reverse("desk:town_settings", args=[key]), "title": section.title, "text": section.lead}
        for key, section in SECTIONS.items()
        if may["manage_settings"] and not (key == "kontaktcenter" and not municipality.has_contact_centre)
    ]
    context = {
        "may": may,
        "sections": sections,
        "n_to_review": len(access_to_review(municipality, today=clock.today())) if may["review_access"] else 0,
    }
    return show(request, "desk/town/index.html", context, page="town")


def section_of(key: str) -> Section:
    """
    Return a part of the settings.

    :raises NotFound: there is none
    """
    if key not in SECTIONS:
        raise NotFound(NO_SUCH_PAGE)
    return SECTIONS[key]


def section_forms(
    request: HttpRequest, section: Section, municipality: Municipality, now: datetime
) -> tuple[list[dict[str, Any]], str, int]:
    """
    Return a section's forms as the page shows them, the key of one that was just saved, and the answer's status.

    What was sent is in the form it was sent from; the others show what is stored.
    """
    chosen, saved, status = request.POST.get("part", ""), "", 200
    shown = []
    for key, part in section.parts.items():
        is_sent = request.method == "POST" and key == chosen
        form = part.make(municipality, request.POST if is_sent else None, request.FILES if is_sent else None, now)
        if is_sent:
            user = person(request)
            fault = attempt(form, partial(part.save, municipality, form, user, now))
            if fault:
                status = fault
            else:
                saved = key
                messages.success(request, str(part.said))
        shown.append({"key": key, "form": form, "part": part})
    return shown, saved, status


@for_staff
@require_http_methods(GET_AND_POST)
def section(request: HttpRequest, section: str) -> HttpResponse:
    """Show and change one part of the settings."""
    municipality, now = municipality_of(request), clock.now()
    permissions.check_can(person(request), permissions.MANAGE_SETTINGS, municipality)
    found = section_of(section)
    shown, saved, status = section_forms(request, found, municipality, now)
    if saved:
        return redirect("desk:town_settings", section)
    context = {
        "section": section, "title": found.title, "lead": found.lead, "forms": shown, "trail": trail(),
        **section_context(section, municipality, now),
    }  # fmt: skip
    return show(request, "desk/town/settings.html", context, page="town", status=status)


def section_context(key: str, municipality: Municipality, now: datetime) -> dict[str, Any]:
    """Return what a section's page shows beside its forms."""
    if key == "kontaktcenter":
        today = clock.local(now).date()
        return {
            "exceptions": town_forms.exception_rows(municipality, today=today),
            "is_off": not municipality.has_service(Service.CONTACT_CENTRE),
        }
    if key == "utseende":
        return {"looks": looks_of(municipality)}
    return {}


@pressed
def exception_removed(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a day have its usual hours again."""
    municipality = municipality_of(request)
    permissions.check_can(person(request), permissions.MANAGE_SETTINGS, municipality)
    exception = municipality.opening_exceptions.filter(pk=pk).first()
    if exception is None:
        raise NotFound(NO_SUCH_PAGE)
    settings.remove_exception(exception=exception, by=person(request), now=clock.now())
    messages.success(request, _("Dagen har sina vanliga tider igen."))
    return redirect("desk:town_settings", "kontaktcenter")


@pressed
def logo_removed(request: HttpRequest) -> HttpResponse:
    """Show no logo any more."""
    municipality = municipality_of(request)
    settings.remove_logo(municipality=municipality, by=person(request), now=clock.now())
    messages.success(request, _("Logotypen är borttagen."))
    return redirect("desk:town_settings", "utseende")


@for_staff
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """List the rows of *Vem gör vad* by part."""
    municipality = municipality_of(request)
    permissions.check_can(person(request), permissions.EDIT_GUIDE, municipality)
    shown_to_residents = set(guide_of(municipality).values_list("pk", flat=True))
    by_group: dict[str, list[GuideEntry]] = {group: [] for group in GuideGroup.values}
    for entry in municipality.guide_entries.order_by("order", "pk"):
        by_group[entry.group].append(entry)
    groups = [
        {
            "title": GuideGroup(group).label,
            "rows": rows,
            "is_off": not any(row.pk in shown_to_residents for row in rows),
        }
        for group, rows in by_group.items()
        if rows
    ]
    return show(request, "desk/town/guide.html", {"groups": groups, "trail": trail()}, page="town")


def _entry_of(request: HttpRequest, key: str) -> GuideEntry:
    municipality = municipality_of(request)
    permissions.check_can(person(request), permissions.EDIT_GUIDE, municipality)
    entry = municipality.guide_entries.filter(key=key).first()
    if entry is None:
        raise NotFound(NO_SUCH_PAGE)
    entry.municipality = municipality
    return entry


@for_staff
@require_http_methods(GET_AND_POST)
def guide_new(request: HttpRequest) -> HttpResponse:
    """Write a new row of *Vem gör vad*."""
    permissions.check_can(person(request), permissions.EDIT_GUIDE, municipality_of(request))
    return _guide_form(request, None)


@for_staff
@require_http_methods(GET_AND_POST)
def guide_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a row of *Vem gör vad*."""
    return _guide_form(request, _entry_of(request, key))


def _guide_form(request: HttpRequest, entry: GuideEntry | None) -> HttpResponse:
    municipality, now, status = municipality_of(request), clock.now(), 200
    sent = request.POST if request.method == "POST" else None
    form = town_forms.GuideForm(sent, municipality=municipality, entry=entry)
    if sent is not None:
        status = attempt(
            form,
            lambda: settings.save_guide_entry(
                municipality=municipality, entry=entry, data=form.cleaned_data, english=form.english(),
                by=person(request), now=now,
            ),
        )  # fmt: skip
        if not status:
            messages.success(request, _("Raden är sparad."))
            return redirect("desk:town_guide")
    return form_page(
        request,
        form,
        title=_("Ändra rad") if entry else _("Ny rad"),
        button=_("Spara"),
        back=trail(_("Vem gör vad"), "town_guide"),
        status=status or 200,
        optional=frozenset({"text", "who", "phone", "title_en", "text_en", "who_en"}),
        lead=_("Den engelska texten ändras inte av sig själv. Skriv om den när den svenska ändras."),
        remove_url=reverse("desk:town_guide_removed", args=[entry.key]) if entry else "",
        remove_label=_("Ta bort raden"),
    )


@pressed
def guide_moved(request: HttpRequest, key: str) -> HttpResponse:
    """Let a row change places with the one above or below it."""
    entry = _entry_of(request, key)
    settings.move_guide_entry(entry=entry, up="up" in request.POST, by=person(request), now=clock.now())
    return redirect(f"{reverse('desk:town_guide')}#{entry.key}")


@pressed
def guide_removed(request: HttpRequest, key: str) -> HttpResponse:
    """Take a row away."""
    settings.remove_guide_entry(entry=_entry_of(request, key), by=person(request), now=clock.now())
    messages.success(request, _("Raden är borttagen."))
    return redirect("desk:town_guide")


@for_staff
@require_http_methods(GET_AND_POST)
def reviews(request: HttpRequest) -> HttpResponse:
    """Say which unit answers for which public page."""
    municipality, now, status = municipality_of(request), clock.now(), 200
    permissions.check_can(person(request), permissions.MANAGE_SETTINGS, municipality)
    sent = request.POST if request.method == "POST" else None
    form = town_forms.ReviewForm(sent)
    if sent is not None:
        status = attempt(
            form,
            lambda: settings.set_review(municipality=municipality, by=person(request), now=now, **form.cleaned_data),
        )
        if not status:
            messages.success(request, _("Raden är sparad."))
            return redirect("desk:town_reviews")
    rows = {review.page: review for review in municipality.page_reviews.all()}
    context = {
        "form": form,
        "rows": [(page.label, rows.get(page.value)) for page in PublicPage],
        "optional": frozenset({"interval_days", "unit"}),
        "trail": trail(),
    }
    return show(request, "desk/town/reviews.html", context, page="town", status=status or 200)
