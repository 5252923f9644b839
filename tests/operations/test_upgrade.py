"""The upgrade from the previous version: its schema with data in it, and old and new code at work at once."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.operations import kills
from tests.operations.installation import Installation
from tests.operations.test_backup_and_restore import EVERYTHING
from tests.operations.test_what_is_answered_is_saved import saved, send

ROOT = Path(__file__).parents[2]
PREVIOUS = (Path(__file__).parent / "previous_version.txt").read_text(encoding="utf-8").split()[0]
PAGES = ("/", "/loften/", "/loften/medborgarlofte-2020/synlig-polis/", "/laget/", "/vem-gor-vad/", "/healthz")
READ_BY_TODAYS_CODE = """
from django.apps import apps
print(sum(1 for model in apps.get_models() for row in model._base_manager.all() if str(row) is not None))
"""


@pytest.fixture(scope="session")
def previous_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The previous version's code, taken out of the history."""
    packed = subprocess.run(
        ["git", "archive", "--format=tar", PREVIOUS], cwd=ROOT, capture_output=True, check=False
    )
    if packed.returncode != 0:
        pytest.skip("den förra versionen finns inte i den här kopian av källkoden (git archive hittar den inte)")
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def test_old_and_new_code_work_at_once_and_nothing_is_lost(
    new_installation: Callable[..., Installation], previous_source: Path
) -> None:
    old = new_installation("town")
    old.source = previous_source
    old.succeed("demo", "--load-only")
    before = old.python(EVERYTHING)
    session = old.python(kills.SIGN_IN).splitlines()[-1]
    old_server = old.serve()
    new_server = None
    try:
        assert send(old_server, session, "Före uppgraderingen")[0] == 302

        new = Installation(old.data, old.database_url)
        new.succeed("setup", "--municipality", "1488", "--name", "Trollhättan")
        new_server = new.serve()

        # The old processes have not been stopped yet: both read and write, in turn and for each other.
        for server in (old_server, new_server, old_server):
            for page in PAGES:
                with urllib.request.urlopen(server.url + page, timeout=60) as answer:
                    assert answer.status == 200, page
        for number, server in enumerate((old_server, new_server) * 3):
            title = f"Medan båda går {number} {uuid.uuid4().hex[:6]}"
            status, page = send(server, session, title)
            assert status == 302, page
            assert saved(new, title) == saved(old, title) == 1
    finally:
        old_server.stop()
        if new_server is not None:
            new_server.stop()

    # What the old code saw before, it sees still, but for what was written meanwhile.
    rows_before, rows_after = (json.loads(text) for text in (before, old.python(EVERYTHING)))
    changed = {name for name, found in rows_before.items() if rows_after[name] != found}
    expected = {
        "commitments_outcome", "core_auditentry", "core_ratecount", "accounts_user", "django_migrations",
        "django_content_type", "auth_permission",
    }  # fmt: skip
    assert changed <= expected, changed - expected
    assert int(new.python(READ_BY_TODAYS_CODE)) > 1000


def test_a_new_installation_has_the_same_schema_as_an_upgraded_one(
    new_installation: Callable[..., Installation], previous_source: Path
) -> None:
    upgraded, fresh = new_installation("upgraded"), new_installation("fresh")
    upgraded.source = previous_source
    for one in (upgraded, fresh):
        one.succeed("setup", "--municipality", "1488", "--name", "Trollhättan")
    upgraded.source = None
    upgraded.succeed("setup", "--municipality", "1488", "--name", "Trollhättan")
    assert upgraded.python(SCHEMA) == fresh.python(SCHEMA)


SCHEMA = """
from django.db import connection
with connection.cursor() as cursor:
    for table in sorted(connection.introspection.table_names(cursor)):
        for column in sorted(connection.introspection.get_table_description(cursor, table), key=lambda c: c.name):
            print(table, column.name, column.type_code, column.null_ok, column.default)
        for name, found in sorted(connection.introspection.get_constraints(cursor, table).items()):
            print(table, sorted(found["columns"] or []), found["unique"], found["index"], found["check"])
"""


def test_the_previous_version_is_one_in_the_history() -> None:
    assert len(PREVIOUS) == 40
    if os.environ.get("CI") == "true":
        done = subprocess.run(["git", "cat-file", "-e", f"{PREVIOUS}^{{commit}}"], cwd=ROOT, check=False)
        assert done.returncode == 0, f"{sys.argv[0]}: the history lacks {PREVIOUS}"
