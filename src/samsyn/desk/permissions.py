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
READ_LOG = act("desk.read_log", _("Läsa loggen"), roles={Role.AUDITOR})
READ_RETENTION = act(
    "desk.read_retention",
    _("Läsa gallringsplanen och gallringsprotokollen"),
    roles={Role.AUDITOR, Role.ADMINISTRATOR, Role.STRATEGIST},
)
DECIDE_RETENTION = act("desk.decide_retention", _("Införa beslut om gallring"), roles={Role.ADMINISTRATOR})
HANDLE_PERSON_DATA = act(
    "desk.handle_person_data", _("Läsa och radera uppgifter om en kollega"), roles={Role.ADMINISTRATOR}
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
route("desk:log", who="granskare", logged="desk.log_read, när det gäller ett konto")
route("desk:log_file", who="granskare", logged="desk.log_read")
route(
    "desk:retention",
    who="granskare, teknisk administratör, strateg; införa beslut: teknisk administratör",
    logged="core.retention_decided",
)
route("desk:my_data", who="den som är inloggad, sina egna")
route("desk:person_data", who="teknisk administratör", logged="desk.person_data_read")
route("desk:erase_person", who="teknisk administratör, inte sig själv", logged="desk.person_erased")
route("desk:archive", who="strateg", logged="commitments.archived")
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
        and user.memberships.in_force().filter(role__in=RUN_INSTALLATION.roles).exists()
    )


live.topic(live.MESSAGES, who=ADMINISTRATORS, may_listen=_runs_some_installation)
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


def can_read_log(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person may read who has done and read what."""
    return may(user, READ_LOG, municipality.pk)


def check_can_read_log(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who may not read the log.

    :raises NotAllowed: the person has another role, or none
    """
    if not can_read_log(user, municipality):
        raise NotAllowed(_("Bara granskaren läser loggen. Be kommunens granskare om hjälp."))


def can_read_retention(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person may read the disposal plan."""
    return may(user, READ_RETENTION, municipality.pk)


def check_can_read_retention(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who may not read the disposal plan.

    :raises NotAllowed: the person has another role, or none
    """
    if not can_read_retention(user, municipality):
        raise NotAllowed(_("Gallringsplanen läses av granskaren, administratören och strategen. Be någon av dem."))


def can_decide_retention(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person may enter a decision on how long something is kept."""
    return may(user, DECIDE_RETENTION, municipality.pk)


def check_can_decide_retention(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who may not enter a decision on how long something is kept.

    :raises NotAllowed: the person has another role, or none
    """
    if not can_decide_retention(user, municipality):
        raise NotAllowed(_("Bara administratören inför beslut om gallring. Be administratören."))


def can_handle_person_data(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person answers those who ask what is kept about them."""
    return may(user, HANDLE_PERSON_DATA, municipality.pk)


def check_can_handle_person_data(user: User | AnonymousUser, municipality: Municipality) -> None:
    """
    Refuse somebody who does not answer those who ask what is kept about them.

    :raises NotAllowed: the person has another role, or none
    """
    if not can_handle_person_data(user, municipality):
        raise NotAllowed(_("Bara administratören läser och raderar uppgifter om andra. Dina egna finns på din sida."))


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
