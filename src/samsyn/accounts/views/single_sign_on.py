"""To the organisation's own sign-in, and back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from samsyn.accounts import sso, throttle
from samsyn.accounts.forms import SignInForm
from samsyn.accounts.views.signing_in import sign_in_page
from samsyn.core import clock
from samsyn.core.errors import DomainError


@never_cache
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """
    Lead the person to the organisation's sign-in, by a page of our own.

    A redirect would be stopped: the content security policy lets our forms lead to this site only.
    """
    if not sso.is_on():
        raise Http404
    next_url = request.POST.get("next", "")
    try:
        throttle.spend("sso.place", throttle.place(request), throttle.NETWORK, now=clock.now())
        address = sso.start(request, next_url=next_url)
    except DomainError as fault:
        return _refused(request, fault, next_url)
    return render(request, "accounts/sso_leave.html", {"address": address, "single_sign_on": sso.name()})


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """Take the person back from the organisation's sign-in."""
    if not sso.is_on():
        raise Http404
    try:
        now = clock.now()
        throttle.spend("sso.back", throttle.place(request), throttle.NETWORK, now=now)
        return sso.finish(request, now=now)
    except DomainError as fault:
        return _refused(request, fault, "")


def _refused(request: HttpRequest, fault: DomainError, next_url: str) -> HttpResponse:
    form = SignInForm({"next": next_url})
    form.errors.clear()
    form.add_error(None, str(fault))
    return sign_in_page(request, form, status=fault.status)
