"""A municipality's settings: names, contact centre, services, looks, who does what, and what is to be reviewed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.core import audit, clock
from samsyn.core.errors import DomainError, NotFound
from samsyn.core.permissions import Act
from samsyn.organisations import logos, permissions
from samsyn.organisations.enums import PublicPage, Service
from samsyn.organisations.hours import Span, write_spans
from samsyn.organisations.models import (
    GuideEntry,
    Logo,
    Municipality,
    OpeningException,
    OpeningHours,
    PageReview,
)
from samsyn.ui import colours

NAMES = ("name", "official_name", "police_area")
CONTACT = ("contact_centre_phone", "contact_centre_address")
SERVICES = tuple(service.field for service in Service)
COLOURS = ("accent_light", "accent_dark")
GUIDE_FIELDS = ("group", "title", "text", "who", "phone")


class UnsafeColour(DomainError):
    """Somebody would not be able to read what is written in the colour."""


def _locked(municipality: Municipality, what: Act, by: User) -> Municipality:
    permissions.check_can(by, what, municipality)
    return Municipality.objects.select_for_update(of=("self",)).get(pk=municipality.pk)


def _log(verb: str, thing: Any, municipality: Municipality, changes: dict[str, Any], by: User, now: datetime) -> None:
    if changes:
        audit.record(verb, thing, by=by, at=now, municipality_code=municipality.code, changes=changes)


@transaction.atomic
def change_settings(*, municipality: Municipality, data: Mapping[str, Any], by: User, now: datetime) -> bool:
    """
    Change some of a municipality's own fields, and tell whether anything differed.

    :raises NotAllowed: `by` may not
    :raises UnsafeColour: a colour lacks contrast
    """
    municipality_now = _locked(municipality, permissions.MANAGE_SETTINGS, by)
    fields = [name for name in (*NAMES, *CONTACT, *SERVICES, *COLOURS) if name in data]
    for name, theme in zip(COLOURS, (colours.LIGHT, colours.DARK), strict=True):
        if data.get(name) and colours.faults(data[name], theme):
            raise UnsafeColour(_("Färgen går inte att läsa för alla. Välj en annan."))
    before = {name: getattr(municipality_now, name) for name in fields}
    for name in fields:
        setattr(municipality_now, name, data[name])
        setattr(municipality, name, data[name])
    municipality_now.save(update_fields=fields)
    changes = audit.differences(before, {name: data[name] for name in fields})
    _log("organisations.settings_changed", municipality, municipality, changes, by, now)
    return bool(changes)


@transaction.atomic
def set_hours(*, municipality: Municipality, week: Mapping[int, list[Span]], by: User, now: datetime) -> bool:
    """
    Set the contact centre's usual hours, and tell whether anything differed.

    :raises NotAllowed: `by` may not
    """
    _locked(municipality, permissions.MANAGE_SETTINGS, by)
    before = written_week(municipality)
    municipality.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(municipality=municipality, weekday=day, opens_at=opens, closes_at=closes)
        for day, spans in sorted(week.items())
        for opens, closes in spans
    )
    after = {f"weekday_{day}": write_spans(week.get(day, [])) for day in range(7)}
    changes = audit.differences({f"weekday_{day}": text for day, text in before.items()}, after)
    _log("organisations.hours_changed", municipality, municipality, changes, by, now)
    return bool(changes)


def written_week(municipality: Municipality) -> dict[int, str]:
    """Return each weekday's hours as they are written."""
    spans: dict[int, list[Span]] = {day: [] for day in range(7)}
    for row in municipality.opening_hours.order_by("opens_at"):
        spans[row.weekday].append((row.opens_at, row.closes_at))
    return {day: write_spans(found) for day, found in spans.items()}


@transaction.atomic
def set_exception(
    *, municipality: Municipality, day: date, span: Span | None, reason: str, by: User, now: datetime
) -> None:
    """
    Say that a day has other hours than usual, or is closed; a day that had other words gets these.

    :raises NotAllowed: `by` may not
    """
    _locked(municipality, permissions.MANAGE_SETTINGS, by)
    row, _made = OpeningException.objects.update_or_create(
        municipality=municipality,
        day_date=day,
        defaults={"opens_at": span and span[0], "closes_at": span and span[1], "reason": reason},
    )
    said = {"hours": write_spans([span]) if span else "", "reason": reason}
    _log("organisations.exception_set", row, municipality, audit.differences({}, said), by, now)


@transaction.atomic
def remove_exception(*, exception: OpeningException, by: User, now: datetime) -> None:
    """
    Let a day have its usual hours again.

    :raises NotAllowed: `by` may not
    """
    municipality = exception.municipality
    _locked(municipality, permissions.MANAGE_SETTINGS, by)
    _log(
        "organisations.exception_removed", exception, municipality,
        {"day_date": [exception.day_date.isoformat(), None]}, by, now,
    )  # fmt: skip
    exception.delete()


@transaction.atomic
def set_logo(*, municipality: Municipality, raw: bytes, alt_text: str, by: User, now: datetime) -> None:
    """
    Show a logo beside Samsyn's mark.

    :raises NotAllowed: `by` may not
    :raises LogoRefused: the file is no picture that can be shown
    """
    _locked(municipality, permissions.MANAGE_SETTINGS, by)
    picture = logos.make(raw)
    earlier = Logo.objects.filter(municipality=municipality).first()
    before: dict[str, Any] = {"sha256": earlier.sha256, "alt_text": earlier.alt_text} if earlier else {}
    values = {
        "image": picture.png, "sha256": hashlib.sha256(picture.png).hexdigest(), "width_px": picture.width_px,
        "height_px": picture.height_px, "alt_text": alt_text,
    }  # fmt: skip
    Logo.objects.update_or_create(municipality=municipality, defaults=values)
    after = {"sha256": values["sha256"], "alt_text": alt_text}
    _log("organisations.logo_changed", municipality, municipality, audit.differences(before, after), by, now)


@transaction.atomic
def remove_logo(*, municipality: Municipality, by: User, now: datetime) -> None:
    """
    Show no logo any more.

    :raises NotAllowed: `by` may not
    """
    _locked(municipality, permissions.MANAGE_SETTINGS, by)
    logo = Logo.objects.filter(municipality=municipality).first()
    if logo is not None:
        _log("organisations.logo_removed", municipality, municipality, {"sha256": [logo.sha256, None]}, by, now)
        logo.delete()


@transaction.atomic
def save_guide_entry(
    *,
    municipality: Municipality,
    entry: GuideEntry | None,
    data: Mapping[str, Any],
    english: Mapping[str, str],
    by: User,
    now: datetime,
) -> GuideEntry:
    """
    Enter or change a row of *Vem gör vad*. English texts that a person has changed count as read by a person.

    :raises NotAllowed: `by` may not
    """
    _locked(municipality, permissions.EDIT_GUIDE, by)
    is_new = entry is None
    row = entry or GuideEntry(municipality=municipality, key=_free_guide_key(municipality, data["title"]))
    before = {} if is_new else {name: getattr(row, name) for name in GUIDE_FIELDS}
    if is_new or row.group != data["group"]:
        last = municipality.guide_entries.filter(group=data["group"]).aggregate(last=Max("order"))["last"]
        row.order = 0 if last is None else last + 1
    for name in GUIDE_FIELDS:
        setattr(row, name, data[name])
    before_english = dict(row.translations.get("en", {}).get("fields", {}))
    after_english = {name: text for name, text in english.items() if text}
    if after_english != {name: text for name, text in before_english.items() if text}:
        today = clock.local(now).date().isoformat()
        version = {"made_by": "person", "date": today, "reviewed_date": today, "fields": after_english}
        row.translations = {**row.translations, "en": version}
        if not after_english:
            del row.translations["en"]
    row.refresh_search_text()
    row.save()
    changes = audit.differences(before, {name: getattr(row, name) for name in GUIDE_FIELDS})
    changes |= {f"{name}_en": pair for name, pair in audit.differences(before_english, dict(english)).items()}
    changes = {name: pair for name, pair in changes.items() if any(pair)}
    verb = "organisations.guide_created" if is_new else "organisations.guide_changed"
    _log(verb, row, municipality, changes, by, now)
    return row


def _free_guide_key(municipality: Municipality, title: str) -> str:
    wanted = slugify(title)[:50] or "rad"
    taken = set(municipality.guide_entries.filter(key__startswith=wanted).values_list("key", flat=True))
    return next(key for key in [wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))] if key not in taken)


@transaction.atomic
def move_guide_entry(*, entry: GuideEntry, up: bool, by: User, now: datetime) -> None:
    """
    Let a row of *Vem gör vad* change places with its neighbour in its part; the first stays first, the last last.

    :raises NotAllowed: `by` may not
    """
    municipality = entry.municipality
    _locked(municipality, permissions.EDIT_GUIDE, by)
    rows = list(municipality.guide_entries.filter(group=entry.group).order_by("order", "pk"))
    here = next(place for place, row in enumerate(rows) if row.pk == entry.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for order, row in enumerate(rows):
        row.order = order
    GuideEntry.objects.bulk_update(rows, ["order"])
    _log("organisations.guide_moved", entry, municipality, {"order": [here, there]}, by, now)


@transaction.atomic
def remove_guide_entry(*, entry: GuideEntry, by: User, now: datetime) -> None:
    """
    Take a row of *Vem gör vad* away; what it said stays in the log.

    :raises NotAllowed: `by` may not
    """
    municipality = entry.municipality
    _locked(municipality, permissions.EDIT_GUIDE, by)
    gone = {name: [getattr(entry, name), None] for name in GUIDE_FIELDS if getattr(entry, name)}
    _log("organisations.guide_removed", entry, municipality, gone, by, now)
    entry.delete()


@transaction.atomic
def set_review(
    *, municipality: Municipality, page: str, unit: str, interval_days: int, by: User, now: datetime
) -> None:
    """
    Say which unit answers for a public page and how often it is to be reviewed; without a unit, nobody.

    :raises NotAllowed: `by` may not
    :raises NotFound: there is no such page
    """
    _locked(municipality, permissions.MANAGE_SETTINGS, by)
    if page not in PublicPage.values:
        raise NotFound(_("Sidan finns inte. Välj en i listan."))
    row = municipality.page_reviews.filter(page=page).first()
    before = {"unit": row.unit, "interval_days": row.interval_days} if row else {}
    if not unit:
        if row is not None:
            _log("organisations.review_removed", row, municipality, {"unit": [row.unit, None]}, by, now)
            row.delete()
        return
    # The page's own Swedish name, which the catalogue has in the reader's language.
    title = str(PublicPage(page).label) if row is None else row.title
    row = row or PageReview(municipality=municipality, page=page, title=title, reviewed_date=clock.local(now).date())
    row.unit, row.interval_days = unit, interval_days
    row.save()
    changes = audit.differences(before, {"unit": unit, "interval_days": interval_days})
    _log("organisations.review_changed", row, municipality, changes, by, now)
