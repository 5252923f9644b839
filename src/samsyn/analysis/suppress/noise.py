"""Small changes that are the same each time: cell-key noise with stored keys."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from samsyn.analysis.suppress.checks import Fault, Floats, SuppressError

KEYS = 2**32


def record_key(secret: str, record: str) -> int:
    """
    Return a record's key, from 0 to 2³²-1: always the same for the same record and secret, and otherwise at random.

    The secret is stored with the register and never published: whoever has it can take the noise away.

    >>> record_key("hemlig", "5000-K1-24") == record_key("hemlig", "5000-K1-24")
    True
    """
    digest = hashlib.blake2b(record.encode(), key=secret.encode()[:64], digest_size=4).digest()
    return int.from_bytes(digest, "big")


def cell_key_noise(
    counts: npt.ArrayLike, keys: Sequence[int] | npt.ArrayLike, *, variance: float = 2.0, largest: int = 4
) -> npt.NDArray[np.int64]:
    r"""
    Add a small whole number to each count, decided by the keys of the records in it.

    Parameters
    ----------
    counts
        Counts from 0, any shape.
    keys
        For each cell the sum of its records' keys (`record_key`), same shape; taken modulo 2³².
    variance
        Variance of the noise; it has mean 0.
    largest
        The most a count may change by.

    Returns
    -------
    ndarray of int
        Counts with noise, from 0, same shape. 0 stays 0.

    Raises
    ------
    SuppressError
        The counts or keys do not fit, or no noise has that variance within `largest`.

    Notes
    -----
    The cell's key, divided by 2³², is looked up in the cumulative distribution of the noise with the greatest entropy
    among those with mean 0, the variance asked for (less where a small count leaves no room) and no negative result
    (Marley & Leaver 2011, pp. 1072-1081; Fraser & Wooton 2005). The same records always get the same noise, in
    whichever table, so asking twice averages nothing away.

    Totals get noise of their own and need not be the sum of their parts: the page must say so. Do not use it where
    sums are checked by readers (use `protect` or `round_to_base`), nor for sums of money.

    Examples
    --------
    >>> keys = [record_key("hemlig", f"cell {i}") for i in range(6)]
    >>> cell_key_noise([0, 1, 2, 3, 17, 250], keys).tolist() == cell_key_noise([0, 1, 2, 3, 17, 250], keys).tolist()
    True
    """
    numbers = np.asarray(counts)
    marks = np.asarray(keys, dtype=np.int64) % KEYS
    if numbers.shape != marks.shape:
        raise SuppressError(Fault.SHAPES_DIFFER, "keys", marks.shape)
    if numbers.dtype.kind not in "iu" or (numbers < 0).any():
        raise SuppressError(Fault.NOT_COUNTS, "counts")
    if not 0 < variance <= largest**2 / 2 or largest < 1:
        raise SuppressError(Fault.NOT_A_SETTING, "variance", variance)
    result = numbers.astype(np.int64)
    for count in np.unique(numbers):
        if count == 0:
            continue
        least = -min(int(count), largest)
        cumulative = np.cumsum(noise_distribution(least, largest, variance))
        at = numbers == count
        steps = np.searchsorted(cumulative, marks[at] / KEYS, side="right").clip(0, largest - least)
        result[at] = count + least + steps
    return result


@lru_cache(maxsize=256)
def noise_distribution(least: int, most: int, variance: float) -> Floats:
    r"""
    Return the probabilities of the whole numbers from `least` to `most`: mean 0, that variance, greatest entropy.

    Where `least` leaves no room for the variance, it is made smaller: at most :math:`-least \cdot most / 2`.

    >>> [round(float(p), 3) for p in noise_distribution(-1, 3, 1.0)]
    [0.381, 0.34, 0.193, 0.07, 0.016]
    """
    # Loaded here: hiding and rounding do not need it, and it is slow to load.
    from scipy.optimize import brentq

    values = np.arange(least, most + 1, dtype=np.float64)
    variance = min(variance, -least * most / 2)

    def weights(slope: float, curve: float) -> Floats:
        exponent = slope * values + curve * values**2
        raw = np.exp(exponent - exponent.max())
        return np.asarray(raw / raw.sum(), dtype=np.float64)

    def slope_for(curve: float) -> float:
        # The mean rises with the slope.
        return float(brentq(lambda slope: float(weights(slope, curve) @ values), -60.0, 60.0, xtol=1e-14))

    def excess(curve: float) -> float:
        return float(weights(slope_for(curve), curve) @ values**2) - variance

    low, high = -8.0, 3.0
    if excess(low) > 0 or excess(high) < 0:
        raise SuppressError(Fault.NOT_A_SETTING, "variance", variance)
    curve = float(brentq(excess, low, high, xtol=1e-12))
    if not math.isfinite(curve):
        raise SuppressError(Fault.NOT_A_SETTING, "variance", variance)
    return weights(slope_for(curve), curve)
