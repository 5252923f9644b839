"""The log, the disposal plan, what is kept about a person, and what goes to the archive."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from samsyn.accounts.models import User
from samsyn.commitments import permissions as commitment_permissions
from samsyn.commitments.exporters import archive
from samsyn.core import audit, clock, exporting, personal_data, retention
from samsyn.core.errors import NotFound
from samsyn.core.models import PurgeProtocol
from samsyn.desk import permissions, queries, services
from samsyn.desk.access import NO_SUCH_PAGE, document_of, person
from samsyn.desk.forms_records import LogFilter, RetentionForm
from samsyn.desk.page import for_staff, for_this_municipality, show
from samsyn.organisations.current import municipality_of

PAGE_SIZE = 50
N_PROTOCOLS = 30
MOST_EXPORTED = 100_000


@for_this_municipality
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show who did and read what, filtered by what stands in the address."""
    municipality = municipality_of(request)
    permissions.check_can_read_log(person(request), municipality)
    chosen = LogFilter(request.GET)
    lines = queries.log_of(municipality, chosen.wanted())
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("sida"))
    if chosen.is_about_one_person:
        # Looking up what one colleague has done is itself a reading about a person.
        services.note_log_reading(
            municipality=municipality, lines=list(page.object_list), by=person(request), now=clock.now()
        )
    context = {
        "form": chosen,
        "page": page,
        "events": [queries.log_event_of(line) for line in page.object_list],
        "query": chosen.query(),
        "has_filters": bool(chosen.query()),
    }
    return show(request, "desk/log.html", context, page="log")


@for_this_municipality
@require_safe
def log_file(request: HttpRequest) -> HttpResponse:
    """Give the same lines as a file."""
    municipality = municipality_of(request)
    permissions.check_can_read_log(person(request), municipality)
    lines = list(queries.log_of(municipality, LogFilter(request.GET).wanted())[:MOST_EXPORTED])
    services.note_log_reading(municipality=municipality, lines=lines, by=person(request), now=clock.now())
    content = exporting.write_csv(queries.log_table(lines))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="logg-{municipality.code}.csv"'
    return response


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def retention_plan(request: HttpRequest) -> HttpResponse:
    """Show how long each class of data is kept, by which decision, and what has been purged."""
    municipality, by = municipality_of(request), person(request)
    permissions.check_can_read_retention(by, municipality)
    bound: RetentionForm | None = None
    if request.method == "POST":
        permissions.check_can_decide_retention(by, municipality)
        bound = RetentionForm(request.POST)
        if bound.is_valid():
            try:
                retention.decide(municipality_code=municipality.code, by=by, now=clock.now(), **bound.cleaned_data)
            except retention.RuleRefused as fault:
                bound.add_error("keep_days", str(fault))
            else:
                messages.success(request, _("Beslutet är infört. Gallringen följer det från i natt."))
                return redirect("desk:retention")
    may_decide = permissions.can_decide_retention(by, municipality)
    lines = [
        (line, _form_of(line, bound) if may_decide and line.what.has_time else None)
        for line in retention.plan(municipality.code)
    ]
    labels = {line.what.code: line.what.label for line, _form in lines}
    protocols = PurgeProtocol.objects.filter(municipality_code=municipality.code)[:N_PROTOCOLS]
    context = {
        "lines": lines,
        "bound": bound,
        "protocols": [(each, labels.get(each.data_class, each.data_class)) for each in protocols],
        "may_decide": may_decide,
    }
    return show(request, "desk/retention.html", context, page="retention", status=400 if bound else 200)


def _form_of(line: retention.PlanLine, bound: RetentionForm | None) -> RetentionForm:
    if bound is not None and bound.data.get("data_class") == line.what.code:
        return bound
    return RetentionForm.of(line)


@for_staff
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Show a person all that is kept about them, or give it as a file."""
    return _held_page(request, person(request))


@for_this_municipality
@require_safe
def person_data(request: HttpRequest, account: int) -> HttpResponse:
    """Show whoever answers requests all that is kept about a colleague. The reading is logged."""
    found = _account_of(request, account)
    services.note_person_reading(
        municipality=municipality_of(request), account=found, by=person(request), now=clock.now()
    )
    return _held_page(request, found)


@for_this_municipality
@require_POST
def erase_person(request: HttpRequest, account: int) -> HttpResponse:
    """Erase what may be erased about a colleague, and close the account."""
    found = _account_of(request, account)
    services.erase_person(
        municipality=municipality_of(request), account=found, by=person(request), now=clock.now()
    )
    messages.success(request, _("Uppgifterna är raderade och kontot är stängt. Loggen har kontots nummer och roll."))
    return redirect("desk:year")


def _account_of(request: HttpRequest, account: int) -> User:
    municipality = municipality_of(request)
    permissions.check_can_handle_person_data(person(request), municipality)
    found = User.objects.filter(pk=account, memberships__organisation__municipality=municipality).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    services.check_is_only_ours(found, municipality)
    return found


def _held_page(request: HttpRequest, account: User) -> HttpResponse:
    municipality = municipality_of(request)
    days = {line.what.code: line for line in retention.plan(municipality.code)}
    held = [(days[what.code], rows) for what, rows in personal_data.held_about(account)]
    if request.GET.get("format") == "json":
        content = [
            {
                "slag": str(line.what.label),
                "varför": str(line.what.purpose),
                "sparas i dagar": line.keep_days,
                "uppgifter": [{"vad": str(row.what), "värde": row.text} for row in rows],
            }
            for line, rows in held
        ]
        response = HttpResponse(
            json.dumps(content, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
        )
        response["Content-Disposition"] = 'attachment; filename="mina-uppgifter.json"'
        return response
    is_own = account.pk == person(request).pk
    may_erase = not is_own and permissions.can_handle_person_data(person(request), municipality)
    context = {"account": account, "held": held, "is_own": is_own, "may_erase": may_erase}
    return show(request, "desk/person_data.html", context, page="")


@for_staff
@require_safe
def archive_file(request: HttpRequest, document_key: str) -> HttpResponse:
    """Give a signed document as the municipality's archive keeps it: JSON, PDF/A and checksums in one file."""
    document = document_of(request, document_key)
    commitment_permissions.check_can_archive(person(request), document)
    now = clock.now()
    content = archive.archive_of(document, now=now)
    audit.record(
        "commitments.archived", document, by=person(request), at=now, municipality_code=document.municipality.code
    )
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{document.key}-arkiv.zip"'
    return response
