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

ADMINISTRATOR = "teknisk administratör"
GUIDE_EDITORS = "teknisk administratör, webbredaktör"
PEOPLE_KEEPERS = "teknisk administratör, strateg"
route("desk:town", who="teknisk administratör, strateg, webbredaktör")
route(
    "desk:town_settings",
    who=ADMINISTRATOR,
    logged="organisations.settings_changed, organisations.hours_changed, organisations.exception_set, "
    "organisations.logo_changed",
)
route("desk:town_exception_removed", who=ADMINISTRATOR, logged="organisations.exception_removed")
route("desk:town_logo_removed", who=ADMINISTRATOR, logged="organisations.logo_removed")
route("desk:town_reviews", who=ADMINISTRATOR, logged="organisations.review_changed, organisations.review_removed")
route("desk:town_guide", who=GUIDE_EDITORS)
route("desk:town_guide_new", who=GUIDE_EDITORS, logged="organisations.guide_created")
route("desk:town_guide_edit", who=GUIDE_EDITORS, logged="organisations.guide_changed")
route("desk:town_guide_moved", who=GUIDE_EDITORS, logged="organisations.guide_moved")
route("desk:town_guide_removed", who=GUIDE_EDITORS, logged="organisations.guide_removed")
for _name in ("organisations", "people"):
    route(f"desk:{_name}", who=PEOPLE_KEEPERS)
route("desk:organisation_new", who=PEOPLE_KEEPERS, logged="organisations.organisation_created")
route("desk:organisation", who=PEOPLE_KEEPERS, logged="organisations.organisation_changed")
route(
    "desk:organisation_activity",
    who=f"{PEOPLE_KEEPERS}; med roller där: de som får avsluta dem",
    logged="organisations.organisation_deactivated, organisations.organisation_activated, organisations.member_ended",
)
route("desk:unit_new", who=PEOPLE_KEEPERS, logged="organisations.unit_created")
route("desk:unit", who=PEOPLE_KEEPERS, logged="organisations.unit_changed")
route("desk:invite", who=f"{PEOPLE_KEEPERS}, var och en för sina roller", logged="organisations.member_added")
route("desk:person", who=f"{PEOPLE_KEEPERS}, var och en för sina roller", logged="organisations.member_added")
route(
    "desk:membership",
    who=f"{PEOPLE_KEEPERS}, var och en för sina roller; ingen för sin egen",
    logged="organisations.member_changed",
)
route(
    "desk:membership_ended",
    who=f"{PEOPLE_KEEPERS}, var och en för sina roller; ingen för sin egen",
    logged="organisations.member_ended, accounts.closed",
)
route("desk:access", who=ADMINISTRATOR, logged="organisations.access_reviewed")
route("desk:first_run", who=ADMINISTRATOR)
route("desk:first_run_step", who=ADMINISTRATOR, logged="som inställningarna; organisations.first_run_finished")
route(
    "desk:setup_link",
    who="den som har länken från terminalen",
    limit="20 försök på 15 minuter, per nätadress",
    logged="organisations.setup_link_used",
)


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
