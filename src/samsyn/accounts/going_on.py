"""Where a person goes on to after signing in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def go_on(request: HttpRequest, url: str, *, otherwise: str = "") -> HttpResponseRedirect:
    """Follow `url` only within this site: a link in a mail must not lead through us to somewhere else."""
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(url if is_ours else resolve_url(otherwise or settings.LOGIN_REDIRECT_URL))
