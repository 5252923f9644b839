"""One's own passkeys, app for codes and recovery codes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.accounts import devices, factors, policy, services
from samsyn.accounts.forms import PasskeyForm, TotpForm
from samsyn.accounts.services import person
from samsyn.accounts.views.page import confirmed, own, show
from samsyn.core import clock
from samsyn.core.errors import DomainError, NotAllowed


@own
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show which second steps there are."""
    user = person(request)
    context = {
        "account": user,
        "passkeys": factors.passkeys(user),
        "has_totp": factors.has_totp(user),
        "has_any": factors.has_any(user),
        "n_recovery_codes": factors.n_recovery_codes(user),
        "must_have": policy.must_have_second_step(user),
    }
    return show(request, "accounts/security.html", context, page="security")


@own
@require_safe
def needed(request: HttpRequest) -> HttpResponse:
    """Say why a second step is needed, and lead to setting one up."""
    user = person(request)
    if not policy.lacks_second_step(request, user):
        return redirect("accounts:security")
    return show(
        request,
        "accounts/second_step_needed.html",
        {"has_any": factors.has_any(user)},
        page="security",
    )


@own
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Offer somebody who has just come a passkey."""
    return show(request, "accounts/welcome.html", {"account": person(request)}, page="security")


def _added(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    has_codes = factors.n_recovery_codes(person(request)) > 0
    return redirect("accounts:security" if has_codes else "accounts:recovery_codes")


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_add(request: HttpRequest) -> HttpResponse:
    """Let the browser make a passkey."""
    user = person(request)
    kind = devices.kind_of(request)
    form = PasskeyForm(
        request.POST if request.method == "POST" else None,
        initial={"name": devices.words(kind.browser, kind.system) if kind.browser else ""},
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                services.add_passkey(request, user, answer=data["credential"], name=data["name"], now=clock.now())
            except factors.PasskeyRefused as fault:
                form.add_error(None, str(fault))
            else:
                return _added(request, _("Passnyckeln är skapad. Nästa gång kan du logga in med den."))
    context = {"form": form, "passkey_options": factors.begin_adding_passkey(user)}
    return show(request, "accounts/passkey_add.html", context, page="security", status=status)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a passkey something else."""
    user = person(request)
    form = PasskeyForm(
        request.POST if request.method == "POST" else None, initial={"name": factors.name_of_passkey(user, pk)}
    )
    if request.method == "POST" and form.is_valid():
        services.rename_passkey(user, pk, name=form.cleaned_data["name"], now=clock.now())
        messages.success(request, _("Passnyckeln har fått ett nytt namn."))
        return redirect("accounts:security")
    return show(
        request, "accounts/passkey_rename.html", {"form": form}, page="security", status=400 if form.errors else 200
    )


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a passkey, after asking."""
    user = person(request)
    name = factors.name_of_passkey(user, pk)
    if request.method != "POST":
        return show(request, "accounts/factor_remove.html", {"passkey": name}, page="security")
    _check_may_remove(request)
    services.remove_passkey(request, user, pk, now=clock.now())
    messages.success(request, _("Passnyckeln är borttagen."))
    return redirect("accounts:security")


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def totp_add(request: HttpRequest) -> HttpResponse:
    """Show the secret to scan or type into an app, and take its first code."""
    user = person(request)
    form = TotpForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.add_totp(request, user, code=form.cleaned_data["code"], now=clock.now())
            except DomainError as fault:
                form.add_error("code", str(fault))
            else:
                return _added(request, _("Appen är tillagd. Nästa gång frågar vi efter en kod från den."))
    if factors.has_totp(user):
        return redirect("accounts:security")
    secret = factors.new_totp_secret(request)
    path, width = factors.totp_qr(user, secret)
    context = {
        "form": form,
        "qr_path": path,
        "qr_width": width,
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
    }
    return show(request, "accounts/totp_add.html", context, page="security", status=status)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def totp_remove(request: HttpRequest) -> HttpResponse:
    """Remove the app for codes, after asking."""
    if request.method != "POST":
        return show(request, "accounts/factor_remove.html", {"passkey": ""}, page="security")
    _check_may_remove(request)
    services.remove_totp(request, person(request), now=clock.now())
    messages.success(request, _("Appen för koder är borttagen."))
    return redirect("accounts:security")


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make recovery codes and show them, this once."""
    user = person(request)
    if not factors.has_any(user):
        return redirect("accounts:security")
    codes = services.make_recovery_codes(user, now=clock.now()) if request.method == "POST" else []
    context = {"codes": codes, "codes_text": "\n".join(codes) + "\n", "n_left": factors.n_recovery_codes(user)}
    return show(request, "accounts/recovery_codes.html", context, page="security")


def _check_may_remove(request: HttpRequest) -> None:
    if not policy.may_remove(person(request)):
        raise NotAllowed(_("Din roll kräver två steg. Lägg till ett annat sätt innan du tar bort det här."))
