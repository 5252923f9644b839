"""What stands around every staff page, and who gets as far as to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from samsyn.commitments.models import Commitment, CommitmentDocument
from samsyn.desk import permissions
from samsyn.desk.access import person
from samsyn.observations.permissions import can_read_observations
from samsyn.organisations.current import municipality_of
from samsyn.organisations.permissions import TOWN_ACTS, roles_of

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """Send strangers to the sign-in, and keep what the page shows out of every cache."""
    return never_cache(login_required(view))


def for_this_municipality(view: View) -> View:
    """Let in only those with a role in the municipality; for pages that are about no single document."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        permissions.check_can_open_desk(person(request), municipality_of(request))
        return view(request, *args, **kwargs)

    return for_staff(inner)


def trail_to(
    document: CommitmentDocument | None = None, commitment: Commitment | None = None
) -> list[dict[str, str]]:
    """Return the way back up: from a document, from a page under it, or from a commitment's outcome."""
    trail = [{"url": reverse("desk:documents"), "label": _("Dokument")}]
    if document is not None:
        trail.append(
            {"url": reverse("desk:document", args=[document.key]), "label": str(document.local.title)}
        )
    if commitment is not None:
        trail.append({"url": "", "label": str(commitment.local.title)})
    return trail


def nav_items(request: HttpRequest, page: str) -> list[dict[str, Any]]:
    """Return the main menu: the municipality's own page only for those who may change something there."""
    items: list[dict[str, Any]] = [
        {"url": reverse("desk:year"), "label": _("Året"), "current": page == "year"},
        {"url": reverse("desk:documents"), "label": _("Dokument"), "current": page == "documents"},
    ]
    roles = roles_of(person(request), municipality_of(request).pk)
    if any(roles & what.roles for what in TOWN_ACTS):
        items.append({"url": reverse("desk:town"), "label": _("Kommunen"), "current": page == "town"})
    return items


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, page: str, status: int = 200
) -> HttpResponse:
    """Render a staff page; `page` names it in the menu."""
    who, town = person(request), municipality_of(request)
    roles = roles_of(who, town.pk)
    menu = [
        ("year", "year", _("Året"), True),
        ("documents", "documents", _("Dokument"), True),
        ("observations", "observations", _("Observationer"), can_read_observations(who, town)),
        ("files", "files", _("Filer"), permissions.can_import(who, town, "")),
        ("town", "town", _("Kommunen"), any(roles & what.roles for what in TOWN_ACTS)),
        ("retention", "retention", _("Gallring"), permissions.can_read_retention(who, town)),
        ("operations", "operations", _("Drift"), permissions.can_run_installation(who, town)),
        ("log", "log", _("Logg"), permissions.can_read_log(who, town)),
    ]
    frame = {
        "staff_home_url": reverse("desk:year"),
        "staff_nav_items": [
            {"url": reverse(f"desk:{route}"), "label": label, "current": page == name}
            for name, route, label, is_theirs in menu
            if is_theirs
        ],
        "staff_user_label": who.audit_label,
        "staff_account_url": reverse("accounts:account"),
        "staff_sign_out_url": reverse("accounts:sign_out"),
        "example_data": town.is_example,
    }
    return render(request, template, frame | context, status=status)
