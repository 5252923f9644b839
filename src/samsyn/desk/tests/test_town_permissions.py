"""Who reaches which page of the municipality's own: every route, every role, and those outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from samsyn.accounts.models import User
from samsyn.commitments.tests import factories
from samsyn.core.models import AuditEntry
from samsyn.desk.tests.test_permissions import ROLES, _browser_of
from samsyn.desk.tests.town_table import TOWN_TABLE
from samsyn.organisations.enums import Role
from samsyn.organisations.models import (
    GuideEntry,
    Membership,
    Municipality,
    OpeningException,
    Organisation,
    SetupLink,
    Unit,
)
from samsyn.organisations.services import first_run

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASES = [
    pytest.param(route, method, url, role, answer, id=f"{method} {url} {role}")
    for route, method, url, answers in TOWN_TABLE
    for role, answer in zip(ROLES, answers, strict=True)
]


@pytest.fixture
def places(db: None) -> dict[str, object]:
    """A town with one of everything that its own pages are about."""
    town: Municipality = factories.MunicipalityFactory.create()
    for order, key in enumerate(("klotter", "lampor")):
        GuideEntry.objects.create(municipality=town, key=key, group="MUNICIPALITY", order=order, title=key)
    exception = OpeningException.objects.create(municipality=town, day_date=date(2099, 12, 23))
    owner = Organisation.objects.create(
        municipality=town, key="fastighetsbolaget", kind="PROPERTY_OWNER", name="Fastighetsbolaget"
    )
    unit = Unit.objects.create(organisation=owner, name="Södra området")
    user = factories.person(Role.PAGE_EDITOR, name="erik")
    user.memberships.create(organisation=owner, role=Role.STEERING_GROUP)
    editor = user.memberships.get(role=Role.PAGE_EDITOR)
    waiting = User.objects.create_user("ny@example.org", name="ny")  # who has not chosen a password yet
    token = first_run.make_link(municipality=town, user=waiting, now=NOW)
    SetupLink.objects.update(expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    return {"exception": exception.pk, "unit": unit.pk, "user": user.pk, "membership": editor.pk, "token": token}


def _sent(route: str, places: dict[str, object]) -> dict[str, object]:
    """Return what an honest form holds, so that only the role decides."""
    owner = Organisation.objects.get(key="fastighetsbolaget")
    role = {"organisation": owner.pk, "role": "STEERING_GROUP"}
    forms: dict[str, dict[str, object]] = {
        "town_settings": {"part": "names", "name": "Nytt namn", "official_name": "Nya namnet"},
        "town_guide_new": {"group": "MUNICIPALITY", "title": "Ny"},
        "town_guide_edit": {"group": "MUNICIPALITY", "title": "Ändrad"},
        "town_guide_moved": {"up": "1"},
        "town_reviews": {"page": "start", "unit": "Kansliet", "interval_days": "30"},
        "organisation_new": {"name": "Skolan", "kind": "SCHOOL"},
        "organisation": {"name": "Nya bolaget", "kind": "PROPERTY_OWNER"},
        "organisation_activity": {"deactivate": "1"},
        "unit_new": {"name": "Norra", "is_active": "on"},
        "unit": {"name": "Nya södra", "is_active": "on"},
        "invite": {"name": "Ny Person", "email": "ny.person@example.org", **role},
        "person": {"organisation": Organisation.objects.get(key="polisen").pk, "role": "POLICE_OFFICER"},
        "membership": {"role": "ANALYST"},
        "access": {"keep": [str(places["membership"])]},
        "first_run_step": {"next": "1"},
    }
    return forms.get(route, {})


def _rows() -> list[tuple[object, ...]]:
    asked = (
        Municipality.objects.values_list("pk", "name"),
        Membership.objects.values_list("pk", "role", "ended_at", "reviewed_date"),
        Organisation.objects.values_list("pk", "name", "is_active"),
        Unit.objects.values_list("pk", "name"),
        GuideEntry.objects.values_list("pk", "title", "order"),
        OpeningException.objects.values_list("pk"),
        # Looking at a colleague leaves a line of its own; no other is left by those who may not.
        AuditEntry.objects.filter(is_reading=False).values_list("pk"),
        User.objects.values_list("pk", "is_active"),
    )
    return [(rows.model.__name__, *row) for rows in asked for row in rows.order_by("pk")]


@pytest.mark.parametrize(("route", "method", "url", "role", "answer"), CASES)
def test_each_role_reaches_what_it_may_and_nothing_else(
    places: dict[str, object],
    signed_in: Callable[[User], Client],
    route: str,
    method: str,
    url: str,
    role: str,
    answer: int,
) -> None:
    factories.OrganisationFactory.create(police=True)
    browser = _browser_of(role, signed_in)
    before = _rows()
    response = getattr(browser, method)(url.format(**places), _sent(route, places) if method == "post" else {})
    assert response.status_code == answer
    if role == "ANONYMOUS" and answer == 302:
        assert response["Location"].startswith("/konto/logga-in/?next=/arbete/")
    if method == "get":
        assert _rows() == before
    elif route not in {"town_logo_removed", "first_run_step"}:  # there is no logo; a step is no content
        assert (_rows() == before) is (answer == 403 or role == "ANONYMOUS")


@pytest.mark.parametrize(
    ("route", "url"), [(route, url) for route, method, url, _answers in TOWN_TABLE if method == "post"]
)
def test_a_link_to_an_act_does_nothing(
    places: dict[str, object], signed_in: Callable[[User], Client], route: str, url: str
) -> None:
    browser = signed_in(factories.person(Role.ADMINISTRATOR))
    before = _rows()
    assert browser.get(url.format(**places)).status_code in (200, 302)
    assert _rows() == before


OTHERS = [
    "/arbete/kommunen/personer/{charlie}/",
    "/arbete/kommunen/personer/{charlie}/{charlies}/",
    "/arbete/kommunen/organisationer/o/goteborgs-bolag/",
    "/arbete/kommunen/organisationer/o/fastighetsbolaget/enheter/{their_unit}/",
    "/arbete/kommunen/vem-gor-vad/rad/goteborgs-rad/",
    "/arbete/kommunen/installningar/finns-inte/",
    "/arbete/kom-igang/finns-inte/",
]


@pytest.mark.parametrize("url", OTHERS)
def test_another_towns_rows_are_not_there(
    places: dict[str, object], signed_in: Callable[[User], Client], url: str
) -> None:
    charlie = factories.charlie()
    other = Municipality.objects.get(code="1480")
    company = Organisation.objects.create(
        municipality=other, key="goteborgs-bolag", kind="PROPERTY_OWNER", name="Göteborgs bolag"
    )
    unit = Unit.objects.create(organisation=company, name="Hisingen")
    GuideEntry.objects.create(municipality=other, key="goteborgs-rad", group="MUNICIPALITY", order=1, title="Rad")
    names = {"charlie": charlie.pk, "charlies": charlie.memberships.get().pk, "their_unit": unit.pk}
    browser = signed_in(factories.person(Role.ADMINISTRATOR))
    assert browser.get(url.format(**names)).status_code == 404


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("ADMINISTRATOR", True),
        ("STRATEGIST", True),
        ("PAGE_EDITOR", True),
        ("POLICE_OFFICER", False),
        ("STEERING_GROUP", False),
        ("ANALYST", False),
        ("AUDITOR", False),
    ],
)
def test_the_menu_leads_only_where_one_may_go(
    db: None, signed_in: Callable[[User], Client], role: str, seen: bool
) -> None:
    page = _browser_of(role, signed_in).get("/arbete/aret/").content.decode()
    assert ('href="/arbete/kommunen/"' in page) is seen
