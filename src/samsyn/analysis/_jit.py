"""
Numba behind one typed door: it has no type stubs, and a machine may lack it.

Only what is called is compiled, at its first call, so that importing a method stays light.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def is_available() -> bool:
    """Whether Numba is installed here."""
    return find_spec("numba") is not None


def jit(function: Callable[P, R]) -> Callable[P, R]:
    """
    Compile a function for arrays and numbers at its first call.

    The machine code is kept beside the source, or in the user's cache folder where the source may not be written
    to. Where neither can be written, Numba refuses to cache at all; the function is then compiled anew in each
    process, which costs seconds and changes nothing else.
    """
    import numba

    try:
        compiled = numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:
        compiled = numba.njit(nogil=True)(function)
    return cast(Callable[P, R], compiled)
