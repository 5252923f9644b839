"""The residents' pages: each fetches what is public, and shows it. Nothing is decided here."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from samsyn.commitments import exchange
from samsyn.commitments import queries as commitments
from samsyn.commitments.enums import Operator, Task
from samsyn.commitments.models import Commitment
from samsyn.commitments.presenting import outcome_context, sign_key
from samsyn.core import clock, exporting, retention
from samsyn.core.errors import NotFound
from samsyn.dialogues.models import Dialogue
from samsyn.organisations.current import municipality_of
from samsyn.organisations.enums import GuideGroup
from samsyn.organisations.models import GuideEntry, Municipality
from samsyn.organisations.queries import contact_centre_openness, guide_of
from samsyn.places import queries as places
from samsyn.public import contact
from samsyn.public.page import show
from samsyn.statistics import charts
from samsyn.statistics import queries as statistics
from samsyn.statistics.enums import Periodicity
from samsyn.ui.formats import format_number

PAGE_SIZE = 50
NEWS_SIZE = 20
SEARCH_LIMIT = 20
MAX_QUERY = 200

# Two lines a chart at most: more cannot be told apart without colours.
CRIME_PAIRS = (("total",), ("person", "vandalism"), ("theft", "drugs_weapons"))


def _crumb(label: Any, name: str = "", *args: str) -> dict[str, Any]:
    """Return one step of the way back up; without a `name` it is the page itself."""
    return {"label": label, "url": reverse(f"public:{name}", args=args) if name else ""}


def _language() -> str:
    return get_language() or "sv"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Ask what the reader wants to do, and show how it goes with the promises."""
    municipality = municipality_of(request)
    latest = commitments.latest_with_outcomes(municipality)
    prefetch_related_objects([municipality], "opening_hours")  # read twice: is it open now, and when is it
    openness = contact_centre_openness(municipality, now=clock.now()) if municipality.has_contact_centre else None
    context = {
        "latest": latest,
        "readings": commitments.readings_of(latest, stop=4) if latest else [],
        "contact": contact.panel(municipality, openness, now=clock.now()) if openness else None,
        "map": places.map_of(municipality.code),
    }
    return show(request, "public/start.html", context, page="start")


@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """List all public documents by period."""
    documents = commitments.published_documents(municipality_of(request))
    return show(request, "public/promises.html", {"documents": documents}, page="promises")


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("sida", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


@require_safe
def document(request: HttpRequest, key: str) -> HttpResponse:
    """Show a whole document: who stands behind it, what it says, and each commitment with its outcome."""
    found = commitments.published_document(municipality_of(request), key, whole=True)
    pages = Paginator(range(found.n_commitments), PAGE_SIZE)  # type: ignore[attr-defined]  # annotated
    page = pages.get_page(_page_number(request))
    start_at = (page.number - 1) * PAGE_SIZE
    context = {
        "crumbs": [_crumb(_("Löften"), "promises"), _crumb(found.local.title)],
        "document": found,
        "readings": commitments.readings_of(found, start=start_at, stop=start_at + PAGE_SIZE),
        "page": page,
        "parties": found.parties.all(),
        "statements": found.statements.all(),
        "dialogue_links": commitments.dialogues_of(found),
        "links": commitments.links_of(found),
        "extensions": found.extensions.all() if found.has_extensions else [],  # type: ignore[attr-defined]
        "contacts": found.contacts.all() if found.has_contacts else [],  # type: ignore[attr-defined]
        "signatures": found.signatures.all() if found.has_signatures else [],  # type: ignore[attr-defined]
        "themes": found.themes.all() if found.has_themes else [],  # type: ignore[attr-defined]
        "follow_up_is_late": found.follow_up_is_late(clock.today()),
    }
    return show(request, "public/document.html", context, page="promises")


@require_safe
def outcomes(request: HttpRequest, key: str) -> HttpResponse:
    """Show how it went with every commitment of a document; no sum and no grade."""
    found = commitments.published_document(municipality_of(request), key)
    pages = Paginator(range(found.n_commitments), PAGE_SIZE)  # type: ignore[attr-defined]  # annotated
    page = pages.get_page(_page_number(request))
    start_at = (page.number - 1) * PAGE_SIZE
    context = {
        "document": found,
        "readings": commitments.readings_of(found, start=start_at, stop=start_at + PAGE_SIZE),
        "page": page,
        "crumbs": [
            _crumb(_("Löften"), "promises"),
            _crumb(found.local.title, "document", found.key),
            _crumb(_("Så gick det")),
        ],
        "parties": found.parties.all(),
        "follow_up_is_late": found.follow_up_is_late(clock.today()),
        "sign_key": sign_key(),
    }
    return show(request, "public/outcomes.html", context, page="promises")


@require_safe
def outcomes_pdf(request: HttpRequest, key: str) -> HttpResponse:
    """Give the page on how it went as a tagged PDF."""
    from samsyn.commitments.exporters import pdf

    found = commitments.published_document(municipality_of(request), key)
    content = pdf.outcomes_pdf(found, commitments.readings_of(found), language=_language())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.key}-sa-gick-det.pdf"'
    return response


@require_safe
def commitment(request: HttpRequest, document_key: str, key: str) -> HttpResponse:
    """Show one commitment with its whole thread, backwards and forwards."""
    found = commitments.published_commitment(municipality_of(request), document_key, key)
    readings = commitments.commitment_readings(found)
    place = _("åtagande %(position)s av %(total)s") % {
        "position": found.position,  # type: ignore[attr-defined]  # annotated
        "total": found.n_siblings,  # type: ignore[attr-defined]  # annotated
    }
    context = {
        "crumbs": [_crumb(found.document.local.title, "document", document_key), _crumb(place)],
        "commitment": found,
        "document": found.document,
        "dialogue_links": commitments.dialogues_of(found.document, priorities=True),
        "problem_links": found.problem_links.all(),
        "linked_priorities": {link.problem.priority_id for link in found.problem_links.all()},
        "facts": _facts(found),
        "scope_note": _target_note(found),
        "lead": readings[-1],
        "outcomes": [outcome_context(reading, _language()) for reading in readings if reading.outcome],
        "links": commitments.links_of(found.document),
        "follow_up_is_late": found.document.follow_up_is_late(clock.today()),
    }
    return show(request, "public/commitment.html", context, page="promises")


def _facts(found: Commitment) -> list[dict[str, Any]]:
    """Return who does, who follows up and who evaluates, and the scope; what the source lacks is said to lack."""
    who: dict[str, list[str]] = {task: [] for task in Task.values}
    for responsibility in found.responsibilities.all():
        who[responsibility.task].append(str(responsibility.local.text))
    terms: list[dict[str, Any]] = [
        {"term": Task(task).label, "value": ", ".join(names)} for task, names in who.items()
    ]
    terms.insert(1, {"term": _("Omfattning"), "value": str(found.local.scope_text)})
    return terms


def _target_note(found: Commitment) -> str:
    """Say in a sentence what was aimed at, or that no number was."""
    targets = list(found.targets.all())
    if not targets:
        return _("Inget mål är angivet.")
    if all(target.value is None for target in targets):
        for target in targets:
            if target.operator == Operator.DECREASE:
                return _("Inget måltal är angivet, bara att antalet ska minska.")
            if target.operator == Operator.INCREASE:
                return _("Inget måltal är angivet, bara att antalet ska öka.")
    return ""


@require_safe
def dialogues(request: HttpRequest) -> HttpResponse:
    """List the times when people were heard."""
    found = Dialogue.objects.of(municipality_of(request)).published()
    return show(request, "public/dialogues.html", {"dialogues": found}, page="dialogues")


@require_safe
def dialogue(request: HttpRequest, key: str) -> HttpResponse:
    """Show how people were heard, what they said, and what it led to."""
    found = (
        Dialogue.objects.of(municipality_of(request)).published().filter(key=key).select_related("previous").first()
    )
    if found is None:
        raise NotFound(_("Dialogen finns inte, eller är inte publicerad. Se alla dialoger i stället."))
    led_to = commitments.commitments_by_priority(found)
    priorities = [{"row": row, "links": led_to.get(row.pk, [])} for row in found.priorities.all()]
    context = {
        "crumbs": [_crumb(_("Det ni har sagt"), "dialogues"), _crumb(found.local.title)],
        "dialogue": found,
        "methods": found.methods.all(),
        "priorities": priorities,
        "findings": found.findings.all(),
        "claims": found.claims.all(),
        "documents": commitments.documents_after(found),
    }
    return show(request, "public/dialogue.html", context, page="dialogues")


@require_safe
def situation(request: HttpRequest) -> HttpResponse:
    """Show the town's recorded crime over the years, its areas, and the police's latest news."""
    municipality = municipality_of(request)
    context = {
        "crime_figures": [
            *(charts.recorded_crime_figure(municipality.code, language=_language(), keys=keys) for keys in CRIME_PAIRS),
            charts.recorded_crime_figure(
                municipality.code, language=_language(), keys=("total",), periodicity=Periodicity.QUARTER
            ),
        ],
        "map": places.map_of(municipality.code),
        "areas": places.numbered_regso(municipality.code),
        "news": statistics.news(municipality.code, 5),
    }
    return show(request, "public/situation.html", context, page="situation")


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """List what the police chose to tell, newest first. News, not statistics, and never a point on a map."""
    municipality = municipality_of(request)
    page = Paginator(statistics.news_of(municipality.code), NEWS_SIZE).get_page(_page_number(request))
    crumbs = [_crumb(_("Läget"), "situation"), _crumb(_("Polisens nyheter"))]
    return show(request, "public/news.html", {"page": page, "crumbs": crumbs}, page="news")


@require_safe
def areas(request: HttpRequest) -> HttpResponse:
    """List the town's areas beside their map, in alphabetical order: no area is ranked."""
    municipality = municipality_of(request)
    context = {
        "crumbs": [_crumb(_("Läget"), "situation"), _crumb(_("Områden"))],
        "areas": places.numbered_regso(municipality.code),
        "map": places.map_of(municipality.code),
    }
    return show(request, "public/areas.html", context, page="areas")


@require_safe
def area(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is known of one area: who lives there, what was heard and promised, and the town's recorded crime."""
    municipality = municipality_of(request)
    found = places.area_by_code(code)
    if found.municipality_code != municipality.code:
        raise NotFound(_("Området finns inte. Välj ett område i listan."))
    context = {
        "crumbs": [_crumb(_("Läget"), "situation"), _crumb(_("Områden"), "areas"), _crumb(found.display_name)],
        "area": found,
        "map": places.map_of(municipality.code),
        "areas": places.numbered_regso(municipality.code),
        "population": statistics.population_of(found.code),
        "commitments": commitments.commitments_in_area(municipality, found),
        "mentions": commitments.mentions_of(municipality, found),
        "crime": charts.recorded_crime_figure(municipality.code, language=_language()),
    }
    return show(request, "public/area.html", context, page="areas")


@require_safe
def who_does_what(request: HttpRequest) -> HttpResponse:
    """Say who answers for what, what the municipality can't decide, and what one can do oneself."""
    municipality = municipality_of(request)
    by_group: dict[str, list[GuideEntry]] = {group: [] for group in GuideGroup.values}
    for entry in guide_of(municipality):
        by_group[entry.group].append(entry)
    openness = contact_centre_openness(municipality, now=clock.now()) if municipality.has_contact_centre else None
    context = {
        "groups": [
            {
                "key": group.lower(),
                "title": GuideGroup(group).label,
                "entries": entries,
                "is_example": all(entry.is_example for entry in entries),
            }
            for group, entries in by_group.items()
            if entries
        ],
        "contact": contact.panel(municipality, openness, now=clock.now()) if openness else None,
    }
    return show(request, "public/who_does_what.html", context, page="who_does_what")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search promises, dialogues, areas and who does what."""
    municipality = municipality_of(request)
    query = request.GET.get("q", "")[:MAX_QUERY].replace("\x00", "").strip()
    terms = commitments.search_terms(query)
    groups: list[dict[str, Any]] = []
    if terms:
        found = commitments.search(municipality, terms, limit=SEARCH_LIMIT)
        groups = [
            {"title": _("Löften"), "hits": [_commitment_hit(row) for row in found["commitments"]]},
            {"title": _("Dokument"), "hits": [_document_hit(row) for row in found["documents"]]},
            {"title": _("Dialoger"), "hits": [_dialogue_hit(row) for row in found["dialogues"]]},
            {"title": _("Vem gör vad"), "hits": _guide_hits(municipality, terms)},
            {"title": _("Områden"), "hits": _area_hits(municipality, terms)},
        ]
        groups = [group for group in groups if group["hits"]]
    n_hits = sum(len(group["hits"]) for group in groups)
    context = {
        "query": query,
        "groups": groups,
        "n_hits": n_hits,
        "summary": ngettext("%(n)s träff", "%(n)s träffar", n_hits)
        % {"n": format_number(n_hits, language=_language())},
    }
    return show(request, "public/search.html", context, page="search")


def _commitment_hit(row: Any) -> dict[str, Any]:
    return {
        "url": reverse("public:commitment", args=[row.document.key, row.key]),
        "title": row.local.title,
        "text": row.document.local.title,
    }


def _document_hit(row: Any) -> dict[str, Any]:
    return {"url": reverse("public:document", args=[row.key]), "title": row.local.title, "text": row.local.period_text}


def _dialogue_hit(row: Any) -> dict[str, Any]:
    return {"url": reverse("public:dialogue", args=[row.key]), "title": row.local.title, "text": row.local.period_text}


def _guide_hits(municipality: Municipality, terms: list[str]) -> list[dict[str, Any]]:
    rows = guide_of(municipality)
    for term in terms:
        rows = rows.filter(search_text__contains=term)
    page = reverse("public:who_does_what")
    return [
        {"url": f"{page}#{row.key}", "title": row.local.title, "text": row.local.who} for row in rows[:SEARCH_LIMIT]
    ]


def _area_hits(municipality: Municipality, terms: list[str]) -> list[dict[str, Any]]:
    rows = places.regso_of(municipality.code).without_geometry()
    for term in terms:
        rows = rows.filter(search_text__contains=term)
    return [
        {"url": reverse("public:area", args=[row.code]), "title": row.display_name, "text": ""}
        for row in rows[:SEARCH_LIMIT]
    ]


OPEN_FILES: tuple[tuple[str, str, Any], ...] = (
    ("loften", "json", gettext_lazy("Överenskommelser, planer, löften, utfall och dialoger")),
    ("omraden", "json", gettext_lazy("Områden som GeoJSON")),
    ("brott", "csv", gettext_lazy("Anmälda brott per år och kvartal")),
    ("folkmangd", "csv", gettext_lazy("Folkmängd efter område, kön och ålder")),
)
_EXPORT_KINDS = {"omraden": "areas", "brott": "crime-statistics", "folkmangd": "population"}
_TYPES = {"json": "application/json; charset=utf-8", "csv": "text/csv; charset=utf-8"}


@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """List the files that anybody may take and use."""
    files = [
        {"url": reverse("public:open_data_file", args=[kind, form]), "title": title, "format": form.upper()}
        for kind, form, title in OPEN_FILES
    ]
    return show(request, "public/open_data.html", {"files": files}, page="open_data")


@require_safe
def open_data_file(request: HttpRequest, kind: str, format: str) -> HttpResponse:  # noqa: A002 - the address's own word
    """
    Give one of the open files.

    :raises NotFound: there is no such file
    """
    municipality = municipality_of(request)
    if (kind, format) not in {(name, form) for name, form, _title in OPEN_FILES}:
        raise NotFound(_("Filen finns inte. Se listan på sidan Öppna data."))
    if kind == "loften":
        content = exporting.write_json(exporting.Document(exchange.export(municipality, only_published=True)))
    else:
        content = exporting.run_export(_EXPORT_KINDS[kind], format, municipality=municipality.code)
    response = HttpResponse(content, content_type=_TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="samsyn-{municipality.slug}-{kind}.{format}"'
    return response


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how accessible the site is, what is known to lack, and where to complain."""
    return show(request, "public/accessibility.html", {}, page="accessibility")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say truthfully what is kept about those who visit and those who work here."""
    context = {"plan": retention.plan(municipality_of(request).code)}
    return show(request, "public/privacy.html", context, page="privacy")
