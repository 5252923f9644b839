"""Who reaches which staff page: every route, every role, and those outside."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from samsyn.accounts.models import User
from samsyn.commitments.models import Commitment, Outcome
from samsyn.commitments.tests import factories
from samsyn.core.enums import MessageState
from samsyn.core.importing import jobs
from samsyn.core.models import AuditEntry, ImportJob, OutboxMessage
from samsyn.core.permissions import routes
from samsyn.core.tests.messages import NOW, a_message
from samsyn.desk.tests.town_table import TOWN_TABLE
from samsyn.desk.urls import urlpatterns
from samsyn.observations import services
from samsyn.observations.enums import SourceClass
from samsyn.observations.models import Observation
from samsyn.observations.services import Seen
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Municipality, PageReview

ROLES = (
    "STRATEGIST",
    "POLICE_OFFICER",
    "PAGE_EDITOR",
    "STEERING_GROUP",
    "SIGNATORY",
    "HEAD_OF_UNIT",
    "ANALYST",
    "ADMINISTRATOR",
    "AUDITOR",
    "NO_ROLE",
    "OTHER_TOWN",
    "ANONYMOUS",
)
SEEN_LIST = "/arbete/observationer/"
SEEN = SEEN_LIST + "den-som-star-har-om/"
F = "/arbete/filer/"
LEFT = F + "5f8cdb94-3f2a-4b37-9d3e-3a9d2f1f7a99/"
D = "/arbete/dokument/medborgarlofte-2020/"
DRAFT = D + "synlig-polis/utfall/utkastet/"
PUBLIC = D + "synlig-polis/utfall/det-publika/"
PREVIEW = "/arbete/drift/meddelanden/forhandsvisning/"
MESSAGE = "/arbete/drift/meddelanden/4711/"
IN, NO, GONE, SIGN_IN = 200, 403, 404, 302

# Route, method, address, and the answer to each role in the order of ROLES.
TABLE: list[tuple[str, str, str, tuple[int, ...]]] = [
    ("start", "get", "/arbete/", (302, 302, 302, 302, 302, 302, 302, 302, 302, 302, 302, SIGN_IN)),
    ("year", "get", "/arbete/aret/", (IN, IN, IN, IN, IN, IN, IN, IN, IN, NO, NO, SIGN_IN)),
    ("parts", "get", "/arbete/delar/", (IN, IN, IN, IN, IN, IN, IN, IN, IN, NO, NO, SIGN_IN)),
    ("documents", "get", "/arbete/dokument/", (IN, IN, IN, IN, IN, IN, IN, IN, IN, NO, NO, SIGN_IN)),
    ("review_done", "post", "/arbete/granskningar/start/", (302, NO, 302, NO, NO, NO, NO, NO, NO, NO, NO, SIGN_IN)),
    ("operations", "get", "/arbete/drift/", (NO, NO, NO, NO, NO, NO, NO, IN, NO, NO, NO, SIGN_IN)),
    ("messages", "get", "/arbete/drift/meddelanden/", (NO, NO, NO, NO, NO, NO, NO, IN, NO, NO, NO, SIGN_IN)),
    ("message_preview", "get", PREVIEW, (IN, NO, IN, NO, NO, NO, NO, IN, NO, NO, NO, SIGN_IN)),
    ("message_send_again", "post", MESSAGE + "skicka-igen/", (NO, NO, NO, NO, NO, NO, NO, 302, NO, NO, NO, SIGN_IN)),
    ("message_give_up", "post", MESSAGE + "ge-upp/", (NO, NO, NO, NO, NO, NO, NO, 302, NO, NO, NO, SIGN_IN)),
    ("document", "get", D, (IN, IN, IN, IN, IN, IN, IN, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("history", "get", D + "historik/", (IN, IN, IN, IN, IN, IN, IN, GONE, GONE, GONE, GONE, SIGN_IN)),
    (
        "outcome_new", "get", D + "synlig-polis/utfall/nytt/",
        (IN, IN, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN),
    ),
    (
        "outcome_new", "post", D + "synlig-polis/utfall/nytt/",
        (302, 302, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN),
    ),
    ("outcome_edit", "get", DRAFT, (IN, IN, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("outcome_edit", "post", DRAFT, (302, 302, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("outcome_edit", "get", PUBLIC, (IN, NO, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("outcome_edit", "post", PUBLIC, (302, NO, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("outcome_preview", "get", DRAFT + "granska/", (IN, IN, IN, IN, IN, IN, IN, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("outcome_preview", "get", PUBLIC + "granska/", (IN, IN, IN, IN, IN, IN, IN, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("outcome_publish", "post", DRAFT + "publicera/", (302, NO, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("log", "get", "/arbete/logg/", (NO, NO, NO, NO, NO, NO, NO, NO, IN, NO, NO, SIGN_IN)),
    ("log_file", "get", "/arbete/logg/fil.csv", (NO, NO, NO, NO, NO, NO, NO, NO, IN, NO, NO, SIGN_IN)),
    ("retention", "get", "/arbete/gallring/", (IN, NO, NO, NO, NO, NO, NO, IN, IN, NO, NO, SIGN_IN)),
    ("retention", "post", "/arbete/gallring/", (NO, NO, NO, NO, NO, NO, NO, 400, NO, NO, NO, SIGN_IN)),
    ("my_data", "get", "/arbete/mina-uppgifter/", (IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, IN, SIGN_IN)),
    (
        "person_data", "get", "/arbete/personer/987654/uppgifter/",
        (NO, NO, NO, NO, NO, NO, NO, GONE, NO, NO, NO, SIGN_IN),
    ),
    (
        "erase_person", "post", "/arbete/personer/987654/radera/",
        (NO, NO, NO, NO, NO, NO, NO, GONE, NO, NO, NO, SIGN_IN),
    ),
    ("archive", "get", D + "arkiv.zip", (IN, NO, NO, NO, NO, NO, NO, GONE, GONE, GONE, GONE, SIGN_IN)),
    ("observations", "get", SEEN_LIST, (IN, IN, GONE, IN, GONE, GONE, IN, GONE, GONE, NO, NO, SIGN_IN)),
    ("observation", "get", SEEN, (IN, IN, GONE, IN, GONE, GONE, IN, GONE, GONE, NO, NO, SIGN_IN)),
    ("observation_new", "get", SEEN_LIST + "ny/", (IN, NO, GONE, NO, GONE, GONE, IN, GONE, GONE, NO, NO, SIGN_IN)),
    ("observation_new", "post", SEEN_LIST + "ny/", (302, NO, GONE, NO, GONE, GONE, 302, GONE, GONE, NO, NO, SIGN_IN)),
    ("observation_correct", "post", SEEN + "ratta/", (302, NO, GONE, NO, GONE, GONE, 302, GONE, GONE, NO, NO, SIGN_IN)),
    (
        "observation_withdraw", "post", SEEN + "aterta/",
        (302, NO, GONE, NO, GONE, GONE, 302, GONE, GONE, NO, NO, SIGN_IN),
    ),
    ("files", "get", F, (IN, NO, NO, NO, NO, NO, IN, NO, NO, NO, NO, SIGN_IN)),
    ("file", "get", LEFT, (IN, NO, NO, NO, NO, NO, IN, NO, NO, NO, NO, SIGN_IN)),
    ("file_load", "post", LEFT + "las-in/", (302, NO, NO, NO, NO, NO, 302, NO, NO, NO, NO, SIGN_IN)),
    ("file_cancel", "post", LEFT + "avbryt/", (302, NO, NO, NO, NO, NO, 302, NO, NO, NO, NO, SIGN_IN)),
    ("file_report", "get", LEFT + "rapport.csv", (IN, NO, NO, NO, NO, NO, IN, NO, NO, NO, NO, SIGN_IN)),
    ("file_raw", "get", LEFT + "fil/", (IN, NO, NO, NO, NO, NO, IN, NO, NO, NO, NO, SIGN_IN)),
]
CASES = [
    pytest.param(method, url, role, answer, id=f"{method} {route} {url.split('/')[-3]} {role}")
    for route, method, url, answers in TABLE
    for role, answer in zip(ROLES, answers, strict=True)
]
WRITES = {
    "what": "Lampan är trasig",
    "category": "belysning",
    "certainty": "SURE",
    "day": "2026-11-20",
    "reason": "Fel lampa",
    "title": "Skrivet",
    "kind": "PROSE",
    "fulfilment": "MET",
    "fulfilment_basis": "STATED",
    "version": "1",
}


@pytest.fixture
def town(commitment: Commitment) -> Commitment:
    factories.OutcomeFactory.create(commitment=commitment, key="utkastet")
    factories.OutcomeFactory.create(commitment=commitment, key="det-publika", published=True)
    a_message(pk=4711, state=MessageState.DEAD, finished_at=NOW)
    PageReview.objects.create(
        municipality=commitment.document.municipality,
        page="start",
        title="Start",
        unit="Kansliet",
        reviewed_date="2020-01-01",
    )
    _something_seen_and_left(commitment.document.municipality)
    return commitment


def _something_seen_and_left(municipality: Municipality) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    seen = Seen("Något", now, "klotter")
    found, _created = services.record(
        municipality=municipality, source_class=SourceClass.IMPORT, source_id="1", seen=seen, by=None, now=now
    )
    Observation.objects.filter(pk=found.pk).update(public_id="den-som-star-har-om")
    job = jobs.leave(
        key=uuid.UUID(LEFT.split("/")[-2]),
        kind="buildings",
        name="hus.csv",
        chunks=[b"id;namn\n1;Hus\n"],
        options={},
        municipality_code=municipality.code,
        by=factories.person(None),
        now=now,
    )
    jobs.run(job, now=now)


def _browser_of(role: str, signed_in: Callable[[User], Client]) -> Client:
    if role == "ANONYMOUS":
        return Client()
    if role == "NO_ROLE":
        return signed_in(factories.person(None))
    if role == "OTHER_TOWN":
        return signed_in(factories.charlie())
    return signed_in(factories.person(Role(role)))


@pytest.mark.parametrize(("method", "url", "role", "answer"), CASES)
def test_each_role_reaches_what_it_may_and_nothing_else(
    town: Commitment, signed_in: Callable[[User], Client], method: str, url: str, role: str, answer: int
) -> None:
    before = _rows()
    data = {**WRITES, "correction_note": "Fel tal", "correct": "1"} if method == "post" else {}
    response = getattr(_browser_of(role, signed_in), method)(url, data)
    assert response.status_code == answer
    if role == "ANONYMOUS":
        assert response["Location"].startswith("/konto/logga-in/?next=/arbete/")
    if method == "post":
        denied = answer in (NO, GONE, 400) or role == "ANONYMOUS"
        assert (_rows() == before) is denied


def _rows() -> list[tuple[object, ...]]:
    return [
        *Outcome.objects.order_by("pk").values_list("pk", "title", "version", "is_published"),
        *PageReview.objects.values_list("reviewed_date"),
        *OutboxMessage.objects.order_by("pk").values_list("pk", "state"),
        *AuditEntry.objects.values_list("pk"),
        *Observation.objects.order_by("pk").values_list("pk", "version"),
        *ImportJob.objects.values_list("state"),
    ]


def test_every_route_of_the_desk_stands_in_the_tables() -> None:
    names = {pattern.name for pattern in urlpatterns}
    assert names == {route for route, _method, _url, _answers in [*TABLE, *TOWN_TABLE]}
    assert {f"desk:{name}" for name in names} <= set(routes())


@pytest.mark.parametrize(
    "url", [D, D + "historik/", DRAFT, PUBLIC + "granska/", D + "synlig-polis/utfall/nytt/"]
)
def test_what_one_may_not_see_answers_as_what_is_not_there(
    town: Commitment, signed_in: Callable[[User], Client], url: str
) -> None:
    browser = signed_in(factories.charlie())
    hidden, absent = browser.get(url), browser.get("/arbete/dokument/finns-inte/")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


@pytest.mark.parametrize(
    "url",
    [
        D + "finns-inte/utfall/nytt/",
        D + "synlig-polis/utfall/finns-inte/",
        D + "synlig-polis/utfall/finns-inte/granska/",
        "/arbete/dokument/annan-stads/",
    ],
)
def test_other_rows_are_not_found(town: Commitment, signed_in: Callable[[User], Client], url: str) -> None:
    other = factories.MunicipalityFactory.create(code="1480", name="Göteborg")
    factories.DocumentFactory.create(municipality=other, key="annan-stads")
    assert signed_in(factories.alice()).get(url).status_code == 404


def test_a_closed_account_is_out_at_once(town: Commitment, signed_in: Callable[[User], Client]) -> None:
    user = factories.alice()
    browser = signed_in(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert browser.get("/arbete/aret/").status_code == 302


def test_staff_pages_are_kept_in_no_cache(town: Commitment, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(factories.alice())
    for url in ("/arbete/aret/", D, DRAFT, D + "historik/"):
        assert "no-store" in browser.get(url)["Cache-Control"], url


@pytest.mark.parametrize("url", [DRAFT + "publicera/", "/arbete/granskningar/start/"])
def test_a_link_to_an_act_does_nothing(
    town: Commitment, signed_in: Callable[[User], Client], url: str
) -> None:
    before = _rows()
    assert signed_in(factories.alice()).get(url).status_code == 302
    assert _rows() == before


@pytest.mark.parametrize(
    ("role", "seen", "hidden"),
    [
        ("STRATEGIST", ("Skriv ett till utfall", "Ändra", "Rätta"), ()),
        ("POLICE_OFFICER", ("Skriv ett till utfall", "Ändra"), ("Rätta",)),
        ("STEERING_GROUP", ("Granska",), ("Skriv ett till utfall", "Ändra", "Rätta")),
        ("PAGE_EDITOR", ("Granska",), ("Skriv ett till utfall", "Ändra", "Rätta")),
    ],
)
def test_a_document_offers_only_what_the_role_may_do(
    town: Commitment,
    signed_in: Callable[[User], Client],
    role: str,
    seen: tuple[str, ...],
    hidden: tuple[str, ...],
) -> None:
    text = _browser_of(role, signed_in).get(D).content.decode()
    assert all(words in text for words in seen)
    assert not any(words in text for words in hidden)
