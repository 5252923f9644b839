"""Who reaches the staff's pages. What may be done with outcomes is decided in `commitments.permissions`."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core.errors import NotAllowed
from samsyn.core.permissions import act, route
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Municipality
from samsyn.organisations.permissions import may

OPEN_DESK = act(
    "desk.open",
    _("Öppna arbetssidorna"),
    roles=set(Role),
)
REVIEW_PAGE = act(
    "desk.review_page",
    _("Markera en publik sida som granskad"),
    roles={Role.STRATEGIST, Role.PAGE_EDITOR},
)

IMPORT_FILES = act(
    "desk.import_files",
    _("Läsa in filer"),
    roles={Role.ANALYST, Role.STRATEGIST},
)
IMPORT_COMMITMENTS = act(
    "desk.import_commitments",
    _("Läsa in överenskommelser, planer och löften"),
    roles={Role.STRATEGIST},
)

STAFF = "alla med en roll i kommunen"
WRITERS = "strateg, kommunpolis"

for _name in ("start", "year", "parts", "documents"):
    route(f"desk:{_name}", who=STAFF)
for _name in ("document", "history", "outcome_preview"):
    route(f"desk:{_name}", who="de som får läsa utkast")
route("desk:review_done", who="strateg, webbredaktör", logged="desk.page_reviewed")
route("desk:outcome_new", who=WRITERS, logged="commitments.outcome_created")
route(
    "desk:outcome_edit",
    who=f"{WRITERS}; det som är publikt: strateg",
    logged="commitments.outcome_changed, commitments.outcome_corrected",
)
route("desk:outcome_publish", who="strateg", logged="commitments.outcome_published")
for _name in ("observations", "observation"):
    route(f"desk:{_name}", who="de som får läsa observationer")
route("desk:observation_new", who="analytiker, strateg", logged="observations.recorded")
route("desk:observation_correct", who="analytiker, strateg", logged="observations.corrected")
route("desk:observation_withdraw", who="analytiker, strateg", logged="observations.withdrawn")
route("desk:files", who="analytiker, strateg", logged="core.import_left")
route("desk:file", who="analytiker, strateg")
route("desk:file_load", who="analytiker, strateg", logged="core.import_asked, IMPORTED")
route("desk:file_cancel", who="analytiker, strateg", logged="core.import_cancelled")
route("desk:file_report", who="analytiker, strateg")
route("desk:file_raw", who="analytiker, strateg")


def check_can_open_desk(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who has no role in the municipality.

    :raises NotAllowed: the account is not tied to this municipality
    """
    if not may(user, OPEN_DESK, municipality.pk):
        raise NotAllowed(
            _("Ditt konto har ingen roll i den här kommunen. Be kommunens strateg att lägga till en.")
        )


def can_review_page(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person may say that a public page has been reviewed."""
    return may(user, REVIEW_PAGE, municipality.pk)


def check_can_review_page(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who may not say that a public page has been reviewed.

    :raises NotAllowed: the person has another role, or none
    """
    if not can_review_page(user, municipality):
        raise NotAllowed(
            _("Bara strategen och webbredaktören får markera sidor som granskade. Be någon av dem.")
        )


def can_import(user: User | AnonymousUser, municipality: Municipality, kind: str) -> bool:
    """Tell whether a person may read in a kind of file. Promises become public, so they need who may publish."""
    return may(user, IMPORT_COMMITMENTS if kind == "commitments" else IMPORT_FILES, municipality.pk)


def check_can_import(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who may not read in files.

    :raises NotAllowed: the person has another role, or none
    """
    if not may(user, IMPORT_FILES, municipality.pk):
        raise NotAllowed(_("Bara analytikern och strategen får läsa in filer. Be någon av dem."))
