"""What the links in mails lead to: a new password, an invitation, a new address. Opening one changes nothing yet."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from samsyn.accounts import devices, links, services, throttle
from samsyn.accounts.enums import LinkPurpose, SignInMethod
from samsyn.accounts.forms import AcceptForm, ForgotForm, NewPasswordForm
from samsyn.core import clock
from samsyn.core.errors import DomainError

# Longer than writing a link and its mail takes, also on a slow disk.
_SAME_TIME_S = 0.3


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for the address to send a link to; the answer is the same whether it has an account."""
    form = ForgotForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "accounts/forgot.html", {"form": form})
    if not form.is_valid():
        return render(request, "accounts/forgot.html", {"form": form}, status=400)
    answer_at = time.monotonic() + _SAME_TIME_S
    try:
        services.ask_for_reset(request, email=form.cleaned_data["email"], now=clock.now())
    except DomainError as fault:
        form.add_error(None, str(fault))
        return render(request, "accounts/forgot.html", {"form": form}, status=fault.status)
    # How long it took would tell whether the address has an account. Few ask, and none of them is in a hurry.
    time.sleep(max(0.0, answer_at - time.monotonic()))
    return render(request, "accounts/forgot_sent.html", {"email": form.cleaned_data["email"]})


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Let the person choose a new password by the link, then sign in with it."""
    now = clock.now()
    throttle.spend("link.place", throttle.place(request), throttle.LINKS, now=now)
    link = links.find(LinkPurpose.RESET, token, now=now)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                user = services.reset_password(token=token, password=form.cleaned_data["password"], now=now)
            except services.PasswordRefused as fault:
                form.add_error("password", str(fault))
            else:
                messages.success(request, _("Lösenordet är bytt. Logga in med det."))
                response = redirect("accounts:sign_in")
                # Whoever reads the mailbox is the owner: guesses made elsewhere must not stop them at the sign-in.
                devices.remember(request, response, user)
                return response
    return render(request, "accounts/reset.html", {"form": form, "email": link.user.email}, status=status)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person choose name and password, sign them in, and offer a passkey."""
    now = clock.now()
    throttle.spend("link.place", throttle.place(request), throttle.LINKS, now=now)
    link = links.find(LinkPurpose.INVITATION, token, now=now)
    form = AcceptForm(request.POST if request.method == "POST" else None, initial={"name": link.user.name})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                user = services.accept_invitation(token=token, now=now, **form.cleaned_data)
            except services.PasswordRefused as fault:
                form.add_error("password", str(fault))
            else:
                services.complete(request, user, method=SignInMethod.PASSWORD, now=now)
                response = redirect("accounts:welcome")
                devices.remember(request, response, user)
                return response
    context = {"form": form, "email": link.user.email, "invited_to": link.invited_to}
    return render(request, "accounts/invitation.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Change to the new address when its owner presses. Looking is not enough, for mail filters look too."""
    now = clock.now()
    throttle.spend("link.place", throttle.place(request), throttle.LINKS, now=now)
    link = links.find(LinkPurpose.NEW_EMAIL, token, now=now)
    if request.method != "POST":
        return render(request, "accounts/email_confirm.html", {"email": link.new_email})
    services.confirm_new_email(token=token, now=now)
    messages.success(request, _("E-postadressen är bytt. Logga in med den nya från och med nu."))
    return redirect("accounts:account" if request.user.is_authenticated else "accounts:sign_in")
