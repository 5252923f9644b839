"""The town that tests of commitments take place in."""

from datetime import date

import pytest

from samsyn.commitments.tests import factories
from samsyn.organisations.models import Municipality
from samsyn.places.enums import AreaLevel
from samsyn.places.models import Area
from samsyn.statistics.enums import CountedBy, Periodicity
from samsyn.statistics.models import StatisticSeries

SQUARE = {"type": "Polygon", "coordinates": [[[12.2, 58.2], [12.3, 58.2], [12.3, 58.3], [12.2, 58.2]]]}


@pytest.fixture
def town(db: None) -> Municipality:
    """Trollhättan with what documents may refer to: two organisations, an area and a statistic series."""
    factories.OrganisationFactory()
    factories.OrganisationFactory(police=True)
    Area.objects.create(
        code="1488R001",
        name="Centrum",
        level=AreaLevel.REGSO,
        municipality_code="1488",
        geometry=SQUARE,
        area_km2=1.0,
        label_lon=12.25,
        label_lat=58.25,
        min_lon=12.2,
        min_lat=58.2,
        max_lon=12.3,
        max_lat=58.3,
        source="SCB",
        version="2025",
    )
    StatisticSeries.objects.create(
        key="anmalda-brott",
        measure="reported",
        area_code="1488",
        periodicity=Periodicity.YEAR,
        owner="Brå",
        title="Anmälda brott",
        definition="Alla anmälda brott",
        unit="brott",
        counted_by=next(iter(CountedBy)),
        source_text="Brå",
        extraction_date=date(2026, 11, 22),
    )
    return Municipality.objects.get()
