"""In production nothing starts that only looks well: not without a worker, nor with mail that goes nowhere."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.background.installation import Installation, eventually, free_port

PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "samsyn.config.settings.prod",
    "SAMSYN_SECRET_KEY": "k" * 60,
    "SAMSYN_HOSTS": "127.0.0.1",
    "SAMSYN_WORKER_IN_PROCESS": "0",
}


def run(town: Installation, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "samsyn", *arguments],
        env={**town.environment, **PRODUCTION, **more},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def faults(town: Installation, **more: str) -> list[str]:
    found: list[str] = json.loads(run(town, "check", "--json", **more).stdout)["faults"]
    return found


def _answers(port: int) -> bool:
    import http.client

    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.request("GET", "/healthz", headers={"X-Forwarded-Proto": "https"})
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def test_the_site_refuses_to_start_without_a_worker_and_says_what_to_start(town: Installation) -> None:
    done = run(town, "serve", PORT=str(free_port()))
    assert done.returncode == 1
    assert "startar inte utan bakgrundsarbete: bakgrundsarbetet har inte startat" in done.stderr
    assert "samsyn worker" in done.stderr


def test_a_server_that_is_started_past_the_command_refuses_too(town: Installation) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "samsyn.config.asgi:application", "--port", str(free_port())],
        env={**town.environment, **PRODUCTION},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode != 0
    assert "startar inte utan bakgrundsarbete" in done.stderr


def test_it_waits_for_the_worker_when_told_to_and_then_starts(town: Installation) -> None:
    port = free_port()
    town.samsyn("serve", "--wait-for-worker", **PRODUCTION, PORT=str(port))
    town.samsyn("worker", **PRODUCTION)
    eventually(lambda: _answers(port), every_s=0.3)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"SAMSYN_SMTP_HOST": "mail.kommunen.se"}, "SAMSYN_MAIL_FROM saknas"),
        (
            {
                "SAMSYN_SMTP_HOST": "mail.kommunen.se",
                "SAMSYN_MAIL_FROM": "trygg@kommunen.se",
                "SAMSYN_SMTP_SECURITY": "none",
                "SAMSYN_SMTP_PASSWORD": "x",
            },
            "klartext",
        ),
        ({"SAMSYN_SMTP_SECURITY": "ssl"}, "starttls eller tls eller none"),
        ({"SAMSYN_SMTP_PORT": "många"}, "SAMSYN_SMTP_PORT ska vara ett heltal"),
        ({"SAMSYN_LOG": "xml"}, "SAMSYN_LOG ska vara plain eller json"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(town: Installation, more: dict[str, str], words: str) -> None:
    done = run(town, "check", **more)
    assert done.returncode != 0
    assert words in done.stderr


def test_the_doctor_tells_of_mail_that_goes_nowhere_and_of_what_could_not_be_sent(town: Installation) -> None:
    town.python(
        """
        from datetime import timedelta
        from samsyn.core import clock
        from samsyn.core.models import OutboxMessage, ScheduledJob
        now = clock.now()
        for n, (state, due_at, finished_at) in enumerate(
            [("DEAD", now, now), ("WAITING", now - timedelta(hours=2), None), ("WAITING", now, None)]
        ):
            OutboxMessage.objects.create(key=f"m:{n}", channel="MAIL", kind="prov", address="anna@example.se", text="x",
                                         state=state, created_at=now, due_at=due_at, finished_at=finished_at)
        ScheduledJob.objects.create(name="core.prov", next_at=now, n_failures=2, fault="ValueError")
        """
    )
    found = "\n".join(faults(town))
    for words in (
        "E-post är inte inställd",
        "1 meddelanden gick inte att skicka",
        "1 meddelanden väntar på ett sätt att skickas",
        "Arbetet core.prov har misslyckats 2 gånger i rad (ValueError)",
    ):
        assert words in found
    assert "anna" not in found
    with_mail = "\n".join(faults(town, SAMSYN_SMTP_HOST="mail.kommunen.se", SAMSYN_MAIL_FROM="trygg@kommunen.se"))
    assert "E-post är inte inställd" not in with_mail
    assert "1 meddelanden skulle ha skickats för mer än en timme sedan" in with_mail


def test_the_log_of_a_real_process_is_json_without_personal_data(town: Installation) -> None:
    done = town.start(
        """
        import logging
        logging.getLogger("samsyn.prov").error("Brevet till %s studsade", "anna.berg@kommunen.se")
        """,
        **PRODUCTION,
    )
    _said, errors = done.communicate(timeout=60)
    (line,) = errors.strip().splitlines()
    assert json.loads(line)["event"] == "Brevet till [e-post] studsade"
