"""Signing in and out."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from samsyn.accounts import demo, services
from samsyn.accounts.forms import SignInForm
from samsyn.core import clock
from samsyn.core.errors import TooMany


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for address and password, and go on to where the person was heading."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return _go_on(request, request.GET.get("next", ""))
        return _page(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    data = form.cleaned_data
    try:
        services.sign_in(request, email=data["email"], password=data["password"], now=clock.now())
    except (services.SignInRefused, TooMany) as fault:
        form.add_error(None, str(fault))
        return _page(request, form, status=fault.status)
    return _go_on(request, data["next"])


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the residents' start page."""
    services.sign_out(request, now=clock.now())
    messages.success(request, _("Du är utloggad."))
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _page(request: HttpRequest, form: SignInForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "example_accounts": demo.example_accounts(), "example_password": demo.PASSWORD}
    return render(request, "accounts/sign_in.html", context, status=status)


def _go_on(request: HttpRequest, url: str) -> HttpResponseRedirect:
    """Follow `url` only within this site: a link in a mail must not lead through us to somewhere else."""
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(url if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL))
