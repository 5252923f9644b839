"""Signing in by password, second step and passkey; signing out; showing again who one is."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from samsyn.accounts import demo, devices, factors, services, sso, throttle
from samsyn.accounts.forms import AnswerForm, CodeForm, ConfirmForm, SignInForm
from samsyn.accounts.going_on import go_on
from samsyn.accounts.models import User
from samsyn.accounts.views.page import own
from samsyn.core import clock
from samsyn.core.errors import DomainError


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for address and password, and go on to the second step or to where the person was heading."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return go_on(request, request.GET.get("next", ""))
        return sign_in_page(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return sign_in_page(request, form, status=400)
    data = form.cleaned_data
    try:
        user = services.sign_in(
            request, email=data["email"], password=data["password"], next_url=data["next"], now=clock.now()
        )
    except DomainError as fault:
        form.add_error(None, str(fault))
        return sign_in_page(request, form, status=fault.status)
    if user is None:
        return redirect("accounts:second_step")
    return _arrived(request, user, data["next"])


def sign_in_page(request: HttpRequest, form: SignInForm, *, status: int = 200) -> HttpResponse:
    """Render the page with all its ways in."""
    context = {
        "form": form,
        "passkey_form": AnswerForm(initial={"next": form["next"].value()}, auto_id="passkey_%s"),
        "single_sign_on": sso.name(),
        "example_accounts": demo.example_accounts(),
        "example_password": demo.PASSWORD,
    }
    return render(request, "accounts/sign_in.html", context, status=status)


def _arrived(request: HttpRequest, user: User, next_url: str) -> HttpResponse:
    response = go_on(request, next_url)
    devices.remember(request, response, user)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for a code from the app, a recovery code or a passkey."""
    found = services.waiting_for_second_step(request, now=clock.now())
    if found is None:
        if request.method == "POST":
            messages.error(request, _("Det gick för lång tid sedan lösenordet. Börja om."))
        return redirect("accounts:sign_in")
    user, next_url = found
    if request.method != "POST":
        return _second_step_page(request, user, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _second_step_page(request, user, form, status=400)
    try:
        services.take_second_step(request, code=form.cleaned_data["code"], now=clock.now())
    except DomainError as fault:
        form.add_error("code", str(fault))
        return _second_step_page(request, user, form, status=fault.status)
    return _arrived(request, user, next_url)


def _second_step_page(request: HttpRequest, user: User, form: CodeForm, *, status: int = 200) -> HttpResponse:
    has_passkeys = bool(factors.passkeys(user))
    context = {
        "form": form,
        "has_codes": factors.has_totp(user) or factors.n_recovery_codes(user) > 0,
        "has_totp": factors.has_totp(user),
        "passkey_options": factors.begin_asking_passkey(user) if has_passkeys else "",
        "passkey_form": AnswerForm(auto_id="passkey_%s"),
    }
    return render(request, "accounts/second_step.html", context, status=status)


@never_cache
@require_POST
def second_step_passkey(request: HttpRequest) -> HttpResponse:
    """Take a passkey as the second step."""
    found = services.waiting_for_second_step(request, now=clock.now())
    if found is None:
        messages.error(request, _("Det gick för lång tid sedan lösenordet. Börja om."))
        return redirect("accounts:sign_in")
    user, next_url = found
    try:
        services.take_second_step_by_passkey(request, answer=request.POST.get("credential", ""), now=clock.now())
    except factors.PasskeyRefused as fault:
        form = CodeForm({})
        form.errors.clear()
        form.add_error(None, str(fault))
        return _second_step_page(request, user, form, status=fault.status)
    return _arrived(request, user, next_url)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """Tell the browser what to ask a passkey for, and let in whoever shows one."""
    now = clock.now()
    if request.method != "POST":
        throttle.spend("passkey.ask", throttle.place(request), throttle.PASSKEY, now=now)
        return HttpResponse(factors.begin_asking_passkey(), content_type="application/json")
    try:
        user = services.sign_in_by_passkey(request, answer=request.POST.get("credential", ""), now=now)
    except DomainError as fault:
        form = SignInForm({"next": request.POST.get("next", "")})
        form.errors.clear()
        form.add_error(None, str(fault))
        return sign_in_page(request, form, status=fault.status)
    return _arrived(request, user, request.POST.get("next", ""))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the residents' start page."""
    services.sign_out(request, now=clock.now())
    messages.success(request, _("Du är utloggad."))
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters("password")
@own
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password or a passkey again, and go back to what the person was about to do."""
    user = services.person(request)
    next_url = request.POST.get("next", request.GET.get("next", ""))
    form = ConfirmForm(request.POST if request.method == "POST" and "password" in request.POST else None)
    status = 200
    if request.method == "POST":
        answer = request.POST.get("credential", "")
        try:
            if answer or form.is_valid():
                password = "" if answer else form.cleaned_data["password"]
                services.confirm(request, user, password=password, answer=answer, now=clock.now())
                return go_on(request, next_url, otherwise="accounts:security")
            status = 400
        except DomainError as fault:
            if not form.is_bound:
                form = ConfirmForm({})
                form.errors.clear()
            form.add_error(None, str(fault))
            status = fault.status
    has_passkeys = bool(factors.passkeys(user))
    context = {
        "form": form,
        "next": next_url,
        "has_password": user.has_usable_password(),
        "passkey_options": factors.begin_asking_passkey(user) if has_passkeys else "",
        "passkey_form": AnswerForm(initial={"next": next_url}, auto_id="passkey_%s"),
        "single_sign_on": "" if user.has_usable_password() else sso.name(),
    }
    return render(request, "accounts/confirm.html", context, status=status)
