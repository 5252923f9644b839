"""The demo town, loaded once for the tests that read it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import transaction

from samsyn.organisations.models import Municipality


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the demo town for a module; what a test changes is taken back after it, the town after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        # Named, not imported: the demo lies above these pages.
        import_module("samsyn.demo.loader").load(now=datetime(2026, 11, 22, 12, tzinfo=UTC), say=lambda line: None)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def town(loaded: None, db: None) -> Municipality:
    """Return Trollhättan with its real documents."""
    return Municipality.objects.get(code="1488")
