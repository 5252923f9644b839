"""Limits on how often something may be tried, without keeping anybody's address."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import TooMany
from samsyn.core.models import RateCount


def bucket(act: str, who: str, *, now: datetime) -> str:
    """Return the day's keyed hash for `who`; tomorrow the same `who` has another, and yesterday's is lost."""
    key = hashlib.sha256(f"{settings.SECRET_KEY}:{now:%Y-%m-%d}".encode()).digest()
    return f"{act}:{hmac.new(key, who.encode(), hashlib.sha256).hexdigest()[:32]}"


def spend(act: str, who: str, *, limit: int, window: timedelta, now: datetime) -> None:
    """
    Count one try of `act` by `who`.

    :raises TooMany: more than `limit` tries within the window
    """
    seconds = int(window.total_seconds())
    start = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
    with transaction.atomic():
        row, _created = RateCount.objects.get_or_create(bucket=bucket(act, who, now=now), window_start_at=start)
        RateCount.objects.filter(pk=row.pk).update(n_tries=F("n_tries") + 1)
        row.refresh_from_db()
    if row.n_tries > limit:
        raise TooMany(_("För många försök på kort tid. Vänta en stund och försök igen."))


def forget(*, now: datetime) -> int:
    """Remove counters older than a day; return how many."""
    return RateCount.objects.filter(window_start_at__lt=now - timedelta(days=1)).delete()[0]
