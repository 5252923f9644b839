"""Opening hours: open now or when, knowing Swedish holidays. Pure: the instant is passed in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise

import holidays

from samsyn.core.clock import STOCKHOLM

DAYS_AHEAD = 30
Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Openness:
    """Whether it is open now, and the next instant at which that changes."""

    is_open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    holiday: str = ""

    def opens_on(self, now: datetime) -> int | None:
        """Return how many days from now it opens: 0 today, 1 tomorrow; None if not within sight."""
        return (self.opens_at.date() - now.astimezone(STOCKHOLM).date()).days if self.opens_at else None


@cache
def _swedish_holidays(year: int) -> Mapping[date, str]:
    # Sundays are no holidays of their own here: a town may well be open on one.
    return holidays.country_holidays(
        "SE", years=year, include_sundays=False, language="sv", categories=("public", "de_facto")
    )


def holiday_name(day: date) -> str:
    """Return the Swedish name of a holiday or of an eve on which offices close, else an empty text."""
    return _swedish_holidays(day.year).get(day, "")


def spans_on(day: date, weekly: Mapping[int, Sequence[Span]], exceptions: Mapping[date, Span | None]) -> Sequence[Span]:
    """Return the opening spans of a day: an exception wins over a holiday, a holiday over the week."""
    if day in exceptions:
        exception = exceptions[day]
        return [exception] if exception else []
    return [] if holiday_name(day) else weekly.get(day.weekday(), [])


def openness(now: datetime, weekly: Mapping[int, Sequence[Span]], exceptions: Mapping[date, Span | None]) -> Openness:
    """
    Tell whether it is open at `now`, and until or from when.

    `weekly` has spans of local time by weekday (0 is Monday); `exceptions` a span, or None for closed, by date.
    Opening is included in the span, closing is not.
    """
    here = now.astimezone(STOCKHOLM)
    for ahead in range(DAYS_AHEAD + 1):
        day = here.date() + timedelta(days=ahead)
        for opens, closes in sorted(spans_on(day, weekly, exceptions)):
            opens_at = datetime.combine(day, opens, tzinfo=STOCKHOLM)
            closes_at = datetime.combine(day, closes, tzinfo=STOCKHOLM)
            if opens_at <= here < closes_at:
                return Openness(True, closes_at=closes_at)
            if here < opens_at:
                return Openness(False, opens_at=opens_at, holiday=holiday_name(here.date()))
    return Openness(False, holiday=holiday_name(here.date()))


class UnreadableHours(ValueError):
    """A text is not opening hours."""


_TIME = r"([01]?\d|2[0-4])(?:[.:]([0-5]\d))?"
_SPAN = re.compile(rf"{_TIME}\s*[-\u2013\u2212]\s*{_TIME}")
_CLOSED = {"", "stängt", "closed", "-", "\u2013"}
MAX_SPANS = 4


def read_spans(written: str) -> list[Span]:
    """
    Return a day's opening spans as people write them; none for an empty text or the word closed.

    :raises UnreadableHours: it is something else, or a span ends before it begins, or two overlap

    >>> read_spans("8–12, 13.00-16.30")
    [(datetime.time(8, 0), datetime.time(12, 0)), (datetime.time(13, 0), datetime.time(16, 30))]
    """
    if written.strip().casefold() in _CLOSED:
        return []
    spans = []
    for part in re.split(r",|;|\boch\b|\band\b", written.casefold().replace("kl.", "").replace("kl ", "")):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            raise UnreadableHours(written)
        hour, minute, last_hour, last_minute = (int(digits or 0) for digits in match.groups())
        if hour == 24 or (last_hour == 24 and last_minute):
            raise UnreadableHours(written)
        # A day's last instant is written 24; what is stored is the last minute that a clock has.
        ends = time(23, 59) if last_hour == 24 else time(last_hour, last_minute)
        spans.append((time(hour, minute), ends))
    spans.sort()
    if len(spans) > MAX_SPANS or any(ends <= opens for opens, ends in spans):
        raise UnreadableHours(written)
    if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
        raise UnreadableHours(written)
    return spans


def write_spans(spans: Sequence[Span]) -> str:
    """
    Return spans as `read_spans` reads them.

    >>> write_spans([(time(8), time(16, 30))])
    '8.00–16.30'
    """
    return ", ".join(f"{opens.hour}.{opens:%M}–{ends.hour}.{ends:%M}" for opens, ends in sorted(spans))
