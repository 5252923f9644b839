"""The one place where the clock is read. Views, commands and the worker call it and pass the answer on."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def now() -> datetime:
    """Return this instant, in UTC."""
    return timezone.now()


def local(instant: datetime) -> datetime:
    """Return an instant as wall-clock time in Sweden, for showing and for opening hours only."""
    return instant.astimezone(STOCKHOLM)


def today() -> date:
    """Return today's date in Sweden."""
    return local(now()).date()
