"""Reported crime from Brå: the plain file with `;`, and Brå's own exports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.core.importing import (
    CellFault,
    Column,
    Context,
    Counts,
    ImportResult,
    Row,
    RowImporter,
    Unreadable,
    quoted,
    register,
)
from samsyn.core.importing.bulk import merge
from samsyn.core.importing.headings import plain
from samsyn.core.importing.reading import Source, Table, decode
from samsyn.organisations.importing import check_is_ours, others_codes
from samsyn.statistics.enums import ValueStatus
from samsyn.statistics.importers import bra_layout
from samsyn.statistics.importers.municipalities import WHOLE_COUNTRY, codes_by_name
from samsyn.statistics.models import StatisticValue
from samsyn.statistics.periods import Period, parse_period
from samsyn.statistics.series import SeriesId, ensure_series, measures

_CODE = re.compile(r"\d{4}", re.ASCII)
SUPPRESSED, MISSING = "XX", ".."
_YES = frozenset({"1", "ja", "x", "true", "sant", "yes"})
_NO = frozenset({"", "0", "nej", "false", "falskt", "no"})
_MEASURES = frozenset(measures())


class ParsedCrime(NamedTuple):
    """One number: which series and period, and what stands there."""

    area_code: str
    measure: str
    period: Period
    value: Decimal | None
    rate: Decimal | None
    status: str


@register
class CrimeImporter(RowImporter[ParsedCrime]):
    """
    Numbers of reported offences. The option `extraction_date` says when they were fetched from Brå.

    `XX` means hidden by the owner, `..` or an empty cell that the number is missing; neither is zero.
    """

    kind: ClassVar[str] = "crime-statistics"
    label = gettext_lazy("Anmälda brott (Brå)")
    columns: ClassVar[Sequence[Column]] = (
        Column("kommun", ("kommunkod", "municipality", "municipality_code"), required=True),
        Column("period", required=True),
        Column("key", ("mått", "matt", "measure", "brott"), required=True),
        Column("count", ("antal",), required=True),
        Column("per100k", ("per 100 000", "per 100 000 invånare", "rate")),
        Column("preliminary", ("preliminär", "preliminar", "prel")),
    )

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read the municipalities' names, since Brå's own exports have no codes, and who minds their own numbers."""
        return {"codes": codes_by_name(), "others": others_codes(context)}

    def read(self, source: Source, context: Context, result: ImportResult) -> Table:
        """See which of the layouts it is."""
        if source.suffix in {".csv", ".txt"}:
            own = ImportResult()
            head = source.data[:4_000].lower()
            if b"antal" in head and (b"region" in head or b"anm" in head):
                lines = bra_layout.lines_of(decode(source.data, own))
                at = bra_layout.measure_row(lines)
                if at is not None or bra_layout.is_text_file(lines):
                    values = (
                        bra_layout.cross_table(lines, at) if at is not None else bra_layout.text_file(lines)
                    )
                    return Table(bra_layout.HEADINGS, iter(bra_layout.rows_of(values, result)))
        return super().read(source, context, result)

    def parse_row(self, row: Row, context: Context) -> ParsedCrime:
        """Read one number."""
        area = row.text("kommun", required=True, max_length=80)
        if not _CODE.fullmatch(area) and area != WHOLE_COUNTRY:
            code = context.known["codes"].get(plain(area))
            if code is None:
                raise CellFault(
                    "kommun",
                    _("Kommunen %(name)s är okänd. Skriv kommunkoden, eller läs in kommunens gräns först.")
                    % {"name": quoted(area)},
                )
            area = code
        check_is_ours("kommun", area, context.known.get("others", frozenset()))
        said = row.text("period", required=True, max_length=40)
        try:
            period = parse_period(said)
        except ValueError:
            raise CellFault(
                "period",
                _("%(period)s är ingen period. Skriv 2020, 2015K1 eller 2015M03.") % {"period": quoted(said)},
            ) from None
        measure = row.text("key", required=True, max_length=80)
        if measure not in _MEASURES:
            raise CellFault(
                "key",
                _("%(key)s är inget av våra mått. Välj bland %(known)s.")
                % {"key": quoted(measure), "known": ", ".join(measures())},
            )
        count, status = self._count(row)
        rate = row.decimal("per100k", least=0, most=10_000_000) if count is not None else None
        return ParsedCrime(area, measure, period, count, rate, status)

    @staticmethod
    def _count(row: Row) -> tuple[Decimal | None, str]:
        said = row.text("count", max_length=40)
        mark = row.text("preliminary", max_length=40).casefold()
        if mark not in _YES | _NO:
            raise CellFault(
                "preliminary",
                _("%(value)s är varken ja eller nej. Skriv 1 eller lämna tomt.") % {"value": quoted(mark)},
            )
        if said.upper() == SUPPRESSED:
            return None, ValueStatus.SUPPRESSED.value
        if said in {"", MISSING, "-", "–"}:
            return None, ValueStatus.MISSING.value
        count = row.integer("count", least=0, most=100_000_000)
        status = ValueStatus.PRELIMINARY if mark in _YES else ValueStatus.FINAL
        return (None if count is None else Decimal(count)), status.value

    def key_of(self, item: ParsedCrime) -> tuple[str, str, str]:
        """Return what a series may have only one of."""
        return item.area_code, item.measure, item.period.text

    def load(self, items: Sequence[ParsedCrime], context: Context) -> Counts:
        """Make the series that are missing, then write the numbers."""
        wanted = {(item.area_code, item.measure, item.period.periodicity) for item in items}
        ids = {each: SeriesId(each[1], each[0], each[2]) for each in wanted}
        numbers = ensure_series(ids.values(), extraction_date=extraction_date_of(context))
        return merge(
            StatisticValue,
            key=["series_id", "period"],
            fields=["start_date", "end_date", "value", "rate_per_100k", "status"],
            rows=(
                (
                    numbers[ids[item.area_code, item.measure, item.period.periodicity]],
                    item.period.text,
                    item.period.start_date,
                    item.period.end_date,
                    item.value,
                    item.rate,
                    item.status,
                )
                for item in items
            ),
        )


def extraction_date_of(context: Context) -> date | None:
    """
    Return the day that the numbers were fetched, as the option says.

    :raises Unreadable: no such day
    """
    said = context.options.get("extraction_date", "")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Unreadable(
            _("%(value)s är inget datum. Skriv det som 2026-11-22.") % {"value": quoted(said)}
        ) from None
