"""
The project's own JSON API, described by OpenAPI 3.1 at /api/openapi.json.

Thin: it asks the apps' own services and querysets, and answers every fault in one shape. No page comes with it: it
would load files from elsewhere.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Header, NinjaAPI, Path, Query, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import SessionAuth

from samsyn import __version__
from samsyn.accounts.models import User
from samsyn.api import schemas
from samsyn.commitments.models import Commitment
from samsyn.core import clock, idempotency, ratelimit
from samsyn.core.errors import DomainError, NotFound
from samsyn.core.models import ImportJob
from samsyn.desk.permissions import can_import
from samsyn.observations import permissions, services
from samsyn.observations.models import Observation, ObservationQuerySet
from samsyn.observations.places import Where
from samsyn.observations.services import Seen
from samsyn.organisations.current import municipality_of
from samsyn.places.models import Area
from samsyn.statistics.models import StatisticSeries

PAGE_SIZE = 50
WRITES_A_MINUTE = 60

class _Api(NinjaAPI):
    """Keeps what is shown to somebody who is signed in out of every cache."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        response = super().create_temporal_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response


api = _Api(
    title="Samsyn",
    version=__version__,
    description=(
        "Kommunens öppna uppgifter, och observationer för den som är inloggad. Fel svarar med en mening på svenska."
    ),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
signed_in = SessionAuth()
_PUBLIC = {400: schemas.Problem, 404: schemas.Problem, 422: schemas.Problem, 429: schemas.Problem}
_STAFF = {**_PUBLIC, 401: schemas.Problem, 403: schemas.Problem, 409: schemas.Problem}
PageNumber = Annotated[int, Query(ge=1, le=10_000, alias="page")]
PublicId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,22}$")]


def _problem(
    request: HttpRequest, status: int, detail: str, errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    content = {"status": status, "detail": detail, "errors": errors or []}
    response = api.create_response(request, content, status=status)
    response["Cache-Control"] = "no-store"
    return response


@api.exception_handler(DomainError)
def _domain(request: HttpRequest, fault: DomainError) -> HttpResponse:
    return _problem(request, fault.status, str(fault))


@api.exception_handler(Http404)
def _gone(request: HttpRequest, fault: Http404) -> HttpResponse:
    return _problem(request, 404, _("Adressen finns inte. Kontrollera den."))


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    return _problem(request, 401, _("Logga in först."))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    errors = [{"field": ".".join(map(str, error["loc"])), "kind": str(error["type"])} for error in fault.errors]
    return _problem(request, 422, _("Något i det du skickade går inte att läsa. Se fälten i ”errors”."), errors)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, fault: HttpError) -> HttpResponse:
    sentences = {
        400: _("Det du skickade är inte rätt skriven JSON. Rätta det och försök igen."),
        403: _("Sidans nyckel saknas eller är gammal. Hämta den på nytt och försök igen."),
    }
    return _problem(request, fault.status_code, sentences.get(fault.status_code, _("Det gick inte. Försök igen.")))


def _paged(rows: QuerySet[Any] | list[Any], number: int) -> tuple[dict[str, int], list[Any]]:
    """
    Return where one is, and the rows of that page.

    :raises NotFound: there is no such page
    """
    pages = Paginator(rows, PAGE_SIZE)
    if number > pages.num_pages:
        raise NotFound(_("Så många sidor finns inte. Börja om från den första."))
    return {"page": number, "pages": pages.num_pages, "count": pages.count}, list(pages.page(number))


@api.get("/v1/municipality", response={200: schemas.MunicipalityOut, **_PUBLIC}, url_name="municipality")
def municipality(request: HttpRequest) -> Any:
    """Return the municipality that the site is about."""
    found = municipality_of(request)
    return {"code": found.code, "name": found.name, "official_name": found.official_name}


@api.get("/v1/areas", response={200: schemas.AreasOut, **_PUBLIC}, url_name="areas")
def areas(request: HttpRequest, page: PageNumber = 1) -> Any:
    """Return the municipality's areas, without outlines."""
    rows = Area.objects.filter(municipality_code=municipality_of(request).code).order_by("level", "code")
    where, found = _paged(rows.defer("geometry"), page)
    names = ("code", "name", "level", "parent_code", "area_km2")
    return {**where, "items": [{name: getattr(area, name) for name in names} for area in found]}


@api.get("/v1/series", response={200: schemas.SeriesPage, **_PUBLIC}, url_name="series")
def series(
    request: HttpRequest,
    page: PageNumber = 1,
    measure: Annotated[str, Query(max_length=40, pattern=r"^[0-9A-Za-z_-]*$")] = "",
) -> Any:
    """Return the numbers that others own about the municipality. Missing and hidden are never zero."""
    rows = StatisticSeries.objects.filter(area_code=municipality_of(request).code).order_by("key")
    if measure:
        rows = rows.filter(measure=measure)
    where, found = _paged(rows.prefetch_related("values"), page)
    return {
        **where,
        "items": [
            {
                "key": each.key,
                "measure": each.measure,
                "area_code": each.area_code,
                "title": each.title,
                "definition": each.definition,
                "unit": each.unit,
                "owner": each.owner,
                "source": each.source_text,
                "extraction_date": each.extraction_date,
                "values": [
                    {
                        "period": value.period,
                        "value": None if value.value is None else float(value.value),
                        "rate_per_100k": None if value.rate_per_100k is None else float(value.rate_per_100k),
                        "status": value.status,
                    }
                    for value in each.values.all()
                ],
            }
            for each in found
        ],
    }


@api.get("/v1/commitments", response={200: schemas.CommitmentsOut, **_PUBLIC}, url_name="commitments")
def commitments(request: HttpRequest, page: PageNumber = 1) -> Any:
    """Return an index of published promises; the whole of them is in the open data."""
    rows = (
        Commitment.objects.filter(document__municipality=municipality_of(request), document__is_published=True)
        .select_related("document")
        .order_by("document__key", "order", "pk")
    )
    where, found = _paged(rows, page)
    return {
        **where,
        "open_data": reverse("public:open_data"),
        "items": [
            {
                "document": each.document.key,
                "key": each.key,
                "title": each.title,
                "url": reverse("public:commitment", args=[each.document.key, each.key]),
            }
            for each in found
        ],
    }


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # the session has let nobody else in


def _seen_by(request: HttpRequest) -> ObservationQuerySet:
    permissions.check_can_read_observations(_user(request), municipality_of(request))
    return ObservationQuerySet(Observation).visible_to(_user(request)).of(municipality_of(request))


def _shown(row: Observation) -> dict[str, Any]:
    names = (
        "source_class", "bias", "own_category", "what", "certainty", "happened_at", "precision", "lat", "lon",
        "regso_code", "deso_code", "place_name", "version",
    )  # fmt: skip
    shown = {name: getattr(row, name) for name in names}
    return {**shown, "id": row.public_id, "category": row.category.code, "withdrawn": row.is_withdrawn}


@api.get("/v1/observations", response={200: schemas.ObservationsOut, **_STAFF}, auth=signed_in, url_name="observations")
def observations(request: HttpRequest, page: PageNumber = 1) -> Any:
    """Return what was seen, newest first, without what was withdrawn."""
    where, found = _paged(_seen_by(request).standing().select_related("category"), page)
    return {**where, "items": [_shown(row) for row in found]}


@api.post(
    "/v1/observations",
    response={201: schemas.ObservationOut, **_STAFF},
    auth=signed_in,
    url_name="observation_new",
)
def observation_new(
    request: HttpRequest,
    body: schemas.ObservationIn,
    idempotency_key: Annotated[uuid.UUID, Header(alias="Idempotency-Key")],
) -> Any:
    """Enter one. The same key with the same content gets the first answer again."""
    user, town, now = _user(request), municipality_of(request), clock.now()
    permissions.check_can_write_observations(user, town)
    window = timedelta(minutes=1)
    ratelimit.spend("api.observations", str(user.pk), limit=WRITES_A_MINUTE, window=window, now=now)
    if (body.lat is None) != (body.lon is None):
        raise services.NotRecordable(_("Punkten saknar den ena koordinaten. Fyll i båda, eller lämna båda tomma."))

    def act() -> dict[str, Any]:
        found, _created = services.record(
            municipality=town,
            source_class=body.source_class,
            source_id=str(idempotency_key),
            seen=Seen(
                what=body.what,
                happened_at=body.happened_at,
                category=body.category,
                own_category=body.own_category,
                precision=body.precision,
                certainty=body.certainty,
                where=Where(body.lat, body.lon, body.area_code, body.place_name),
            ),
            by=user,
            now=now,
        )
        return {"id": found.public_id}

    answer, _is_replay = idempotency.once(
        f"api.observations:{town.code}:{user.pk}", idempotency_key, body.model_dump(mode="json"), act, now=now
    )
    return Status(201, _shown(_seen_by(request).select_related("category").get(public_id=answer["id"])))


@api.get(
    "/v1/observations/{public_id}",
    response={200: schemas.ObservationOut, **_STAFF},
    auth=signed_in,
    url_name="observation",
)
def observation(request: HttpRequest, public_id: PublicId) -> Any:
    """Return one thing seen."""
    found = _seen_by(request).select_related("category").filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("Observationen finns inte, eller är inte din att se."))
    return _shown(found)


@api.get("/v1/imports/{key}", response={200: schemas.ImportOut, **_STAFF}, auth=signed_in, url_name="import")
def import_state(request: HttpRequest, key: uuid.UUID) -> Any:
    """Return how far a file has come."""
    town = municipality_of(request)
    job = ImportJob.objects.filter(key=key, municipality_code=town.code).first()
    if job is None or not can_import(_user(request), town, job.kind):
        raise NotFound(_("Filen finns inte, eller är inte din att se."))
    names = ("kind", "name", "state", "phase", "result")
    return {**{name: getattr(job, name) for name in names}, "key": str(job.key), "rows_read": job.n_rows_read}
