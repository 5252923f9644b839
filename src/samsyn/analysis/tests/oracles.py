"""Other people's programs, loaded without their warnings: what they warn of is theirs to mend."""

from __future__ import annotations

import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import esda
    import libpysal
    import pointpats

__all__ = ["columns", "esda", "libpysal", "neighbour_pairs", "pointpats", "quietly", "weights"]


def quietly(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call something that warns about itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*args, **kwargs)


def columns(name: str, *names: str) -> list[list[float]]:
    """Return columns of a data set that comes with libpysal."""
    table = libpysal.io.open(libpysal.examples.get_path(name))
    try:
        return [list(map(float, table.by_col[each])) for each in names]
    finally:
        table.close()


def weights(name: str) -> Any:
    """Return who is whose neighbour in a data set that comes with libpysal."""
    file = libpysal.io.open(libpysal.examples.get_path(name))
    try:
        return quietly(file.read)
    finally:
        file.close()


def neighbour_pairs(weights: Any) -> list[tuple[int, int]]:
    """Return the pairs of a libpysal weights object, areas numbered in its order."""
    number = {area: place for place, area in enumerate(weights.id_order)}
    return [
        (number[area], number[other])
        for area, others in weights.neighbors.items()
        for other in others
        if number[area] < number[other]
    ]
