"""What all tests share, those beside the apps as well as those in tests/."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pytest_django import DjangoDbBlocker

# Two cores with a browser beside make single examples slow now and then; that is not a fault.
settings.register_profile("samsyn", deadline=None)
settings.load_profile("samsyn")



def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations first, once for all workers: pages in English are tested too."""
    if not hasattr(config, "workerinput"):
        from samsyn.config.build import compile_texts

        compile_texts()


_SOURCE = Path(__file__).parent / "src"
_DATABASE = {"db", "transactional_db", "django_db_setup"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what knows no database: on SQLite the same run has tested it already."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return
    kept = [item for item in items if _SOURCE not in item.path.parents or _asks_for_a_database(item)]
    if len(kept) < len(items):
        among = set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item not in among])
        items[:] = kept


def _asks_for_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & _DATABASE) or item.get_closest_marker("django_db") is not None


@pytest.fixture(autouse=True)
def _in_swedish() -> Iterator[None]:
    """Begin each test in Swedish: a page asked for in another language leaves the thread in it."""
    from django.utils import translation

    with translation.override("sv"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """
    Let tests that commit be cleared afterwards: on SQLite that deletes rows, which the log refuses.

    What the log refuses has tests of its own, on an installation as it is (tests/operations).
    """
    from django.db import connection

    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DROP TRIGGER core_auditentry_no_removal")


# Modules that are entries or need an environment of their own; looking for doctests in them would start them.
collect_ignore_glob = [
    "src/samsyn/__main__.py",
    "src/samsyn/config/asgi.py",
    "src/samsyn/config/wsgi.py",
    "src/samsyn/config/settings/*",
    "src/samsyn/*/migrations/*",
]
