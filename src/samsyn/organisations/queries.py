"""Reads about municipalities that join or summarise."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from samsyn.core import clock
from samsyn.organisations.enums import GUIDE_OF_SERVICE
from samsyn.organisations.hours import DAYS_AHEAD, Openness, Span, openness
from samsyn.organisations.models import GuideEntry, Municipality, PageReview


def contact_centre_openness(municipality: Municipality, *, now: datetime) -> Openness:
    """Tell whether the municipality's contact centre is open at `now`, and until or from when."""
    weekly: dict[int, list[Span]] = defaultdict(list)
    for hours in municipality.opening_hours.all():
        weekly[hours.weekday].append((hours.opens_at, hours.closes_at))
    first = clock.local(now).date()
    days = municipality.opening_exceptions.filter(day_date__range=(first, first + timedelta(days=DAYS_AHEAD)))
    exceptions = {
        day.day_date: (day.opens_at, day.closes_at) if day.opens_at and day.closes_at else None for day in days
    }
    return openness(now, weekly, exceptions)


def guide_of(municipality: Municipality) -> QuerySet[GuideEntry]:
    """Return the rows of *Vem gör vad* that exist: those about a service that is switched off do not."""
    gone = [group for group, service in GUIDE_OF_SERVICE.items() if not municipality.has_service(service)]
    return municipality.guide_entries.exclude(group__in=gone)


def review_of(municipality: Municipality, page: str) -> PageReview | None:
    """Return when a public page was last reviewed and by whom."""
    return municipality.page_reviews.filter(page=page).first()


def overdue_reviews(municipality: Municipality, *, today: date) -> list[PageReview]:
    """Return the pages that should have been reviewed by now, oldest first."""
    return [review for review in municipality.page_reviews.all() if review.is_overdue(today)]
