"""
Tell whether a number has changed, or whether chance alone explains the difference.

Two numbers: `compare_counts`, `compare_shares`, and `judge_shares_without_denominator` where the denominators lack.
More than two: `difference_in_differences` (against areas chosen beforehand), `interrupted_time_series` (against the
months before), `compare_chosen_area` (an area chosen for its high figure), `trend_in_shares`. What they rest on:
`estimate_dispersion`, `shrink_rates`, `adjust_for_many`, and what could be seen at all (`smallest_change_in_counts`).

Each answer carries its interval, its verdict as a code, and every setting needed to compute it again; what all
answers have in common is their `judgement`, with words in Swedish and English.

>>> compare_counts(185, 162).judgement.text("sv")
'ingen säker förändring'

`docs/algorithms/verdicts.md` explains guarantees and limits in prose.
"""

from samsyn.analysis.compare.checks import MAX_COUNT as MAX_COUNT
from samsyn.analysis.compare.checks import SMALLEST_P as SMALLEST_P
from samsyn.analysis.compare.checks import CompareError, Fault
from samsyn.analysis.compare.counts import CountComparison, compare_counts
from samsyn.analysis.compare.differences import DifferenceInDifferences, PreTrend, difference_in_differences
from samsyn.analysis.compare.dispersion import DispersionEstimate, estimate_dispersion, pooled_dispersion
from samsyn.analysis.compare.many import AdjustedVerdict, adjust_for_many
from samsyn.analysis.compare.power import (
    SmallestChange,
    power_of_counts,
    power_of_shares,
    smallest_change_in_counts,
    smallest_change_in_shares,
)
from samsyn.analysis.compare.series import PANDEMIC, CoincidentEvent, InterruptedSeries, interrupted_time_series
from samsyn.analysis.compare.shares import (
    NotJudged,
    ShareComparison,
    cases_needed,
    compare_shares,
    judge_shares_without_denominator,
    not_judged,
)
from samsyn.analysis.compare.shrink import ChosenAreaComparison, ShrunkenRates, compare_chosen_area, shrink_rates
from samsyn.analysis.compare.trend import ShareTrend, trend_in_shares
from samsyn.analysis.compare.verdict import Caution, Judgement, Measure, Missing, Verdict, decimals_to_show

__all__ = [
    "PANDEMIC",
    "AdjustedVerdict",
    "Caution",
    "ChosenAreaComparison",
    "CoincidentEvent",
    "CompareError",
    "CountComparison",
    "DifferenceInDifferences",
    "DispersionEstimate",
    "Fault",
    "InterruptedSeries",
    "Judgement",
    "Measure",
    "Missing",
    "NotJudged",
    "PreTrend",
    "ShareComparison",
    "ShareTrend",
    "ShrunkenRates",
    "SmallestChange",
    "Verdict",
    "adjust_for_many",
    "cases_needed",
    "compare_chosen_area",
    "compare_counts",
    "compare_shares",
    "decimals_to_show",
    "difference_in_differences",
    "estimate_dispersion",
    "interrupted_time_series",
    "judge_shares_without_denominator",
    "not_judged",
    "pooled_dispersion",
    "power_of_counts",
    "power_of_shares",
    "shrink_rates",
    "smallest_change_in_counts",
    "smallest_change_in_shares",
    "trend_in_shares",
]
