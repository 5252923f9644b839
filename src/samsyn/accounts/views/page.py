"""What stands around the pages of one's own account, and who gets as far as to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from samsyn.accounts import sessions
from samsyn.accounts.services import person
from samsyn.core import clock

View = Callable[..., HttpResponse]


def own(view: View) -> View:
    """Send strangers to the sign-in, and keep what the page shows out of every cache."""
    return never_cache(login_required(view))


def confirmed(view: View) -> View:
    """Ask somebody who signed in a while ago to show again who they are, before something that matters."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not sessions.is_confirmed(request, now=clock.now()):
            # A form that was sent cannot be sent again by a redirect: the person comes back to its page.
            back = request.get_full_path()
            return HttpResponseRedirect(f"{reverse('accounts:confirm')}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    return own(inner)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, page: str, status: int = 200
) -> HttpResponse:
    """Render a page of one's own account; `page` names it in the menu."""
    items = [
        ("account", _("Ditt konto")),
        ("security", _("Säkerhet")),
        ("sign_ins", _("Inloggningar")),
        ("notifications", _("Aviseringar")),
    ]
    frame = {
        "staff_home_url": resolve_url(settings.LOGIN_REDIRECT_URL),
        "staff_nav_items": [
            {"url": resolve_url(settings.LOGIN_REDIRECT_URL), "label": _("Till arbetet"), "current": False},
            *(
                {"url": reverse(f"accounts:{name}"), "label": label, "current": name == page}
                for name, label in items
            ),
        ],
        "staff_user_label": person(request).audit_label,
        "staff_sign_out_url": reverse("accounts:sign_out"),
        "trail": _trail(request, page, items),
    }
    return render(request, template, frame | context, status=status)


def _trail(request: HttpRequest, page: str, items: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Return the way up to the page of the menu, from a page below it."""
    match = request.resolver_match
    if match is not None and match.url_name == page:
        return []
    return [{"url": reverse(f"accounts:{name}"), "label": label} for name, label in items if name == page]
