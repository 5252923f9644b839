"""Organisations that take part, and their units."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.core import clock
from samsyn.core.errors import NotFound
from samsyn.desk import queries, town_forms
from samsyn.desk.access import NO_SUCH_PAGE, person
from samsyn.desk.page import for_staff, show
from samsyn.desk.views.town import GET_AND_POST, attempt, form_page, pressed, trail
from samsyn.organisations import permissions
from samsyn.organisations.current import municipality_of
from samsyn.organisations.models import Municipality, Organisation, Unit
from samsyn.organisations.services import partners

OPTIONAL = frozenset({"contact_function"})


def _town(request: HttpRequest) -> Municipality:
    municipality = municipality_of(request)
    permissions.check_can(person(request), permissions.MANAGE_PARTNERS, municipality)
    return municipality


def _organisation_of(request: HttpRequest, key: str) -> Organisation:
    municipality = _town(request)
    found = municipality.organisations.filter(key=key).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    found.municipality = municipality
    return found


@for_staff
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """List the organisations that take part, and those that no longer do."""
    rows = queries.organisations_with_counts(_town(request), today=clock.today())
    context = {
        "active": [row for row in rows if row.is_active],
        "inactive": [row for row in rows if not row.is_active],
        "trail": trail(),
    }
    return show(request, "desk/town/organisations.html", context, page="town")


@for_staff
@require_http_methods(GET_AND_POST)
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Enter an organisation."""
    municipality, now, status = _town(request), clock.now(), 200
    sent = request.POST if request.method == "POST" else None
    form = town_forms.OrganisationForm(sent, organisation=None)
    if sent is not None:
        status = attempt(
            form,
            lambda: partners.save_organisation(
                municipality=municipality, organisation=None, data=form.cleaned_data, by=person(request), now=now
            ),
        )
        if not status:
            messages.success(request, _("Organisationen är tillagd."))
            return redirect("desk:organisations")
    return form_page(
        request,
        form,
        title=_("Lägg till organisation"),
        button=_("Lägg till"),
        back=trail(_("Organisationer"), "organisations"),
        status=status or 200,
        optional=OPTIONAL,
    )


@for_staff
@require_http_methods(GET_AND_POST)
def organisation(request: HttpRequest, key: str) -> HttpResponse:
    """Show and change one organisation, with its units and what depends on it."""
    found, now, status = _organisation_of(request, key), clock.now(), 200
    sent = request.POST if request.method == "POST" else None
    form = town_forms.OrganisationForm(sent, organisation=found)
    if sent is not None:
        status = attempt(
            form,
            lambda: partners.save_organisation(
                municipality=found.municipality, organisation=found, data=form.cleaned_data, by=person(request), now=now
            ),
        )
        if not status:
            messages.success(request, _("Organisationen är sparad."))
            return redirect("desk:organisation", key)
    today = clock.local(now).date()
    context = {
        "organisation": Organisation.objects.get(pk=found.pk),
        "form": form,
        "optional": OPTIONAL,
        "units": found.units.order_by("-is_active", "name"),
        "depends": queries.what_depends_on(found, today=today),
        "is_needed": partners.is_needed(found),
        "trail": trail(_("Organisationer"), "organisations"),
    }
    return show(request, "desk/town/organisation.html", context, page="town", status=status or 200)


@pressed
def organisation_activity(request: HttpRequest, key: str) -> HttpResponse:
    """Let an organisation take no more part, or take part again."""
    found, now = _organisation_of(request, key), clock.now()
    if "activate" in request.POST:
        partners.activate_organisation(organisation=found, by=person(request), now=now)
        messages.success(request, _("Organisationen samverkar igen. Ingen har fått tillbaka sin roll."))
        return redirect("desk:organisation", key)
    n_ended = partners.deactivate_organisation(organisation=found, by=person(request), now=now)
    sentence = ngettext(
        "Organisationen samverkar inte längre. En roll avslutades.",
        "Organisationen samverkar inte längre. %(n)s roller avslutades.",
        n_ended,
    )
    messages.success(request, sentence % {"n": n_ended})
    return redirect("desk:organisations")


@for_staff
@require_http_methods(GET_AND_POST)
def unit_new(request: HttpRequest, key: str) -> HttpResponse:
    """Enter a unit."""
    return _unit_form(request, _organisation_of(request, key), None)


@for_staff
@require_http_methods(GET_AND_POST)
def unit(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Change a unit."""
    organisation = _organisation_of(request, key)
    found = organisation.units.filter(pk=pk).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    return _unit_form(request, organisation, found)


def _unit_form(request: HttpRequest, organisation: Organisation, unit: Unit | None) -> HttpResponse:
    now, status = clock.now(), 200
    sent = request.POST if request.method == "POST" else None
    form = town_forms.UnitForm(sent, unit=unit)
    if sent is not None:
        status = attempt(
            form,
            lambda: partners.save_unit(
                organisation=organisation, unit=unit, data=form.cleaned_data, by=person(request), now=now
            ),
        )
        if not status:
            messages.success(request, _("Enheten är sparad."))
            return redirect("desk:organisation", organisation.key)
    return form_page(
        request,
        form,
        title=_("Ändra enhet") if unit else _("Lägg till enhet"),
        button=_("Spara"),
        back=[
            *trail(_("Organisationer"), "organisations"),
            *trail(organisation.name, "organisation", organisation.key)[1:],
        ],
        status=status or 200,
        optional=OPTIONAL,
    )
