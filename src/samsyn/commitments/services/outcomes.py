"""What people do with outcomes: write a draft, publish it, correct it afterwards."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.commitments import permissions
from samsyn.commitments.models import Commitment, Outcome, OutcomeCorrection
from samsyn.core import audit, clock
from samsyn.core.errors import Conflict, DomainError

# What a person enters; the rest is the system's.
OUTCOME_FIELDS = (
    "kind", "title", "own_words", "own_words_by", "unit", "baseline_value", "baseline_numerator",
    "baseline_denominator", "baseline_period_text", "baseline_start", "baseline_end", "value", "value_numerator",
    "value_denominator", "value_text", "period_text", "period_start", "period_end", "fulfilment", "fulfilment_basis",
    "reason", "new_date", "new_date_text", "decided_by", "scope_text", "caveat", "note", "is_about_few",
    "reported_date", "indicator",
)  # fmt: skip


class OutcomeChanged(Conflict):
    """Somebody else saved the outcome in between."""


class CorrectionNeedsReason(DomainError):
    """A published outcome is corrected only with a public note."""


def _state(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in OUTCOME_FIELDS}


def _claim(outcome: Outcome, version: int) -> None:
    """
    Take the next version, or lose to whoever did so first.

    :raises OutcomeChanged: somebody saved since the form was opened
    """
    if Outcome.objects.filter(pk=outcome.pk, version=version).update(version=version + 1) != 1:
        raise OutcomeChanged(
            _(
                "Någon annan har sparat det här utfallet sedan du öppnade det. Det du skrev finns kvar här nedanför."
            )
        )
    outcome.version = version + 1


@transaction.atomic
def save_draft(
    *,
    commitment: Commitment,
    outcome: Outcome | None,
    version: int,
    data: dict[str, Any],
    by: User,
    now: datetime,
    client_key: uuid.UUID | None = None,
) -> Outcome:
    """
    Save an outcome that residents do not see yet; a new one if `outcome` is None.

    A new one that is sent twice with the same `client_key` and the same content is made once.

    :raises NotAllowed: `by` may not write outcomes
    :raises OutcomeChanged: somebody saved since the form was opened
    :raises DomainError: the outcome is already public and can only be corrected
    """
    permissions.check_can_report_outcome(by, commitment.document)
    if outcome is None:
        # Two who add at once would take the same place in the order: the second one waits here.
        Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
        key = key_of(client_key) if client_key else _free_key(commitment)
        earlier = commitment.outcomes.filter(key=key).first()
        if earlier is not None:
            return _same_or_changed(earlier, data)
        last = commitment.outcomes.aggregate(last=Max("order"))["last"]
        order = 0 if last is None else last + 1
        outcome = Outcome(commitment=commitment, order=order, key=key)
        before: dict[str, Any] = {}
        verb = "commitments.outcome_created"
    else:
        _claim(outcome, version)
        if outcome.is_published:
            raise DomainError(
                _("Utfallet är redan publikt. Rätta det i stället, med en anteckning om varför.")
            )
        before, verb = _state(outcome), "commitments.outcome_changed"
    _write(outcome, data)
    _log(verb, outcome, by=by, now=now, changes=audit.differences(before, _state(outcome)))
    return outcome


def key_of(client_key: uuid.UUID) -> str:
    """Return the key of the outcome that a form with this key becomes."""
    return f"utfall-{client_key.hex}"


def _same_or_changed(earlier: Outcome, data: dict[str, Any]) -> Outcome:
    if audit.differences(_state(earlier), data):
        raise OutcomeChanged(
            _("Utfallet är redan sparat, med annat innehåll. Det du skrev finns kvar här nedanför.")
        )
    return earlier


def _free_key(commitment: Commitment) -> str:
    taken = set(commitment.outcomes.values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := f"utfall-{n}") not in taken)


def _write(outcome: Outcome, data: dict[str, Any]) -> None:
    for name in OUTCOME_FIELDS:
        if name in data:
            setattr(outcome, name, data[name])
    # Translations of texts that have changed would now say something else than the original.
    for language, version in list(outcome.translations.items()):
        fields = {
            k: v for k, v in version.get("fields", {}).items() if k not in data or not _changed(outcome, k)
        }
        outcome.translations[language] = {**version, "fields": fields}
    # In a demo nothing that somebody tries out may stand unmarked beside a real document.
    outcome.is_example = outcome.is_example or outcome.commitment.document.municipality.is_example
    outcome.save()


def _changed(outcome: Outcome, name: str) -> bool:
    stored = Outcome.objects.filter(pk=outcome.pk).values_list(name, flat=True).first()
    return stored is not None and stored != getattr(outcome, name)


def _log(verb: str, outcome: Outcome, *, by: User, now: datetime, changes: dict[str, Any]) -> None:
    audit.record(
        verb,
        outcome,
        by=by,
        at=now,
        municipality_code=outcome.commitment.document.municipality.code,
        changes=changes,
    )


@transaction.atomic
def publish_outcome(*, outcome: Outcome, version: int, by: User, now: datetime) -> None:
    """
    Make an outcome public.

    :raises NotAllowed: `by` may not publish
    :raises OutcomeChanged: somebody saved since the page was opened
    :raises DomainError: the document itself is not public
    """
    document = outcome.commitment.document
    permissions.check_can_publish_outcome(by, document)
    if not document.is_published:
        raise DomainError(_("Dokumentet är inte publicerat. Publicera det först, sedan utfallet."))
    _claim(outcome, version)
    if outcome.is_published:
        return
    outcome.is_published = True
    outcome.save(update_fields=["is_published", "version"])
    _log("commitments.outcome_published", outcome, by=by, now=now, changes={"is_published": [False, True]})


@transaction.atomic
def correct_outcome(
    *, outcome: Outcome, version: int, data: dict[str, Any], note: str, by: User, now: datetime
) -> OutcomeCorrection | None:
    """
    Change an outcome that is already public, with a note that residents can read.

    Returns None when nothing differs: then nothing is noted either.

    :raises NotAllowed: `by` may not publish
    :raises OutcomeChanged: somebody saved since the form was opened
    :raises CorrectionNeedsReason: the note is empty
    """
    permissions.check_can_publish_outcome(by, outcome.commitment.document)
    if not note.strip():
        raise CorrectionNeedsReason(_("Skriv vad som rättas och varför. Texten visas för alla."))
    _claim(outcome, version)
    before = _state(outcome)
    _write(outcome, data)
    changes = audit.differences(before, _state(outcome))
    if not changes:
        return None
    correction = add_correction(outcome, note=note.strip(), changes=changes, now=now)
    _log("commitments.outcome_corrected", outcome, by=by, now=now, changes=changes)
    return correction


def add_correction(
    outcome: Outcome, *, note: str, changes: dict[str, Any], now: datetime
) -> OutcomeCorrection:
    """Put a public note on an outcome that was changed after it was published."""
    last = outcome.corrections.aggregate(last=Max("order"))["last"]
    return OutcomeCorrection.objects.create(
        outcome=outcome,
        order=0 if last is None else last + 1,
        corrected_date=clock.local(now).date(),
        note=note,
        changes=changes,
    )
