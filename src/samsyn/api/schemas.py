"""The shapes of what is asked and answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from samsyn.observations.enums import Certainty, Precision, SourceClass

Code = Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-zÅÄÖåäö_-]*$")]


class Problem(Schema):
    """What went wrong, in a sentence that says what to do."""

    status: int
    detail: str
    errors: list[dict[str, Any]] = []


class MunicipalityOut(Schema):
    """The municipality that the site is about."""

    code: str
    name: str
    official_name: str


class AreaOut(Schema):
    """An area without its outline; outlines are in the open data."""

    code: str
    name: str
    level: str
    parent_code: str
    area_km2: float


class ValueOut(Schema):
    """A number for a period, or the statement that there is none."""

    period: str
    value: float | None
    rate_per_100k: float | None
    status: str


class SeriesOut(Schema):
    """Numbers owned by somebody else, with what one must know to read them."""

    key: str
    measure: str
    area_code: str
    title: str
    definition: str
    unit: str
    owner: str
    source: str
    extraction_date: date | None
    values: list[ValueOut]


class CommitmentOut(Schema):
    """A published promise, and where the whole of it stands."""

    document: str
    key: str
    title: str
    url: str


class Page(Schema):
    """Where one is in a long answer."""

    page: int
    pages: int
    count: int


class AreasOut(Page):
    """A page of areas."""

    items: list[AreaOut]


class SeriesPage(Page):
    """A page of series."""

    items: list[SeriesOut]


class CommitmentsOut(Page):
    """A page of promises."""

    items: list[CommitmentOut]
    open_data: str


class ObservationOut(Schema):
    """One thing seen, with its source and what that source is known to miss."""

    id: str
    source_class: str
    bias: str
    category: str
    own_category: str
    what: str
    certainty: str
    happened_at: datetime
    precision: str
    lat: float | None
    lon: float | None
    regso_code: str
    deso_code: str
    place_name: str
    version: int
    withdrawn: bool


class ObservationsOut(Page):
    """A page of things seen."""

    items: list[ObservationOut]


class ObservationIn(Schema):
    """What is entered. It holds no persons."""

    model_config = ConfigDict(extra="forbid")

    what: str = Field(min_length=1, max_length=4_000)
    happened_at: AwareDatetime
    category: str = Field("ovrigt", max_length=60)
    own_category: str = Field("", max_length=120)
    precision: Precision = Precision.MINUTE
    certainty: Certainty = Certainty.NOT_STATED
    lat: float | None = Field(None, ge=55.0, le=69.2)
    lon: float | None = Field(None, ge=10.5, le=24.3)
    area_code: str = Field("", max_length=40)
    place_name: str = Field("", max_length=200)
    source_class: Literal[SourceClass.STAFF, SourceClass.HOST, SourceClass.PARTNER, SourceClass.PROPERTY_CHECK] = (
        SourceClass.STAFF
    )


class ImportOut(Schema):
    """How far a file has come."""

    key: str
    kind: str
    name: str
    state: str
    phase: str
    rows_read: int
    result: dict[str, Any]
