"""Compare every row of a CSV file: each is a pair of counts, a pair of fractions, or two shares."""

from __future__ import annotations

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.compare import (
    CompareError,
    CountComparison,
    Fault,
    Missing,
    NotJudged,
    ShareComparison,
    adjust_for_many,
    compare_counts,
    compare_shares,
    judge_shares_without_denominator,
    not_judged,
)
from samsyn.analysis.compare.many import Adjustment
from samsyn.analysis.csv_input import FileError, Row, RowError, decimal, integer, read_table

COUNT_COLUMNS = ("before", "after", "exposure_before", "exposure_after", "dispersion")
FRACTION_COLUMNS = ("numerator_before", "denominator_before", "numerator_after", "denominator_after")
SHARE_COLUMNS = ("share_before", "share_after")
COLUMNS = ("id", *COUNT_COLUMNS, *FRACTION_COLUMNS, *SHARE_COLUMNS)

SWEDISH_HEADINGS = {
    "före": "before",
    "efter": "after",
    "exponering_före": "exposure_before",
    "exponering_efter": "exposure_after",
    "spridning": "dispersion",
    "täljare_före": "numerator_before",
    "nämnare_före": "denominator_before",
    "täljare_efter": "numerator_after",
    "nämnare_efter": "denominator_after",
    "andel_före": "share_before",
    "andel_efter": "share_after",
}

SENTENCES = {
    Fault.NOT_A_NUMBER: "Värdet är inte ett tal. Kontrollera cellen.",
    Fault.NOT_AN_INTEGER: "Antal är hela tal. Kontrollera cellen.",
    Fault.NEGATIVE: "Antal kan inte vara negativa. Kontrollera cellen.",
    Fault.TOO_LARGE: "Talet är större än en miljard. Kontrollera cellen.",
    Fault.EXPOSURE_NOT_POSITIVE: "Exponeringen ska vara större än 0: skriv periodens dagar eller invånare.",
    Fault.EXPOSURES_TOO_DIFFERENT: (
        "Exponeringarna skiljer sig mer än tio tusen gånger. Ange båda i samma enhet, till exempel dagar."
    ),
    Fault.DENOMINATOR_NOT_POSITIVE: "Nämnaren är 0. Lämna cellen tom om antalet fall inte är känt.",
    Fault.NUMERATOR_ABOVE_DENOMINATOR: "Täljaren är större än nämnaren. Kontrollera båda cellerna.",
    Fault.NOT_A_DISPERSION: "Spridningen är varians delad med medelvärde, minst 1. Lämna tomt om okänd.",
    Fault.NOT_A_SHARE: "En andel ligger mellan 0 och 1. Skriv 0,16 för 16 procent.",
    Fault.NOTHING_MISSING: "Nämnarna är kända. Fyll i täljarna också, så kan raden bedömas.",
    Fault.SHAPES_DIFFER: "Kolumnerna är olika långa. Kontrollera att varje rad är hel.",
    Fault.NOT_A_POSITION: "Perioden eller området finns inte i filen, eller är det första. Kontrollera valet.",
    Fault.TOO_FEW: "Det är för få rader med ett antal att räkna på. Lägg till fler perioder eller områden.",
    Fault.SCORES_ALL_EQUAL: "Alla rader har samma år. Skriv ett år eller ett ordningstal för varje rad.",
}


def compare_file(
    raw: bytes,
    *,
    confidence: float,
    power: float,
    rounded_to: float | None,
    many: Adjustment | None = None,
    rate: float = 0.05,
) -> Answer:
    """
    Compare each row; a row with a fault is told and the others are still compared.

    With `many`, each row also tells what is left of its verdict when all rows are looked at together.
    """
    answer = Answer()
    judged: list[CountComparison | ShareComparison | NotJudged] = []
    try:
        table = read_table(raw, known=COLUMNS, aliases=SWEDISH_HEADINGS)
    except FileError as fault:
        answer.file_errors.append(str(fault))
        return answer
    answer.warnings = table.warnings
    for number, row in enumerate(table.rows(), start=1):
        try:
            if isinstance(row, RowError):
                raise row
            result = compare_row(row, confidence=confidence, power=power, rounded_to=rounded_to)
        except RowError as fault:
            answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})
        else:
            answer.results.append({"row": number, "id": row.get("id", ""), **result.as_dict()})
            judged.append(result)
    if many is not None:
        for result_dict, each in zip(
            answer.results, adjust_for_many(judged, adjustment=many, rate=rate), strict=True
        ):
            result_dict["among_many"] = each.as_dict()
    return answer


def compare_row(
    row: Row, *, confidence: float, power: float, rounded_to: float | None
) -> CountComparison | ShareComparison | NotJudged:
    """
    Compare one row by the columns that are filled in; empty cells are missing facts, not faults.

    :raises RowError: a cell is not a number, is out of range, or the row mixes counts and shares
    """
    has_counts, has_fractions, has_shares = (
        any(row.get(column) for column in columns)
        for columns in (COUNT_COLUMNS, FRACTION_COLUMNS, SHARE_COLUMNS)
    )
    if has_counts and (has_fractions or has_shares):
        raise RowError(None, "Raden har både antal och andelar. Dela upp den i en rad för varje.")
    try:
        if has_fractions or has_shares:
            return _compare_share_row(row, confidence, power, rounded_to)
        return _compare_count_row(row, confidence)
    except CompareError as error:
        raise RowError(error.field, SENTENCES[error.code]) from error


def _compare_count_row(row: Row, confidence: float) -> CountComparison | NotJudged:
    before, after = integer(row, "before"), integer(row, "after")
    exposure_before, exposure_after = decimal(row, "exposure_before"), decimal(row, "exposure_after")
    if before is None or after is None:
        lacks = ((Missing.BEFORE, before), (Missing.AFTER, after))
        return not_judged(*(lack for lack, value in lacks if value is None))
    if (exposure_before is None) != (exposure_after is None):
        empty = "exposure_before" if exposure_before is None else "exposure_after"
        raise RowError(empty, "Exponeringen saknas för ena perioden. Fyll i båda eller ingen.")
    return compare_counts(
        before,
        after,
        exposure_before=1.0 if exposure_before is None else exposure_before,
        exposure_after=1.0 if exposure_after is None else exposure_after,
        confidence=confidence,
        dispersion=decimal(row, "dispersion"),
    )


def _compare_share_row(
    row: Row, confidence: float, power: float, rounded_to: float | None
) -> ShareComparison | NotJudged:
    fraction = [integer(row, column) for column in FRACTION_COLUMNS]
    share_before, share_after = decimal(row, "share_before"), decimal(row, "share_after")
    numerator_before, denominator_before, numerator_after, denominator_after = fraction
    if (
        numerator_before is not None
        and denominator_before is not None
        and numerator_after is not None
        and denominator_after is not None
    ):
        return compare_shares(
            numerator_before,
            denominator_before,
            numerator_after,
            denominator_after,
            confidence=confidence,
            rounded_to=rounded_to,
        )
    if share_before is not None and share_after is not None:
        return judge_shares_without_denominator(
            share_before,
            share_after,
            denominator_before=denominator_before,
            denominator_after=denominator_after,
            rounded_to=rounded_to,
            power=power,
            confidence=confidence,
        )
    return not_judged(
        *(
            Missing[column.upper()]
            for column, value in zip(FRACTION_COLUMNS, fraction, strict=True)
            if value is None
        )
    )
