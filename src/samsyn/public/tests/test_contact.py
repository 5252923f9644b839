"""The contact centre's hours in words: open until when, or closed and when it opens."""

from datetime import date, datetime, time

import pytest
from django.utils import translation

from samsyn.core.clock import STOCKHOLM
from samsyn.organisations.hours import Span, openness
from samsyn.organisations.models import OpeningHours
from samsyn.organisations.services import set_up_municipality
from samsyn.public import contact

WEEK: dict[int, list[Span]] = {day: [(time(8), time(16, 30))] for day in range(5)}


def words(moment: str, *, language: str = "sv", exceptions: dict[date, Span | None] | None = None) -> str:
    now = datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)
    with translation.override(language):
        return contact.state_in_words(openness(now, WEEK, exceptions or {}), now=now)


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-11-23 10:00", "Öppet nu, till kl. 16.30"),
        ("2026-11-23 07:00", "Stängt nu. Öppnar i dag kl. 8.00"),
        ("2026-11-23 16:30", "Stängt nu. Öppnar i morgon kl. 8.00"),
        ("2026-11-20 17:00", "Stängt nu. Öppnar på måndag kl. 8.00"),
        ("2026-12-24 10:00", "Stängt i dag, Julafton. Öppnar på måndag kl. 8.00"),
        ("2026-06-19 10:00", "Stängt i dag, Midsommarafton. Öppnar på måndag kl. 8.00"),
        ("2026-12-31 10:00", "Stängt i dag, Nyårsafton. Öppnar på måndag kl. 8.00"),
    ],
)
def test_the_state_is_one_sentence(moment: str, sentence: str) -> None:
    assert words(moment) == sentence


def test_a_day_further_away_than_a_week_is_told_by_its_date() -> None:
    closed: dict[date, Span | None] = {date(2026, 11, day): None for day in range(23, 31)}
    assert words("2026-11-23 10:00", exceptions=closed) == "Stängt nu. Öppnar 1 december 2026 kl. 8.00"


def test_what_never_opens_is_just_closed() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=STOCKHOLM)
    assert contact.state_in_words(openness(now, {}, {}), now=now) == "Stängt nu"


def test_english_writes_the_clock_with_a_colon() -> None:
    assert "16:30" in words("2026-11-23 10:00", language="en")
    assert "Monday" in words("2026-11-20 17:00", language="en")


@pytest.mark.django_db
def test_the_panel_joins_days_of_equal_hours_and_links_the_phone() -> None:
    town, _created = set_up_municipality(code="1488", name="Trollhättan")
    town.contact_centre_phone = "070-174 06 05"
    town.contact_centre_address = "Gärdhemsvägen 9"
    for weekday in range(5):
        closes = time(15) if weekday == 4 else time(16, 30)
        OpeningHours.objects.create(municipality=town, weekday=weekday, opens_at=time(8), closes_at=closes)
    now = datetime(2026, 11, 23, 10, tzinfo=STOCKHOLM)
    panel = contact.panel(town, openness(now, WEEK, {}), now=now)
    assert panel["lines"] == ["Måndag–torsdag 8.00–16.30, Fredag 8.00–15.00", "Gärdhemsvägen 9"]
    assert panel["phone_url"] == "tel:0701740605"
    assert panel["is_open"] is True
