"""Reads about municipalities that join or summarise."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from samsyn.accounts.models import User
from samsyn.core import clock
from samsyn.organisations.enums import GUIDE_OF_SERVICE
from samsyn.organisations.hours import DAYS_AHEAD, Openness, Span, openness
from samsyn.organisations.models import GuideEntry, Membership, Municipality, Organisation, PageReview

REVIEW_ACCESS_EVERY = timedelta(days=365)


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


def access_to_review(municipality: Municipality, *, today: date) -> list[Membership]:
    """Return the roles in force that nobody has gone through for a year, the longest unseen first."""
    long_ago = Q(reviewed_date__lt=today - REVIEW_ACCESS_EVERY) | Q(reviewed_date__isnull=True)
    found = Membership.objects.in_force(today).of(municipality).filter(long_ago)
    return list(found.select_related("user", "organisation", "unit").order_by("reviewed_date", "pk"))


def people_by_organisation(municipality: Municipality, *, today: date) -> list[tuple[Organisation, list[Membership]]]:
    """Return every active organisation with the roles there, now and later; those that are over are left out."""
    memberships: dict[int, list[Membership]] = defaultdict(list)
    found = Membership.objects.of(municipality).filter(ended_at__isnull=True).exclude(until_date__lt=today)
    for membership in found.select_related("user", "organisation", "unit").order_by("user__name", "pk"):
        memberships[membership.organisation_id].append(membership)
    organisations = municipality.organisations.filter(is_active=True).order_by("name")
    return [(organisation, memberships[organisation.pk]) for organisation in organisations]


def people_here(municipality: Municipality) -> QuerySet[User]:
    """Return everybody who has, has had or will have a role in a municipality."""
    return User.objects.filter(memberships__organisation__municipality=municipality).distinct()
