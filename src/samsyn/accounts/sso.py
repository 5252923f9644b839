"""
Single sign-on: the person is known by their organisation's own sign-in (OpenID Connect), named in the settings.

django-allauth speaks the protocol: state, PKCE, the exchange of the code, the signature of the answer. Who is let in is
decided here, by an e-mail address that the provider says it has verified. The first time, the account is tied to the
provider's own number for the person, so that nobody who is given the same address later comes in to it.

    DomainError
    └── SingleSignOnRefused  400  with what the person can do instead
        └── ProviderDown     503
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import jwt
import requests
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samsyn.accounts import devices, links, services
from samsyn.accounts.enums import LinkPurpose, SignInMethod
from samsyn.accounts.going_on import go_on
from samsyn.accounts.models import User
from samsyn.accounts.services.log import log
from samsyn.core.errors import DomainError

PROVIDER = "sso"
MAX_BYTES = 1_000_000
TIMEOUT_S = (3.05, 5)
CLOCKS_DIFFER_S = 30
_CAME_AT = "samsyn_came_at"
# Signatures by a key of which the provider keeps one half to itself.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
# What comes of a provider that is away, or that answers something else than it should.
_DOWN = (requests.RequestException, AttributeError, KeyError, ValueError, TypeError)


class SingleSignOnRefused(DomainError):
    """The organisation's sign-in did not lead to an account here."""


class ProviderDown(SingleSignOnRefused):
    """The organisation's sign-in does not answer, or answers what cannot be used."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy(
                "Organisationens inloggning svarar inte just nu. "
                "Försök igen om en stund, eller logga in med lösenord eller passnyckel."
            )
        )


def is_on() -> bool:
    """Tell whether the settings name a provider."""
    return bool(settings.SOCIALACCOUNT_PROVIDERS)


def name() -> str:
    """Return what the provider is called on the button; empty without one."""
    return str(_app()["name"]) if is_on() else ""


def _app() -> dict[str, Any]:
    providers = cast("dict[str, Any]", settings.SOCIALACCOUNT_PROVIDERS)
    return cast("dict[str, Any]", providers["openid_connect"]["APPS"][0])


class ProviderSession(requests.Session):
    """
    Asks the provider's listed hosts over https, follows no redirect, and reads no endless answer.

    Plain http is for a provider on one's own machine, in development and in tests.
    """

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """
        Ask.

        :raises RequestException: the address is not listed, does not answer in time, or answers too much
        """
        parts = urlsplit(url if isinstance(url, str) else url.decode())
        issuer = urlsplit(_app()["settings"]["server_url"])
        listed = {issuer.hostname, *settings.SAMSYN_OIDC_HOSTS}
        if parts.hostname not in listed or parts.scheme not in {"https", issuer.scheme}:
            raise requests.exceptions.InvalidURL("The provider points at a host that is not listed")
        kwargs.update(timeout=TIMEOUT_S, allow_redirects=False, stream=True)
        with super().request(method, url, *args, **kwargs) as answer:
            read = b""
            for part in answer.iter_content(65_536):
                read += part
                if len(read) > MAX_BYTES:
                    raise requests.exceptions.ContentDecodingError("The provider answers too much")
            answer._content = read
        if answer.is_redirect:
            raise requests.exceptions.TooManyRedirects("The provider answers with a redirect")
        return answer


class ProviderAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's client of OpenID Connect, under our own address, with the signature always checked."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, PROVIDER)

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Return where the provider sends people back to: one address, the same in every language."""
        return callback_address()

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """
        Check the signature, the sender, the receiver and the time of what the provider says, and return it.

        allauth leaves the signature out when the answer came straight from the provider; here it is always checked.
        """
        with ProviderSession() as session:
            keys = jwt.PyJWKSet.from_dict(session.get(self.openid_config["jwks_uri"]).json()).keys
        wanted = jwt.get_unverified_header(id_token).get("kid")
        # A provider with one key need not name it (OpenID Connect Core 10.1).
        key = next((key for key in keys if key.key_id == wanted), keys[0] if len(keys) == 1 and not wanted else None)
        if key is None:
            raise jwt.InvalidTokenError("signed by a key that the provider does not list")
        return jwt.decode(
            id_token,
            key,
            algorithms=ALGORITHMS,
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            leeway=CLOCKS_DIFFER_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )


def callback_address() -> str:
    """Return the address that the provider must have on its list."""
    with translation.override(settings.LANGUAGE_CODE):
        return urljoin(settings.SITE_URL, reverse("accounts:sso_callback"))


def start(request: HttpRequest, *, next_url: str) -> str:
    """
    Return the address at the provider to send the person to; what comes back is tied to this session.

    :raises ProviderDown: the provider does not say where its sign-in is
    """
    adapter = ProviderAdapter(request)
    provider = adapter.get_provider()
    provider.oauth2_adapter_class = lambda asked, _provider_id: ProviderAdapter(asked)
    try:
        leads = provider.redirect(request, process="login", next_url=next_url)
    except _DOWN as failure:
        raise ProviderDown from failure
    return str(leads.url)


def finish(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """
    Take what the provider sent the person back with, and let them in.

    :raises SingleSignOnRefused: it leads to no account
    """
    setattr(request, _CAME_AT, now)  # allauth hands the request on, and nothing else of ours
    view = OAuth2CallbackView.adapter_view(ProviderAdapter(request))
    try:
        return cast(HttpResponse, view(request))
    except jwt.PyJWTError as failure:
        raise fault(None, failure) from failure
    except _DOWN as failure:
        raise ProviderDown from failure


def fault(error: Any, exception: Exception | None) -> SingleSignOnRefused:
    """Return in our words what allauth says went wrong."""
    if error == AuthError.CANCELLED:
        return SingleSignOnRefused(_("Du avbröt inloggningen. Börja om, eller logga in på annat sätt."))
    if isinstance(exception, requests.RequestException):
        return ProviderDown()
    return SingleSignOnRefused(
        _("Svaret från organisationens inloggning gick inte att använda. Börja om från den här sidan.")
    )


def arrive(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    """
    Let in the person that the provider has vouched for.

    :raises SingleSignOnRefused: their address is not verified, has no account, or one that may not sign in
    """
    now: datetime = getattr(request, _CAME_AT)
    said = sociallogin.account.extra_data
    token, claims = said.get("id_token") or {}, said.get("userinfo")
    if not isinstance(claims, dict):
        raise ProviderDown
    subject = str(token.get("sub", ""))
    # OpenID Connect Core 5.3.2: an answer about somebody else must not be used.
    if not subject or str(claims.get("sub", "")) != subject:
        raise fault(None, None)
    email = str(claims.get("email") or "").casefold()
    verified = claims.get("email_verified")
    if not email or not (verified is True or verified == "true"):
        raise SingleSignOnRefused(
            _("Din organisation säger inte att e-postadressen är bekräftad. Be dem som sköter inloggningen om hjälp.")
        )
    with transaction.atomic():
        user = _account(email, str(claims.get("name") or ""), now=now)
        _tie(user, subject)
        links.close(user, LinkPurpose.INVITATION)
        services.complete(request, user, method=SignInMethod.SINGLE_SIGN_ON, now=now)
    response = go_on(request, str(sociallogin.state.get("next") or ""))
    devices.remember(request, response, user)
    return response


def _account(email: str, called: str, *, now: datetime) -> User:
    user = User.objects.filter(email=email).first()
    if user is None and settings.SAMSYN_OIDC_CREATE:
        # Without a role: somebody who may has to give one before anything can be seen.
        user = User.objects.create_user(email, name=called[:120] or email.partition("@")[0])
        log("accounts.created_by_single_sign_on", user, by=None, now=now)
    if user is None:
        raise SingleSignOnRefused(
            _("Det finns inget konto för din adress här. Be den som ansvarar hos er om en inbjudan.")
        )
    if not user.is_active or user.is_demo:
        raise SingleSignOnRefused(
            _("Ditt konto är stängt. Be den som ansvarar hos er att öppna det igen.")
        )
    return user


def _tie(user: User, subject: str) -> None:
    """Tie the account to the provider's number for the person, or see that it is the one it is tied to."""
    try:
        with transaction.atomic():
            tied = SocialAccount.objects.filter(user=user, provider=PROVIDER).first() or SocialAccount.objects.create(
                user=user, provider=PROVIDER, uid=subject, extra_data={}
            )
    except IntegrityError:
        tied = None  # the number belongs to another account
    if tied is None or tied.uid != subject:
        raise SingleSignOnRefused(
            _("Adressen hör här till någon annan i din organisation. Be den som ansvarar hos er om hjälp.")
        )
