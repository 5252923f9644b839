"""Who reaches the staff's pages. What may be done with outcomes is decided in `commitments.permissions`."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core import live
from samsyn.core.errors import NotAllowed
from samsyn.core.live.registry import Listens
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

RUN_INSTALLATION = act(
    "desk.run_installation",
    _("Se hur driften mår och ta hand om meddelanden som inte gick att skicka"),
    roles={Role.ADMINISTRATOR},
)
PREVIEW_MESSAGES = act(
    "desk.preview_messages",
    _("Se hur meddelanden ser ut"),
    roles={Role.ADMINISTRATOR, Role.STRATEGIST, Role.PAGE_EDITOR},
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
ADMINISTRATORS = "teknisk administratör"
route("desk:operations", who=ADMINISTRATORS)
route("desk:messages", who=ADMINISTRATORS)
route("desk:message_send_again", who=ADMINISTRATORS, logged="core.message_sent_again")
route("desk:message_give_up", who=ADMINISTRATORS, logged="core.message_given_up")
route("desk:message_preview", who="teknisk administratör, strateg, webbredaktör")


def _runs_some_installation(user: Listens, parts: dict[str, str]) -> bool:
    """Tell whether a person is an administrator anywhere; the topic says no more than that something has changed."""
    return (
        isinstance(user, User)
        and user.is_active
        and user.memberships.filter(role__in=RUN_INSTALLATION.roles).exists()
    )


live.topic(live.MESSAGES, who=ADMINISTRATORS, may_listen=_runs_some_installation)


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


def can_run_installation(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person looks after how the installation runs."""
    return may(user, RUN_INSTALLATION, municipality.pk)


def check_can_run_installation(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who does not look after how the installation runs.

    :raises NotAllowed: the person has another role, or none
    """
    if not can_run_installation(user, municipality):
        raise NotAllowed(_("Bara den tekniska administratören sköter driften. Be kommunens administratör om hjälp."))


def check_can_preview_messages(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who need not see how messages look.

    :raises NotAllowed: the person has another role, or none
    """
    if not may(user, PREVIEW_MESSAGES, municipality.pk):
        raise NotAllowed(
            _("Bara strategen, webbredaktören och den tekniska administratören ser hur meddelanden ser ut.")
        )
