"""Periods as statistics write them: a year, a quarter or a month. Pure."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from samsyn.statistics.enums import Periodicity

_PERIOD = re.compile(r"(\d{4})(?:K([1-4])|M(0[1-9]|1[0-2]))?", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


class Period(NamedTuple):
    """A period's text, its first and last day, and how long such periods are."""

    text: str
    start_date: date
    end_date: date
    periodicity: Periodicity


@lru_cache(maxsize=2000)
def parse_period(text: str) -> Period:
    """
    Return the period that a text means.

    >>> parse_period("2015k1").end_date
    datetime.date(2015, 3, 31)

    :raises ValueError: not a year, quarter or month
    """
    found = _PERIOD.fullmatch(text.strip())
    if not found or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        raise ValueError(text)
    year = int(found[1])
    if found[2]:
        last_month = int(found[2]) * 3
        first_month, periodicity = last_month - 2, Periodicity.QUARTER
    elif found[3]:
        first_month = last_month = int(found[3])
        periodicity = Periodicity.MONTH
    else:
        first_month, last_month, periodicity = 1, 12, Periodicity.YEAR
    last_day = calendar.monthrange(year, last_month)[1]
    return Period(found[0].upper(), date(year, first_month, 1), date(year, last_month, last_day), periodicity)
