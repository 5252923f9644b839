"""Limits on tries, by a hash that nobody can follow from day to day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from samsyn.core import ratelimit
from samsyn.core.errors import TooMany
from samsyn.core.models import RateCount

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WINDOW = timedelta(minutes=15)


def spend(n: int, who: str = "192.0.2.1", *, act: str = "sign_in", now: datetime = NOW) -> None:
    for _try in range(n):
        ratelimit.spend(act, who, limit=3, window=WINDOW, now=now)


def test_the_same_who_has_one_hash_for_a_day() -> None:
    assert ratelimit.bucket("a", "x", now=NOW) == ratelimit.bucket("a", "x", now=NOW + timedelta(hours=11))


def test_the_next_day_the_same_who_has_another() -> None:
    assert ratelimit.bucket("a", "x", now=NOW) != ratelimit.bucket("a", "x", now=NOW + DAY)


def test_two_who_and_two_installations_differ() -> None:
    one = ratelimit.bucket("a", "x", now=NOW)
    assert one != ratelimit.bucket("a", "y", now=NOW)
    with override_settings(SECRET_KEY="another"):
        assert one != ratelimit.bucket("a", "x", now=NOW)


def test_the_hash_does_not_hold_the_address() -> None:
    assert "192.0.2.1" not in ratelimit.bucket("a", "192.0.2.1", now=NOW)


@pytest.mark.django_db
def test_the_limit_is_allowed_and_one_more_is_not() -> None:
    spend(3)
    with pytest.raises(TooMany, match="Vänta en stund") as refused:
        spend(1)
    assert refused.value.status == 429


@pytest.mark.django_db
def test_others_acts_and_windows_are_counted_apart() -> None:
    spend(3)
    spend(3, "192.0.2.2")
    spend(3, act="report")
    spend(3, now=NOW + WINDOW)
    with pytest.raises(TooMany):
        spend(1, now=NOW + WINDOW)


@pytest.mark.django_db
def test_counters_are_forgotten_after_a_day() -> None:
    spend(1)
    spend(1, now=NOW + DAY)
    assert ratelimit.forget(now=NOW + DAY + timedelta(minutes=1)) == 1
    assert RateCount.objects.count() == 1
