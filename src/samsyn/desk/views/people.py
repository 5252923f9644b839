"""People: who has access as what, inviting, changing and ending, and going through it all once a year."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.accounts.models import User
from samsyn.core import clock
from samsyn.core.errors import NotFound
from samsyn.desk import queries, town_forms
from samsyn.desk.access import NO_SUCH_PAGE, person
from samsyn.desk.page import for_staff, show
from samsyn.desk.permissions import can_handle_person_data
from samsyn.desk.services import note_people_reading
from samsyn.desk.views.town import GET_AND_POST, attempt, form_page, pressed, trail
from samsyn.organisations import permissions, rules
from samsyn.organisations.current import municipality_of
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Membership, Municipality
from samsyn.organisations.queries import access_to_review, people_by_organisation, people_here
from samsyn.organisations.services import people

OPTIONAL = frozenset({"unit", "from_date", "until_date"})


def _town(request: HttpRequest) -> Municipality:
    municipality = municipality_of(request)
    permissions.check_can(person(request), permissions.MANAGE_PEOPLE, municipality)
    return municipality


def _grantable(request: HttpRequest, municipality: Municipality) -> list[Role]:
    return rules.grantable(permissions.roles_of(person(request), municipality.pk))


@for_staff
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List who has access, by organisation."""
    municipality, today = _town(request), clock.today()
    found = [pair for pair in people_by_organisation(municipality, today=today) if pair[1]]
    groups = [{"organisation": organisation, "memberships": memberships} for organisation, memberships in found]
    shown = {row.user_id: row.user for _organisation, memberships in found for row in memberships}
    note_people_reading(
        municipality=municipality, accounts=list(shown.values()), by=person(request), now=clock.now()
    )
    context = {"groups": groups, "today": today, "trail": trail()}
    return show(request, "desk/town/people.html", context, page="town")


@for_staff
@require_http_methods(GET_AND_POST)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody."""
    municipality, now, status = _town(request), clock.now(), 200
    form = invite_form(request, municipality, today=clock.local(now).date())
    if form.is_bound:
        status = attempt(form, lambda: send_invitation(request, municipality, form))
        if not status:
            messages.success(request, _("%(name)s är inbjuden.") % {"name": form.cleaned_data["name"]})
            return redirect("desk:people")
    return form_page(
        request,
        form,
        title=_("Bjud in en person"),
        button=_("Bjud in"),
        back=trail(_("Personer"), "people"),
        status=status or 200,
        optional=OPTIONAL,
        lead=_("Personen får ett konto om den inte har ett. Lösenordet väljer den själv."),
    )


def invite_form(request: HttpRequest, municipality: Municipality, *, today: date) -> town_forms.InviteForm:
    """Return the form of an invitation, with what was sent in it."""
    sent = request.POST if request.method == "POST" else None
    return town_forms.InviteForm(
        sent, municipality=municipality, roles=_grantable(request, municipality), today=today
    )


def send_invitation(request: HttpRequest, municipality: Municipality, form: town_forms.InviteForm) -> Membership:
    """Invite whom a valid form is about."""
    data = form.cleaned_data
    return people.invite(
        municipality=municipality, email=data["email"], name=data["name"], place=form.place(), by=person(request),
        language=get_language() or "sv", now=clock.now(),
    )  # fmt: skip


def _user_of(request: HttpRequest, pk: int) -> tuple[Municipality, User]:
    municipality = _town(request)
    found = people_here(municipality).filter(pk=pk).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    return municipality, found


@for_staff
@require_http_methods(GET_AND_POST)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Show somebody's roles in the municipality, and give one more."""
    municipality, user = _user_of(request, pk)
    now, status = clock.now(), 200
    today = clock.local(now).date()
    sent = request.POST if request.method == "POST" else None
    roles = _grantable(request, municipality)
    form = town_forms.PlaceForm(sent, municipality=municipality, roles=roles, today=today)
    if sent is not None:
        status = attempt(
            form,
            lambda: people.add_membership(
                municipality=municipality, user=user, place=form.place(), by=person(request),
                language=get_language() or "sv", now=now,
            ),
        )  # fmt: skip
        if not status:
            messages.success(request, _("Rollen är tillagd."))
            return redirect("desk:person", pk)
    memberships = Membership.objects.of(municipality).filter(user=user).select_related("organisation", "unit")
    current = memberships.filter(ended_at__isnull=True, organisation__is_active=True).exclude(until_date__lt=today)
    is_self = user.pk == person(request).pk
    if not is_self:
        note_people_reading(municipality=municipality, accounts=[user], by=person(request), now=now)
    context = {
        "account": user,
        "current": [(row, not is_self and row.role in roles) for row in current],
        "former": memberships.exclude(pk__in=current.values("pk")),
        "form": form,
        "is_self": is_self,
        "may_see_data": can_handle_person_data(person(request), municipality),
        "optional": OPTIONAL,
        "today": today,
        "trail": trail(_("Personer"), "people"),
    }
    return show(request, "desk/town/person.html", context, page="town", status=status or 200)


def _membership_of(request: HttpRequest, pk: int, membership_pk: int) -> Membership:
    municipality, user = _user_of(request, pk)
    found = (
        Membership.objects.of(municipality)
        .filter(user=user, pk=membership_pk, ended_at__isnull=True)
        .select_related("organisation__municipality", "user", "unit")
        .first()
    )
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    return found


@for_staff
@require_http_methods(GET_AND_POST)
def membership(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """Change a role, its unit or its days, or end it."""
    found, now, status = _membership_of(request, pk, membership_pk), clock.now(), 200
    municipality, today = found.organisation.municipality, clock.local(now).date()
    own = permissions.roles_of(person(request), municipality.pk)
    rules.check_can_grant(own, found.role, is_self=found.user_id == person(request).pk)
    sent = request.POST if request.method == "POST" else None
    roles = _grantable(request, municipality)
    form = town_forms.PlaceForm(sent, municipality=municipality, roles=roles, today=today, membership=found)
    if sent is not None:
        status = attempt(
            form,
            lambda: people.change_membership(membership=found, place=form.place(), by=person(request), now=now),
        )
        if not status:
            messages.success(request, _("Rollen är ändrad."))
            return redirect("desk:person", pk)
    closes = people.is_last(found, today=today)
    return form_page(
        request,
        form,
        title=_("%(role)s, %(organisation)s")
        % {"role": found.get_role_display(), "organisation": found.organisation.name},
        button=_("Spara"),
        back=[*trail(_("Personer"), "people"), *trail(found.user.name, "person", pk)[1:]],
        status=status or 200,
        optional=OPTIONAL,
        remove_url=reverse("desk:membership_ended", args=[pk, membership_pk]),
        remove_label=_("Avsluta rollen nu"),
        remove_text=_("Det är personens sista roll. Kontot stängs, och alla inloggningar avslutas.")
        if closes
        else _("Rollen gäller inte längre vid nästa klick. Personens andra roller finns kvar."),
    )


@pressed
def membership_ended(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """End a role at once."""
    found = _membership_of(request, pk, membership_pk)
    closed = people.end_membership(membership=found, by=person(request), now=clock.now())
    messages.success(request, _("Rollen är avslutad och kontot stängt.") if closed else _("Rollen är avslutad."))
    return redirect("desk:people")


@for_staff
@require_http_methods(GET_AND_POST)
def access(request: HttpRequest) -> HttpResponse:
    """Go through who has access, and tick what is still right."""
    municipality, now = municipality_of(request), clock.now()
    permissions.check_can(person(request), permissions.REVIEW_ACCESS, municipality)
    today = clock.local(now).date()
    due = {row.pk for row in access_to_review(municipality, today=today)}
    if request.method == "POST":
        chosen = [int(text) for text in request.POST.getlist("keep") if text.isascii() and text.isdigit()]
        kept = list(Membership.objects.of(municipality).filter(pk__in=[pk for pk in chosen if pk < 2**63]))
        n = people.review_access(municipality=municipality, kept=kept, by=person(request), now=now)
        if n:
            sentence = ngettext("En roll är genomgången.", "%(n)s roller är genomgångna.", n)
            messages.success(request, sentence % {"n": n})
        else:
            messages.info(request, _("Ingen roll var ikryssad. Inget är ändrat."))
        return redirect("desk:access")
    groups: list[dict[str, Any]] = [
        {"organisation": organisation, "rows": [(row, row.pk in due) for row in memberships]}
        for organisation, memberships in people_by_organisation(municipality, today=today)
        if memberships
    ]
    context = {
        "groups": groups,
        "n_due": len(due),
        "protocol": queries.access_protocol(municipality),
        "trail": trail(),
    }
    return show(request, "desk/town/access.html", context, page="town")
