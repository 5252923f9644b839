"""One's own account: name, address, password and mails."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.accounts import factors, services
from samsyn.accounts.forms import DetailsForm, NewEmailForm, NewPasswordForm, NotificationsForm
from samsyn.accounts.models import SignIn
from samsyn.accounts.services import person
from samsyn.accounts.views.page import confirmed, own, show
from samsyn.core import clock
from samsyn.core import messages as core_messages
from samsyn.core.errors import DomainError


@own
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what the account holds, and lead on to each thing that can be changed."""
    user = person(request)
    context = {
        "account": user,
        "mail_language": dict(settings.LANGUAGES).get(user.language, user.language),
        "roles": [str(membership) for membership in user.memberships.in_force().select_related("organisation")],
        "has_password": user.has_usable_password(),
        "has_second_step": factors.has_any(user),
        "n_sign_ins": SignIn.objects.filter(user=user, ended_at__isnull=True).count(),
    }
    return show(request, "accounts/account.html", context, page="account")


@own
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Change name, and the language of mails."""
    user = person(request)
    form = DetailsForm(
        request.POST if request.method == "POST" else None, initial={"name": user.name, "language": user.language}
    )
    if request.method == "POST" and form.is_valid():
        services.change_details(user, now=clock.now(), **form.cleaned_data)
        messages.success(request, _("Ändringen är sparad."))
        return redirect("accounts:account")
    return show(request, "accounts/details.html", {"form": form}, page="account", status=400 if form.errors else 200)


@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Ask for a new address; a link is sent there, and nothing changes until it has been opened."""
    user = person(request)
    form = NewEmailForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            new = form.cleaned_data["email"]
            try:
                services.ask_for_new_email(user, email=new, now=clock.now())
            except DomainError as fault:
                form.add_error(None, str(fault))
                status = fault.status
            else:
                sent = _("Vi har skickat en länk till %(email)s. Adressen byts när du har öppnat den.")
                messages.success(request, sent % {"email": new})
                return redirect("accounts:account")
    return show(request, "accounts/email.html", {"form": form, "account": user}, page="account", status=status)


@sensitive_post_parameters("password")
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a new password; every other sign-in ends."""
    user = person(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                services.change_password(request, user, password=form.cleaned_data["password"], now=clock.now())
            except DomainError as fault:
                form.add_error("password", str(fault))
                status = fault.status
            else:
                messages.success(request, _("Lösenordet är bytt. Du är utloggad på alla andra enheter."))
                return redirect("accounts:account")
    return show(request, "accounts/password.html", {"form": form, "account": user}, page="account", status=status)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Choose which mails to get, of those that one may do without."""
    user = person(request)
    groups = [group.code for group in core_messages.groups()]
    form = NotificationsForm(
        request.POST if request.method == "POST" else None, wanted=services.wanted_groups(user, groups)
    )
    if request.method == "POST" and form.is_valid():
        services.choose_notifications(user, form.cleaned_data, now=clock.now())
        messages.success(request, _("Dina val är sparade."))
        return redirect("accounts:notifications")
    always = [kind for kind in core_messages.kinds() if not kind.group and kind.code.startswith("accounts.")]
    return show(
        request, "accounts/notifications.html", {"form": form, "always": always}, page="notifications"
    )
