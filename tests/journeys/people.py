"""People of a served town, from outside: invited, mailed, closed. The site's own code and its worker do it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from tests.journeys.site import Site, environment

SENT_WITHIN_S = 30.0
_BEFORE = """
import json, django
django.setup()
from samsyn.accounts import services
from samsyn.accounts.models import User
from samsyn.core import clock
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


def mails(site: Site, email: str) -> list[EmailMessage]:
    """Return the mails that have been sent to an address, as the files that the demo's worker makes; oldest first."""
    files = sorted((site.data / "outbox").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    return [mail for mail in found if email in str(mail["To"])]


def mail_with(site: Site, email: str, words: str) -> EmailMessage:
    """Wait for a mail to an address that holds some words in its subject or text, and return the latest."""
    deadline = time.monotonic() + SENT_WITHIN_S
    while time.monotonic() < deadline:
        for mail in reversed(mails(site, email)):
            if words in f"{mail['Subject']}\n{mail.get_content()}":
                return mail
        time.sleep(0.2)
    raise AssertionError(f"No mail to {email} with {words!r} within {SENT_WITHIN_S} s")


def mailed_link(site: Site, path: str, email: str) -> str:
    """Return the address of the link to a path in the latest mail to an address."""
    text = str(mail_with(site, email, path).get_content())
    return next(word for word in text.split() if word.startswith("http://") and path in word)


def close(site: Site, email: str) -> None:
    """Close a person's account."""
    _run(site, 'services.close_account(user=User.objects.get(email=v["email"]), by=by, now=now)', email=email)
