"""One line in the log about an account: who did what, and never an address or a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from samsyn.accounts.models import User
from samsyn.core import audit


def log(verb: str, user: User, *, by: User | None, now: datetime, changes: dict[str, Any] | None = None) -> None:
    """Write the line, under the municipality that the account belongs to."""
    audit.record(verb, user, by=by, at=now, municipality_code=user.municipality_code, changes=changes)
