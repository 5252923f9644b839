"""Error pages and the health check."""

import logging
import secrets
import sys
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samsyn.core import clock
from samsyn.core.models import Heartbeat, OutboxMessage

WORKER = "worker"
logger = logging.getLogger(__name__)
HEARTBEAT_MAX_AGE = timedelta(seconds=30)


def error_page(request: HttpRequest, *, status: int, sentence: str = "", reference: str = "") -> HttpResponse:
    """
    Render the page for a fault: a heading, what to do, and a reference when we need to look it up.

    The page asks nothing of the request: what is put around other pages may need the database that is down.
    """
    language = get_language() or settings.LANGUAGE_CODE
    headings = {
        400: _("Det gick inte"),
        403: _("Du får inte göra det här"),
        404: _("Sidan finns inte"),
        409: _("Någon hann före"),
        429: _("Vänta en stund"),
        500: _("Något gick fel hos oss"),
        503: _("Det gick inte just nu"),
    }
    sentences = {
        400: _("Gå tillbaka och försök igen."),
        403: _("Logga in med ett konto som får göra det, eller fråga den som ansvarar hos er."),
        404: _("Kontrollera adressen, eller börja om från startsidan."),
        409: _("Ladda om sidan och försök igen."),
        429: _("För många försök på kort tid. Vänta en stund och försök igen."),
        500: _("Det du skrev kan ha gått förlorat. Försök igen om en stund."),
        503: _("Försök igen om en stund."),
    }
    context = {
        "status": status,
        "heading": headings.get(status, headings[500]),
        "sentence": sentence or sentences.get(status, sentences[500]),
        "reference": reference,
        # Made by hand: the table of addresses may be what is broken.
        "home_url": get_script_prefix() + ("" if language == settings.LANGUAGE_CODE else f"{language}/"),
    }
    try:
        page = str(render_to_string("ui/error.html", context))
    except Exception:  # even the page's own files may be gone; plain words are left
        logger.exception("The error page could not be made")
        page = f"<!doctype html><title>Samsyn</title><h1>{context['heading']}</h1><p>Ring 112 om någon är i fara.</p>"
    response = HttpResponse(page, status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that could not be read."""
    return error_page(request, status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer somebody who may not."""
    return error_page(request, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a page that does not exist, or does not exist for this person."""
    return error_page(request, status=404)


def unexpected(request: HttpRequest, exception: BaseException | None) -> HttpResponse:
    """Answer what nobody foresaw with a reference that stands in the log beside the fault."""
    reference = secrets.token_hex(4)
    logger.error("Unexpected error, reference %s", reference, exc_info=exception, extra={"reference": reference})
    if not isinstance(exception, OperationalError):
        return error_page(request, status=500, reference=reference)
    # Locked for too long, full, or gone: nothing was saved, and it may well work later.
    unsaved = _("Inget är sparat. Gå tillbaka, så finns det du skrev kvar, och försök igen om en stund.")
    sentence = "" if request.method in {"GET", "HEAD"} else unsaved
    return error_page(request, status=503, sentence=sentence, reference=reference)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what happened in a middleware: no other middleware hears of it."""
    return unexpected(request, sys.exception())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was open too long, or came from elsewhere."""
    return error_page(
        request,
        status=403,
        sentence=_("Sidan hade varit öppen för länge. Gå tillbaka, ladda om sidan och skicka formuläret igen."),
    )


def health_faults() -> list[str]:
    """Return what is wrong with the database or the worker; empty if well."""
    try:
        beat = Heartbeat.objects.filter(name=WORKER).first()
    except DatabaseError:
        return ["databasen svarar inte"]
    if beat is None:
        return ["bakgrundsarbetet har inte startat"]
    if clock.now() - beat.at > HEARTBEAT_MAX_AGE:
        return [f"bakgrundsarbetet har varit tyst sedan {beat.at:%Y-%m-%d %H:%M:%S} UTC"]
    return []


def health_notes() -> list[str]:
    """Return what somebody should look at though the site works."""
    try:
        n_dead = OutboxMessage.objects.dead().count()
    except DatabaseError:
        return []
    return [f"meddelanden som inte gick att skicka: {n_dead}"] if n_dead else []


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 only when the database and the worker are well; say what is wrong otherwise."""
    faults = health_faults()
    # A letter that did not arrive is somebody's to look at, but no reason to take the site down.
    notes = [] if faults else health_notes()
    response = JsonResponse({"ok": not faults, "faults": faults, "notes": notes}, status=503 if faults else 200)
    response["Cache-Control"] = "no-store"
    return response
