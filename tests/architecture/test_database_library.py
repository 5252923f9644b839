import pytest
from django.db import connection

from samsyn.core.checks import SAFE_SQLITE


def test_tests_run_on_the_bundled_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this run is on PostgreSQL")
    library = connection.Database  # type: ignore[attr-defined]  # the stubs leave it out
    assert library.sqlite_version_info >= SAFE_SQLITE
