"""
The people and documents that tests are about. The same three people everywhere.

Alice is strategist of Trollhättan, Bob is police officer there, Charlie is strategist of another town.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from samsyn.accounts.models import User
from samsyn.commitments.enums import (
    DocumentKind,
    DocumentState,
    Fulfilment,
    Operator,
    OutcomeKind,
    PeriodPrecision,
)
from samsyn.commitments.models import Commitment, CommitmentDocument, Outcome, Target
from samsyn.dialogues.enums import Completeness
from samsyn.organisations.enums import OrganisationKind, Role
from samsyn.organisations.models import Membership, Municipality, Organisation

PASSWORD = "en-lång-fras-för-prov"


class MunicipalityFactory(DjangoModelFactory[Municipality]):
    class Meta:
        model = Municipality
        django_get_or_create = ("code",)

    code = "1488"
    name = "Trollhättan"
    slug = factory.LazyAttribute(lambda town: f"kommun-{town.code}")
    official_name = "Trollhättans Stad"


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation
        django_get_or_create = ("municipality", "key")

    class Params:
        police = factory.Trait(key="polisen", kind=OrganisationKind.POLICE, name="Polisen")

    municipality = factory.SubFactory(MunicipalityFactory)
    key = "staden"
    kind = OrganisationKind.MUNICIPALITY
    name = "Trollhättans Stad"


class DocumentFactory(DjangoModelFactory[CommitmentDocument]):
    class Meta:
        model = CommitmentDocument

    class Params:
        draft = factory.Trait(is_published=False, state=DocumentState.DRAFT)
        late_follow_up = factory.Trait(follow_up_deadline=date(2021, 3, 31))
        archived = factory.Trait(state=DocumentState.ARCHIVED)

    municipality = factory.SubFactory(MunicipalityFactory)
    key = factory.Sequence(lambda n: f"medborgarlofte-{n}")
    kind = DocumentKind.CITIZEN_PROMISE
    title = "Medborgarlöfte 2020"
    state = DocumentState.ENDED
    is_published = True
    period_text = "2020"
    period_start = date(2020, 1, 1)
    period_end = date(2020, 12, 31)
    period_precision = PeriodPrecision.YEAR
    completeness = Completeness.COMPLETE


class CommitmentFactory(DjangoModelFactory[Commitment]):
    class Meta:
        model = Commitment

    document = factory.SubFactory(DocumentFactory)
    key = factory.Sequence(lambda n: f"lofte-{n}")
    title = "Synlig polis i offentlig miljö"
    wording = "Minska antalet anmälningar gällande våld i offentlig miljö."
    order = factory.Sequence(lambda n: n)


class TargetFactory(DjangoModelFactory[Target]):
    class Meta:
        model = Target

    class Params:
        decrease = factory.Trait(operator=Operator.DECREASE, unit="anmälda brott")

    commitment = factory.SubFactory(CommitmentFactory)
    key = factory.Sequence(lambda n: f"mal-{n}")
    order = factory.Sequence(lambda n: n)
    operator = Operator.DONE


class OutcomeFactory(DjangoModelFactory[Outcome]):
    class Meta:
        model = Outcome

    class Params:
        published = factory.Trait(is_published=True)
        # 185 to 162: the real outcome of 2020, which chance alone may explain.
        counted = factory.Trait(
            kind=OutcomeKind.COUNT,
            unit="anmälda brott",
            baseline_value=Decimal(185),
            baseline_period_text="2019",
            baseline_start=date(2019, 1, 1),
            baseline_end=date(2019, 12, 31),
            value=Decimal(162),
            period_text="2020",
            period_start=date(2020, 1, 1),
            period_end=date(2020, 12, 31),
        )
        shares = factory.Trait(
            kind=OutcomeKind.PERCENTAGE,
            baseline_value=Decimal(16),
            baseline_numerator=160,
            baseline_denominator=1000,
            baseline_period_text="2019",
            value=Decimal(25),
            value_numerator=250,
            value_denominator=1000,
            period_text="2020",
        )
        late = factory.Trait(
            kind=OutcomeKind.MILESTONE,
            fulfilment=Fulfilment.LATE,
            reason="Tidplanen ändrades.",
            new_date_text="september 2021",
        )

    commitment = factory.SubFactory(CommitmentFactory)
    key = factory.Sequence(lambda n: f"utfall-{n}")
    order = factory.Sequence(lambda n: n)
    kind = OutcomeKind.PROSE
    title = "Rundorna är gjorda"
    fulfilment = Fulfilment.MET


def person(role: Role | None, *, municipality: Municipality | None = None, **fields: Any) -> User:
    """Return someone with a role in a municipality; without a role, somebody who has none anywhere."""
    name = fields.pop("name", str(role or "utan roll").casefold())
    user = User.objects.create_user(
        f"{name}-{User.objects.count()}@example.org", PASSWORD, name=name, **fields
    )
    if role is not None:
        town = municipality or MunicipalityFactory.create()
        organisation = OrganisationFactory.create(municipality=town, police=role == Role.POLICE_OFFICER)
        Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def alice() -> User:
    """Return the strategist of Trollhättan."""
    return person(Role.STRATEGIST, name="alice")


def bob() -> User:
    """Return the police officer of Trollhättan."""
    return person(Role.POLICE_OFFICER, name="bob")


def charlie() -> User:
    """Return the strategist of another town; the first town is the one that the pages are about."""
    MunicipalityFactory.create()
    return person(
        Role.STRATEGIST, municipality=MunicipalityFactory.create(code="1480", name="Göteborg"), name="charlie"
    )
