"""The towns and people that tests of partners and settings are about."""

from __future__ import annotations

from datetime import UTC, datetime

from samsyn.accounts.models import User
from samsyn.organisations.enums import OrganisationKind, Role
from samsyn.organisations.models import Membership, Municipality, Organisation
from samsyn.organisations.services import set_up_municipality

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()


def town(code: str = "1488", name: str = "Trollhättan") -> Municipality:
    """Return a new municipality with its own organisation and the police."""
    municipality, _made = set_up_municipality(code=code, name=name)
    Organisation.objects.create(municipality=municipality, key="polisen", kind=OrganisationKind.POLICE, name="Polisen")
    return municipality


def person(municipality: Municipality, *roles: Role, key: str = "kommunen", name: str = "") -> User:
    """Return somebody with roles at one of a municipality's organisations."""
    name = name or f"person-{User.objects.count()}"
    user = User.objects.create_user(f"{name}@example.org", "en-lång-fras-för-prov", name=name)
    for role in roles:
        Membership.objects.create(user=user, organisation=municipality.organisations.get(key=key), role=role)
    return user
