"""Installations of their own for the tests of operation: a data folder, and on PostgreSQL a database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.operations.installation import Installation, create_database, drop_database

HERE = Path(__file__).parent


@pytest.fixture
def new_installation(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """
    Make an empty installation: `new_installation("name")`, on the kind of database that this run is about.

    With `engine="sqlite"` it is on SQLite whatever the run is about.
    """
    server = os.environ.get("DATABASE_URL", "")
    databases: list[str] = []

    def make(name: str, *, engine: str = "") -> Installation:
        folder = tmp_path / name
        folder.mkdir()
        if not server or engine == "sqlite":
            return Installation(folder)
        url = create_database(server)
        databases.append(url)
        return Installation(folder, url)

    yield make
    for url in databases:
        drop_database(server, url)


@pytest.fixture(scope="session")
def demo_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo town, made by `samsyn backup` on SQLite."""
    made = Installation(tmp_path_factory.mktemp("demo"))
    made.succeed("demo", "--load-only")
    copy = made.data / "kopia.zip"
    made.succeed("backup", str(copy))
    return copy


@pytest.fixture(scope="session")
def demo_pattern(demo_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The demo town on the kind of database that this run is about, to be copied and not used."""
    server = os.environ.get("DATABASE_URL", "")
    made = Installation(tmp_path_factory.mktemp("pattern"), create_database(server) if server else "")
    made.succeed("restore", str(demo_copy))
    yield made
    if server:
        drop_database(server, made.database_url)


@pytest.fixture
def demo(demo_pattern: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A demo town of one's own on the kind of database that this run is about."""
    data = tmp_path / "demo"
    shutil.copytree(demo_pattern.data, data)
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        yield Installation(data)
        return
    url = create_database(server, like=demo_pattern.database_url)
    yield Installation(data, url)
    drop_database(server, url)
