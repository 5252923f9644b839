"""One's own devices and sign-ins: which they are, and ending them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from samsyn.accounts import devices, services
from samsyn.accounts.models import SignIn
from samsyn.accounts.services import person
from samsyn.accounts.views.page import own, show
from samsyn.core import clock


@own
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in, the own device first."""
    key = request.session.session_key
    rows = [
        {
            "pk": row.pk,
            "device": devices.words(row.browser, row.system),
            "method": row.get_method_display(),
            "signed_in_at": clock.local(row.signed_in_at),
            "seen_at": clock.local(row.seen_at),
            "is_this": row.session_key == key,
        }
        for row in SignIn.objects.filter(user=person(request), ended_at__isnull=True)
    ]
    rows.sort(key=lambda row: not row["is_this"])
    return show(
        request, "accounts/sign_ins.html", {"rows": rows, "has_others": len(rows) > 1}, page="sign_ins"
    )


@own
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one sign-in."""
    services.end_sign_in(person(request), pk, now=clock.now())
    messages.success(request, _("Inloggningen är avslutad."))
    return redirect("accounts:sign_ins")


@own
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End every sign-in but this one."""
    n_ended = services.end_other_sign_ins(request, person(request), now=clock.now())
    said = ngettext("%(n)d annan inloggning är avslutad.", "%(n)d andra inloggningar är avslutade.", n_ended)
    messages.success(request, said % {"n": n_ended})
    return redirect("accounts:sign_ins")
