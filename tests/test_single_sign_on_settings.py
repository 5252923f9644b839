"""The settings take only a provider of single sign-on that can be trusted with a secret."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from samsyn.config import env


@pytest.mark.parametrize(
    ("issuer", "is_taken"),
    [
        ("https://login.kommunen.se", True),
        ("http://localhost:9", True),
        ("http://login.kommunen.se", False),
        ("x", False),
    ],
)
def test_the_settings_take_only_a_safe_provider(monkeypatch: pytest.MonkeyPatch, issuer: str, is_taken: bool) -> None:
    for name, value in {"ISSUER": issuer, "NAME": "Staden", "CLIENT_ID": "x", "CLIENT_SECRET": "y"}.items():
        monkeypatch.setenv(f"SAMSYN_OIDC_{name}", value)
    if is_taken:
        assert env.single_sign_on()
    else:
        with pytest.raises(ImproperlyConfigured):
            env.single_sign_on()


def test_without_an_issuer_nothing_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAMSYN_OIDC_ISSUER", raising=False)
    assert env.single_sign_on() == {}
