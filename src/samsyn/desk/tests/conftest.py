from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from samsyn.accounts.models import User
from samsyn.commitments.models import Commitment
from samsyn.commitments.tests import factories


@pytest.fixture
def commitment(db: None) -> Commitment:
    """A promise of Trollhättan's, to make something fewer."""
    document = factories.DocumentFactory.create(key="medborgarlofte-2020")
    commitment = factories.CommitmentFactory.create(document=document, key="synlig-polis")
    factories.TargetFactory.create(commitment=commitment, decrease=True)
    return commitment


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a browser in which somebody has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def alice(commitment: Commitment, signed_in: Callable[[User], Client]) -> Client:
    """The browser of Trollhättan's strategist."""
    return signed_in(factories.alice())


@pytest.fixture
def bob(commitment: Commitment, signed_in: Callable[[User], Client]) -> Client:
    """The browser of Trollhättan's police officer."""
    return signed_in(factories.bob())


@pytest.fixture
def written() -> dict[str, Any]:
    """What somebody writes in the form for an outcome: 185 became 162."""
    return {
        "title": "Anmälningarna blev färre",
        "kind": "COUNT",
        "unit": "anmälda brott",
        "baseline_value": "185",
        "baseline_period_text": "2019",
        "value": "162",
        "period_text": "2020",
        "own_words": "Antalet anmälda brott uppgick till 162.",
        "fulfilment": "MET",
        "fulfilment_basis": "STATED",
        "version": "0",
        "client_key": "5f8cdb94-3f2a-4b37-9d3e-3a9d2f1f7a10",
    }
