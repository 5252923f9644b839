"""
What may honestly be said of a commitment: the computed verdict of change and the state of fulfilment.

The two are answers to two questions. *Did anything change beyond chance?* is computed here from the
numbers, each time. *Was it done as promised?* is stated by the parties, or read out of the source, and
stands in the outcome. Neither is ever made from the other. See docs/algorithms/verdicts.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from samsyn.analysis import compare
from samsyn.analysis.compare import CountComparison, Missing, NotJudged, ShareComparison, Verdict
from samsyn.commitments.enums import Fulfilment, Operator, OutcomeKind
from samsyn.ui.formats import format_number

if TYPE_CHECKING:
    from samsyn.commitments.models import Commitment, Outcome

Comparison = CountComparison | ShareComparison | NotJudged

WORDS: dict[Verdict, str | Promise] = {
    Verdict.CLEAR_INCREASE: gettext_lazy("Tydlig ökning"),
    Verdict.CLEAR_DECREASE: gettext_lazy("Tydlig minskning"),
    Verdict.NO_RELIABLE_CHANGE: gettext_lazy("Ingen säker förändring"),
    Verdict.CANNOT_BE_JUDGED: gettext_lazy("Går inte att bedöma"),
}

MAX_FIGURE_UNIT = 9

# The verdict is computed anew for each page, but what follows from the same numbers need be worked out only once:
# an interval and its p take longer than all the rest of a line in a list.
_compare_counts = lru_cache(maxsize=4096)(compare.compare_counts)
_compare_shares = lru_cache(maxsize=4096)(compare.compare_shares)

_MISSING: dict[Missing, str | Promise] = {
    Missing.BEFORE: gettext_lazy("ett tal för tiden före"),
    Missing.AFTER: gettext_lazy("ett tal för tiden efter"),
    Missing.NUMERATOR_BEFORE: gettext_lazy("antalet före"),
    Missing.DENOMINATOR_BEFORE: gettext_lazy("hur många ärenden det gällde före"),
    Missing.NUMERATOR_AFTER: gettext_lazy("antalet efter"),
    Missing.DENOMINATOR_AFTER: gettext_lazy("hur många ärenden det gällde efter"),
    Missing.EVENTS: gettext_lazy("händelser att jämföra: det var noll båda gångerna"),
}


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """A computed verdict of change, with the words for it. `comparison` holds every number behind it."""

    comparison: Comparison
    unit: str
    per_day: bool

    @property
    def verdict(self) -> Verdict:
        """The code of the verdict."""
        return self.comparison.verdict

    @property
    def code(self) -> str:
        """The verdict's code in lower case, as the sign has it."""
        return self.verdict.value.lower()

    @property
    def word(self) -> str:
        """The verdict in two or three words."""
        return str(WORDS[self.verdict])

    @property
    def has_interval(self) -> bool:
        """Tell whether there is an interval to draw: a ratio with at least one limit."""
        found = self.comparison
        return isinstance(found, CountComparison) and found.percent_change is not None and found.low is not None

    @property
    def sentence(self) -> str:
        """One plain sentence or two: what the numbers say and what they do not."""
        match self.comparison:
            case CountComparison():
                return _count_sentence(self.comparison, self.unit, per_day=self.per_day)
            case ShareComparison():
                return _share_sentence(self.comparison)
            case NotJudged():
                return _missing_sentence(self.comparison)

    @property
    def lead(self) -> str:
        """The sentence at the top of a page, after the word: what the numbers did, and what that is worth."""
        found = self.comparison
        if isinstance(found, CountComparison) and found.verdict != Verdict.CANNOT_BE_JUDGED:
            first = _count_change(found, self.unit or _("händelser"))
            if found.verdict == Verdict.NO_RELIABLE_CHANGE and found.difference:
                return _("%(change)s, men så stor skillnad kan uppstå av slumpen.") % {"change": first}
            return f"{first}."
        if isinstance(found, NotJudged) and found.cases_needed is not None:
            return _("Antalen bakom procenten är inte angivna.")
        return self.sentence

    @property
    def short(self) -> str:
        """The shortest honest reason for the word, for lists."""
        match self.verdict:
            case Verdict.NO_RELIABLE_CHANGE:
                return _("Slumpen kan ge en så stor skillnad.")
            case Verdict.CANNOT_BE_JUDGED:
                found = self.comparison
                if isinstance(found, NotJudged) and found.cases_needed is not None:
                    return _("Antalen bakom procenten saknas.")
                return _("Det saknas uppgifter.")
            case _other:
                return _("Mer än slumpen brukar ge.")

    @property
    def missing(self) -> list[str]:
        """What is missing, in words; empty when it could be judged."""
        found = self.comparison
        return [str(_MISSING[item]) for item in found.missing] if not isinstance(found, ShareComparison) else []

    @property
    def interval_text(self) -> str:
        """The change and its interval on one line, for lists: −12,7 % per dag (från −29,7 till +8,4)."""
        found = self.comparison
        if not isinstance(found, CountComparison) or found.percent_change is None:
            return ""
        low, high = found.percent_low, found.percent_high
        # A limit just beside zero must not be written as zero: the line would contradict the verdict.
        decimals = max(
            (compare.decimals_to_show(limit, 0.0, at_least=1) for limit in (low, high) if limit is not None), default=1
        )
        values = {
            "change": signed(found.percent_change),
            "low": "–" if low is None else signed(low, decimals),
            "high": _("kan inte anges") if high is None else signed(high, decimals),
        }
        if self.per_day:
            return _("%(change)s %% per dag (från %(low)s till %(high)s)") % values
        return _("%(change)s %% (från %(low)s till %(high)s)") % values


def number(value: Decimal | float, decimals: int | None = None) -> str:
    """Return a number in the reader's language, without the zeros that the database pads with."""
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    return format_number(value, language=get_language() or "sv", decimals=decimals)


def signed(value: float, decimals: int = 1) -> str:
    """Return a number with its sign, a true minus: −12,7 or +8,4."""
    text = number(abs(round(value, decimals)), decimals)
    return text if round(value, decimals) == 0 else ("−" if value < 0 else "+") + text


def _count_change(found: CountComparison, unit: str) -> str:
    size = number(abs(found.difference))
    if found.difference < 0:
        return _("Antalet %(unit)s blev %(n)s färre") % {"unit": unit, "n": size}
    if found.difference > 0:
        return _("Antalet %(unit)s blev %(n)s fler") % {"unit": unit, "n": size}
    return _("Antalet %(unit)s var lika stort båda gångerna") % {"unit": unit}


def _count_sentence(found: CountComparison, unit: str, *, per_day: bool) -> str:
    if found.verdict == Verdict.CANNOT_BE_JUDGED:
        return _missing_words(found.missing)
    first = _count_change(found, unit or _("händelser"))
    if found.percent_change is not None and found.difference:
        percent = number(abs(round(found.percent_change, 1)), 1)
        if per_day:
            first += _(", %(percent)s procent räknat per dag") % {"percent": percent}
        else:
            first += _(", %(percent)s procent") % {"percent": percent}
    first += "."
    if found.verdict == Verdict.NO_RELIABLE_CHANGE:
        rest = _("Slumpen ensam kan ge en så stor skillnad.")
        if found.difference < 0 and found.decrease_threshold is not None:
            rest += " " + _("Om det hade blivit %(n)s eller färre hade vi kallat det en tydlig minskning.") % {
                "n": number(found.decrease_threshold)
            }
        elif found.difference > 0 and found.increase_threshold is not None:
            rest += " " + _("Om det hade blivit %(n)s eller fler hade vi kallat det en tydlig ökning.") % {
                "n": number(found.increase_threshold)
            }
    else:
        rest = _("Det är mer än slumpen ensam brukar ge.")
    return f"{first} {rest}"


def _share_sentence(found: ShareComparison) -> str:
    points = number(abs(round(found.difference * 100, 1)), 1)
    if found.difference < 0:
        first = _("Andelen blev %(points)s procentenheter lägre.") % {"points": points}
    elif found.difference > 0:
        first = _("Andelen blev %(points)s procentenheter högre.") % {"points": points}
    else:
        first = _("Andelen var lika stor båda gångerna.")
    if found.verdict == Verdict.NO_RELIABLE_CHANGE:
        return first + " " + _("Slumpen ensam kan ge en så stor skillnad.")
    return first + " " + _("Det är mer än slumpen ensam brukar ge.")


def _missing_words(missing: tuple[Missing, ...]) -> str:
    return _("Det här saknas: %(what)s.") % {"what": ", ".join(str(_MISSING[item]) for item in missing)}


def _missing_sentence(found: NotJudged) -> str:
    if found.cases_needed is None:
        return _missing_words(found.missing)
    points = number(abs(round((found.difference or 0) * 100, 2)), None)
    return " ".join([
        _("Antalen bakom procenten är inte angivna."),
        _missing_words(found.missing),
        _(
            "För att en skillnad på %(points)s procentenheter ska synas säkert behövs omkring %(n)s ärenden om året."
        )
        % {"points": points, "n": number(_about(found.cases_needed))},
    ])  # fmt: skip


def _about(n: int) -> int:
    """Return a number with its two first digits."""
    return int(round(n, 2 - len(str(n))))


def _days(start: date | None, end: date | None) -> int | None:
    return (end - start).days + 1 if start and end and end >= start else None


def _whole(value: Decimal | None) -> int | None:
    return int(value) if value is not None and value == value.to_integral_value() and value >= 0 else None


def verdict_of(outcome: Outcome, *, aims_at_change: bool = False) -> ChangeVerdict | None:
    """
    Compute the verdict of change for an outcome, or None where there is no change to speak of.

    `aims_at_change` tells that the commitment promised an increase or a decrease: then a lacking number is
    said to be lacking. Counts are compared per day when both periods' dates are known, so that a leap year
    is no crime wave.
    """
    try:
        return _verdict_of(outcome, aims_at_change=aims_at_change)
    except compare.CompareError:
        # Counts beyond counting, or a day against half a century, are mistakes: they compare nothing.
        comparison = compare.not_judged(Missing.BEFORE, Missing.AFTER)
        return ChangeVerdict(comparison, str(outcome.local.unit), per_day=False)


def _verdict_of(outcome: Outcome, *, aims_at_change: bool) -> ChangeVerdict | None:
    if outcome.kind == OutcomeKind.DONE:
        return None  # how much somebody does is decided, not left to chance: there is nothing to test
    unit = str(outcome.local.unit)
    has_before = outcome.baseline_value is not None or outcome.baseline_numerator is not None
    if not has_before and not aims_at_change:
        return None
    has_after = outcome.value is not None or outcome.value_numerator is not None
    lacking = [Missing.BEFORE] * (not has_before) + [Missing.AFTER] * (not has_after)
    if lacking:
        return ChangeVerdict(compare.not_judged(*lacking), unit, per_day=False)
    if outcome.kind == OutcomeKind.PERCENTAGE:
        return ChangeVerdict(_share_comparison(outcome), unit, per_day=False)
    before, after = _whole(outcome.baseline_value), _whole(outcome.value)
    if outcome.kind != OutcomeKind.COUNT or before is None or after is None:
        # An index, a range or an approximate number has an uncertainty that nobody has told us.
        return ChangeVerdict(
            compare.not_judged(Missing.DENOMINATOR_BEFORE, Missing.DENOMINATOR_AFTER), unit, per_day=False
        )
    days_before = _days(outcome.baseline_start, outcome.baseline_end)
    days_after = _days(outcome.period_start, outcome.period_end)
    if days_before and days_after:
        comparison = _compare_counts(before, after, exposure_before=days_before, exposure_after=days_after)
        return ChangeVerdict(comparison, unit, per_day=days_before != days_after)
    return ChangeVerdict(_compare_counts(before, after), unit, per_day=False)


def _decimals(value: Decimal) -> int:
    """Return how many decimals a number is stated with; the database pads with zeros."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _share_comparison(outcome: Outcome) -> Comparison:
    if (
        outcome.baseline_numerator is not None
        and outcome.baseline_denominator
        and outcome.value_numerator is not None
        and outcome.value_denominator
    ):
        return _compare_shares(
            outcome.baseline_numerator,
            outcome.baseline_denominator,
            outcome.value_numerator,
            outcome.value_denominator,
        )
    before, after = outcome.baseline_value, outcome.value
    if before is None or after is None or not (0 <= before <= 100 and 0 <= after <= 100):
        return compare.not_judged(Missing.DENOMINATOR_BEFORE, Missing.DENOMINATOR_AFTER)
    known_before, known_after = outcome.baseline_denominator or None, outcome.value_denominator or None
    if known_before and known_after:
        # Denominators without numerators: the stated shares give them, within their rounding.
        return _compare_shares(
            round(float(before) / 100 * known_before),
            known_before,
            round(float(after) / 100 * known_after),
            known_after,
            rounded_to=10.0 ** -(2 + max(_decimals(before), _decimals(after))),
        )
    return compare.judge_shares_without_denominator(
        float(before) / 100,
        float(after) / 100,
        denominator_before=known_before,
        denominator_after=known_after,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """One commitment as a list shows it: the leading answer, and the other one beside it if there is one."""

    commitment: Commitment
    outcome: Outcome | None
    change: ChangeVerdict | None
    code: str
    word: str
    reason: str
    figure: str
    captions: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What happened, in the list of outcomes: the verdict's sentence, or the outcome and what to know of it."""
        if self.change is not None:
            return self.change.sentence
        if self.outcome is None:
            return ""
        title, note = str(self.outcome.local.title), str(self.outcome.local.note)
        return f"{title.rstrip('.')}. {note}".strip(". ") + "." if title or note else ""

    @property
    def fulfilment_word(self) -> str:
        """The state of fulfilment in words, where the leading answer is the verdict of change."""
        if self.outcome is None or self.change is None or self.outcome.fulfilment == Fulfilment.NOT_STATED:
            return ""
        return str(self.outcome.get_fulfilment_display())


def aims_at_change(commitment: Commitment) -> bool:
    """Tell whether a commitment promised that something should become more or less."""
    return any(target.operator in (Operator.INCREASE, Operator.DECREASE) for target in commitment.targets.all())


def reading_of(commitment: Commitment, outcome: Outcome | None) -> Reading:
    """
    Say how it went with a commitment. Expects its targets to be prefetched.

    The verdict of change leads where there are numbers to compare; else the state of fulfilment does.
    """
    if outcome is None:
        reason = _("Uppföljningen nämner inte det här.") if _is_followed_up(commitment) else ""
        return Reading(
            commitment, None, None, "not_reported", str(Fulfilment.NOT_REPORTED.label), reason, "",
            [_("inget utfall är registrerat"), _("det är inte samma sak som noll")],
        )  # fmt: skip
    change = verdict_of(outcome, aims_at_change=aims_at_change(commitment))
    figure, captions = _figure(outcome, change)
    if change is not None:
        return Reading(commitment, outcome, change, change.code, change.word, change.short, figure, captions)
    return Reading(
        commitment, outcome, None, outcome.fulfilment.lower(), str(Fulfilment(outcome.fulfilment).label),
        _fulfilment_reason(commitment, outcome), figure, captions,
    )  # fmt: skip


def _is_followed_up(commitment: Commitment) -> bool:
    return bool(commitment.document.evaluations.all())


def _fulfilment_reason(commitment: Commitment, outcome: Outcome) -> str:
    if outcome.fulfilment == Fulfilment.LATE and outcome.reason:
        return _("Skäl: %(reason)s") % {"reason": outcome.local.reason}
    promised = promised_count(commitment)
    if outcome.fulfilment == Fulfilment.EXCEEDED and promised is not None and outcome.value is not None:
        reason = _("%(done)s i stället för %(promised)s.") % {
            "done": number(outcome.value), "promised": number(promised),
        }  # fmt: skip
        # More of one thing must not hide that nothing is said of the other.
        if len(commitment.targets.all()) > 1:
            reason += " " + _("Löftet har fler delar.")
        return reason
    return str(outcome.local.reason)


def promised_count(commitment: Commitment) -> Decimal | None:
    """Return the number that was promised, where a commitment has one plain one."""
    counts = [t.value for t in commitment.targets.all() if t.operator in (Operator.EQ, Operator.GE) and t.value]
    return counts[0] if len(counts) == 1 else None


def _figure(outcome: Outcome, change: ChangeVerdict | None) -> tuple[str, list[str]]:
    captions = []
    is_share = outcome.kind == OutcomeKind.PERCENTAGE
    percent = "%" if (get_language() or "sv").startswith("en") else " %"
    unit = str(outcome.local.unit)
    if outcome.value is not None and outcome.baseline_value is not None:
        figure = f"{number(outcome.baseline_value)} → {number(outcome.value)}" + (percent if is_share else "")
        periods = _("%(before)s och %(after)s") % {
            "before": outcome.local.baseline_period_text or _("före"),
            "after": outcome.local.period_text or _("efter"),
        }  # fmt: skip
        captions.append(f"{unit}, {periods}" if unit else periods)
        if change and change.interval_text:
            captions.append(change.interval_text)
        elif is_share and change and change.verdict == Verdict.CANNOT_BE_JUDGED:
            captions.append(_("antal är inte angivet"))
    elif outcome.value is not None:
        # A long unit would break in the middle of the figure, so it stands below.
        fits = len(unit) <= MAX_FIGURE_UNIT
        figure = number(outcome.value) + (percent if is_share else f" {unit}" if unit and fits else "")
        if unit and not fits:
            captions.append(unit)
        promised = promised_count(outcome.commitment)
        if promised is not None:
            captions.append(
                ngettext("%(n)s var lovad", "%(n)s var lovade", int(promised)) % {"n": number(promised)}
            )
    else:
        figure = str(outcome.local.value_text or outcome.local.new_date_text)
    return figure, captions
