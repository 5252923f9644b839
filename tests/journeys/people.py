"""People of a served town, from outside: invited, found in the outbox, closed. The site's own code does it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import cast

from tests.journeys.site import Site, environment

_BEFORE = """
import json, django
django.setup()
from samsyn.accounts import services
from samsyn.accounts.models import User
from samsyn.core import clock
from samsyn.core.models import OutboxMessage
now, by = clock.now(), User.objects.get(email="drift@example.org")
"""


def _run(site: Site, program: str, **values: str) -> object:
    """Run lines of Python in the town's own database, beside the server; return what they print as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", _BEFORE + f"v = json.loads({json.dumps(values)!r})\n" + program],
        env={**environment(site.data), "SAMSYN_URL": site.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def invite(site: Site, email: str, *, role: str = "STRATEGIST") -> None:
    """Invite a person and give them a role in the demo town."""
    _run(
        site,
        """
from samsyn.organisations.models import Membership, Organisation
who = services.invite_person(email=v["email"], name="Ny Person", invited_to="Trollhättans Stad", by=by,
                             municipality_code="1488", language="sv", now=now)
town = Organisation.objects.get(key="trollhattans-stad")
Membership.objects.create(user=who, organisation=town, role=v["role"])
""",
        email=email,
        role=role,
    )


def add(site: Site, email: str, password: str) -> None:
    """Add a person who has chosen a password already."""
    invite(site, email)
    _run(site, 'u = User.objects.get(email=v["email"]); u.set_password(v["password"]); u.save()', email=email,
         password=password)


def mailed_link(site: Site, kind: str, email: str) -> str:
    """Return the address of the link in the latest mail of a kind to an address, as it waits in the outbox."""
    program = """
message = OutboxMessage.objects.filter(kind=v["kind"], address=v["email"]).latest("id")
print(json.dumps(next(word for word in message.text.split() if word.startswith("http://"))))
"""
    return cast(str, _run(site, program, kind=kind, email=email))


def mails(site: Site, email: str) -> list[str]:
    """Return the kinds of mail that wait for an address, oldest first."""
    program = """
found = OutboxMessage.objects.filter(address=v["email"]).order_by("id")
print(json.dumps(list(found.values_list("kind", flat=True))))
"""
    return cast("list[str]", _run(site, program, email=email))


def close(site: Site, email: str) -> None:
    """Close a person's account."""
    _run(site, 'services.close_account(user=User.objects.get(email=v["email"]), by=by, now=now)', email=email)
