"""
The words for verdicts, for what is missing and for cautions, in Swedish and English.

The web pages have the same words through gettext; these are for the terminal, for files and for anyone who uses the
package alone. `docs/algorithms/verdicts.md` lists them, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence

from samsyn.analysis.compare.verdict import Caution, Missing, Verdict

LANGUAGES = ("sv", "en")

VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.CLEAR_INCREASE: ("tydlig ökning", "clear increase"),
    Verdict.CLEAR_DECREASE: ("tydlig minskning", "clear decrease"),
    Verdict.NO_RELIABLE_CHANGE: ("ingen säker förändring", "no reliable change"),
    Verdict.CANNOT_BE_JUDGED: ("går inte att bedöma", "cannot be judged"),
}

MISSING: dict[Missing, tuple[str, str]] = {
    Missing.BEFORE: ("ett tal för tiden före", "a number for the time before"),
    Missing.AFTER: ("ett tal för tiden efter", "a number for the time after"),
    Missing.NUMERATOR_BEFORE: ("antalet före", "the number before"),
    Missing.DENOMINATOR_BEFORE: (
        "hur många ärenden det gällde före",
        "how many cases it was out of before",
    ),
    Missing.NUMERATOR_AFTER: ("antalet efter", "the number after"),
    Missing.DENOMINATOR_AFTER: (
        "hur många ärenden det gällde efter",
        "how many cases it was out of after",
    ),
    Missing.EVENTS: (
        "händelser att jämföra: det var noll båda gångerna",
        "events to compare: it was zero both times",
    ),
    Missing.COMPARISON_AREAS: (
        "ett område att jämföra med, där det fanns händelser både före och efter",
        "an area to compare with, where there were events both before and after",
    ),
    Missing.COMPARISON_FIXED_BEFORE: (
        "jämförelseområden som valdes innan någon såg siffrorna",
        "comparison areas that were chosen before anyone saw the figures",
    ),
    Missing.HISTORY: (
        "äldre siffror som visar hur mycket talet brukar variera",
        "older figures that show how much the number usually varies",
    ),
    Missing.MONTHS_BEFORE: ("minst 24 månader före", "at least 24 months before"),
    Missing.MONTHS_AFTER: ("minst 12 månader efter", "at least 12 months after"),
    Missing.AREAS: ("siffror för minst sex områden", "figures for at least six areas"),
    Missing.PERIODS: ("siffror för alla perioder", "figures for every period"),
}

CAUTIONS: dict[Caution, tuple[str, str]] = {
    Caution.NO_HISTORY: (
        "Äldre år är inte inräknade, så osäkerheten kan vara större än intervallet visar.",
        "Earlier years are not taken into account, so the uncertainty may be greater than the interval shows.",
    ),
    Caution.PRE_TREND_DIFFERS: (
        "Området utvecklades annorlunda än jämförelseområdena redan före.",
        "The area had another trend than the comparison areas already before.",
    ),
    Caution.PRE_TREND_UNKNOWN: (
        "Det finns för få perioder före för att visa om områdena utvecklades lika.",
        "There are too few periods before to show whether the areas had the same trend.",
    ),
    Caution.COMPARISONS_CHANGED_AS_MUCH: (
        "Minst ett jämförelseområde förändrades lika mycket.",
        "At least one comparison area changed as much.",
    ),
    Caution.AREAS_LEFT_OUT: (
        "Områden utan händelser, eller med en period som saknas, är inte med i jämförelsen.",
        "Areas without events, or with a missing period, are left out of the comparison.",
    ),
    Caution.COINCIDENT_EVENT: (
        "Något annat hände under samma tid och kan förklara förändringen.",
        "Something else happened in the same time and may explain the change.",
    ),
    Caution.RESIDUALS_CORRELATE: (
        "Månaderna liknar sina grannmånader mer än modellen väntar sig.",
        "The months resemble their neighbours more than the model expects.",
    ),
    Caution.SHORT_SERIES: (
        "Serien är kort, så trenden före är osäker.",
        "The series is short, so the trend before is uncertain.",
    ),
    Caution.NOT_LINEAR: (
        "Andelarna följer inte en rak linje.",
        "The shares do not follow a straight line.",
    ),
    Caution.FEW_EVENTS: (
        "Det är få händelser, så bara mycket stora förändringar kan synas.",
        "There are few events, so only very large changes can be seen.",
    ),
    Caution.LOOKED_AT_MANY: (
        "Många tal bedömdes samtidigt, och gränsen är skärpt efter det.",
        "Many numbers were judged at once, and the limit is made stricter for that.",
    ),
}

METHODS: dict[str, tuple[str, str]] = {
    "poisson-conditional-exact": (
        "Två antal jämförs exakt, givet deras summa (betingad Poisson).",
        "Two counts are compared exactly, given their sum (conditional Poisson).",
    ),
    "poisson-conditional-effective-counts": (
        "Två antal jämförs givet deras summa, med intervallet vidgat efter hur mycket talet brukar variera.",
        "Two counts are compared given their sum, with the interval widened by how much the number usually varies.",
    ),
    "newcombe-hybrid-score": (
        "Två andelar jämförs med Newcombes intervall.",
        "Two shares are compared by Newcombe's interval.",
    ),
    "not-judged": ("Inget har räknats ut.", "Nothing has been computed."),
    "difference-in-differences-loglinear": (
        "Områdets förändring jämförs med förändringen i områden som valdes i förväg (kvot av kvoter).",
        "The area's change is compared with the change in areas chosen beforehand (ratio of ratios).",
    ),
    "interrupted-time-series-loglinear": (
        "Månaderna efter jämförs med den trend och de årstider som månaderna före visar (avbruten tidsserie).",
        "The months after are compared with the trend and the seasons of the months before (interrupted time series).",
    ),
    "empirical-bayes-expectation": (
        "Talet jämförs med vad området väntas få när dess höga siffra dras mot alla områdens medelvärde.",
        "The number is compared with what the area is expected to have when its high figure is drawn to the mean.",
    ),
    "cochran-armitage": (
        "Andelarnas trend prövas med Cochran-Armitages test.",
        "The trend of the shares is tested by the Cochran-Armitage test.",
    ),
}


def verdict_word(verdict: Verdict, language: str) -> str:
    """Return the verdict's words in a language."""
    return VERDICTS[verdict][LANGUAGES.index(language)]


def judgement_text(verdict: Verdict, missing: Sequence[Missing], language: str) -> str:
    """Return the verdict's words, and what is missing in brackets."""
    at = LANGUAGES.index(language)
    text = VERDICTS[verdict][at]
    if not missing:
        return text
    what = "; ".join(MISSING[item][at] for item in missing)
    return f"{text} ({('saknar', 'lacks')[at]} {what})"


def caution_sentence(caution: Caution, language: str) -> str:
    """Return a caution as a sentence in a language."""
    return CAUTIONS[caution][LANGUAGES.index(language)]


def method_sentence(method: str, language: str) -> str:
    """Return the method as a plain sentence in a language."""
    return METHODS[method][LANGUAGES.index(language)]
