import pytest

from samsyn.analysis._jit import is_available, jit

if not is_available():
    pytest.skip("Numba is not installed here: the fallback is all there is.", allow_module_level=True)


def test_a_function_without_a_place_for_its_cache_is_compiled_all_the_same() -> None:
    # What a read-only installation without a home folder looks like to Numba: no file to keep the code beside.
    space: dict[str, object] = {}
    exec("def double(x):\n    return 2 * x\n", space)
    double = space["double"]
    assert callable(double)
    assert jit(double)(21) == 42
