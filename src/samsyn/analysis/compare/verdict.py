"""
The one answer that all comparisons have in common: a verdict, what it rests on, and the words for it.

Every method answers with its own class, which has every number it computed. Each of them also has `judgement`, a
`Judgement`: what a page, a table of many verdicts or an adjustment for their number needs, alike for all.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from typing import Any, Protocol


class Verdict(enum.StrEnum):
    """What the numbers allow us to say. The words for it are in `Judgement`, and in gettext on the pages."""

    CLEAR_INCREASE = "CLEAR_INCREASE"
    CLEAR_DECREASE = "CLEAR_DECREASE"
    NO_RELIABLE_CHANGE = "NO_RELIABLE_CHANGE"
    CANNOT_BE_JUDGED = "CANNOT_BE_JUDGED"

    @property
    def is_clear(self) -> bool:
        """Whether it says that something changed."""
        return self in (Verdict.CLEAR_INCREASE, Verdict.CLEAR_DECREASE)


class Missing(enum.StrEnum):
    """What a comparison lacks when it cannot be judged."""

    BEFORE = "BEFORE"
    AFTER = "AFTER"
    NUMERATOR_BEFORE = "NUMERATOR_BEFORE"
    DENOMINATOR_BEFORE = "DENOMINATOR_BEFORE"
    NUMERATOR_AFTER = "NUMERATOR_AFTER"
    DENOMINATOR_AFTER = "DENOMINATOR_AFTER"
    EVENTS = "EVENTS"
    """Nothing happened in either period, so no ratio can be formed."""
    COMPARISON_AREAS = "COMPARISON_AREAS"
    COMPARISON_FIXED_BEFORE = "COMPARISON_FIXED_BEFORE"
    """The comparison areas were not fixed before anybody looked at the figures."""
    HISTORY = "HISTORY"
    """Nothing shows how much such figures vary when nothing has changed."""
    MONTHS_BEFORE = "MONTHS_BEFORE"
    MONTHS_AFTER = "MONTHS_AFTER"
    AREAS = "AREAS"
    PERIODS = "PERIODS"


class Caution(enum.StrEnum):
    """What must be told beside a verdict, although it could be given."""

    NO_HISTORY = "NO_HISTORY"
    PRE_TREND_DIFFERS = "PRE_TREND_DIFFERS"
    PRE_TREND_UNKNOWN = "PRE_TREND_UNKNOWN"
    COMPARISONS_CHANGED_AS_MUCH = "COMPARISONS_CHANGED_AS_MUCH"
    AREAS_LEFT_OUT = "AREAS_LEFT_OUT"
    COINCIDENT_EVENT = "COINCIDENT_EVENT"
    RESIDUALS_CORRELATE = "RESIDUALS_CORRELATE"
    SHORT_SERIES = "SHORT_SERIES"
    NOT_LINEAR = "NOT_LINEAR"
    FEW_EVENTS = "FEW_EVENTS"
    LOOKED_AT_MANY = "LOOKED_AT_MANY"


class Measure(enum.StrEnum):
    """What the estimate is, and so which value of it is no change."""

    RATIO = "RATIO"
    DIFFERENCE = "DIFFERENCE"

    @property
    def no_change(self) -> float:
        """The value that means no change: 1 for a ratio, 0 for a difference."""
        return 1.0 if self is Measure.RATIO else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """
    A verdict with what it rests on, alike for every method.

    `estimate`, `low` and `high` are a ratio or a difference, as `measure` says; None cannot be given. `p` is None
    when nothing was tested. A clear verdict is given exactly when `p` is below 1 - `confidence`, and exactly when
    the interval leaves out no change.

    >>> from samsyn.analysis.compare import compare_counts
    >>> compare_counts(185, 162).judgement.text("sv")
    'ingen säker förändring'
    >>> compare_counts(0, 0).judgement.text("sv")
    'går inte att bedöma (saknar händelser att jämföra: det var noll båda gångerna)'
    """

    verdict: Verdict
    measure: Measure
    method: str
    method_version: int
    confidence: float | None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    missing: tuple[Missing, ...] = ()
    cautions: tuple[Caution, ...] = ()

    def word(self, language: str = "sv") -> str:
        """The verdict in two or three words, in Swedish (sv) or English (en)."""
        from samsyn.analysis.compare.words import verdict_word

        return verdict_word(self.verdict, language)

    def text(self, language: str = "sv") -> str:
        """The verdict, and in brackets what is missing when it cannot be judged."""
        from samsyn.analysis.compare.words import judgement_text

        return judgement_text(self.verdict, self.missing, language)

    def method_sentence(self, language: str = "sv") -> str:
        """The method in one plain sentence."""
        from samsyn.analysis.compare.words import method_sentence

        return method_sentence(self.method, language)

    def caution_sentences(self, language: str = "sv") -> list[str]:
        """What must be told beside the verdict, a sentence each."""
        from samsyn.analysis.compare.words import caution_sentence

        return [caution_sentence(caution, language) for caution in self.cautions]

    def as_dict(self) -> dict[str, Any]:
        """The judgement with its words, ready for JSON."""
        return {
            "verdict": self.verdict.value,
            "missing": [item.value for item in self.missing],
            "cautions": [item.value for item in self.cautions],
            "measure": self.measure.value,
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "p": self.p,
            "confidence": self.confidence,
            "words": {
                language: {
                    "verdict": self.text(language),
                    "method": self.method_sentence(language),
                    "cautions": self.caution_sentences(language),
                }
                for language in ("sv", "en")
            },
        }


class Judged(Protocol):
    """Any answer that has a judgement."""

    @property
    def judgement(self) -> Judgement:
        """What all answers have in common."""
        ...


def verdict_of(p: float, estimate: float, no_change: float, confidence: float) -> Verdict:
    """Return the verdict for a two-sided p-value: clear below 1 - confidence, on the side of the estimate."""
    if p >= 1 - confidence:
        return Verdict.NO_RELIABLE_CHANGE
    return Verdict.CLEAR_INCREASE if estimate > no_change else Verdict.CLEAR_DECREASE


def settle(value: float, bound: float, *, below: bool) -> float:
    """
    Keep a number on the side of a bound that the verdict has already decided.

    Limits, p-values and verdicts are computed along different ways, which can differ in the last bit. Where a
    limit falls on its bound to within that bit, the three would contradict each other on the page.
    """
    return min(value, math.nextafter(bound, -math.inf)) if below else max(value, bound)


def settle_limits(low: float, high: float, no_change: float, verdict: Verdict) -> tuple[float, float]:
    """Keep both limits on the sides of no change that the verdict has decided."""
    high = settle(high, no_change, below=verdict is Verdict.CLEAR_DECREASE)
    low = -settle(-low, -no_change, below=verdict is Verdict.CLEAR_INCREASE)
    return low, high


def decimals_to_show(limit: float, no_change: float, *, at_least: int = 0) -> int:
    """
    Say how many decimals keep a shown limit on its own side of no change.

    A clear increase whose lower limit is 0.0134 must not be shown as "0.0 to 0.4": the page would contradict
    itself. A limit that lies on no change exactly, or closer than six decimals can tell, gets `at_least`.

    >>> decimals_to_show(0.0134, 0.0, at_least=1)
    2
    >>> decimals_to_show(-3.0, 0.0, at_least=1)
    1
    """
    for decimals in range(at_least, 7):
        if round(limit, decimals) != no_change:
            return decimals
    return at_least
