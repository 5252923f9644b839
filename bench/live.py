"""
How long it takes until 200 open pages have been told that something has happened.

    python -m bench live

A real `samsyn serve`, 200 streams held by this process over plain sockets, and another process that publishes now and
then. Measured from just before the act's transaction is committed until the last of the 200 has the event; the median
and the worst of the turns. On SQLite, and on PostgreSQL if one is to be had, there with two web processes.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.prove_demo import free_port, get

from bench import report
from bench.environment import samsyn
from bench.outbox import START, databases, run_code, set_up
from bench.report import Figure

N_LISTENERS = 200
N_EVENTS = 30
GOAL_S = 1.0

# Twenty people with ten streams each: nobody may hold more.
PEOPLE = START + """
import json
from django.conf import settings
from django.test import Client
from samsyn.accounts.models import User
from samsyn.organisations.models import Membership, Municipality, Organisation
staden, _ = Organisation.objects.get_or_create(
    municipality=Municipality.objects.get(), key="staden", defaults={"kind": "MUNICIPALITY", "name": "Staden"})
keys = []
for n in range(20):
    user = User.objects.create(email=f"nr{n}@example.se", name=f"Nr {n}")
    Membership.objects.create(user=user, organisation=staden, role="ADMINISTRATOR")
    client = Client()
    client.force_login(user)
    keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
print(json.dumps(keys))
"""
# Prints, for each event, its id and when it was about to be committed, by the clock that all processes share.
PUBLISH = START + """
import json, sys, time
from django.db import transaction
from samsyn.core import clock, live
told = {}
for n in range(int(sys.argv[1])):
    time.sleep(0.2)
    with transaction.atomic():
        event = live.publish(live.MESSAGES, {"n": n}, now=clock.now())
        at = time.monotonic()
    told[event.pk] = at
print(json.dumps(told))
"""


async def _listen(port: int, key: str, heard: dict[int, list[float]], ready: asyncio.Semaphore) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        request = f"GET /live/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={key}\r\n\r\n"
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.splitlines()[0]:
            raise SystemExit(head.decode())
        ready.release()
        while line := await reader.readline():
            if line.startswith(b"id: "):
                heard.setdefault(int(line[4:]), []).append(time.monotonic())
    finally:
        writer.close()


async def _measure(ports: list[int], keys: list[str], environment: dict[str, str]) -> list[float]:
    """Return, for each event, how long until the last listener had it."""
    heard: dict[int, list[float]] = {}
    ready = asyncio.Semaphore(0)
    listeners = [
        asyncio.create_task(_listen(ports[n % len(ports)], keys[n % len(keys)], heard, ready))
        for n in range(N_LISTENERS)
    ]
    for _ in listeners:
        await asyncio.wait_for(ready.acquire(), 60)
    told = await asyncio.to_thread(run_code, environment, PUBLISH, str(N_EVENTS))
    last = time.monotonic() + 15
    while any(len(heard.get(int(each), [])) < N_LISTENERS for each in told) and time.monotonic() < last:
        await asyncio.sleep(0.05)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    missed = {each: len(heard.get(int(each), [])) for each in told if len(heard.get(int(each), [])) != N_LISTENERS}
    if missed:
        raise SystemExit(f"Events that not all heard: {json.dumps(missed)}")
    return [max(heard[int(each)]) - at for each, at in told.items()]


def run() -> list[Figure]:
    """Measure on each database."""
    figures, details = [], {}
    with tempfile.TemporaryDirectory(prefix="samsyn-bench-") as name, databases() as known:
        for database, more in known.items():
            folder = Path(name) / database
            folder.mkdir()
            environment = samsyn(folder, PYTHONPATH=os.pathsep.join(sys.path), **more)
            set_up(environment)
            keys = run_code(environment, PEOPLE)
            ports = [free_port() for _ in range(2 if more else 1)]
            servers = [
                subprocess.Popen([sys.executable, "-m", "samsyn", "serve"], env=environment | {"PORT": str(port)})
                for port in ports
            ]
            try:
                last = time.monotonic() + 60
                while any(get(f"http://127.0.0.1:{port}/healthz")[0] != 200 for port in ports):
                    if time.monotonic() > last:
                        raise SystemExit("The server did not start.")
                    time.sleep(0.2)
                took = asyncio.run(_measure(ports, keys, environment))
            finally:
                for server in servers:
                    server.terminate()
                for server in servers:
                    server.wait(timeout=30)
            what = f"live update to {N_LISTENERS} listeners, {database}"
            figures.append(Figure(f"{what}: median of {N_EVENTS}", statistics.median(took), "s", at_most=GOAL_S))
            figures.append(Figure(f"{what}: slowest", max(took), "s", at_most=GOAL_S))
            details[database] = {"processes": len(ports), "took_s": took}
    report.write("live", figures, details)
    return figures
