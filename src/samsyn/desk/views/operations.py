"""How the installation runs, for those who look after it: who works, what is due, what could not be sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.core import clock
from samsyn.core.errors import NotFound
from samsyn.core.models import OutboxMessage
from samsyn.core.outbox import handling
from samsyn.desk import operations as shown
from samsyn.desk import permissions
from samsyn.desk.access import NO_SUCH_PAGE, person
from samsyn.desk.page import for_this_municipality, show
from samsyn.organisations.current import municipality_of


def _check(request: HttpRequest) -> None:
    permissions.check_can_run_installation(person(request), municipality_of(request))


def _trail() -> list[dict[str, str]]:
    return [{"url": reverse("desk:operations"), "label": _("Drift")}]


@for_this_municipality
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show which workers live, what is done when, and how many messages wait."""
    _check(request)
    now = clock.now()
    code = municipality_of(request).code
    context = {
        "workers": shown.workers(now),
        "jobs": shown.scheduled(),
        "messages_by_state": shown.count_by_state(code),
        "dead": OutboxMessage.objects.seen_from(code).dead().count(),
    }
    return show(request, "desk/operations.html", context, page="operations")


@for_this_municipality
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """List what could not be sent and what is delayed; never what it says, or to whom."""
    _check(request)
    code = municipality_of(request).code
    context = {
        "trail": _trail(),
        "dead": shown.dead(code),
        "delayed": shown.delayed(code, now=clock.now()),
        "keep_days": handling.KEEP_DEAD.days,
    }
    return show(request, "desk/messages.html", context, page="operations")


def _message_of(request: HttpRequest, pk: int) -> OutboxMessage:
    found = OutboxMessage.objects.seen_from(municipality_of(request).code).filter(pk=pk).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    return found


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the worker try a message from the beginning."""
    _check(request)
    if request.method == "POST":
        code = municipality_of(request).code
        handling.send_again(
            message=_message_of(request, pk), by=person(request), municipality_code=code, now=clock.now()
        )
        notices.success(request, _("Meddelandet skickas igen."))
    # Somebody who was sent to the sign-in comes back here with a link, not with the button.
    return redirect("desk:messages")


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a message up."""
    _check(request)
    if request.method == "POST":
        code = municipality_of(request).code
        handling.give_up(
            message=_message_of(request, pk), by=person(request), municipality_code=code, now=clock.now()
        )
        notices.success(request, _("Meddelandet är struket. Adress och text är borta."))
    return redirect("desk:messages")


@for_this_municipality
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """Show every kind of message in every language, filled with an example."""
    permissions.check_can_preview_messages(person(request), municipality_of(request))
    context: dict[str, Any] = {"kinds": shown.previews()}
    if permissions.can_run_installation(person(request), municipality_of(request)):
        context["trail"] = _trail()
    return show(request, "desk/message_preview.html", context, page="operations")
