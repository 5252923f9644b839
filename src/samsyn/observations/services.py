"""What is done with observations. Every earlier state is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core import audit, personal_text, photos, text
from samsyn.core.errors import Conflict, DomainError
from samsyn.observations import permissions
from samsyn.observations.enums import CATEGORIES, OTHER, Certainty, Precision, SourceClass
from samsyn.observations.models import (
    WHAT_LENGTH,
    Observation,
    ObservationCategory,
    ObservationVersion,
    random_id,
)
from samsyn.observations.places import Where, columns_of
from samsyn.organisations.models import Municipality

AHEAD = timedelta(minutes=10)
MAX_PHOTOS = 5


class NotRecordable(DomainError):
    """The observation says something that it must not or cannot."""


class ObservationChanged(Conflict):
    """Somebody else changed it since it was opened."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody saw, as it is given to `record` and `correct`. `category` is a code."""

    what: str
    happened_at: datetime
    category: str = OTHER
    own_category: str = ""
    precision: Precision = Precision.MINUTE
    certainty: Certainty = Certainty.NOT_STATED
    where: Where = field(default_factory=Where)


def ensure_categories(municipality: Municipality) -> dict[str, ObservationCategory]:
    """Return a municipality's categories by code; one that has none gets the list that all begin with."""
    found = {category.code: category for category in ObservationCategory.objects.filter(municipality=municipality)}
    if OTHER in found:
        return found
    ObservationCategory.objects.bulk_create(
        [
            # The Swedish names are the source of the translations, so they are stored whatever the reader's language.
            ObservationCategory(municipality=municipality, code=code, name=swedish(name), order=order)
            for order, (code, name) in enumerate(CATEGORIES)
            if code not in found
        ],
        ignore_conflicts=True,  # two that come at once make one list
    )
    return {category.code: category for category in ObservationCategory.objects.filter(municipality=municipality)}


def swedish(words: object) -> str:
    """Return one of our own texts in Swedish."""
    from django.utils import translation

    with translation.override("sv"):
        return str(words)


def _content(municipality: Municipality, seen: Seen, *, now: datetime) -> Mapping[str, Any]:
    """
    Return the stored columns of what was seen.

    :raises NotRecordable: no text, a text about a person, a time that has not come, or an unknown category
    """
    what = text.clean(seen.what).strip()
    own, place = text.clean(seen.own_category).strip(), text.clean(seen.where.place_name).strip()
    if not what and not seen.own_category:
        raise NotRecordable(_("Skriv vad som har setts. En mening räcker."))
    if len(what) > WHAT_LENGTH or any(text.has_refused_characters(said) for said in (what, own, place)):
        raise NotRecordable(_("Texten är för lång eller innehåller styrtecken. Högst 4 000 tecken."))
    for said in (what, own, place):
        fault = personal_text.fault_in(said)
        if fault:
            raise NotRecordable(fault)
    if seen.happened_at > now + AHEAD:
        raise NotRecordable(_("Tiden är inte här än. Kontrollera dag och klockslag."))
    category = ensure_categories(municipality).get(seen.category)
    if category is None:
        raise NotRecordable(_("Kategorin finns inte. Välj en i listan."))
    return {
        "category_id": category.pk,
        "own_category": own if category.code == OTHER else "",
        "what": what,
        "certainty": seen.certainty.value,
        "happened_at": seen.happened_at,
        "precision": seen.precision.value,
        **columns_of(municipality, Where(seen.where.lat, seen.where.lon, seen.where.area_code, place)),
    }


@transaction.atomic
def record(
    *,
    municipality: Municipality,
    source_class: SourceClass,
    seen: Seen,
    by: User | None,
    now: datetime,
    source_id: str = "",
    photo_names: Sequence[str] = (),
) -> tuple[Observation, bool]:
    """
    Enter an observation, and tell whether it is new: the source's own id makes the second time the first again.

    `by` is None when the house itself records, for example what a resident reported; a person needs the right to.

    :raises NotAllowed: `by` may not
    :raises NotRecordable: it says what it must not
    :raises ObservationChanged: a person has sent the same form before, with other words
    """
    if by is not None:
        permissions.check_can_write_observations(by, municipality)
    if len(photo_names) > MAX_PHOTOS:
        raise NotRecordable(_("Välj högst fem bilder."))
    public_id = random_id()
    label = by.audit_label if by else "system"
    content = _content(municipality, seen, now=now)
    observation, created = Observation.objects.get_or_create(
        municipality=municipality,
        source_class=source_class,
        source_id=source_id or public_id,
        defaults={**content, "public_id": public_id, "recorded_at": now, "recorded_by": label[:200]},
    )
    if not created and by is not None and any(getattr(observation, name) != value for name, value in content.items()):
        # A form that was gone back to and sent again with other words: the first is kept, and that is said.
        raise ObservationChanged(_("Det här är redan sparat med andra ord. Öppna observationen och rätta den."))
    if created:
        photos.attach(
            photo_names,
            owner_type="observations.observation",
            owner_id=str(observation.pk),
            municipality_code=municipality.code,
        )
        audit.record(
            "observations.recorded",
            observation,
            by=by,
            at=now,
            municipality_code=municipality.code,
            changes={"source_class": [None, source_class.value], "n_photos": [None, len(photo_names)]},
        )
    return observation, created


def _locked(observation: Observation, version: int) -> Observation:
    found = Observation.objects.select_for_update(of=("self",)).get(pk=observation.pk)
    if found.version != version:
        raise ObservationChanged(_("Någon annan har ändrat observationen. Läs den igen och rätta sedan."))
    if found.is_withdrawn:
        raise ObservationChanged(_("Observationen är återtagen och kan inte ändras."))
    return found


@transaction.atomic
def correct(*, observation: Observation, version: int, seen: Seen, reason: str, by: User, now: datetime) -> Observation:
    """
    Change what an observation says; the earlier state is kept with the reason. Nothing new is nothing done.

    :raises NotAllowed: `by` may not
    :raises ObservationChanged: somebody else was first
    :raises NotRecordable: no reason, or it says what it must not
    """
    permissions.check_can_write_observations(by, observation.municipality)
    found = _locked(observation, version)
    why = _reason(reason)
    before, after = found.content, _content(found.municipality, seen, now=now)
    changes = audit.differences(before, dict(after))
    if not changes:
        return found
    ObservationVersion.objects.create(
        observation=found,
        version=found.version,
        replaced_at=now,
        replaced_by=by.audit_label[:200],
        reason=why,
        **before,
    )
    for name, value in after.items():
        setattr(found, name, value)
    found.version += 1
    found.is_corrected = True
    found.save()
    audit.record(
        "observations.corrected",
        found,
        by=by,
        at=now,
        municipality_code=found.municipality.code,
        # Which fields, not what they said: texts are kept where they can be read by those who may.
        changes={"fields": [None, sorted(changes)], "reason": [None, why]},
    )
    return found


@transaction.atomic
def withdraw(*, observation: Observation, version: int, reason: str, by: User, now: datetime) -> None:
    """
    Let an observation no longer count; it stays readable with the reason.

    :raises NotAllowed: `by` may not
    :raises ObservationChanged: somebody else was first
    :raises NotRecordable: no reason is given
    """
    permissions.check_can_write_observations(by, observation.municipality)
    found = _locked(observation, version)
    found.withdrawn_at, found.withdrawal_reason = now, _reason(reason)
    found.version += 1
    # The number goes up, so the state it had is kept too.
    ObservationVersion.objects.create(
        observation=found,
        version=found.version - 1,
        replaced_at=now,
        replaced_by=by.audit_label[:200],
        reason=found.withdrawal_reason,
        **found.content,
    )
    found.save()
    audit.record(
        "observations.withdrawn",
        found,
        by=by,
        at=now,
        municipality_code=found.municipality.code,
        changes={"reason": [None, found.withdrawal_reason]},
    )


def _reason(reason: str) -> str:
    why = text.clean(reason).strip()
    if not why:
        raise NotRecordable(_("Skriv skälet. Det står kvar i historiken."))
    if len(why) > 500 or text.has_refused_characters(why):
        raise NotRecordable(_("Skälet är för långt eller innehåller styrtecken. Högst 500 tecken."))
    fault = personal_text.fault_in(why)
    if fault:
        raise NotRecordable(fault)
    return why
