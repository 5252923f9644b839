"""What a page needs to show an outcome: chart, sentences and corrections in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from samsyn.analysis.compare import CountComparison, ShareComparison, Verdict, decimals_to_show
from samsyn.commitments.enums import Fulfilment, OutcomeKind
from samsyn.commitments.models import Outcome, OutcomeCorrection
from samsyn.commitments.verdicts import WORDS, ChangeVerdict, Reading, number
from samsyn.ui.charts import IntervalChart, interval_chart
from samsyn.ui.formats import format_day, format_number, percent_sign


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One field of a change as people read it."""

    label: str
    before: str
    after: str


def outcome_context(
    reading: Reading, language: str, *, corrections: Iterable[OutcomeCorrection] | None = None
) -> dict[str, Any]:
    """
    Return what `commitments/_outcome.html` and `commitments/_outcome_margin.html` show, as their `shown`.

    `corrections` are those to show instead of the saved ones, for a preview of one that is not made yet.
    """
    outcome = reading.outcome
    if outcome is None:
        return {"reading": reading, "chart": None, "text": reading.reason or ". ".join(reading.captions)}
    change = reading.change
    if corrections is None:
        corrections = outcome.corrections.all() if outcome.pk else ()
    return {
        "reading": reading,
        "outcome": outcome,
        "title": outcome.local.title,
        "pair": _pair(outcome, language),
        "figure": reading.figure if outcome.value is not None else "",
        "captions": reading.captions,
        "words": outcome.local.value_text,
        "text": change.sentence if change else reading.reason,
        **_chart(outcome, change, language),
        "quote": _quote(outcome, language),
        "facts": _facts(outcome, reading, language),
        "works": _works(outcome, language),
        "method": _method(change, language),
        "corrections": [
            {
                "date": correction.corrected_date,
                "note": correction.local.note,
                "changes": shown_changes(Outcome, correction.changes, language),
            }
            for correction in corrections
        ],
    }


def sign_key() -> list[dict[str, str]]:
    """Return every sign that an outcome can have, with its word and what it means."""
    differently = _("Målet nåddes, men inte så som det lovades.")
    signs = [
        ("met", Fulfilment.MET.label, _("Gjort så som det var sagt.")),
        ("exceeded", Fulfilment.EXCEEDED.label, _("Mer gjordes än det som lovades.")),
        ("done_differently", Fulfilment.DONE_DIFFERENTLY.label, differently),
        ("late", Fulfilment.LATE.label, _("Alltid med skäl och ny tid.")),
        ("not_met", Fulfilment.NOT_MET.label, _("Alltid med skäl och vem som beslutar.")),
        ("clear_increase", WORDS[Verdict.CLEAR_INCREASE], _("Mer än slumpen brukar ge.")),
        ("clear_decrease", WORDS[Verdict.CLEAR_DECREASE], _("Mer än slumpen brukar ge.")),
        ("no_reliable_change", WORDS[Verdict.NO_RELIABLE_CHANGE], _("Skillnaden kan bero på slumpen.")),
        ("cannot_be_judged", WORDS[Verdict.CANNOT_BE_JUDGED], _("Vi säger vilka uppgifter som saknas.")),
        ("not_reported", Fulfilment.NOT_REPORTED.label, _("Det är inte samma sak som noll.")),
        ("not_stated", Fulfilment.NOT_STATED.label, _("Källan säger inte om det gjordes.")),
    ]
    return [{"code": code, "word": str(word), "text": text} for code, word, text in signs]


def _pair(outcome: Outcome, language: str) -> dict[str, str] | None:
    if outcome.value is None or outcome.baseline_value is None:
        return None
    is_share = outcome.kind == OutcomeKind.PERCENTAGE
    percent = percent_sign(language) if is_share else ""

    def caption(period: str, numerator: int | None, denominator: int | None) -> str:
        words = f"{outcome.local.unit} {period}".strip()
        if is_share and numerator is not None and denominator:
            parts = _("%(n)s av %(total)s") % {"n": number(numerator), "total": number(denominator)}
            return f"{words} ({parts})" if words else parts
        return words

    return {
        "before": number(outcome.baseline_value) + percent,
        "after": number(outcome.value) + percent,
        "before_caption": caption(
            str(outcome.local.baseline_period_text or _("före")),
            outcome.baseline_numerator,
            outcome.baseline_denominator,
        ),
        "after_caption": caption(
            str(outcome.local.period_text or _("efter")), outcome.value_numerator, outcome.value_denominator
        ),
    }


def _chart(outcome: Outcome, change: ChangeVerdict | None, language: str) -> dict[str, Any]:
    """Draw the change and its interval, where there is one, with the words around it."""
    found = change.comparison if change else None
    estimate: float | None
    low: float | None
    high: float | None
    if isinstance(found, CountComparison):
        estimate, low, high = found.percent_change, found.percent_low, found.percent_high
    elif isinstance(found, ShareComparison):
        estimate, low, high = 100 * found.difference, 100 * found.low, 100 * found.high
    else:
        return {"chart": None}
    if change is None or estimate is None or low is None:
        return {"chart": None}
    is_share = isinstance(found, ShareComparison)
    # A limit just beside zero must not be written as zero: the sentence would contradict the verdict.
    decimals = max(decimals_to_show(limit, 0.0, at_least=1) for limit in (low, high) if limit is not None)
    chart: IntervalChart = interval_chart(
        estimate=estimate, low=low, high=high, language=language, percent=not is_share, decimals=decimals
    )
    before = outcome.local.baseline_period_text or _("tiden före")
    after = outcome.local.period_text or _("tiden efter")
    if is_share:
        title = _("Förändring i procentenheter från %(before)s till %(after)s")
    elif change.per_day:
        title = _("Förändring per dag från %(before)s till %(after)s")
    else:
        title = _("Förändring från %(before)s till %(after)s")
    return {
        "chart": chart,
        "chart_title": title % {"before": before, "after": after},
        "chart_zero": _("samma nivå som %(before)s") % {"before": before},
        "chart_fewer": _("lägre") if is_share else _("färre"),
        "chart_more": _("högre") if is_share else _("fler"),
        "chart_what": "" if is_share else outcome.local.unit,
        "chart_sentence": _interval_sentence(low, high, decimals, language, is_share=is_share),
    }


def _interval_sentence(
    low: float, high: float | None, decimals: int, language: str, *, is_share: bool
) -> str:
    def limit(value: float) -> str:
        size = format_number(abs(value), language=language, decimals=decimals)
        if round(value, decimals) == 0:
            return _("ingen förändring")
        if is_share:
            words = _("%(n)s procentenheter lägre") if value < 0 else _("%(n)s procentenheter högre")
        else:
            words = _("%(n)s procent färre") if value < 0 else _("%(n)s procent fler")
        return words % {"n": size}

    if high is None:
        first = _("Rutan visar var den verkliga förändringen rimligen ligger: från %(low)s och uppåt.") % {
            "low": limit(low)
        }
    else:
        first = _(
            "Rutan visar var den verkliga förändringen rimligen ligger: från %(low)s till %(high)s."
        ) % {"low": limit(low), "high": limit(high)}
    crosses = low <= 0 and (high is None or high >= 0)
    return f"{first} " + (_("Den går över nollstrecket.") if crosses else _("Den når inte nollstrecket."))


def _quote(outcome: Outcome, language: str) -> dict[str, Any] | None:
    words = outcome.local.own_words
    if not words:
        return None
    who = outcome.local.own_words_by
    return {
        "who": _("%(who)s, egna ord") % {"who": who} if who else _("Parternas egna ord"),
        "text": words.text,
        "lang": "" if words.language == language else words.language,
        "is_machine": words.is_machine,
    }


def _facts(outcome: Outcome, reading: Reading, language: str) -> list[dict[str, Any]]:
    """Collect what stands beside the leading answer. The reason is left out where it already leads."""
    facts: list[dict[str, Any]] = []
    if reading.fulfilment_word:
        facts.append({
            "term": _("Gjordes det som lovats?"),
            "value": reading.fulfilment_word,
            "code": outcome.fulfilment.lower(),
        })  # fmt: skip
    if outcome.reason and (reading.change or outcome.fulfilment == Fulfilment.EXCEEDED):
        facts.append({"term": _("Skäl"), "value": outcome.local.reason})
    if outcome.decided_by:
        facts.append({"term": _("Beslutat av"), "value": str(outcome.local.decided_by)})
    if outcome.new_date_text and outcome.new_date_text != outcome.value_text:
        facts.append({"term": _("Ny tidpunkt"), "value": outcome.local.new_date_text})
    elif outcome.new_date and not outcome.new_date_text:
        facts.append({"term": _("Ny tidpunkt"), "value": format_day(outcome.new_date, language=language)})
    return facts


def _works(outcome: Outcome, language: str) -> list[str]:
    return [_work(work.text) for work in outcome.items_in_language("works", language)]


def _work(work: Any) -> str:
    if isinstance(work, Mapping):
        return ", ".join(str(part) for part in work.values() if part not in (None, ""))
    return str(work)


def _method(change: ChangeVerdict | None, language: str) -> str:
    found = change.comparison if change else None
    if isinstance(found, CountComparison) and found.ratio is not None:
        words = _("två antal jämförs exakt (betingad Poisson), %(confidence)s procents intervall, %(p)s.")
    elif isinstance(found, ShareComparison):
        words = _("två andelar jämförs (Newcombe), %(confidence)s procents intervall, %(p)s.")
    else:
        return ""
    if found.p < 0.001:
        p = "p < " + format_number(0.001, language=language)
    else:
        # Three decimals near the limit, so that 0,0496 isn't shown as the limit itself.
        p = "p = " + format_number(found.p, language=language, decimals=2 if found.p >= 0.1 else 3)
    method = words % {"confidence": format_number(100 * found.confidence, language=language), "p": p}
    if isinstance(found, CountComparison) and found.dispersion is None:
        method += " " + _("Äldre år är inte inräknade, så osäkerheten kan vara större än rutan visar.")
    return method


def shown_changes(
    model: type[models.Model], changes: Mapping[str, Sequence[Any]], language: str
) -> list[ShownChange]:
    """Return changes of a row, as the log and the corrections keep them, with the fields' Swedish names."""
    fields = {field.name: field for field in model._meta.fields}
    shown = []
    for name, (before, after) in changes.items():
        field = fields.get(name)
        label = str(field.verbose_name) if field else name
        texts = shown_value(field, before, language), shown_value(field, after, language)
        shown.append(ShownChange(label, *texts))
    return shown


def shown_value(field: models.Field[Any, Any] | None, value: Any, language: str) -> str:
    """Return a value as the log keeps it, in words: a choice by its name, a day as people write days."""
    if value is None or value in ("", [], {}):
        return _("tomt")
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, date):
        return format_day(value, language=language)
    if isinstance(field, models.DateField):
        try:
            return format_day(date.fromisoformat(str(value)), language=language)
        except ValueError:
            return str(value)
    if isinstance(field, models.DecimalField):
        try:
            return number(Decimal(str(value)))
        except InvalidOperation:
            return str(value)
    if isinstance(value, int):
        return format_number(value, language=language)
    if isinstance(value, list):
        return "; ".join(_work(item) for item in value)
    return str(value)
