"""When the contact centre is open: holidays, eves, summer time, exceptions and the instant of closing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.core.clock import STOCKHOLM
from samsyn.organisations.hours import DAYS_AHEAD, Openness, Span, holiday_name, openness
from samsyn.organisations.models import Municipality, OpeningException, OpeningHours
from samsyn.organisations.queries import contact_centre_openness
from samsyn.organisations.services import WrongMunicipalityCode, set_up_municipality

WEEK: dict[int, list[Span]] = {day: [(time(8), time(16, 30))] for day in range(5)}


def at(day: str, clock: str = "10:00", *, fold: int = 0) -> datetime:
    """Return an instant told by a clock in Sweden."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=STOCKHOLM).replace(fold=fold)


def ask(now: datetime, exceptions: Mapping[date, Span | None] | None = None) -> Openness:
    return openness(now, WEEK, exceptions or {})


def test_open_in_the_middle_of_a_day() -> None:
    assert ask(at("2026-11-23", "10:00")) == Openness(True, closes_at=at("2026-11-23", "16:30"))


@pytest.mark.parametrize(
    ("clock", "is_open"), [("07:59:59", False), ("08:00", True), ("16:29:59", True), ("16:30", False)]
)
def test_the_first_instant_is_open_and_the_last_is_not(clock: str, is_open: bool) -> None:
    assert ask(at("2026-11-23", clock)).is_open is is_open


def test_before_opening_it_opens_today() -> None:
    now = at("2026-11-23", "07:00")
    found = ask(now)
    assert found.opens_at == at("2026-11-23", "08:00")
    assert found.opens_on(now) == 0


def test_friday_evening_leads_to_monday() -> None:
    now = at("2026-11-20", "18:00")
    found = ask(now)
    assert (found.opens_at, found.opens_on(now), found.holiday) == (at("2026-11-23", "08:00"), 3, "")


@pytest.mark.parametrize(
    ("day", "name", "opens"),
    [
        ("2026-06-19", "Midsommarafton", "2026-06-22"),
        ("2026-12-24", "Julafton", "2026-12-28"),
        ("2026-12-31", "Nyårsafton", "2027-01-04"),
        ("2027-01-06", "Trettondedag jul", "2027-01-07"),
        ("2027-03-26", "Långfredagen", "2027-03-30"),
        ("2026-05-01", "Första maj", "2026-05-04"),
        ("2027-05-06", "Kristi himmelsfärdsdag", "2027-05-07"),
    ],
)
def test_holidays_and_eves_are_closed_with_their_name(day: str, name: str, opens: str) -> None:
    found = ask(at(day))
    assert (found.is_open, found.holiday, found.opens_at) == (False, name, at(opens, "08:00"))


def test_new_years_eve_knows_the_holidays_of_the_year_that_comes() -> None:
    assert ask(at("2026-12-31", "23:59")).opens_at == at("2027-01-04", "08:00")


def test_a_plain_sunday_is_no_holiday() -> None:
    assert holiday_name(date(2026, 11, 22)) == ""


def test_an_exception_wins_over_the_week_and_over_a_holiday() -> None:
    closed = ask(at("2026-11-23"), {date(2026, 11, 23): None})
    assert (closed.is_open, closed.opens_at, closed.holiday) == (False, at("2026-11-24", "08:00"), "")
    opened = ask(at("2026-12-24", "10:00"), {date(2026, 12, 24): (time(9), time(12))})
    assert opened == Openness(True, closes_at=at("2026-12-24", "12:00"))


def test_on_the_day_the_clock_goes_forward_hours_are_told_by_the_wall() -> None:
    sundays = {6: [(time(1), time(16))]}
    found = openness(at("2026-03-29", "01:30"), sundays, {})
    assert found.closes_at is not None
    assert found.closes_at.astimezone(UTC) == datetime(2026, 3, 29, 14, tzinfo=UTC)
    # The clock jumps from two to three: half an hour after 01:30 the time is 03:00.
    later = at("2026-03-29", "01:30").astimezone(UTC) + timedelta(minutes=30)
    assert openness(later, sundays, {}).is_open


def test_on_the_day_the_clock_goes_back_closing_comes_an_hour_later() -> None:
    sundays = {6: [(time(1), time(16))]}
    found = openness(at("2026-10-25", "01:30"), sundays, {})
    assert found.closes_at is not None
    assert found.closes_at.astimezone(UTC) == datetime(2026, 10, 25, 15, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-03-27", "2026-10-23"])
def test_over_the_weekend_when_the_clock_changes_monday_is_still_at_eight(day: str) -> None:
    found = ask(at(day, "17:00"))
    assert found.opens_at is not None
    assert found.opens_at.astimezone(STOCKHOLM).hour == 8
    assert found.opens_on(at(day, "17:00")) == 3


def test_what_never_opens_says_nothing_of_when() -> None:
    found = openness(at("2026-11-23"), {}, {})
    assert (found.is_open, found.opens_at, found.opens_on(at("2026-11-23"))) == (False, None, None)


def test_two_spans_of_a_day_have_a_break_between() -> None:
    week = {0: [(time(13), time(16)), (time(8), time(12))]}
    assert openness(at("2026-11-23", "12:30"), week, {}).opens_at == at("2026-11-23", "13:00")
    assert openness(at("2026-11-23", "11:30"), week, {}).closes_at == at("2026-11-23", "12:00")


_span = (
    st.tuples(st.integers(0, 1438), st.integers(1, 1439))
    .filter(lambda ends: ends[0] < ends[1])
    .map(lambda ends: (time(*divmod(ends[0], 60)), time(*divmod(ends[1], 60))))
)
_instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001


@given(
    now=_instants,
    weekly=st.dictionaries(st.integers(0, 6), st.lists(_span, max_size=2)),
    ahead=st.dictionaries(st.integers(0, DAYS_AHEAD), st.one_of(st.none(), _span), max_size=3),
)
def test_it_is_never_both_open_and_about_to_open(
    now: datetime, weekly: dict[int, list[Span]], ahead: dict[int, Span | None]
) -> None:
    today = now.astimezone(STOCKHOLM).date()
    exceptions = {today + timedelta(days=days): span for days, span in ahead.items()}
    found = openness(now, weekly, exceptions)
    assert not (found.is_open and found.opens_at)
    assert found.is_open == (found.closes_at is not None)
    if found.closes_at:
        assert found.closes_at > now
        # At the instant it closes, this span is over: it is closed, or another one has begun.
        assert openness(found.closes_at, weekly, exceptions).closes_at != found.closes_at
    if found.opens_at:
        assert found.opens_at > now
        assert openness(found.opens_at, weekly, exceptions).is_open


# --- from the database ----------------------------------------------------------------------------------


@pytest.fixture
def town(db: None) -> Municipality:
    municipality, _created = set_up_municipality(code="1488", name="Trollhättan")
    for weekday in range(5):
        OpeningHours.objects.create(
            municipality=municipality, weekday=weekday, opens_at=time(8), closes_at=time(16, 30)
        )
    return municipality


def test_the_towns_own_hours_are_used(town: Municipality) -> None:
    assert contact_centre_openness(town, now=at("2026-11-23", "10:00")).is_open


def test_a_day_without_hours_is_closed(town: Municipality) -> None:
    OpeningException.objects.create(municipality=town, day_date=date(2026, 11, 23), reason="Flytt")
    found = contact_centre_openness(town, now=at("2026-11-23", "10:00"))
    assert (found.is_open, found.opens_at) == (False, at("2026-11-24", "08:00"))


def test_an_exception_counts_on_the_day_that_it_is_in_sweden(town: Municipality) -> None:
    OpeningException.objects.create(municipality=town, day_date=date(2026, 11, 24))
    # 23:30 in London on the 23rd is the 24th in Sweden.
    found = contact_centre_openness(town, now=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert found.opens_at == at("2026-11-25", "08:00")


def test_another_towns_hours_are_not_ours(town: Municipality) -> None:
    other, _created = set_up_municipality(code="1480", name="Göteborg")
    assert contact_centre_openness(other, now=at("2026-11-23")).opens_at is None


# --- setting up -----------------------------------------------------------------------------------------


def test_setting_up_twice_makes_one_town(town: Municipality) -> None:
    again, created = set_up_municipality(code="1488", name="Ett annat namn")
    assert (again.pk, created) == (town.pk, False)
    assert Municipality.objects.get().name == "Trollhättan"
    assert [o.key for o in town.organisations.all()] == ["kommunen"]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "148", "14888", "abcd", "1\uff1488", "-148", " 148"])
def test_a_code_that_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(WrongMunicipalityCode, match="fyra siffror"):
        set_up_municipality(code=code, name="X")
    assert not Municipality.objects.exists()
