"""A hundred texts that attack or surprise: kept as written and shown as text, or refused in a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from tests.hostile import KEPT, MARKUP, REFUSED

from samsyn.core import exporting, text
from samsyn.core.importing import run_import
from samsyn.observations import services
from samsyn.observations.enums import SourceClass
from samsyn.observations.models import Observation
from samsyn.observations.places import Where
from samsyn.observations.services import NotRecordable, Seen
from samsyn.organisations.models import Municipality

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def record(town: Municipality, said: str, by: Any = None) -> Observation:
    seen = Seen(
        what=said, happened_at=NOW, category="ovrigt", own_category=said[:100], where=Where(place_name=said[:100])
    )
    return services.record(municipality=town, source_class=SourceClass.STAFF, seen=seen, by=by, now=NOW)[0]


def test_the_corpus_has_a_hundred_texts() -> None:
    assert len(KEPT) + len(REFUSED) >= 100
    assert len(set(KEPT)) == len(KEPT)


@pytest.mark.parametrize("said", KEPT)
def test_it_is_stored_as_written_and_comes_out_of_every_file_unchanged(town: Municipality, said: str) -> None:
    found = record(town, said)
    assert found.what == text.clean(said).strip()
    before = list(Observation.objects.values())
    for file_format in ("csv", "json", "xlsx", "geojson"):
        result = run_import("observations", exporting.run_export("observations", file_format), name="x", now=NOW)
        assert (result.as_dict()["unchanged"], result.file_errors, result.row_errors) == (1, [], []), file_format
    assert list(Observation.objects.values()) == before


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_not_text_is_refused_in_a_sentence(town: Municipality, said: str) -> None:
    with pytest.raises(NotRecordable, match="styrtecken"):
        record(town, said)
    rows = [{"id": "1", "tid": "2026-11-20T10:00:00Z", "text": said}]
    result = run_import("observations", json.dumps(rows).encode(), name="x.json", now=NOW).as_dict()
    assert result["row_errors"][0]["text"].endswith(".")
    assert not Observation.objects.exists()


def test_markup_is_shown_as_text(town: Municipality, alice: Any) -> None:
    client = Client()
    client.force_login(alice)
    for said in MARKUP:
        found = record(town, said)
        for url in ("/arbete/observationer/", f"/arbete/observationer/{found.public_id}/"):
            page = client.get(url)
            assert page.status_code == 200
            # One that is harmless as it stands may be what another becomes when it is escaped.
            assert said not in page.content.decode() or not set(said) & set("<>"), said


def test_searching_for_any_of_them_is_answered(town: Municipality, alice: Any) -> None:
    client = Client()
    client.force_login(alice)
    for said in (*KEPT, *REFUSED):
        asked = {"q": said[:150], "kategori": said[:50], "omrade": said[:30], "fran": said[:10]}
        assert client.get("/arbete/observationer/", asked).status_code == 200, said
