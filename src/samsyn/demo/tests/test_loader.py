"""Loading the demo town: once, whole, and never into a town's own installation."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.test import Client, override_settings

from samsyn.accounts.demo import PASSWORD
from samsyn.accounts.models import User
from samsyn.commitments.models import CommitmentDocument, Outcome
from samsyn.core.models import ImportedFile
from samsyn.demo import loader
from samsyn.dialogues.models import Dialogue
from samsyn.organisations.models import GuideEntry, Membership, Municipality, OpeningHours, PageReview
from samsyn.places.models import Area
from samsyn.statistics.models import StatisticSeries

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def load() -> list[str]:
    said: list[str] = []
    loader.load(now=NOW, say=said.append)
    return said


def test_the_whole_town_is_loaded_and_a_second_time_keeps_what_people_changed() -> None:
    said = load()
    assert [line.split(":")[0].strip() for line in said[1:]] == [name for _kind, name, _options in loader.FILES]
    everything = (CommitmentDocument, Dialogue, Area, StatisticSeries, GuideEntry, OpeningHours, PageReview)
    counts = {model: model._default_manager.count() for model in everything}
    assert all(counts.values()), counts
    assert ImportedFile.objects.count() == len(loader.FILES)
    assert {m.role for m in Membership.objects.all()} == {role for *_person, role in loader.PEOPLE}

    outcome = Outcome.objects.first()
    assert outcome is not None
    Outcome.objects.filter(pk=outcome.pk).update(title="Ändrat av en människa")
    assert load() == ["Demostaden finns redan. Det som ändrats i den är kvar."]
    assert Outcome.objects.get(pk=outcome.pk).title == "Ändrat av en människa"
    assert {model: model._default_manager.count() for model in everything} == counts


def test_a_broken_file_of_the_demo_leaves_no_half_town(monkeypatch: pytest.MonkeyPatch) -> None:
    files: tuple[tuple[str, str, dict[str, str]], ...] = (
        loader.FILES[0],
        ("commitments", "guide-trollhattan.json", {}),
    )
    monkeypatch.setattr(loader, "FILES", files)
    with pytest.raises(loader.DemoFileRefused, match=r"guide-trollhattan\.json"):
        load()
    assert not Municipality.objects.exists()
    assert not Area.objects.exists()


@override_settings(SAMSYN_DEMO=False)
def test_the_demo_is_refused_in_a_towns_own_installation(capsys: pytest.CaptureFixture[str]) -> None:
    cli = import_module("samsyn.cli")  # named, not imported: it lies above
    assert cli.main(["demo", "--load-only"]) == cli.REFUSED
    assert "Demon kan inte laddas i en installation för drift." in capsys.readouterr().err
    assert not Municipality.objects.exists()
    assert not User.objects.exists()


def test_the_demos_people_sign_in_only_where_the_demo_runs() -> None:
    load()
    email, *_rest = loader.PEOPLE[0]
    form = {"email": email, "username": email, "password": PASSWORD}
    with override_settings(SAMSYN_DEMO=False):
        assert Client().post("/konto/logga-in/", form).status_code == 400
    assert Client().post("/konto/logga-in/", form).status_code == 302


def test_the_sign_ins_are_told_with_their_roles() -> None:
    text = "\n".join(loader.sign_ins("http://localhost:8000"))
    for email, _name, _organisation, role in loader.PEOPLE:
        assert f"{email:<26} {role.label}" in text
    assert PASSWORD in text
    assert all(email.endswith("@example.org") for email, *_rest in loader.PEOPLE)
