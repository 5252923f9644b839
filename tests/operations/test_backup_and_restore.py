"""A copy is one that has been restored: on the same kind of database, and on the other."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samsyn.config import backup
from tests.operations.installation import Installation

Make = Callable[..., Installation]

# Everything that a person could have put there, as text; the same on both databases.
EVERYTHING = """
from django.apps import apps
import hashlib, json
found = {}
for model in sorted(apps.get_models(include_auto_created=True), key=lambda m: m._meta.db_table):
    if model._meta.db_table in ("django_session", "core_heartbeat"):
        continue
    # PostgreSQL keeps JSON without the order of its keys.
    rows = [[json.dumps(f.value_from_object(row), sort_keys=True, default=str) for f in model._meta.concrete_fields]
            for row in model._base_manager.order_by("pk")]
    found[model._meta.db_table] = [len(rows), hashlib.sha256(json.dumps(rows).encode()).hexdigest()]
print(json.dumps(found))
"""
LARGEST = """
from samsyn.organisations.models import Organisation
print(Organisation.objects.order_by("-pk").first().pk)
"""
ADD_A_ROW = """
from samsyn.organisations.models import Municipality
from samsyn.organisations.models import Organisation
town = Municipality.objects.get()
print(Organisation.objects.create(municipality=town, key="ny-efterat", kind="OTHER", name="Ny").pk)
"""


def everything(of: Installation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(of.python(EVERYTHING))
    return found


def test_what_is_restored_is_what_was_copied_on_one_kind_of_database_and_the_other(
    new_installation: Make, tmp_path: Path
) -> None:
    original = new_installation("original", engine="sqlite")
    original.succeed("demo", "--load-only")
    copy = tmp_path / "kopia.zip"
    told = json.loads(original.succeed("backup", str(copy), "--json"))
    before = everything(original)
    assert told["n_rows"] >= sum(n for n, _digest in before.values()) > 1000

    restored = new_installation("restored")  # on PostgreSQL, when this run is about that
    restored.succeed("restore", str(copy))
    assert everything(restored) == before
    kept = {file.name: file.read_bytes() for file in (original.data / "files").rglob("*") if file.is_file()}
    came = {file.name: file.read_bytes() for file in (restored.data / "files").rglob("*") if file.is_file()}
    assert came == kept
    assert kept

    # And home again, where a small town may have begun.
    back = tmp_path / "tillbaka.zip"
    restored.succeed("backup", str(back))
    home = new_installation("home", engine="sqlite")
    home.succeed("restore", str(back))
    assert everything(home) == before
    # Numbers go on after those that were restored.
    largest = int(restored.python(LARGEST))
    assert int(restored.python(ADD_A_ROW)) > largest


def test_writers_are_not_held_up_and_the_copy_is_of_one_instant(demo: Installation, tmp_path: Path) -> None:
    copy = tmp_path / "kopia.zip"
    writing = """
import time
from samsyn.organisations.models import Municipality, Organisation, PageReview
from django.db import transaction
town = Municipality.objects.get()
slowest = 0
for n in range(60):
    started = time.perf_counter()
    with transaction.atomic():  # two rows that belong together
        Organisation.objects.create(municipality=town, key=f"par-{n}", kind="OTHER", name="Par")
        PageReview.objects.create(municipality=town, page=f"par-{n}", title="Par", unit="x", reviewed_date="2026-01-01")
    slowest = max(slowest, time.perf_counter() - started)
    time.sleep(0.05)
print(slowest)
"""
    slowest: list[float] = []
    writer = threading.Thread(target=lambda: slowest.append(float(demo.python(writing))))
    writer.start()
    demo.succeed("backup", str(copy))
    writer.join()
    # The busy timeout is twenty seconds; somebody who waited for the whole copy would have waited for long.
    assert slowest[0] < 5
    with zipfile.ZipFile(copy) as archive:
        pairs = [
            archive.read(f"tables/organisations_{name}.jsonl").decode().count('"par-')
            for name in ("organisation", "pagereview")
        ]
    assert pairs[0] == pairs[1]


def test_an_installation_is_not_overwritten_by_mistake(demo: Installation, tmp_path: Path) -> None:
    copy = tmp_path / "kopia.zip"
    demo.succeed("backup", str(copy))
    demo.python(ADD_A_ROW)
    before = everything(demo)
    refused = demo.run("restore", str(copy))
    assert refused.returncode == 1
    assert "finns redan en installation" in refused.stderr or "inte tom" in refused.stderr
    assert everything(demo) == before
    if demo.is_sqlite:
        demo.succeed("restore", str(copy), "--overwrite")
        assert everything(demo) != before
        (aside,) = demo.data.glob("samsyn.sqlite3.fore-aterstallning-*")
        assert b"ny-efterat" in aside.read_bytes()


def _broken(copy: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    with zipfile.ZipFile(copy) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def _in(part: str, change: Callable[[bytes], bytes | None]) -> Callable[[str, bytes], bytes | None]:
    """Change the parts whose names end so."""
    return lambda name, data: change(data) if name.endswith(part) else data


BREAKS: dict[str, Callable[[str, bytes], bytes | None]] = {
    "a row is gone": _in("guideentry.jsonl", lambda data: data.split(b"\n", 1)[1]),
    "a cell is changed": _in("organisation.jsonl", lambda data: data.replace(b"Polis", b"P0lis")),
    "a table is gone": _in("guideentry.jsonl", lambda _data: None),
    "a file is gone": lambda name, data: None if name.startswith("files/") else data,
    "a file is changed": lambda name, data: data + b"x" if name.startswith("files/") else data,
    "no manifest": _in("manifest.json", lambda _data: None),
    "another format": _in("manifest.json", lambda data: data.replace(b"backup/1", b"backup/9")),
    "a newer version": _in("manifest.json", lambda data: data.replace(b'"0001_initial"', b'"9999_later"')),
}


@pytest.mark.parametrize("name", [*BREAKS, "cut short", "not there"])
def test_a_broken_copy_is_refused_with_a_sentence(demo_copy: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "kopia.zip"
    if name in BREAKS:
        _broken(demo_copy, file, BREAKS[name])
    elif name == "cut short":
        file.write_bytes(demo_copy.read_bytes()[:-5000])
    with pytest.raises(backup.BackupRefused, match=r"[Kk]opia|finns inte") as refused:
        backup.verify(file)
    assert str(refused.value).endswith(".")


def test_a_refused_copy_changes_nothing(demo_copy: Path, new_installation: Make, tmp_path: Path) -> None:
    file = _broken(demo_copy, tmp_path / "trasig.zip", BREAKS["a cell is changed"])
    target = new_installation("target")
    refused = target.run("restore", str(file))
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "är trasig" in refused.stderr
    target.succeed("restore", str(demo_copy))


def test_a_copy_that_cannot_be_written_is_told(demo: Installation, tmp_path: Path) -> None:
    refused = demo.run("backup", str(tmp_path / "ingen-mapp" / "kopia.zip"))
    assert refused.returncode == 1
    assert "kunde inte skrivas" in refused.stderr
    assert not list(tmp_path.glob(".kopia*"))


def test_open_sign_ins_and_secrets_are_not_in_a_copy(demo: Installation, tmp_path: Path) -> None:
    demo.python(
        "from django.contrib.sessions.backends.db import SessionStore\n"
        "session = SessionStore(); session['planted'] = 'hemlig-inloggning'; session.save()"
    )
    copy = tmp_path / "kopia.zip"
    demo.succeed("backup", str(copy))
    with zipfile.ZipFile(copy) as archive:
        assert not [name for name in archive.namelist() if "session" in name]
        assert b"demo-only-this-key" not in b"".join(archive.read(name) for name in archive.namelist())
    assert copy.stat().st_mode & 0o077 == 0


def test_check_tells_of_a_copy_that_is_missing_or_old(new_installation: Make, tmp_path: Path) -> None:
    town = new_installation("town")
    town.settings |= {"SAMSYN_SECRET_KEY": "k" * 60, "SAMSYN_HOSTS": "trygg.example.org"}
    town.succeed("setup", "--municipality", "1488", "--name", "Trollhättan")
    assert "Ingen säkerhetskopia är gjord" in town.run("check").stdout
    town.succeed("backup", str(tmp_path / "kopia.zip"))
    assert "säkerhetskopia" not in town.run("check").stdout
