import pytest
from django.db import connection

from samsyn.core.checks import SAFE_SQLITE


def test_tests_run_on_the_bundled_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this run is on PostgreSQL")
    from django.db.backends.sqlite3.base import Database

    assert Database.sqlite_version_info >= SAFE_SQLITE
