"""The town that observations are made in: two RegSO side by side, one of them in two DeSO."""

from __future__ import annotations

from typing import Any

import pytest

from samsyn.accounts.models import User
from samsyn.organisations.enums import OrganisationKind, Role
from samsyn.organisations.models import Membership, Municipality, Organisation
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def area(code: str, level: AreaLevel, box: tuple[float, float, float, float], **more: Any) -> Area:
    return Area.objects.create(
        code=code,
        name=more.pop("name", code),
        level=level,
        municipality_code=code[:4],
        geometry=square(*box),
        area_km2=1.0,
        label_lon=(box[0] + box[2]) / 2,
        label_lat=(box[1] + box[3]) / 2,
        min_lon=box[0],
        min_lat=box[1],
        max_lon=box[2],
        max_lat=box[3],
        **more,
    )


def town_of(code: str, name: str) -> Municipality:
    return Municipality.objects.create(code=code, name=name, slug=name.casefold(), official_name=name)


@pytest.fixture
def town(db: None) -> Municipality:
    """Trollhättan: 1488R001 with DeSO A0010 in the west and A0020 in the east, and 1488R002 east of it."""
    area("1488", AreaLevel.MUNICIPALITY, (12.0, 58.0, 12.6, 58.4))
    area("1488R001", AreaLevel.REGSO, (12.2, 58.2, 12.3, 58.3), name="Centrum")
    area("1488R002", AreaLevel.REGSO, (12.3, 58.2, 12.4, 58.3), name="Öster")
    area("1488A0010", AreaLevel.DESO, (12.2, 58.2, 12.25, 58.3), parent_code="1488R001")
    area("1488A0020", AreaLevel.DESO, (12.25, 58.2, 12.3, 58.3), parent_code="1488R001")
    return town_of("1488", "Trollhättan")


@pytest.fixture
def other_town(town: Municipality) -> Municipality:
    return town_of("1480", "Göteborg")


def person(role: Role, municipality: Municipality) -> User:
    name = f"{role.casefold()}-{municipality.code}"
    user = User.objects.create_user(f"{name}@example.org", "en-lång-fras-för-prov", name=name)
    organisation, _created = Organisation.objects.get_or_create(
        municipality=municipality,
        key="staden",
        defaults={"kind": OrganisationKind.MUNICIPALITY, "name": municipality.name},
    )
    Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


@pytest.fixture
def alice(town: Municipality) -> User:
    """The strategist."""
    return person(Role.STRATEGIST, town)


@pytest.fixture
def bob(town: Municipality) -> User:
    """The municipal police officer."""
    return person(Role.POLICE_OFFICER, town)


@pytest.fixture
def charlie(other_town: Municipality) -> User:
    """The strategist of another town."""
    return person(Role.STRATEGIST, other_town)
