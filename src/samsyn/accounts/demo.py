"""The example accounts of the demo: shown at the sign-in, and refused everywhere else."""

from __future__ import annotations

from django.conf import settings

from samsyn.accounts.models import User

PASSWORD = "trygg-i-trollhattan"  # noqa: S105 - public, and refused outside the demo


def example_accounts() -> list[User]:
    """Return the accounts anyone may try, in the order they were made; none outside the demo."""
    if not settings.SAMSYN_DEMO:
        return []
    return list(User.objects.filter(is_demo=True, is_active=True).order_by("pk"))
