"""What django-allauth asks of us: how secrets are kept, and who may come in through another's sign-in."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest


def _box() -> MultiFernet:
    """Return what secrets are locked with: the secret key, and earlier ones for what was locked before."""
    keys: list[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # type: ignore[list-item]  # ours are texts
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"samsyn.factors:{key}".encode()).digest())) for key in keys]
    )


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Keeps the secrets of factors locked in the database, and names this site to authenticators."""

    def encrypt(self, text: str) -> str:
        """Lock a secret."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """Name the site in the person's app."""
        return "Samsyn"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the site to authenticators."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Samsyn"}


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """
    Gives the protocol to allauth and keeps the decision: who is let in is said in `accounts.sso`.

    Only the provider of the settings exists; rows in the database make none.
    """

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """Return the provider of the settings, if there is one."""
        from allauth.socialaccount.adapter import _build_apps_from_settings

        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let the person in, or refuse, instead of what allauth would do."""
        from samsyn.accounts import sso

        raise ImmediateHttpResponse(sso.arrive(request, sociallogin))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Say what went wrong in our own words."""
        from samsyn.accounts import sso

        raise sso.fault(error, exception)

    def get_requests_session(self) -> Any:
        """Ask the provider, and nobody else."""
        from samsyn.accounts import sso

        return sso.ProviderSession()
