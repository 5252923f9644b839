"""Files in: leave one, see what it would do, read it in."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from samsyn.core import clock
from samsyn.core.errors import DomainError, NotFound
from samsyn.core.exporting import Table, write_csv
from samsyn.core.importing import importer_of, jobs, kinds
from samsyn.core.models import ImportJob
from samsyn.desk import permissions
from samsyn.desk.access import NO_SUCH_PAGE, person
from samsyn.desk.file_forms import FileForm
from samsyn.desk.page import for_this_municipality, show
from samsyn.organisations.current import municipality_of

PAGE_SIZE = 30
N_SHOWN = 50


def _kinds(request: HttpRequest) -> list[str]:
    """Return the kinds that the person may read in here."""
    user, municipality = person(request), municipality_of(request)
    return [kind for kind in kinds() if permissions.can_import(user, municipality, kind)]


def _job(request: HttpRequest, key: uuid.UUID) -> ImportJob:
    municipality = municipality_of(request)
    permissions.check_can_import(person(request), municipality)
    found = ImportJob.objects.filter(key=key, municipality_code=municipality.code).first()
    if found is None or found.kind not in _kinds(request):
        raise NotFound(NO_SUCH_PAGE)
    return found


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest) -> HttpResponse:
    """Take a file, and list those that came before."""
    municipality = municipality_of(request)
    permissions.check_can_import(person(request), municipality)
    form = FileForm(request.POST or None, request.FILES or None, kinds=_kinds(request))
    if request.method == "POST" and form.is_valid():
        try:
            job = jobs.leave(
                key=form.cleaned_data["client_key"],
                kind=form.cleaned_data["kind"],
                name=form.cleaned_data["file"].name,
                chunks=form.cleaned_data["file"].chunks(),
                options={"level": form.cleaned_data["level"]} if form.cleaned_data["level"] else {},
                municipality_code=municipality.code,
                by=person(request),
                now=clock.now(),
            )
        except DomainError as fault:
            form.add_error("file", str(fault))
        else:
            if job.n_bytes <= jobs.SMALL_BYTES:
                jobs.run(job, now=clock.now())
            return redirect("desk:file", job.key)
    mine = ImportJob.objects.filter(municipality_code=municipality.code, kind__in=_kinds(request))
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("sida"))
    context = {"form": form, "jobs": page, "rows": [(job, importer_of(job.kind).label) for job in page]}
    return show(request, "desk/files.html", context, page="files", status=400 if form.errors else 200)


@for_this_municipality
@require_safe
def file(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show how far a file has come, what was found in it, and what can be done next."""
    job = _job(request, key)
    context = {
        "trail": [{"url": reverse("desk:files"), "label": _("Filer")}, {"url": "", "label": job.name}],
        "job": job,
        "label": importer_of(job.kind).label,
        "row_errors": job.result.get("row_errors", [])[:N_SHOWN],
        "n_hidden": max(0, job.n_faulty - N_SHOWN),
        "percent": min(99, 100 * job.n_rows_read // job.n_rows_expected) if job.n_rows_expected else None,
    }
    template = "desk/_file_state.html" if request.headers.get("X-Samsyn-Part") else "desk/file.html"
    return show(request, template, context, page="files")


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def file_load(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let a tried file be read in; a small one at once."""
    job = _job(request, key)
    if request.method == "POST":
        jobs.ask_to_load(job=job, good_rows_only="good_rows" in request.POST, by=person(request), now=clock.now())
        if job.n_bytes <= jobs.SMALL_BYTES:
            job.refresh_from_db()
            jobs.run(job, now=clock.now())
    return redirect("desk:file", job.key)


@for_this_municipality
@require_http_methods(["GET", "HEAD", "POST"])
def file_cancel(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Stop a file on its way."""
    job = _job(request, key)
    if request.method == "POST":
        jobs.cancel(job=job, by=person(request), now=clock.now())
    return redirect("desk:file", job.key)


@for_this_municipality
@require_safe
def file_report(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give out the faults as a table that Excel opens."""
    job = _job(request, key)
    rows = [[error["row"], error["column"], error["text"]] for error in job.result.get("row_errors", [])]
    response = HttpResponse(
        write_csv(Table([_("rad"), _("kolumn"), _("vad som behöver rättas")], rows)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="samsyn-rapport-{str(job.key)[:8]}.csv"'
    return response


@for_this_municipality
@require_safe
def file_raw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give out the file as it was left."""
    job = _job(request, key)
    try:
        content = jobs.path_of(job).read_bytes()
    except OSError:
        raise NotFound(_("Filen finns inte kvar. Filer som aldrig lästs in sparas en månad.")) from None
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="samsyn-{job.kind}-{job.sha256[:8]}.bin"'
    return response
