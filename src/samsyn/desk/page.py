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
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from samsyn.commitments.models import Commitment, CommitmentDocument
from samsyn.core.permissions import Act
from samsyn.desk import permissions
from samsyn.desk.access import person
from samsyn.observations.permissions import READ as READ_OBSERVATIONS
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


# What stands in the menu, and for whom; None is for everybody who may open the desk.
MENU: tuple[tuple[str, Any, tuple[Act, ...] | None], ...] = (
    ("year", gettext_lazy("Året"), None),
    ("documents", gettext_lazy("Dokument"), None),
    ("observations", gettext_lazy("Observationer"), (READ_OBSERVATIONS,)),
    ("files", gettext_lazy("Filer"), (permissions.IMPORT_FILES,)),
    ("town", gettext_lazy("Kommunen"), tuple(TOWN_ACTS)),
    ("retention", gettext_lazy("Gallring"), (permissions.READ_RETENTION,)),
    ("operations", gettext_lazy("Drift"), (permissions.RUN_INSTALLATION,)),
    ("log", gettext_lazy("Logg"), (permissions.READ_LOG,)),
)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, page: str, status: int = 200
) -> HttpResponse:
    """Render a staff page; `page` names it in the menu."""
    who, town = person(request), municipality_of(request)
    roles = roles_of(who, town.pk)
    frame = {
        "staff_home_url": reverse("desk:year"),
        "staff_nav_items": [
            {"url": reverse(f"desk:{name}"), "label": label, "current": page == name}
            for name, label, acts in MENU
            if acts is None or any(roles & what.roles for what in acts)
        ],
        "staff_user_label": who.audit_label,
        "staff_account_url": reverse("accounts:account"),
        "staff_sign_out_url": reverse("accounts:sign_out"),
        "example_data": town.is_example,
    }
    return render(request, template, frame | context, status=status)
