"""What staff do on their start pages."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from samsyn.accounts.models import User
from samsyn.core import audit, clock
from samsyn.desk import permissions
from samsyn.organisations.models import PageReview


@transaction.atomic
def mark_page_reviewed(*, review: PageReview, by: User, now: datetime) -> None:
    """
    Note that a public page was read through today.

    :raises NotAllowed: `by` may not
    """
    permissions.check_can_review_page(by, review.municipality)
    review = PageReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    before, review.reviewed_date = review.reviewed_date, clock.local(now).date()
    review.save(update_fields=["reviewed_date"])
    audit.record(
        "desk.page_reviewed",
        review,
        by=by,
        at=now,
        municipality_code=review.municipality.code,
        changes=audit.differences({"reviewed_date": before}, {"reviewed_date": review.reviewed_date}),
    )
