"""
The one rule of when a membership counts. Every right and every list that asks for a role goes through it.

A right is asked for at the press, so without a day the rule takes today's; that is why it may read the clock.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from samsyn.core import clock


def in_force(today: date | None = None) -> Q:
    """
    Return the condition on a membership that gives its role on a day.

    Its first and last day are included. One that was ended at a press gives nothing, nor does one at an organisation
    that no longer takes part.
    """
    day = today or clock.today()
    return (
        Q(ended_at__isnull=True, organisation__is_active=True)
        & (Q(from_date__isnull=True) | Q(from_date__lte=day))
        & (Q(until_date__isnull=True) | Q(until_date__gte=day))
    )
