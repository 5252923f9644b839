"""Things seen: find them, read one with its history, enter, correct and withdraw."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.core import clock, photos, text
from samsyn.core.errors import DomainError, NotFound
from samsyn.desk.access import NO_SUCH_PAGE, person
from samsyn.desk.observation_forms import ObservationForm, area_choices
from samsyn.desk.page import for_this_municipality, show
from samsyn.observations import permissions, services
from samsyn.observations.enums import SourceClass
from samsyn.observations.models import Observation, ObservationCategory, ObservationQuerySet
from samsyn.organisations.current import municipality_of
from samsyn.places.models import Area

PAGE_SIZE = 50
OWNER = "observations.observation"


def _mine(request: HttpRequest) -> ObservationQuerySet:
    """Return the municipality's observations that the person may see."""
    permissions.check_can_read_observations(person(request), municipality_of(request))
    return ObservationQuerySet(Observation).visible_to(person(request)).of(municipality_of(request))


def _one(request: HttpRequest, public_id: str) -> Observation:
    found = _mine(request).select_related("category", "municipality").filter(public_id=public_id).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    return found


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if len(said) == 10 else None
    except ValueError:
        return None


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=clock.STOCKHOLM)


FILTERS = ("q", "kategori", "omrade", "kalla", "fran", "till", "visa")


def _filtered(rows: ObservationQuerySet, asked: dict[str, str]) -> ObservationQuerySet:
    if asked["visa"] != "aterkallade":
        rows = rows.standing()
    else:
        rows = rows.filter(withdrawn_at__isnull=False)
    if asked["q"] and not text.has_refused_characters(asked["q"]):
        rows = rows.filter(search_text__contains=text.search_key(asked["q"]))
    if asked["kategori"]:
        rows = rows.filter(category__code=asked["kategori"])
    if asked["omrade"]:
        rows = rows.filter(regso_code=asked["omrade"]) | rows.filter(area_code=asked["omrade"])
    if asked["kalla"] in SourceClass.values:
        rows = rows.filter(source_class=asked["kalla"])
    first, last = _day(asked["fran"]), _day(asked["till"])
    if first:
        rows = rows.filter(happened_at__gte=_start_of(first))
    if last and last < date.max:
        rows = rows.filter(happened_at__lt=_start_of(last + timedelta(days=1)))
    return rows


@for_this_municipality
@require_safe
def observations(request: HttpRequest) -> HttpResponse:
    """List what was seen, newest first; the filters stand in the address."""
    municipality = municipality_of(request)
    asked = {name: request.GET.get(name, "").strip().replace("\x00", "")[:200] for name in FILTERS}
    rows = _filtered(_mine(request), asked).select_related("category")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("sida"))
    names = _area_names(municipality.code)
    context = {
        "page": page,
        "rows": [(row, _where(row, names)) for row in page],
        "asked": asked,
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "is_filtered": any(asked.values()),
        "categories": ObservationCategory.objects.filter(municipality=municipality),
        "areas": area_choices(municipality, _("Alla områden")),
        "sources": SourceClass.choices,
        "may_write": permissions.can_write_observations(person(request), municipality),
    }
    return show(request, "desk/observations.html", context, page="observations")


def _area_names(code: str) -> dict[str, str]:
    return {
        area.code: area.display_name
        for area in Area.objects.filter(municipality_code=code).only("code", "name", "level")
    }


def _where(row: Any, names: dict[str, str]) -> str:
    """Say in words where something was seen, as exactly as is known."""
    code = row.area_code or row.regso_code
    return ", ".join(part for part in (row.place_name, names.get(code, code)) if part)


@for_this_municipality
@require_safe
def observation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one with its source, its bias and all it said before."""
    found = _one(request, public_id)
    names = _area_names(found.municipality.code)
    context = {
        "trail": [{"url": reverse("desk:observations"), "label": _("Observationer")}],
        "observation": found,
        "where": _where(found, names),
        "deso": names.get(found.deso_code, ""),
        "versions": [(version, _where(version, names)) for version in found.versions.select_related("category")],
        "photos": photos.of(OWNER, str(found.pk)),
        "may_write": permissions.can_write_observations(person(request), found.municipality) and not found.is_withdrawn,
    }
    return show(request, "desk/observation.html", context, page="observations")


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def observation_new(request: HttpRequest) -> HttpResponse:
    """Enter one, with up to five pictures."""
    municipality = municipality_of(request)
    permissions.check_can_write_observations(person(request), municipality)
    form = ObservationForm(request.POST if request.method == "POST" else None, municipality=municipality)
    kept: list[str] = []
    if request.method == "POST":
        is_valid = form.is_valid()
        # Pictures that were taken in time outlive a fault elsewhere in the form.
        kept = [name for name in request.POST.getlist("kept_photo") if name][: services.MAX_PHOTOS]
        sent = request.FILES.getlist("photos")
        if len(kept) + len(sent) > services.MAX_PHOTOS:
            form.add_error(None, _("Välj högst fem bilder."))
            sent = []
        for picture in sent:
            try:
                if picture.size and picture.size > photos.MAX_BYTES:
                    raise photos.BadPhoto(_("Bilden är större än 12 megabyte. Minska den och försök igen."))
                kept.append(photos.store(picture.read(), municipality_code=municipality.code, now=clock.now()).name)
            except photos.BadPhoto as fault:
                form.add_error(None, str(fault))
        if is_valid and not form.errors and form.seen is not None:
            try:
                found, _created = services.record(
                    municipality=municipality,
                    source_class=SourceClass.STAFF,
                    source_id=str(form.cleaned_data["client_key"] or ""),
                    seen=form.seen,
                    photo_names=kept,
                    by=person(request),
                    now=clock.now(),
                )
            except DomainError as fault:
                form.add_error(None, str(fault))
            else:
                messages.success(request, _("Observationen är sparad."))
                return redirect("desk:observation", found.public_id)
    return _form_page(request, form, kept=kept)


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def observation_correct(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change what one says, with a reason."""
    found = _one(request, public_id)
    permissions.check_can_write_observations(person(request), found.municipality)
    data = request.POST if request.method == "POST" else None
    form = ObservationForm(data, municipality=found.municipality, observation=found)
    if form.is_bound and form.is_valid() and form.seen is not None:
        try:
            services.correct(
                observation=found,
                version=form.cleaned_data["version"] or 0,
                seen=form.seen,
                reason=form.cleaned_data["reason"],
                by=person(request),
                now=clock.now(),
            )
        except DomainError as fault:
            form.add_error(None, str(fault))
            return _form_page(request, form, observation=found, status=fault.status)
        messages.success(request, _("Rättelsen är sparad."))
        return redirect("desk:observation", found.public_id)
    return _form_page(request, form, observation=found)


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def observation_withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let one no longer count, with a reason."""
    found = _one(request, public_id)
    permissions.check_can_write_observations(person(request), found.municipality)
    if request.method == "POST":
        try:
            version = int(request.POST.get("version", ""))
        except ValueError:
            version = 0
        services.withdraw(
            observation=found,
            version=version,
            reason=request.POST.get("reason", ""),
            by=person(request),
            now=clock.now(),
        )
        messages.success(request, _("Observationen är återtagen."))
    return redirect("desk:observation", found.public_id)


def _form_page(
    request: HttpRequest,
    form: ObservationForm,
    *,
    observation: Observation | None = None,
    kept: list[str] | None = None,
    status: int = 0,
) -> HttpResponse:
    context = {
        "trail": [{"url": reverse("desk:observations"), "label": _("Observationer")}],
        "form": form,
        "observation": observation,
        "kept": kept or [],
    }
    status = status or (400 if form.errors else 200)
    return show(request, "desk/observation_form.html", context, page="observations", status=status)
