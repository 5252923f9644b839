"""What is looked at in each request of somebody who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from samsyn.accounts import policy, sessions
from samsyn.accounts.models import User
from samsyn.core import clock

# What anybody reaches, and the pages where a second step is set up.
_OPEN_TO_ALL = {"", "accounts", "public"}


class SignedInMiddleware:
    """Notes once an hour that the session is in use, and stops at a page whoever lacks a second step they must have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Look, when it is known what page is asked for. A visitor without a session costs nothing here."""
        match = request.resolver_match
        if match is not None and match.view_name == "photo":
            # Some pictures are public: whoever lacks the second step sees those that a stranger sees.
            if isinstance(request.user, User) and policy.lacks_second_step(request, request.user):
                request.user = AnonymousUser()
            return None
        if match is None or match.app_name in _OPEN_TO_ALL - {"accounts"}:
            return None
        user = request.user
        if not isinstance(user, User):
            return None
        sessions.see(request, now=clock.now())
        if match.app_name not in _OPEN_TO_ALL and policy.lacks_second_step(request, user):
            return redirect("accounts:second_step_needed")
        return None
