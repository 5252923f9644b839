"""Who may read drafts, report outcomes and publish them: every role, and those outside."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from samsyn.accounts.models import User
from samsyn.commitments import permissions
from samsyn.commitments.models import Commitment, CommitmentDocument
from samsyn.commitments.tests import factories
from samsyn.core.errors import NotAllowed, NotFound
from samsyn.core.permissions import acts
from samsyn.organisations.enums import Role

pytestmark = pytest.mark.django_db
Person = User | AnonymousUser

PEOPLE: dict[str, Callable[[], Person]] = {
    **{role.value: lambda role=role: factories.person(role) for role in Role},  # type: ignore[misc]
    "NO_ROLE": lambda: factories.person(None),
    "OTHER_TOWN": factories.charlie,
    "CLOSED_ACCOUNT": lambda: factories.person(Role.STRATEGIST, is_active=False),
    "ANONYMOUS": AnonymousUser,
}
ACTS = {
    "read": (permissions.check_can_read_drafts, permissions.can_read_drafts),
    "report": (permissions.check_can_report_outcome, permissions.can_report_outcome),
    "publish": (permissions.check_can_publish_outcome, permissions.can_publish_outcome),
}
MAY, MAY_NOT, UNSEEN = None, NotAllowed, NotFound
TABLE: dict[str, tuple[type[Exception] | None, ...]] = {
    # read, report, publish
    "STRATEGIST": (MAY, MAY, MAY),
    "POLICE_OFFICER": (MAY, MAY, MAY_NOT),
    "PAGE_EDITOR": (MAY, MAY_NOT, MAY_NOT),
    "STEERING_GROUP": (MAY, MAY_NOT, MAY_NOT),
    "SIGNATORY": (MAY, MAY_NOT, MAY_NOT),
    "HEAD_OF_UNIT": (MAY, MAY_NOT, MAY_NOT),
    "ANALYST": (MAY, MAY_NOT, MAY_NOT),
    "ADMINISTRATOR": (UNSEEN, UNSEEN, UNSEEN),
    "AUDITOR": (UNSEEN, UNSEEN, UNSEEN),
    "NO_ROLE": (UNSEEN, UNSEEN, UNSEEN),
    "OTHER_TOWN": (UNSEEN, UNSEEN, UNSEEN),
    "CLOSED_ACCOUNT": (UNSEEN, UNSEEN, UNSEEN),
    "ANONYMOUS": (UNSEEN, UNSEEN, UNSEEN),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", TABLE)
def test_each_may_what_the_table_says(who: str, act: str) -> None:
    person = PEOPLE[who]()
    document: CommitmentDocument = factories.DocumentFactory.create()
    refusal = TABLE[who][list(ACTS).index(act)]
    check, can = ACTS[act]
    assert can(person, document) is (refusal is None)
    if refusal is None:
        check(person, document)
    else:
        with pytest.raises(refusal) as refused:
            check(person, document)
        assert type(refused.value) is refusal
        assert str(refused.value).endswith((".", "!"))


def test_the_table_knows_every_role() -> None:
    assert {role.value for role in Role} <= TABLE.keys()
    assert PEOPLE.keys() == TABLE.keys()


def test_a_role_elsewhere_gives_nothing_here() -> None:
    both = factories.charlie()
    here: CommitmentDocument = factories.DocumentFactory.create()
    there: CommitmentDocument = factories.DocumentFactory.create(
        municipality=factories.MunicipalityFactory(code="1480")
    )
    assert permissions.can_publish_outcome(both, there)
    assert not permissions.can_read_drafts(both, here)


def test_acts_and_roles_stand_in_the_registry() -> None:
    registered = {act.code: act.roles for act in acts() if act.code.startswith("commitments.")}
    assert registered == {
        "commitments.read_drafts": set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR},
        "commitments.report_outcome": {Role.STRATEGIST, Role.POLICE_OFFICER},
        "commitments.publish_outcome": {Role.STRATEGIST},
        "commitments.archive": {Role.STRATEGIST},
    }


@pytest.mark.parametrize("who", ["ANONYMOUS", "OTHER_TOWN", "NO_ROLE", "ADMINISTRATOR", "AUDITOR"])
def test_others_see_only_what_is_published(who: str) -> None:
    factories.CommitmentFactory(document__draft=True, document__key="utkast")
    factories.CommitmentFactory(document__key="publikt")
    person = PEOPLE[who]()
    assert {d.key for d in CommitmentDocument.objects.visible_to(person)} == {"publikt"}
    assert {c.document.key for c in Commitment.objects.visible_to(person)} == {"publikt"}


def test_the_towns_own_staff_see_drafts_each_once() -> None:
    factories.CommitmentFactory(document__draft=True, document__key="utkast")
    alice = factories.alice()
    for role in (Role.PAGE_EDITOR, Role.STEERING_GROUP):
        alice.memberships.create(organisation=factories.OrganisationFactory.create(), role=role)
    assert [d.key for d in CommitmentDocument.objects.visible_to(alice)] == ["utkast"]


@pytest.mark.parametrize(
    ("fields", "reads"),
    [
        ({"until_date": date(2026, 11, 22)}, True),
        ({"until_date": date(2026, 11, 21)}, False),
        ({"from_date": date(2026, 11, 23)}, False),
        ({"ended_at": datetime(2026, 11, 22, 8, tzinfo=UTC)}, False),
    ],
)
@pytest.mark.django_db
def test_a_role_that_is_over_or_has_not_begun_shows_no_draft(fields: dict[str, Any], reads: bool) -> None:
    alice = factories.alice()
    document = factories.DocumentFactory.create(draft=True)
    alice.memberships.update(**fields)
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        assert (document in CommitmentDocument.objects.visible_to(alice)) is reads
        assert permissions.can_read_drafts(alice, document) is reads
