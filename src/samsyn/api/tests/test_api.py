"""The API: what it answers, whom it lets in, and that it keeps what its description promises."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

from samsyn.commitments.tests import factories
from samsyn.core.models import AuditEntry
from samsyn.observations.models import Observation
from samsyn.organisations.enums import Role

pytestmark = pytest.mark.django_db
URL = "/api/v1/observations"
BODY = {"what": "Lampan är trasig", "happened_at": "2020-11-20T21:15:00+01:00", "category": "belysning"}


def browser(role: Role | None = Role.ANALYST) -> Client:
    client = Client()
    client.force_login(factories.person(role))
    return client


def post(client: Client, body: Any = None, key: str | None = None) -> Any:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return client.post(
        URL, json.dumps(BODY if body is None else body), content_type="application/json", headers=headers
    )


def test_what_is_public_needs_nobody() -> None:
    factories.MunicipalityFactory.create()
    for path in ("municipality", "areas", "series", "commitments"):
        assert Client().get(f"/api/v1/{path}").status_code == 200, path


def test_drafts_are_not_in_the_index_of_promises() -> None:
    factories.CommitmentFactory.create(document=factories.DocumentFactory.create(draft=True))
    assert Client().get("/api/v1/commitments").json()["count"] == 0


def test_an_observation_is_entered_once_however_often_it_is_sent() -> None:
    client, key = browser(), str(uuid.uuid4())
    first, again = post(client, key=key), post(client, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Observation.objects.count() == 1
    assert AuditEntry.objects.filter(verb="observations.recorded").count() == 1
    other = post(client, {**BODY, "what": "Något annat"}, key=key)
    assert (other.status_code, other.json()["status"]) == (409, 409)


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        (Role.STRATEGIST, 200, 201),
        (Role.ANALYST, 200, 201),
        (Role.POLICE_OFFICER, 200, 403),
        (Role.STEERING_GROUP, 200, 403),
        (Role.PAGE_EDITOR, 404, 404),
        (Role.ADMINISTRATOR, 404, 404),
        (Role.AUDITOR, 404, 404),
        (None, 404, 404),
    ],
)
def test_each_role_gets_what_it_may(role: Role | None, read: int, write: int) -> None:
    factories.MunicipalityFactory.create()
    client = browser(role)
    assert (client.get(URL).status_code, post(client).status_code) == (read, write)
    assert Observation.objects.exists() is (write == 201)


def test_a_stranger_and_another_town_get_nothing() -> None:
    assert post(browser()).status_code == 201
    public_id = Observation.objects.get().public_id
    assert Client().get(f"{URL}/{public_id}").status_code == 401
    other = Client()
    other.force_login(factories.charlie())
    assert other.get(f"{URL}/{public_id}").status_code == 404


def test_a_form_of_another_site_cannot_write() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.person(Role.ANALYST))
    assert post(client).status_code == 403
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**BODY, "what": ""}, 422),
        ({**BODY, "what": "Ring 070-174 06 05"}, 400),
        ({**BODY, "what": "a\u0000b"}, 400),
        ({**BODY, "happened_at": "2020-11-20T21:15:00"}, 422),
        ({**BODY, "lat": 58.2}, 400),
        ({**BODY, "lat": 12.2, "lon": 58.2}, 422),
        ({**BODY, "area_code": "1480R001"}, 400),
        ({**BODY, "category": "finns-inte"}, 400),
        ({**BODY, "extra": 1}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_entered_is_answered_in_one_shape(body: Any, status: int) -> None:
    answer = post(browser(), body)
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.json()["detail"].endswith(".")


def test_what_is_no_json_is_answered_in_the_same_shape() -> None:
    answer = browser().post(URL, "{", content_type="application/json", headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_too_many_writes_are_told() -> None:
    client = browser()
    answers = [post(client, {**BODY, "what": f"Lampa {n}"}).status_code for n in range(61)]
    assert answers[-1] == 429


def test_the_description_is_openapi_3_1_and_no_page_loads_files_from_elsewhere() -> None:
    description = Client().get("/api/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    answers = description["paths"][URL]["post"]["responses"]
    assert {"201", "400", "401", "403", "404", "409", "422", "429"} <= set(answers)
    assert Client().get("/api/docs").status_code == 404


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.django_db(transaction=True)  # each call ends its connection, as a served request does
def test_any_request_gets_an_answer_that_the_description_knows() -> None:
    """Requests of every kind, made from the description: no fault of the server's, no ignored sign-in."""
    factories.MunicipalityFactory.create()
    signed_in = browser(Role.ANALYST)
    cookie = signed_in.cookies["sessionid"].value
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
        ignored_auth,
    ]
    tried: set[str] = set()

    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result  # a description that cannot be read is itself a fault
        operation = result.ok()

        @settings(
            max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate], database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def try_it(case: Any) -> None:
            answer = case.call(headers={"Cookie": f"sessionid={cookie}"})
            case.validate_response(answer, checks=checks)

        try_it()
        tried.add(operation.label)
    assert len(tried) == 8
