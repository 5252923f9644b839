"""Intervals: Student's t, and for shares the logit interval and that of Korn and Graubard."""

from __future__ import annotations

import enum
import math

# scipy.stats would make the import three times as slow, for the same functions.
from scipy.special import betaincinv, expit, stdtr, stdtrit

from samsyn.analysis.estimate.faults import EstimateError, Fault
from samsyn.analysis.estimate.inputs import probability

FEW_CASES = 10
"""With fewer effective yes, or no, than this the logit interval is no longer to be trusted."""


class ShareInterval(enum.StrEnum):
    """How the interval of a share is made."""

    AUTO = "AUTO"
    """Logit, and Korn-Graubard where yes or no are few."""
    LOGIT = "LOGIT"
    KORN_GRAUBARD = "KORN_GRAUBARD"


def t_quantile(confidence: float, df: float) -> float:
    """Return the two-sided quantile: the estimate may err this many standard errors."""
    return float(-stdtrit(df, (1 - confidence) / 2))


def t_p_value(t: float, df: float) -> float:
    """Return the two-sided p-value."""
    return float(2 * stdtr(df, -abs(t)))


def share_interval(
    share: float,
    se: float,
    *,
    n: int,
    df: float,
    n_effective: float | None = None,
    kind: ShareInterval = ShareInterval.AUTO,
    confidence: float = 0.95,
) -> tuple[float, float, ShareInterval]:
    r"""
    Return an interval for a share that stays between 0 and 1.

    Parameters
    ----------
    share, se
        The estimated share and its standard error, as fractions of one.
    n
        Answers that the share rests on.
    df
        Degrees of freedom of the standard error, from 1.
    n_effective
        Effective answers when the share is 0 or 1, where the standard error says nothing; n when None.
    kind
        Which interval. LOGIT cannot be made at 0 and 1, where KORN_GRAUBARD is made instead.
    confidence
        Confidence level, two-sided.

    Returns
    -------
    tuple
        Low, high, and the interval that was made.

    Raises
    ------
    EstimateError
        The share is outside 0 to 1, the standard error is negative, or there are no answers or degrees of freedom.

    Notes
    -----
    Logit: :math:`\operatorname{logit}(p) \pm t_{df} \cdot se / (p(1-p))`, carried back.

    Korn-Graubard (1998, pp. 193-201): the limits of Clopper and Pearson with an effective number of answers in place
    of n, :math:`n^* = p(1-p)/se^2 \cdot (t_{n-1}/t_{df})^2`, never more than n:

    .. math::
        B^{-1}(\alpha/2;\ n^*p,\ n^*(1-p)+1), \quad B^{-1}(1-\alpha/2;\ n^*p+1,\ n^*(1-p))

    It is conservative. AUTO takes it when :math:`n^* \min(p, 1-p)` is below 10, and the logit interval otherwise.
    Do not compare two groups by looking whether their intervals overlap: test the difference.

    Examples
    --------
    >>> low, high, kind = share_interval(0.16, 0.012, n=1000, df=999)
    >>> f"{low:.3f} to {high:.3f}", kind.value
    ('0.138 to 0.185', 'LOGIT')
    >>> low, high, kind = share_interval(0.0, 0.0, n=50, df=49)
    >>> f"{low:.3f} to {high:.3f}", kind.value
    ('0.000 to 0.071', 'KORN_GRAUBARD')
    """
    confidence = probability(confidence, "confidence")
    if not 0 <= share <= 1:
        raise EstimateError(Fault.NOT_A_PROBABILITY, "share", share)
    if not se >= 0:
        raise EstimateError(Fault.NOT_POSITIVE, "se", se)
    if n < 1 or df < 1:
        raise EstimateError(Fault.NO_ANSWERS, "n", n)
    is_settled = se <= 0 or share in (0, 1)
    effective = float(n if n_effective is None else n_effective) if is_settled else share * (1 - share) / se**2
    effective *= (t_quantile(confidence, max(n - 1, 1)) / t_quantile(confidence, df)) ** 2
    effective = min(float(n), effective)
    if kind is ShareInterval.AUTO:
        few = effective * min(share, 1 - share) < FEW_CASES
        kind = ShareInterval.KORN_GRAUBARD if few else ShareInterval.LOGIT
    if is_settled or kind is ShareInterval.KORN_GRAUBARD:
        tail = (1 - confidence) / 2
        yes, no = effective * share, effective * (1 - share)
        low = float(betaincinv(yes, no + 1, tail)) if yes > 0 else 0.0
        high = float(betaincinv(yes + 1, no, 1 - tail)) if no > 0 else 1.0
        return low, high, ShareInterval.KORN_GRAUBARD
    centre = math.log(share / (1 - share))
    half = t_quantile(confidence, df) * se / (share * (1 - share))
    return float(expit(centre - half)), float(expit(centre + half)), ShareInterval.LOGIT
