"""
What can be measured of a running installation, in the text form of Prometheus.

Nothing here is about a person: no addresses, no paths, no names. It is served on a private address of its own
(`SAMSYN_METRICS`), never by the public site. Each process counts what it does itself; what stands in the database is
asked for when somebody looks.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections
from django.db.models import Count, Max, Min
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from samsyn.core.enums import MessageState

logger = logging.getLogger(__name__)
registry = CollectorRegistry()

_sent = Counter("samsyn_messages_sent", "Messages that were sent", ["channel"], registry=registry)
_failed = Counter("samsyn_messages_failed", "Tries that failed", ["channel"], registry=registry)
_late = Histogram(
    "samsyn_message_lateness_seconds",
    "How long after it was due a message was sent",
    buckets=(0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 300, 1800, 7200, 86400),
    registry=registry,
)
_answers = Counter("samsyn_http_answers", "Answers by class of status", ["status"], registry=registry)
_listeners = Gauge("samsyn_live_listeners", "Open live streams", registry=registry)
_jobs_failed = Counter("samsyn_job_failures", "Scheduled jobs that failed", ["job"], registry=registry)


def message_sent(channel: str, *, late_by: timedelta) -> None:
    """Count a message that was sent."""
    _sent.labels(channel).inc()
    _late.observe(max(0.0, late_by.total_seconds()))


def message_failed(channel: str) -> None:
    """Count a try that failed."""
    _failed.labels(channel).inc()


def answered(status: int) -> None:
    """Count an answer to a visitor, by its class alone."""
    _answers.labels(f"{status // 100}xx").inc()


def listeners(n: int) -> None:
    """Say how many live streams are open in this process."""
    _listeners.set(n)


def job_failed(name: str) -> None:
    """Count a scheduled job that failed."""
    _jobs_failed.labels(name).inc()


class _Stored(Collector):
    """What stands in the database, asked for at each look."""

    def __init__(self, read_clock: Callable[[], datetime]) -> None:
        self.read_clock = read_clock

    def describe(self) -> list[Metric]:
        """Name nothing beforehand: that would ask the database when the process starts."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield what is stored; nothing of it when the database does not answer."""
        try:
            found = list(self._ask(self.read_clock()))
        except DatabaseError:
            found = []
        finally:
            close_old_connections()
        up = GaugeMetricFamily("samsyn_database_up", "1 when the database answers")
        up.add_metric([], float(bool(found)))
        yield up
        yield from found

    def _ask(self, now: datetime) -> Iterator[Metric]:
        from samsyn.core.models import Heartbeat, OutboxMessage, ScheduledJob

        messages = GaugeMetricFamily("samsyn_messages", "Messages by state", labels=["state"])
        unsent = (MessageState.WAITING, MessageState.DEAD)
        rows = OutboxMessage.objects.filter(state__in=unsent).values_list("state").annotate(n=Count("pk")).order_by()
        numbers = dict(rows)
        for state in unsent:
            messages.add_metric([state.lower()], float(numbers.get(state, 0)))
        yield messages
        oldest = OutboxMessage.objects.waiting().filter(due_at__lte=now).aggregate(at=Min("due_at"))["at"]
        age = GaugeMetricFamily("samsyn_oldest_due_message_seconds", "How long the oldest due message has waited")
        age.add_metric([], (now - oldest).total_seconds() if oldest else 0.0)
        yield age
        failing = GaugeMetricFamily("samsyn_job_failures_in_a_row", "Failures since it last went well", labels=["job"])
        for name, n_failures in ScheduledJob.objects.values_list("name", "n_failures"):
            failing.add_metric([name], float(n_failures))
        yield failing
        beat = Heartbeat.objects.aggregate(at=Max("at"))["at"]
        beats = GaugeMetricFamily("samsyn_heartbeat_age_seconds", "Since any worker last showed that it lives")
        beats.add_metric([], (now - beat).total_seconds() if beat else float("inf"))
        yield beats


def is_private(host: str) -> bool:
    """
    Tell whether an address is one that only the own machine or network reaches.

    >>> is_private("127.0.0.1"), is_private("10.1.2.3"), is_private("0.0.0.0"), is_private("8.8.8.8")
    (True, True, False, False)
    """
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    return (address.is_private or address.is_loopback) and not address.is_unspecified


def serve(where: str, *, read_clock: Callable[[], datetime]) -> Callable[[], None]:
    """
    Answer those who measure, on `HOST:PORT`; return what stops it.

    :raises ValueError: the address is not private, or is none
    :raises OSError: the port is taken
    """
    host, _colon, port = where.rpartition(":")
    if not port.isdigit() or not is_private(host):
        raise ValueError("SAMSYN_METRICS ska vara en privat adress och en port, till exempel 127.0.0.1:9464.")
    stored = _Stored(read_clock)
    server, thread = start_http_server(int(port), host.strip("[]"), registry)
    registry.register(stored)

    def stop() -> None:
        registry.unregister(stored)
        server.shutdown()
        server.server_close()
        thread.join()

    return stop
