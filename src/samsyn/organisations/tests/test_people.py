"""Who may give which role to whom, how long it counts, and what happens when it ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from samsyn.accounts.models import User
from samsyn.core.errors import Conflict, NotAllowed, NotFound
from samsyn.core.models import AuditEntry
from samsyn.organisations import permissions, rules
from samsyn.organisations.enums import GRANTS, ROLE_AT, OrganisationKind, Role
from samsyn.organisations.models import Membership, Municipality, Unit
from samsyn.organisations.queries import access_to_review
from samsyn.organisations.services import partners, people
from samsyn.organisations.services.people import Place
from samsyn.organisations.tests.people import NOW, TODAY, person, town

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def here() -> Municipality:
    return town()


@pytest.fixture
def admin(here: Municipality) -> User:
    return person(here, Role.ADMINISTRATOR, name="admin")


def _invite(
    here: Municipality, by: User, role: Role, *, key: str = "kommunen", email: str = "ny@example.org", **days: Any
) -> Membership:
    place = Place(here.organisations.get(key=key), role, **days)
    return people.invite(municipality=here, email=email, name="Ny Person", place=place, by=by, language="sv", now=NOW)


class TestRules:
    @pytest.mark.parametrize(
        ("own", "given"),
        [
            ({Role.ADMINISTRATOR}, set(Role)),
            (
                {Role.STRATEGIST},
                {
                    Role.PAGE_EDITOR, Role.POLICE_OFFICER, Role.STEERING_GROUP, Role.SIGNATORY, Role.HEAD_OF_UNIT,
                    Role.ANALYST,
                },
            ),
            ({Role.PAGE_EDITOR, Role.AUDITOR, Role.ANALYST, Role.POLICE_OFFICER, Role.STEERING_GROUP}, set()),
        ],
    )
    def test_who_may_grant_what(self, own: set[Role], given: set[Role]) -> None:
        assert set(rules.grantable(own)) == given

    @given(own=st.sets(st.sampled_from(Role)), role=st.sampled_from(Role))
    def test_nobody_grants_oneself_whatever_one_is(self, own: set[Role], role: Role) -> None:
        with pytest.raises(rules.NotYoursToGive):
            rules.check_can_grant(own, role, is_self=True)

    def test_whoever_is_no_administrator_makes_none(self) -> None:
        for role in set(Role) - {Role.ADMINISTRATOR}:
            assert Role.ADMINISTRATOR not in GRANTS.get(role, set())

    @pytest.mark.parametrize("kind", OrganisationKind)
    def test_a_police_officer_is_at_the_police_and_nowhere_else(self, kind: OrganisationKind) -> None:
        assert (Role.POLICE_OFFICER in rules.roles_at(kind)) is (kind == OrganisationKind.POLICE)

    @pytest.mark.parametrize("role", ROLE_AT)
    def test_every_role_can_be_held_somewhere(self, role: str) -> None:
        assert any(role in rules.roles_at(kind) for kind in OrganisationKind)

    def test_the_auditor_is_nothing_else(self) -> None:
        rules.check_roles_together([Role.AUDITOR])
        rules.check_roles_together([Role.STRATEGIST, Role.PAGE_EDITOR])
        with pytest.raises(rules.RoleRefused):
            rules.check_roles_together([Role.AUDITOR, Role.STEERING_GROUP])


class TestDays:
    """The one rule of when a role counts: both days included, Swedish time."""

    @pytest.mark.parametrize(
        ("first", "last", "counts"),
        [
            (None, None, True),
            (TODAY, TODAY, True),
            (TODAY + DAY, None, False),
            (None, TODAY - DAY, False),
            (TODAY - DAY, TODAY + DAY, True),
        ],
    )
    def test_from_and_until_are_included(
        self, here: Municipality, first: date | None, last: date | None, counts: bool
    ) -> None:
        user = person(here, Role.STRATEGIST)
        Membership.objects.update(from_date=first, until_date=last)
        with time_machine.travel(NOW, tick=False):
            assert permissions.may(user, permissions.MANAGE_PEOPLE, here.pk) is counts
            assert (permissions.roles_of(user, here.pk) == {Role.STRATEGIST}) is counts
            assert ("Strateg" in user.audit_label) is counts

    def test_the_day_ends_at_midnight_in_sweden(self, here: Municipality) -> None:
        user = person(here, Role.STRATEGIST)
        Membership.objects.update(until_date=date(2026, 7, 1))
        for instant, counts in (("2026-07-01T21:59:59", True), ("2026-07-01T22:00:00", False)):
            with time_machine.travel(datetime.fromisoformat(instant).replace(tzinfo=UTC), tick=False):
                assert permissions.may(user, permissions.MANAGE_PEOPLE, here.pk) is counts

    def test_an_ended_role_gives_nothing_at_the_next_press(self, here: Municipality, admin: User) -> None:
        user = person(here, Role.STRATEGIST)
        person(here, Role.PAGE_EDITOR)
        user.memberships.create(organisation=here.organisations.get(key="kommunen"), role=Role.STEERING_GROUP)
        browser = Client()
        browser.force_login(user)
        assert browser.get("/arbete/kommunen/personer/").status_code == 200
        people.end_membership(membership=user.memberships.get(role=Role.STRATEGIST), by=admin, now=NOW)
        assert browser.get("/arbete/kommunen/personer/").status_code == 403

    def test_an_organisation_that_no_longer_takes_part_gives_nothing(self, here: Municipality) -> None:
        user = person(here, Role.POLICE_OFFICER, key="polisen")
        here.organisations.filter(key="polisen").update(is_active=False)
        assert permissions.roles_of(user, here.pk) == set()


class TestInviting:
    def test_an_account_is_made_and_gets_the_role(self, here: Municipality, admin: User) -> None:
        membership = _invite(here, admin, Role.STRATEGIST, email="Ny@Example.ORG")
        assert membership.user.email == "ny@example.org"
        assert not membership.user.has_usable_password()
        assert permissions.roles_of(membership.user, here.pk) == {Role.STRATEGIST}

    def test_the_log_says_what_was_given_and_holds_no_name_or_address(self, here: Municipality, admin: User) -> None:
        _invite(here, admin, Role.STRATEGIST)
        entry = AuditEntry.objects.get(verb="organisations.member_added")
        assert entry.object_label == "Strateg, Trollhättan"
        lines = str(list(AuditEntry.objects.values()))
        assert "ny@example.org" not in lines.casefold()
        assert "Ny Person" not in lines

    def test_somebody_known_elsewhere_keeps_the_account(self, here: Municipality, admin: User) -> None:
        other = town("1480", "Göteborg")
        user = person(other, Role.STRATEGIST, name="charlie")
        membership = _invite(here, admin, Role.STEERING_GROUP, email="charlie@example.org")
        assert membership.user == user
        assert permissions.roles_of(user, other.pk) == {Role.STRATEGIST}

    @pytest.mark.parametrize("role", [Role.STRATEGIST, Role.ADMINISTRATOR, Role.AUDITOR])
    def test_a_strategist_cannot_grant_more_than_the_table_says(self, here: Municipality, role: Role) -> None:
        with pytest.raises(NotAllowed):
            _invite(here, person(here, Role.STRATEGIST), role)
        assert not User.objects.filter(email="ny@example.org").exists()

    def test_nobody_invites_oneself(self, here: Municipality, admin: User) -> None:
        with pytest.raises(NotAllowed):
            _invite(here, admin, Role.STRATEGIST, email=admin.email.upper())

    def test_an_administrator_of_another_town_cannot(self, here: Municipality) -> None:
        other = person(town("1480", "Göteborg"), Role.ADMINISTRATOR)
        with pytest.raises(NotAllowed):
            _invite(here, other, Role.STEERING_GROUP)

    def test_another_towns_organisation_is_not_there(self, here: Municipality, admin: User) -> None:
        theirs = town("1480", "Göteborg").organisations.get(key="polisen")
        with pytest.raises(NotFound):
            people.invite(
                municipality=here, email="ny@example.org", name="Ny", place=Place(theirs, Role.POLICE_OFFICER),
                by=admin, language="sv", now=NOW,
            )  # fmt: skip

    def test_another_organisations_unit_is_not_there(self, here: Municipality, admin: User) -> None:
        unit = Unit.objects.create(organisation=here.organisations.get(key="polisen"), name="Område Väst")
        with pytest.raises(NotFound):
            _invite(here, admin, Role.STRATEGIST, unit=unit)

    def test_a_role_that_does_not_fit_is_refused(self, here: Municipality, admin: User) -> None:
        with pytest.raises(rules.RoleRefused):
            _invite(here, admin, Role.STRATEGIST, key="polisen")

    def test_the_same_role_twice_is_said(self, here: Municipality, admin: User) -> None:
        _invite(here, admin, Role.STRATEGIST)
        with pytest.raises(people.AlreadyMember):
            _invite(here, admin, Role.STRATEGIST)

    def test_an_ended_role_can_be_given_again(self, here: Municipality, admin: User) -> None:
        membership = _invite(here, admin, Role.STRATEGIST)
        people.end_membership(membership=membership, by=admin, now=NOW)
        again = _invite(here, admin, Role.STRATEGIST)
        assert again.pk == membership.pk
        assert again.user.is_active

    def test_the_auditor_gets_no_second_role(self, here: Municipality, admin: User) -> None:
        _invite(here, admin, Role.AUDITOR)
        with pytest.raises(rules.RoleRefused):
            _invite(here, admin, Role.STEERING_GROUP)


class TestEnding:
    def test_the_last_administrator_stays(self, here: Municipality) -> None:
        one, two = person(here, Role.ADMINISTRATOR), person(here, Role.ADMINISTRATOR)
        people.end_membership(membership=one.memberships.get(), by=two, now=NOW)
        keeper = person(here, Role.STRATEGIST)
        with pytest.raises(NotAllowed):
            people.end_membership(membership=two.memberships.get(), by=keeper, now=NOW)
        with pytest.raises(NotAllowed):
            people.end_membership(membership=two.memberships.get(), by=two, now=NOW)

    @pytest.mark.parametrize(
        "days", [{"until_date": TODAY - DAY}, {"until_date": TODAY + DAY}, {"from_date": TODAY + DAY}]
    )
    def test_somebody_who_leaves_or_has_not_come_is_nobody_to_rely_on(
        self, here: Municipality, days: dict[str, date]
    ) -> None:
        one, two = person(here, Role.ADMINISTRATOR), person(here, Role.ADMINISTRATOR)
        with time_machine.travel(NOW, tick=False):
            membership = one.memberships.get()
            place = Place(membership.organisation, Role.ADMINISTRATOR)
            two.memberships.update(**days)
            helper = person(here, Role.ADMINISTRATOR)
            helper.memberships.update(until_date=TODAY)
            with pytest.raises(rules.LastAdministrator):
                people.end_membership(membership=membership, by=helper, now=NOW)
            changed = Place(place.organisation, Role.STRATEGIST)
            with pytest.raises(rules.LastAdministrator):
                people.change_membership(membership=membership, place=changed, by=helper, now=NOW)
            later = Place(place.organisation, Role.ADMINISTRATOR, until_date=TODAY + 9 * DAY)
            with pytest.raises(rules.LastAdministrator):
                people.change_membership(membership=membership, place=later, by=helper, now=NOW)

    def test_one_whose_account_is_closed_is_nobody_to_rely_on(self, here: Municipality, admin: User) -> None:
        closed = person(here, Role.ADMINISTRATOR)
        User.objects.filter(pk=closed.pk).update(is_active=False)
        helper = person(here, Role.ADMINISTRATOR)
        people.end_membership(membership=closed.memberships.get(), by=admin, now=NOW)
        people.end_membership(membership=admin.memberships.get(), by=helper, now=NOW)
        assert permissions.roles_of(helper, here.pk) == {Role.ADMINISTRATOR}

    def test_the_account_closes_with_the_last_role_and_every_sign_in_ends(
        self, here: Municipality, admin: User
    ) -> None:
        user = person(here, Role.STRATEGIST)
        browser = Client()
        browser.force_login(user)
        assert browser.get("/konto/").status_code == 200
        assert people.end_membership(membership=user.memberships.get(), by=admin, now=NOW)
        user.refresh_from_db()
        assert not user.is_active
        assert browser.get("/konto/").status_code == 302

    def test_it_stays_open_for_a_role_elsewhere_and_for_one_to_come(self, here: Municipality, admin: User) -> None:
        user = person(here, Role.STRATEGIST)
        other = town("1480", "Göteborg")
        later = user.memberships.create(organisation=other.organisations.get(key="kommunen"), role=Role.ANALYST)
        Membership.objects.filter(pk=later.pk).update(from_date=TODAY + 30 * DAY)
        membership = user.memberships.get(role=Role.STRATEGIST)
        assert not people.end_membership(membership=membership, by=admin, now=NOW)
        user.refresh_from_db()
        assert user.is_active

    def test_what_is_ended_twice_says_so(self, here: Municipality, admin: User) -> None:
        membership = person(here, Role.STRATEGIST).memberships.get()
        people.end_membership(membership=membership, by=admin, now=NOW)
        with pytest.raises(Conflict):
            people.end_membership(membership=membership, by=admin, now=NOW)

    def test_accounts_whose_last_day_has_passed_are_closed_by_the_day(self, here: Municipality) -> None:
        gone, staying = person(here, Role.STRATEGIST), person(here, Role.STRATEGIST)
        gone.memberships.update(until_date=TODAY - DAY)
        staying.memberships.update(until_date=TODAY)
        assert people.close_accounts_that_ended(now=NOW) == 1
        assert people.close_accounts_that_ended(now=NOW) == 0
        assert set(User.objects.filter(is_active=True)) == {staying}


class TestChanging:
    def test_both_the_old_and_the_new_role_must_be_ones_to_give(self, here: Municipality) -> None:
        strategist = person(here, Role.STRATEGIST)
        editor, other = person(here, Role.PAGE_EDITOR), person(here, Role.STRATEGIST)
        own = here.organisations.get(key="kommunen")
        with pytest.raises(NotAllowed):
            people.change_membership(
                membership=editor.memberships.get(), place=Place(own, Role.STRATEGIST), by=strategist, now=NOW
            )
        with pytest.raises(NotAllowed):
            people.change_membership(
                membership=other.memberships.get(), place=Place(own, Role.PAGE_EDITOR), by=strategist, now=NOW
            )

    def test_before_and_after_stand_in_the_log(self, here: Municipality, admin: User) -> None:
        editor = person(here, Role.PAGE_EDITOR)
        place = Place(here.organisations.get(key="kommunen"), Role.ANALYST, until_date=TODAY)
        people.change_membership(membership=editor.memberships.get(), place=place, by=admin, now=NOW)
        changes = AuditEntry.objects.get(verb="organisations.member_changed").changes
        assert changes["role"] == ["PAGE_EDITOR", "ANALYST"]
        assert changes["until_date"] == [None, TODAY.isoformat()]


class TestReviewing:
    def test_what_was_ticked_is_reviewed_and_the_log_is_the_protocol(self, here: Municipality, admin: User) -> None:
        one, two = person(here, Role.STRATEGIST), person(here, Role.PAGE_EDITOR)
        outside = person(town("1480", "Göteborg"), Role.STRATEGIST)
        assert len(access_to_review(here, today=TODAY)) == 3
        kept = [one.memberships.get(), outside.memberships.get()]
        assert people.review_access(municipality=here, kept=kept, by=admin, now=NOW) == 1
        assert {row.user for row in access_to_review(here, today=TODAY)} == {admin, two}
        changes = AuditEntry.objects.get(verb="organisations.access_reviewed").changes
        assert changes["n_kept"] == [None, 1]
        assert changes["n_left"] == [None, 2]
        assert outside.memberships.get().reviewed_date is None

    def test_after_a_year_it_is_time_again(self, here: Municipality, admin: User) -> None:
        admin.memberships.update(reviewed_date=TODAY)
        assert access_to_review(here, today=TODAY + timedelta(days=365)) == []
        assert len(access_to_review(here, today=TODAY + timedelta(days=366))) == 1

    def test_nothing_ticked_leaves_no_line(self, here: Municipality, admin: User) -> None:
        assert people.review_access(municipality=here, kept=[], by=admin, now=NOW) == 0
        assert not AuditEntry.objects.exists()


class TestPartners:
    def test_an_organisation_that_leaves_takes_its_roles_with_it(self, here: Municipality, admin: User) -> None:
        officer = person(here, Role.POLICE_OFFICER, key="polisen")
        police = here.organisations.get(key="polisen")
        assert partners.deactivate_organisation(organisation=police, by=admin, now=NOW) == 1
        officer.refresh_from_db()
        assert not officer.is_active
        partners.activate_organisation(organisation=police, by=admin, now=NOW)
        assert permissions.roles_of(officer, here.pk) == set()

    def test_the_municipalitys_own_stays(self, here: Municipality, admin: User) -> None:
        own = here.organisations.get(key="kommunen")
        with pytest.raises(partners.CannotDeactivate):
            partners.deactivate_organisation(organisation=own, by=admin, now=NOW)
        data = {"name": own.name, "kind": OrganisationKind.OTHER, "contact_function": ""}
        with pytest.raises((partners.CannotDeactivate, rules.RoleRefused)):
            partners.save_organisation(municipality=here, organisation=own, data=data, by=admin, now=NOW)

    def test_a_strategist_cannot_end_by_it_what_may_not_be_ended_one_by_one(self, here: Municipality) -> None:
        strategist = person(here, Role.STRATEGIST)
        second = here.organisations.create(key="bolaget", kind=OrganisationKind.MUNICIPALITY, name="Bolaget")
        auditor = person(here, Role.AUDITOR, key="bolaget")
        with pytest.raises(NotAllowed):
            partners.deactivate_organisation(organisation=second, by=strategist, now=NOW)
        assert permissions.roles_of(auditor, here.pk) == {Role.AUDITOR}

    def test_two_of_one_name_are_refused_whatever_their_case(self, here: Municipality, admin: User) -> None:
        data = {"name": "POLISEN", "kind": OrganisationKind.OTHER, "contact_function": ""}
        with pytest.raises(partners.NameTaken):
            partners.save_organisation(municipality=here, organisation=None, data=data, by=admin, now=NOW)

    def test_names_that_make_one_key_get_two(self, here: Municipality, admin: User) -> None:
        keys = set()
        for name in ("Håbo Fastigheter", "Habo Fastigheter", "Hábo fastigheter"):
            data = {"name": name, "kind": OrganisationKind.PROPERTY_OWNER, "contact_function": ""}
            row = partners.save_organisation(municipality=here, organisation=None, data=data, by=admin, now=NOW)
            keys.add(row.key)
        assert len(keys) == 3

    def test_a_kind_that_roles_there_cannot_have_is_refused(self, here: Municipality, admin: User) -> None:
        person(here, Role.POLICE_OFFICER, key="polisen")
        police = here.organisations.get(key="polisen")
        data = {"name": "Polisen", "kind": OrganisationKind.REGION, "contact_function": ""}
        with pytest.raises(rules.RoleRefused):
            partners.save_organisation(municipality=here, organisation=police, data=data, by=admin, now=NOW)
