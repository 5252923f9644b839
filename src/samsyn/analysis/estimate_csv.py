"""Estimate from CSV files: answers, with the population's distributions beside, or figures for areas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from samsyn.analysis.commands.base import Answer
from samsyn.analysis.csv_input import FileError, Row, RowError, Table, decimal, integer, read_table
from samsyn.analysis.estimate import (
    Design,
    EstimateError,
    Fault,
    Lonely,
    Margin,
    Quantity,
    Selection,
    Weighted,
    by_domain,
    difference_from_rest,
    fay_herriot,
    margin,
    mean,
    modelled_shares,
    rake,
    raked_bootstrap,
    rank_choices,
    self_selected,
    share,
    survey_design,
    total,
    trend,
)
from samsyn.analysis.estimate.direct import MIN_EFFECTIVE_ANSWERS

ANSWER_COLUMNS = (
    "value",
    "choices",
    "weight",
    "stratum",
    "cluster",
    "population",
    "domain",
    "year",
    "series",
    "id",
)
ANSWER_HEADINGS = {
    "värde": "value",
    "svar": "value",
    "val": "choices",
    "vikt": "weight",
    "kluster": "cluster",
    "antal_i_stratum": "population",
    "grupp": "domain",
    "år": "year",
    "serie": "series",
}
MARGIN_COLUMNS = ("variable", "category", "count")
MARGIN_HEADINGS = {"variabel": "variable", "kategori": "category", "antal": "count"}
AREA_COLUMNS = ("area", "direct", "se")
AREA_HEADINGS = {"område": "area", "skattning": "direct", "medelfel": "se"}

YES_AND_NO = {"ja": 1.0, "nej": 0.0, "1": 1.0, "0": 0.0, "sant": 1.0, "falskt": 0.0}

OPEN_WARNING = "De som svarade valde det själva. Ingen felmarginal kan anges: skriv ”av dem som svarade”."
MODEL_WARNING = "Siffrorna kommer från en modell. Märk dem ”modellskattning” var de än visas."
TRIMMED_WARNING = "Medelfelet räknas som om vikterna inte vore trimmade, och upprepningarna viktas utan trimning."

SENTENCES = {
    Fault.NO_ANSWERS: "Filen har inga svar att räkna på. Fyll i kolumnen value eller choices.",
    Fault.WEIGHT_NOT_POSITIVE: "Vikter är större än 0. Kontrollera kolumnen weight.",
    Fault.LONELY_CLUSTER: "Ett stratum har ett enda kluster. Slå ihop det med ett annat, eller ange --centre-lonely.",
    Fault.POPULATION_TOO_SMALL: "Fler har dragits än stratumet rymmer. Kontrollera kolumnen population.",
    Fault.POPULATION_VARIES: "Värdet ska vara lika inom stratumet eller året. Kontrollera kolumnen {field}.",
    Fault.CATEGORY_MISSING: "Ett svar saknar {field}. Fyll i det, eller ta bort {field} ur marginalfilen.",
    Fault.CATEGORY_UNKNOWN: "{field} har kategorin ”{value}” i svaren men inte i befolkningen. Lägg till den där.",
    Fault.CATEGORY_EMPTY: "Ingen med {field} ”{value}” har svarat. Slå ihop kategorin med en annan i båda filerna.",
    Fault.TOTALS_DIFFER: "Fördelningarna räknar olika många människor. Kontrollera summan för {field}.",
    Fault.NOT_POSITIVE: "Värdet för {field} ska vara större än 0. Kontrollera ”{value}”.",
    Fault.NOT_CONVERGED: "Inga vikter passar alla fördelningar. Slå ihop kategorier eller ta bort en variabel.",
    Fault.TRIM_TOO_TIGHT: "Viktgränsen går inte att hålla. Höj --largest-ratio eller slå ihop små kategorier.",
    Fault.TOO_FEW_REPLICATES: "För många upprepningar gick inte att vikta. Slå ihop små kategorier.",
    Fault.TOO_FEW_CATEGORIES: "Frågan har färre än två olika val. Kontrollera kolumnen choices.",
    Fault.TOO_FEW_AREAS: "Områdena är för få för modellen. Ta med fler områden eller färre förklarande kolumner.",
    Fault.COLLINEAR: "Två förklarande kolumner säger samma sak. Ta bort en av dem.",
    Fault.ANSWERS_ABOVE_POPULATION: "Svaren är fler än befolkningen. Kontrollera --population.",
}

_Cell = TypeVar("_Cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command was told; `file` is the answers' name and `margins_file` the margins', for faults."""

    data: str
    quantity: Quantity
    confidence: float
    population: int | None
    largest_ratio: float | None
    replicates: int
    centre_lonely: bool
    covariates: tuple[str, ...]
    factors: tuple[str, ...]
    by: str | None
    seed: int


def estimate_files(
    raw: bytes, raw_margins: bytes | None, settings: Settings, *, raw_cells: bytes | None = None
) -> Answer:
    """Estimate from one file; with a fault in any row nothing is estimated, for the rest would be another sample."""
    answer = Answer(n_rows=0)
    try:
        if settings.data == "areas":
            _estimate_areas(raw, settings, answer)
        elif raw_cells is not None:
            _model_shares(raw, raw_cells, settings, answer)
        else:
            totals = {} if raw_margins is None else _read_margins(raw_margins, answer)
            if not answer.has_faults:
                _estimate_answers(raw, totals, settings, answer)
    except FileError as fault:
        answer.file_errors.append(str(fault))
    except EstimateError as error:
        if error.code not in SENTENCES:
            raise
        answer.file_errors.append(SENTENCES[error.code].format(field=error.field, value=error.value))
        answer.found = {}
    return answer


class _Reader:
    """Collects a file's cells column by column, and its faults."""

    def __init__(self, table: Table, answer: Answer) -> None:
        self.columns = table.columns
        self.rows: list[tuple[int, Row]] = []
        self._answer = answer
        for number, row in enumerate(table.rows(), start=1):
            answer.n_rows = number
            if isinstance(row, RowError):
                self._fault(number, row)
            else:
                self.rows.append((number, row))

    def has(self, column: str) -> bool:
        return column in self.columns

    def texts(self, column: str) -> list[str]:
        return [row.get(column, "") for _, row in self.rows]

    def cells(self, column: str, parse: Callable[[Row, str], _Cell | None], default: _Cell | None) -> list[_Cell]:
        """Parse a column; an empty cell gets the default, or is a fault when there is none."""
        found = []
        for number, row in self.rows:
            try:
                cell = parse(row, column)
                if cell is None:
                    if default is None:
                        raise RowError(column, "Cellen är tom. Fyll i den, eller ta bort hela kolumnen.")
                    cell = default
                found.append(cell)
            except RowError as fault:
                self._fault(number, fault)
        return found

    def _fault(self, number: int, fault: RowError) -> None:
        self._answer.row_errors.append({"row": number, "column": fault.column, "text": fault.text})


def _yes_or_no(row: Row, column: str) -> float | None:
    cell = row.get(column, "").casefold()
    if not cell:
        return None
    if cell not in YES_AND_NO:
        raise RowError(column, "Svaret är varken ja eller nej. Skriv ja, nej, 1 eller 0, eller välj --quantity mean.")
    return YES_AND_NO[cell]


def _standard_error(row: Row, column: str) -> float | None:
    se = decimal(row, column)
    if row.get("direct", "") and (se is None or se <= 0):
        raise RowError(column, "Medelfelet ska vara större än 0. Lämna direct tom också om området inte kan skattas.")
    return se


def _read_margins(raw: bytes, answer: Answer) -> dict[str, dict[str, float]]:
    table = read_table(raw, known=MARGIN_COLUMNS, aliases=MARGIN_HEADINGS)
    answer.warnings += table.warnings
    reader = _Reader(table, answer)
    counts = reader.cells("count", decimal, None)
    totals: dict[str, dict[str, float]] = {}
    if answer.has_faults:
        answer.file_errors.append("Felen står i marginalfilen.")
        return {}
    for (number, row), count in zip(reader.rows, counts, strict=True):
        variable, category = row.get("variable", "").casefold(), row.get("category", "")
        if not (variable and category):
            raise FileError(f"Rad {number} i marginalfilen saknar variabel eller kategori. Fyll i båda.")
        if variable in ANSWER_COLUMNS[:6]:
            raise FileError(f"Variabeln ”{variable}” i marginalfilen har ett upptaget namn. Döp om den.")
        if category in totals.setdefault(variable, {}):
            raise FileError(f"Marginalfilen har {variable} ”{category}” två gånger. Ta bort den ena.")
        totals[variable][category] = count
    return totals


def _estimate_answers(raw: bytes, totals: dict[str, dict[str, float]], settings: Settings, answer: Answer) -> None:
    known = (*ANSWER_COLUMNS, *(name for name in totals if name not in ANSWER_COLUMNS))
    aliases = {swedish: name for swedish, name in ANSWER_HEADINGS.items() if swedish not in totals}
    table = read_table(raw, known=known, aliases=aliases)
    answer.warnings += table.warnings
    for variable in totals:
        if variable not in table.columns:
            raise FileError(f"Svarsfilen saknar kolumnen ”{variable}”, som marginalfilen har. Lägg till den.")
    if "value" not in table.columns and "choices" not in table.columns:
        raise FileError("Svarsfilen saknar kolumnen value (eller choices). Lägg till den.")
    reader = _Reader(table, answer)
    parse = _yes_or_no if settings.quantity is Quantity.SHARE else decimal
    missing = float("nan")
    values = reader.cells("value", parse, missing) if reader.has("value") else []
    weights = reader.cells("weight", decimal, None) if reader.has("weight") else [1.0] * len(reader.rows)
    population = reader.cells("population", decimal, None) if reader.has("population") else None
    years = reader.cells("year", integer, None) if reader.has("year") else None
    if answer.has_faults:
        return
    if not reader.rows:
        raise EstimateError(Fault.NO_ANSWERS, "value")
    margins = tuple(margin(name, reader.texts(name), counts) for name, counts in totals.items())
    if settings.data == "open":
        _describe_open(reader, values, margins, settings, answer)
        return
    design = survey_design(
        weights,
        strata=reader.texts("stratum") if reader.has("stratum") else None,
        clusters=reader.texts("cluster") if reader.has("cluster") else None,
        n_population=population,
        lonely=Lonely.CENTRE if settings.centre_lonely else Lonely.REFUSE,
    )
    weighted = rake(design, margins, largest_ratio=settings.largest_ratio) if margins else None
    _estimate_sample(reader, values, years, design, weighted, settings, answer)


def _estimate_sample(
    reader: _Reader,
    values: list[float],
    years: list[int] | None,
    drawn: Design,
    weighted: Weighted | None,
    settings: Settings,
    answer: Answer,
) -> None:
    quantity, confidence = settings.quantity, settings.confidence
    design = drawn if weighted is None else weighted.design
    found: dict[str, Any] = {"weights": None if weighted is None else weighted.as_dict()}
    if weighted is not None and weighted.n_trimmed:
        answer.warnings.append(TRIMMED_WARNING)
    if years is not None and reader.has("value"):
        # A figure over all years together would be of no year.
        if quantity is Quantity.TOTAL:
            raise FileError("En summa har ingen utveckling här. Välj --quantity share eller mean, eller ta bort år.")
        if weighted is not None:
            raise FileError("Vikta varje år för sig till sin befolkning: ta bort kolumnen year eller --margins.")
        series = reader.texts("series") if reader.has("series") else None
        found["trend"] = trend(values, years, design, series=series, quantity=quantity, confidence=confidence).as_dict()
    elif reader.has("value"):
        estimator = {Quantity.SHARE: share, Quantity.MEAN: mean, Quantity.TOTAL: total}[quantity]
        found["estimate"] = estimator(values, design, confidence=confidence).as_dict()
        if settings.replicates and weighted is not None and quantity is not Quantity.TOTAL:
            found["bootstrap"] = raked_bootstrap(
                values,
                drawn,
                weighted.margins,
                rng=np.random.default_rng(settings.seed),
                n_replicates=settings.replicates,
                confidence=confidence,
            ).as_dict()
        if reader.has("domain"):
            found["domains"] = _domains(values, reader.texts("domain"), design, settings)
    if reader.has("choices"):
        found["choices"] = _choices(reader.texts("choices"), design, confidence)
    answer.found = found


def _domains(values: list[float], domains: list[str], design: Design, settings: Settings) -> list[dict[str, Any]]:
    quantity, confidence = settings.quantity, settings.confidence
    estimates = by_domain(values, domains, design, quantity=quantity, confidence=confidence)
    differences = {}
    if quantity is not Quantity.TOTAL and len(estimates) > 1:
        differences = difference_from_rest(values, domains, design, quantity=quantity, confidence=confidence)
    return [
        {
            "label": label,
            **each.as_dict(),
            "difference_from_rest": differences[label].as_dict() if label in differences else None,
        }
        for label, each in estimates.items()
    ]


def _choices(cells: list[str], design: Design, confidence: float) -> list[dict[str, Any]]:
    ticked = [{part.strip() for part in cell.split("|") if part.strip()} for cell in cells]
    labels = sorted(set().union(*ticked))
    chosen = np.array([[label in each for label in labels] for each in ticked], dtype=float)
    return [each.as_dict() for each in rank_choices(chosen, labels, design, confidence=confidence)]


def _describe_open(
    reader: _Reader, values: list[float], margins: tuple[Margin, ...], settings: Settings, answer: Answer
) -> None:
    if settings.population is None:
        raise FileError("Ange hur många som kunde ha svarat med --population, till exempel kommunens invånare.")
    answer.warnings.append(OPEN_WARNING)
    unused = [name for name in ("weight", "stratum", "cluster", "population", "year") if reader.has(name)]
    answer.warnings += [f"Kolumnen {name} används inte för svar från en öppen länk." for name in unused]
    found: dict[str, Any] = {}
    if reader.has("value"):
        found["self_selected"] = self_selected(
            values, n_population=settings.population, margins=margins, largest_ratio=settings.largest_ratio
        ).as_dict()
        if reader.has("domain"):
            found["domains"] = _open_domains(np.array(values), reader.texts("domain"))
    if reader.has("choices"):
        design = survey_design(np.ones(len(reader.rows)), selection=Selection.SELF_SELECTED)
        found["choices"] = _choices(reader.texts("choices"), design, settings.confidence)
    answer.found = found


def _open_domains(values: Any, domains: list[str]) -> list[dict[str, Any]]:
    names = np.array(domains)
    found = []
    for name in sorted(set(domains)):
        own = values[(names == name) & ~np.isnan(values)]
        shown = len(own) >= MIN_EFFECTIVE_ANSWERS
        found.append({"label": name, "n": len(own), "value": float(own.mean()) if shown else None})
    return found


def _model_shares(raw: bytes, raw_cells: bytes, settings: Settings, answer: Answer) -> None:
    """Model the shares of areas; the population is a file with every combination of the factors and its count."""
    factors, by = settings.factors, settings.by
    if settings.data != "random":
        raise FileError("Modellen behöver svar från ett slumpmässigt urval. Ta bort --cells för en öppen länk.")
    if by is None or by not in factors:
        raise FileError("Ange variablerna med --factors och vilken av dem som ska redovisas med --by.")
    cells_table = read_table(raw_cells, known=("count", *factors), aliases={"antal": "count"})
    answer.warnings += cells_table.warnings
    cells = _Reader(cells_table, answer)
    counts = cells.cells("count", decimal, None)
    if answer.has_faults:
        answer.file_errors.append("Felen står i filen med befolkningen.")
        return
    aliases = {swedish: name for swedish, name in ANSWER_HEADINGS.items() if swedish not in factors}
    table = read_table(raw, known=("value", *factors), aliases=aliases)
    answer.warnings += table.warnings
    for which, columns in (("Svarsfilen", table.columns), ("Filen med befolkningen", cells_table.columns)):
        for name in factors:
            if name not in columns:
                raise FileError(f"{which} saknar kolumnen ”{name}”. Lägg till den eller ta bort den ur --factors.")
    reader = _Reader(table, answer)
    values = reader.cells("value", _yes_or_no, float("nan"))
    if answer.row_errors:
        return
    if not reader.rows:
        raise EstimateError(Fault.NO_ANSWERS, "value")
    answer.warnings.append(MODEL_WARNING)
    model = modelled_shares(
        values,
        {name: reader.texts(name) for name in factors},
        survey_design(np.ones(len(values))),
        population={name: cells.texts(name) for name in factors},
        counts=counts,
        by=by,
        confidence=settings.confidence,
    )
    answer.found = {"modelled_shares": model.as_dict()}


def _estimate_areas(raw: bytes, settings: Settings, answer: Answer) -> None:
    known = (*AREA_COLUMNS, *settings.covariates)
    table = read_table(raw, known=known, aliases=AREA_HEADINGS)
    answer.warnings += table.warnings
    for column in known:
        if column not in table.columns:
            raise FileError(f"Filen saknar kolumnen ”{column}”. Lägg till den.")
    reader = _Reader(table, answer)
    direct = reader.cells("direct", decimal, float("nan"))
    errors = reader.cells("se", _standard_error, float("nan"))
    covariates = [reader.cells(name, decimal, None) for name in settings.covariates]
    if answer.has_faults:
        return
    answer.warnings.append(MODEL_WARNING)
    columns = [[1.0] * len(direct), *covariates]
    model = fay_herriot(
        direct,
        np.square(errors),
        np.array(columns).T,
        names=reader.texts("area"),
        confidence=settings.confidence,
    )
    answer.found = {"small_areas": model.as_dict()}
