"""What the estimators refuse, and what an answer may lack."""

from __future__ import annotations

import enum

from samsyn.analysis.errors import AnalysisError


class Fault(enum.StrEnum):
    """Why an argument was refused."""

    NO_ANSWERS = "NO_ANSWERS"
    DIFFERENT_LENGTHS = "DIFFERENT_LENGTHS"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    NOT_YES_OR_NO = "NOT_YES_OR_NO"
    NOT_A_PROBABILITY = "NOT_A_PROBABILITY"
    NOT_POSITIVE = "NOT_POSITIVE"
    WEIGHT_NOT_POSITIVE = "WEIGHT_NOT_POSITIVE"
    LONELY_CLUSTER = "LONELY_CLUSTER"
    """A stratum with a single cluster: how much clusters differ there cannot be seen."""
    POPULATION_TOO_SMALL = "POPULATION_TOO_SMALL"
    POPULATION_VARIES = "POPULATION_VARIES"
    CATEGORY_MISSING = "CATEGORY_MISSING"
    CATEGORY_UNKNOWN = "CATEGORY_UNKNOWN"
    CATEGORY_EMPTY = "CATEGORY_EMPTY"
    """People in the population whom nobody who answered stands for."""
    TOTALS_DIFFER = "TOTALS_DIFFER"
    NO_TOTALS = "NO_TOTALS"
    """Totals of groups or years of different size are not compared: compare means or shares."""
    NO_MARGINS = "NO_MARGINS"
    NOT_CONVERGED = "NOT_CONVERGED"
    TRIM_TOO_TIGHT = "TRIM_TOO_TIGHT"
    ALREADY_CALIBRATED = "ALREADY_CALIBRATED"
    SELF_SELECTED = "SELF_SELECTED"
    """Answers from people who chose themselves: no margin of error exists."""
    TOO_FEW_REPLICATES = "TOO_FEW_REPLICATES"
    TOO_FEW_CATEGORIES = "TOO_FEW_CATEGORIES"
    SAME_QUESTION = "SAME_QUESTION"
    """Each answer to the one question follows from the answer to the other: there is nothing to test."""
    TOO_FEW_AREAS = "TOO_FEW_AREAS"
    COLLINEAR = "COLLINEAR"
    ANSWERS_ABOVE_POPULATION = "ANSWERS_ABOVE_POPULATION"


class Missing(enum.StrEnum):
    """What an answer lacks when it cannot be judged or shown."""

    ANSWERS = "ANSWERS"
    EFFECTIVE_ANSWERS = "EFFECTIVE_ANSWERS"
    """Fewer effective answers than a direct figure needs."""
    CLUSTERS = "CLUSTERS"
    """No degrees of freedom: all answers come from one cluster in each stratum."""
    VARIATION = "VARIATION"
    """All answers are the same, so that their uncertainty cannot be estimated from them."""
    CASES = "CASES"
    """Too few yes, or too few no, for the difference between two shares to be tested."""
    YEARS = "YEARS"
    """Fewer years than three since the question or the way of asking last changed."""
    PROBABILITY_SAMPLE = "PROBABILITY_SAMPLE"
    """Those who answered chose themselves."""


class EstimateError(AnalysisError):
    """An argument that cannot be estimated from; `code` is a `Fault`."""

    code: Fault
