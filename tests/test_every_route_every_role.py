"""
Walks every address with every role, as a stranger, and as somebody from another town; looks for what is not theirs.

Words are planted in everything that only some may read: drafts, observations, people, files, messages, the log, and
the same of another town. No answer to anybody may hold a word that is not theirs, whatever page, file, feed or fault it
stands in, and no address may answer with a fault of the server's. An address without a sample here fails the test.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from samsyn.accounts.models import User
from samsyn.commitments.models import Commitment, CommitmentDocument
from samsyn.commitments.tests import factories
from samsyn.core import audit, clock, worker
from samsyn.core.enums import MessageState
from samsyn.core.importing import jobs
from samsyn.core.models import OutboxMessage
from samsyn.demo import loader
from samsyn.observations import services as observations
from samsyn.observations.enums import SourceClass
from samsyn.observations.services import Seen
from samsyn.organisations.enums import Role
from samsyn.organisations.models import GuideEntry, Municipality, Organisation

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
JOB = uuid.UUID("5f8cdb94-3f2a-4b37-9d3e-3a9d2f1f7a10")
READERS = {
    Role.STRATEGIST, Role.PAGE_EDITOR, Role.POLICE_OFFICER, Role.STEERING_GROUP, Role.SIGNATORY, Role.HEAD_OF_UNIT,
    Role.ANALYST,
}
# Each planted word, and the roles in our town that may meet it. All others, and everybody from elsewhere, may not.
MARKERS: dict[str, set[Role]] = {
    "kvastmarkdraft": READERS,
    "kvastmarkseen": {Role.STRATEGIST, Role.ANALYST, Role.POLICE_OFFICER, Role.STEERING_GROUP},
    "kvastmarkcolleague": {Role.ADMINISTRATOR, Role.STRATEGIST},
    "kvastmarkfile": {Role.ANALYST, Role.STRATEGIST, Role.AUDITOR},  # the log says which file was left
    "kvastmarklog": {Role.AUDITOR},
    "kvastmarkmessage": set(),
    "kvastmarkaddress": set(),
    "kvastmarkotherdraft": set(),
    "kvastmarkotherseen": set(),
    "kvastmarkotherperson": set(),
    "kvastmarkotherplace": set(),
    "kvastmarkotherguide": set(),
    "kvastmarkotherlog": set(),
    "kvastmarkotherfile": set(),
}
SAMPLES: dict[str, Any] = {
    "document_key": "medborgarlofte-2020",
    "commitment_key": "synlig-polis",
    "outcome_key": "kvast-utkast",
    "page": "start",
    "code": "1488R001",
    "kind": "loften",
    "format": "json",
    "section": "namn",
    "step": "namn",
    "token": "x" * 43,
    "digest": "0" * 16,
    "name": "x" * 43,
    "public_id": "kvast-observation-0001",
}


def _routes(
    patterns: Iterable[URLPattern | URLResolver], namespace: str = ""
) -> Iterator[tuple[str, URLPattern, dict[str, Any]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _routes(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern, dict(pattern.pattern.converters)


@pytest.fixture
def planted(db: None) -> dict[str, Any]:
    """Load the demo town, add another one, and plant the words."""
    loader.load(now=NOW, say=lambda text: None)
    ours = Municipality.objects.get(code="1488")
    theirs = factories.MunicipalityFactory.create(code="1480", name="Göteborg", slug="goteborg")
    commitment = Commitment.objects.get(document__key="medborgarlofte-2020", key="synlig-polis")
    factories.OutcomeFactory.create(
        commitment=commitment, key="kvast-utkast", title="kvastmarkdraft", own_words="kvastmarkdraft", order=90
    )
    colleague = factories.person(Role.STEERING_GROUP, municipality=ours, name="kvastmarkcolleague")
    other_document = factories.DocumentFactory.create(
        municipality=theirs, key="annat-lofte", title="kvastmarkotherdraft", draft=True
    )
    factories.CommitmentFactory.create(document=other_document, title="kvastmarkotherdraft")
    factories.person(Role.STRATEGIST, municipality=theirs, name="kvastmarkotherperson")
    Organisation.objects.create(municipality=theirs, key="annan-plats", kind="SCHOOL", name="kvastmarkotherplace")
    guide = GuideEntry(municipality=theirs, key="annan", group="OTHERS", order=1, title="kvastmarkotherguide")
    guide.refresh_search_text()
    guide.save()
    for town, word in ((ours, "kvastmark"), (theirs, "kvastmarkother")):
        seen, _new = observations.record(
            municipality=town,
            source_class=SourceClass.IMPORT,
            source_id="1",
            seen=Seen(f"{word}seen vid bron", NOW, "klotter"),
            by=None,
            now=NOW,
        )
        audit.record(f"{word}log", town, by=None, at=NOW, municipality_code=town.code)
        job = jobs.leave(
            key=JOB if town is ours else uuid.uuid4(),
            kind="buildings",
            name=f"{word}file.csv",
            chunks=[f"id;namn\n1;{word}file\n".encode()],
            options={},
            municipality_code=town.code,
            by=colleague,
            now=NOW,
        )
        jobs.run(job, now=NOW)
        if town is ours:
            type(seen).objects.filter(pk=seen.pk).update(public_id=SAMPLES["public_id"])
    message = OutboxMessage.objects.create(
        key="kvast", channel="MAIL", kind="accounts.invitation", municipality_code="1488", state=MessageState.DEAD,
        address="kvastmarkaddress@example.org", subject="kvastmarkmessage", text="kvastmarkmessage", created_at=NOW,
        due_at=NOW, finished_at=NOW, fault="550",
    )  # fmt: skip
    return {"account": colleague.pk, "pk": message.pk, "key": JOB, "membership_pk": colleague.memberships.get().pk}


def _actors() -> dict[str, User | None]:
    ours = Municipality.objects.get(code="1488")
    found: dict[str, User | None] = {
        role.value: factories.person(role, municipality=ours, name=f"roll {role.value}") for role in Role
    }
    return {
        **found,
        "NO_ROLE": factories.person(None, name="ingen roll"),
        "OTHER_TOWN": factories.person(
            Role.STRATEGIST, municipality=Municipality.objects.get(code="1480"), name="annan stad"
        ),
        "STRANGER": None,
    }


def _address(name: str, converters: dict[str, Any], planted: dict[str, Any]) -> str:
    values = {}
    for argument in converters:
        if argument in planted and (argument != "key" or name.startswith(("desk:file", "api:import"))):
            values[argument] = planted[argument]
        elif argument == "key":
            values["key"] = {
                "public:document": "medborgarlofte-2020",
                "public:outcomes": "medborgarlofte-2020",
                "public:outcomes_pdf": "medborgarlofte-2020",
                "public:commitment": "synlig-polis",
                "public:dialogue": "medborgardialog-2019",
            }.get(name, "polisen")
        else:
            assert argument in SAMPLES, f"{name} needs a sample of {argument}: add it to SAMPLES"
            values[argument] = SAMPLES[argument]
    return reverse(name, kwargs=values)


def _text_of(response: Any) -> bytes:
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return content + headers.encode()


def test_nobody_meets_what_is_not_theirs_and_no_address_breaks(planted: dict[str, Any]) -> None:
    routes = list(_routes(get_resolver().url_patterns))
    assert len(routes) > 100
    actors = _actors()
    allowed = {
        who: {word for word, roles in MARKERS.items() if who in {role.value for role in roles}} for who in actors
    }
    met: dict[str, set[str]] = {word: set() for word in MARKERS}
    faults = []
    for who, user in actors.items():
        worker.beat(now=clock.now())  # without a worker /healthz rightly answers 503
        client = Client(raise_request_exception=False)
        if user is not None:
            client.force_login(user)
        for name, _pattern, converters in routes:
            address = _address(name, converters, planted)
            searches = name in {"public:search", "desk:log", "desk:observations"}
            queries = ["", "?q=kvastmark", "?sida=2"] if searches else [""]
            answers = [(f"GET {address}{query}", client.get(address + query)) for query in queries]
            if who in {"STRANGER", "NO_ROLE", "OTHER_TOWN"} and name != "accounts:sign_out":
                # Those who may do nothing here try every act too.
                answers.append((f"POST {address}", client.post(address, {"reason": "x"})))
            for what, response in answers:
                if response.status_code >= 500:
                    faults.append(f"{who} {what}: {response.status_code}")
                text = _text_of(response).lower()
                for word in MARKERS:
                    # A longer word may begin with a shorter one.
                    if word.encode() in text:
                        met[word].add(who)
                        if word not in allowed[who]:
                            faults.append(f"{who} {what}: meets {word}")
    assert not faults, "\n".join(sorted(set(faults)))
    # The words were really there to be met: whoever may, did.
    for word, roles in MARKERS.items():
        assert met[word] >= {role.value for role in roles}, (word, met[word])


def test_a_search_counts_nothing_that_is_not_the_readers(planted: dict[str, Any]) -> None:
    CommitmentDocument.objects.filter(key="annat-lofte").update(search_text="kvastmarkotherdraft")
    nothing = Client().get("/sok/?q=finnsintealls").content.decode()
    hidden = Client().get("/sok/?q=kvastmarkotherdraft").content.decode()
    assert hidden.replace("kvastmarkotherdraft", "finnsintealls") == nothing
