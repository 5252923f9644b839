"""The figures: on a private address of their own, right, and about nobody."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client import CollectorRegistry, generate_latest

from samsyn.core import metrics
from samsyn.core.models import Heartbeat, ScheduledJob
from samsyn.core.tests.messages import NOW, a_message


def stored() -> str:
    """What the database part says, read in this thread."""
    registry = CollectorRegistry()
    registry.register(metrics._Stored(lambda: NOW))
    return generate_latest(registry).decode()


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "close_old_connections", lambda: None)


@pytest.mark.django_db
def test_what_stands_in_the_database_is_told() -> None:
    a_message("m:1", due_at=NOW - timedelta(seconds=90))
    a_message("m:2", due_at=NOW + timedelta(hours=1))
    a_message("m:3", state="DEAD", finished_at=NOW)
    Heartbeat.objects.create(name="worker", at=NOW - timedelta(seconds=4))
    ScheduledJob.objects.create(name="core.prov", next_at=NOW, n_failures=3)
    found = stored()
    for line in (
        'samsyn_messages{state="waiting"} 2.0',
        'samsyn_messages{state="dead"} 1.0',
        "samsyn_oldest_due_message_seconds 90.0",
        'samsyn_job_failures_in_a_row{job="core.prov"} 3.0',
        "samsyn_heartbeat_age_seconds 4.0",
        "samsyn_database_up 1.0",
    ):
        assert line in found.splitlines()
    assert "example.se" not in found


def test_with_the_database_down_that_is_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OperationalError("hemligt")

    monkeypatch.setattr(connection, "cursor", broken)
    monkeypatch.setattr(connection, "ensure_connection", broken)
    assert "samsyn_database_up 0.0" in stored()
    assert "samsyn_messages" not in stored()


def test_they_are_served_on_their_own_port_as_text() -> None:
    monkey: list[Callable[[], None]] = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    before = threading.active_count()
    metrics.answered(404)
    metrics.message_sent("MAIL", late_by=timedelta(seconds=3))
    # The part that asks the database has its own tests above; here there is none to ask.
    original, metrics._Stored.collect = metrics._Stored.collect, lambda self: iter(())  # type: ignore[method-assign]
    try:
        monkey.append(metrics.serve(f"127.0.0.1:{port}", read_clock=lambda: NOW))
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as line:
            line.request("GET", "/metrics")
            answer = line.getresponse()
            text = answer.read().decode()
    finally:
        metrics._Stored.collect = original  # type: ignore[method-assign]
        for stop in monkey:
            stop()
    assert answer.status == 200
    assert 'samsyn_http_answers_total{status="4xx"}' in text
    assert 'samsyn_message_lateness_seconds_bucket{le="5.0"}' in text
    assert "samsyn_live_listeners" in text
    assert threading.active_count() <= before
    labels = {name for found in re.findall(r"\{([^}]*)\}", text) for name in re.findall(r"(\w+)=", found)}
    assert labels <= {"status", "channel", "le", "job", "state"}


@pytest.mark.parametrize(
    "where", ["0.0.0.0:9464", "8.8.8.8:9464", "[::]:9464", "example.org:9464", "9464", "127.0.0.1:", ""]
)
def test_a_public_address_is_refused(where: str) -> None:
    with pytest.raises(ValueError, match="SAMSYN_METRICS"):
        metrics.serve(where, read_clock=lambda: NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/en/metrics"])
def test_the_public_site_has_no_figures(path: str) -> None:
    assert "samsyn_" not in Client().get(path).content.decode()
