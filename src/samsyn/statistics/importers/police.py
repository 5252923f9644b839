"""
The police's event feed as it is: a JSON list.

Until January 2026 `location.name` was mostly the municipality; since February 2026 it is the county, and the
municipality is the last comma part of `name`. Both are read. The coordinate is the middle of the municipality
or county, never the place of the event, so it is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samsyn.core import text
from samsyn.core.importing import (
    CellFault,
    Context,
    Counts,
    DocumentImporter,
    ImportResult,
    Unreadable,
    quoted,
    register,
)
from samsyn.core.importing.bulk import merge
from samsyn.core.importing.headings import plain
from samsyn.core.importing.limits import MAX_ROWS
from samsyn.statistics.importers.municipalities import codes_by_name
from samsyn.statistics.models import NewsItem

SITE = "https://polisen.se"
# The hour has no leading nought, so the standard library's reading of ISO 8601 refuses it.
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d{1,2})(:\d\d:\d\d) ?([+-]\d\d:\d\d)")
_EVENT_TIME = re.compile(r"\d{1,2} [a-zåäö]+ \d{1,2}[.:]\d\d", re.IGNORECASE)


class ParsedNews(NamedTuple):
    """A row of the table, in the model's order."""

    external_id: str
    published_at: datetime
    event_text: str
    kind: str
    headline: str
    summary: str
    url: str
    municipality_code: str
    location_name: str


def parse_instant(said: str) -> datetime:
    """
    Return the instant of a feed's time, whose hour may lack its leading nought.

    >>> parse_instant("2026-02-14 6:18:08 +01:00").isoformat()
    '2026-02-14T05:18:08+00:00'

    :raises ValueError: no such time
    """
    found = _INSTANT.fullmatch(said.strip())
    if not found:
        raise ValueError(said)
    day, hour, rest, offset = found.groups()
    return datetime.fromisoformat(f"{day}T{hour:0>2}{rest}{offset}").astimezone(UTC)


def municipality_name(name: str, location: str, codes: Mapping[str, str]) -> str:
    """Return the name of the municipality an event belongs to: its location, else the end of its headline."""
    if plain(location) in codes:
        return location
    return name.rsplit(",", 1)[-1].strip()


def parse_event(event: Any, codes: Mapping[str, str]) -> ParsedNews:
    """
    Return an event's row; its municipality code is empty when it is none of ours.

    :raises CellFault: a field is missing or wrong
    """
    if not isinstance(event, dict):
        raise CellFault("", _("Posten är ingen händelse. Hämta filen på nytt från polisen.se."))
    identity = event.get("id")
    if isinstance(identity, bool) or not isinstance(identity, int | str) or not str(identity).strip():
        raise CellFault("id", _("Händelsen saknar id. Hämta filen på nytt från polisen.se."))
    said = _said(event, "datetime", 60)
    try:
        published_at = parse_instant(said)
    except ValueError:
        raise CellFault(
            "datetime",
            _("%(time)s är ingen tidpunkt. Skriv den som 2026-02-14 6:18:08 +01:00.")
            % {"time": quoted(said)},
        ) from None
    name = _said(event, "name", 300)
    place = event.get("location")
    location = _said(place, "name", 120) if isinstance(place, dict) else ""
    event_time = _EVENT_TIME.match(name)
    return ParsedNews(
        external_id=str(identity).strip()[:40],
        published_at=published_at,
        event_text=event_time[0] if event_time else "",
        kind=_said(event, "type", 80),
        headline=name,
        summary=_said(event, "summary", 10_000, required=False),
        url=_address(_said(event, "url", 400, required=False)),
        municipality_code=codes.get(plain(municipality_name(name, location, codes)), ""),
        location_name=location,
    )


def _said(fields: Mapping[str, Any], name: str, max_length: int, *, required: bool = True) -> str:
    value = fields.get(name)
    said = text.clean(value).strip() if isinstance(value, str) else ""
    if required and not said:
        raise CellFault(
            name, _("Händelsen saknar %(name)s. Hämta filen på nytt från polisen.se.") % {"name": name}
        )
    if len(said) > max_length or text.has_refused_characters(said):
        raise CellFault(
            name,
            _("Texten är för lång eller innehåller styrtecken. Högst %(max)d tecken.") % {"max": max_length},
        )
    return said


def _address(said: str) -> str:
    """Return the address on the police's own site; a link to anywhere else is not kept."""
    if said.startswith("/") and not said.startswith("//"):
        return SITE + said
    return said if said.startswith(SITE + "/") else ""


@register
class PoliceEventImporter(DocumentImporter[ParsedNews]):
    """
    The feed's events in the municipality asked for, or else in every municipality on this installation.

    Events elsewhere are counted among the rows and told, but not stored.
    """

    kind: ClassVar[str] = "police-events"
    label = gettext_lazy("Polisens händelser")

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """
        Read the names of the municipalities to look for.

        :raises Unreadable: none is known
        """
        codes = codes_by_name()
        wanted = {
            name: code
            for name, code in codes.items()
            if not context.municipality or code == context.municipality
        }
        if not any(len(code) == 4 for code in wanted.values()):
            raise Unreadable(
                _("Kommunens namn är okänt. Lägg in kommunen, eller läs in dess gräns, och försök igen.")
            )
        return wanted

    def parse_document(self, document: Any, context: Context, result: ImportResult) -> list[ParsedNews]:
        """Read each event; one that stands twice is read once, as the feed's pages overlap."""
        if not isinstance(document, list):
            raise Unreadable(_("Filen ska vara polisens lista med händelser, som [{…}, {…}]."))
        if len(document) > MAX_ROWS:
            raise Unreadable(
                _("Filen har fler än %(n)d rader. Dela upp den i flera filer.") % {"n": MAX_ROWS}
            )
        found: dict[str, ParsedNews] = {}
        n_elsewhere = 0
        for number, event in enumerate(document, start=1):
            result.rows += 1
            try:
                item = parse_event(event, context.known)
            except CellFault as fault:
                result.refuse_row(number, fault.column, str(fault))
                continue
            if len(item.municipality_code) != 4:
                n_elsewhere += 1
            elif item.external_id in found:
                result.warn(_("Samma händelse står flera gånger. Den översta lästes in."))
            else:
                found[item.external_id] = item
        if n_elsewhere:
            result.warn(
                ngettext(
                    "%(n)d händelse gäller en annan plats och lagrades inte.",
                    "%(n)d händelser gäller andra platser och lagrades inte.",
                    n_elsewhere,
                )
                % {"n": n_elsewhere}
            )
        return list(found.values())

    def load(self, items: Sequence[ParsedNews], context: Context) -> Counts:
        """Write the events by the police's own number."""
        return merge(NewsItem, key=["external_id"], fields=ParsedNews._fields[1:], rows=items)
