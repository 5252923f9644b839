"""Who may see the pictures of an observation: those who may see the observation."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from samsyn.accounts.models import User
from samsyn.observations.models import Observation, ObservationQuerySet


def can_see_photo_of(user: User | AnonymousUser, owner_id: str) -> bool:
    """Tell whether a person may see the pictures of the observation with this number."""
    return owner_id.isdecimal() and ObservationQuerySet(Observation).visible_to(user).filter(pk=int(owner_id)).exists()
