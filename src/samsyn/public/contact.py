"""The contact centre as a panel: open now, or when."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samsyn.core import clock
from samsyn.organisations.hours import Openness
from samsyn.organisations.models import Municipality
from samsyn.ui.formats import format_day


def _clock_time(instant: datetime) -> str:
    return _time_in_words(clock.local(instant).time())


def _time_in_words(moment: time) -> str:
    sign = "." if (get_language() or "sv").startswith("sv") else ":"
    return f"{moment.hour}{sign}{moment:%M}"


def state_in_words(openness: Openness, *, now: datetime) -> str:
    """Say that it is open and until when, or closed and when it opens."""
    if openness.is_open and openness.closes_at:
        return _("Öppet nu, till kl. %(time)s") % {"time": _clock_time(openness.closes_at)}
    if openness.opens_at is None:
        return _("Stängt nu")
    values = {"time": _clock_time(openness.opens_at), "holiday": openness.holiday}
    days = openness.opens_on(now)
    if days == 0:
        return _("Stängt nu. Öppnar i dag kl. %(time)s") % values
    closed = _("Stängt i dag, %(holiday)s.") % values if openness.holiday else _("Stängt nu.")
    if days == 1:
        return f"{closed} " + _("Öppnar i morgon kl. %(time)s") % values
    day = clock.local(openness.opens_at)
    if days is not None and days < 7:
        return f"{closed} " + _("Öppnar på %(day)s kl. %(time)s") % {**values, "day": _weekday(day.weekday())}
    return f"{closed} " + _("Öppnar %(day)s kl. %(time)s") % {
        **values,
        "day": format_day(day.date(), language=get_language() or "sv"),
    }


def _weekday(number: int) -> str:
    return [_("måndag"), _("tisdag"), _("onsdag"), _("torsdag"), _("fredag"), _("lördag"), _("söndag")][number]


def _hours_in_words(municipality: Municipality) -> str:
    """Write the usual week on one line, with days of equal hours joined."""
    spans: dict[tuple[Any, Any], list[int]] = {}
    for hours in municipality.opening_hours.all():
        spans.setdefault((hours.opens_at, hours.closes_at), []).append(hours.weekday)
    parts = []
    for (opens, closes), days in spans.items():
        first, last = _weekday(min(days)), _weekday(max(days))
        in_a_row = days == list(range(min(days), max(days) + 1)) and len(days) > 1
        name = f"{first}–{last}" if in_a_row else ", ".join(_weekday(day) for day in days)
        parts.append(f"{name[:1].upper()}{name[1:]} {_time_in_words(opens)}–{_time_in_words(closes)}")
    return ", ".join(parts)


def panel(municipality: Municipality, openness: Openness, *, now: datetime) -> dict[str, Any]:
    """Return what `ui/components/contact_panel.html` shows."""
    phone = municipality.contact_centre_phone
    return {
        "name": _("Kontaktcenter"),
        "is_open": openness.is_open,
        "state": state_in_words(openness, now=now),
        "lines": [line for line in (_hours_in_words(municipality), municipality.contact_centre_address) if line],
        "phone": phone,
        "phone_url": "tel:" + "".join(mark for mark in phone if mark.isdigit() or mark == "+"),
    }
