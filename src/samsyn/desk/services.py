"""What staff do on their start pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core import audit, clock, personal_data
from samsyn.core.errors import Conflict, DomainError
from samsyn.core.models import AuditEntry
from samsyn.desk import permissions
from samsyn.organisations.models import Membership, Municipality, PageReview


class OwnAccount(DomainError):
    """Nobody erases the account that they are signed in with."""


def note_log_reading(*, municipality: Municipality, lines: Sequence[AuditEntry], by: User, now: datetime) -> None:
    """Log that somebody read lines of the log."""
    audit.record_reading(
        "desk.log_read", AuditEntry, lines, by=by, at=now, municipality_code=municipality.code
    )


def note_person_reading(*, municipality: Municipality, account: User, by: User, now: datetime) -> None:
    """Log that somebody read all that is kept about a colleague."""
    audit.record_reading(
        "desk.person_data_read", User, [account], by=by, at=now, municipality_code=municipality.code
    )


def note_people_reading(
    *, municipality: Municipality, accounts: Sequence[User], by: User, now: datetime
) -> None:
    """Log that somebody read the names and addresses of colleagues."""
    audit.record_reading("desk.people_read", User, accounts, by=by, at=now, municipality_code=municipality.code)


class WorksElsewhereToo(Conflict):
    """The account is another municipality's too; none of them may read or erase it for the other."""


def check_is_only_ours(account: User, municipality: Municipality) -> None:
    """
    Refuse what concerns a whole account that somebody has in another municipality too.

    :raises WorksElsewhereToo: it has a role there that has not been ended
    """
    # One that begins later, or at an organisation that takes a break, is a tie to the other town too.
    roles = Membership.objects.filter(user=account, ended_at__isnull=True)
    if roles.exclude(organisation__municipality=municipality).exists():
        raise WorksElsewhereToo(
            _("Personen arbetar i en annan kommun också. Avsluta rollerna här. Uppgifterna finns på personens sida.")
        )


@transaction.atomic
def erase_person(*, municipality: Municipality, account: User, by: User, now: datetime) -> None:
    """
    Erase what may be erased about a colleague, end every sign-in, and close the account.

    :raises NotAllowed: `by` may not
    :raises OwnAccount: it is one's own
    """
    permissions.check_can_handle_person_data(by, municipality)
    check_is_only_ours(account, municipality)
    if account.pk == by.pk:
        raise OwnAccount(_("Du kan inte radera kontot du är inloggad med. Be en annan administratör."))
    # Named while there still is a role to name it by.
    audit.record("desk.person_erased", account, by=by, at=now, municipality_code=municipality.code)
    personal_data.erase_about(account, now=now)


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
