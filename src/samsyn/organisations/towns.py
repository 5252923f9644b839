"""Which addresses belong to which municipality: by one installation's only town, by host name, or by the first part."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.request import split_domain_port

from samsyn.organisations.models import Municipality, MunicipalityHost

SINGLE, HOST, PATH = "single", "host", "path"
# First parts of addresses that are the installation's own, so that no municipality may be called so.
RESERVED = frozenset({
    "static", "healthz", "konto", "live", "metrics", "arbete", "utseende", "api", "ogc", "open311", "bilder",
    "rapportera", "arende", "nattlinje", "enkat", "loften", "dialoger", "laget", "omraden", "ronder", "vem-gor-vad",
    "engagera-dig", "kalender", "sok", "oppna-data", "tillganglighet", "personuppgifter", "favicon.ico", "robots.txt",
})  # fmt: skip
# How long a process may go on knowing host names before it asks again.
_REMEMBERED_S = 10.0
_known_hosts: tuple[float, frozenset[str]] | None = None


def reserved_slugs() -> frozenset[str]:
    """Return the first parts of addresses that no municipality may have: the site's own and the languages'."""
    return RESERVED | {code for code, _name in settings.LANGUAGES}


def town_with_slug(slug: str) -> Municipality | None:
    """Return the municipality whose addresses begin with `slug`."""
    if not slug or slug in reserved_slugs():
        return None
    return Municipality.objects.with_looks().filter(slug=slug).first()


def town_at_host(request: HttpRequest) -> Municipality | None:
    """Return the municipality whose host name the request came to."""
    host, _port = split_domain_port(request.get_host())
    return Municipality.objects.with_looks().filter(hosts__name=host.rstrip(".")).first()


def only_town() -> Municipality | None:
    """Return the only municipality, or the one that the settings choose among several; None if there are several."""
    found = list(Municipality.objects.with_looks().order_by("pk"))
    chosen = [town for town in found if town.code == settings.SAMSYN_TOWN]
    if chosen:
        return chosen[0]
    return found[0] if len(found) == 1 else None


def host_names() -> Iterable[str]:
    """
    Return every municipality's host names, remembered for some seconds.

    They only decide whether a request is looked at at all; which municipality it is about is asked each time.
    """
    global _known_hosts  # noqa: PLW0603 - one memory for the process
    now = time.monotonic()
    if _known_hosts is None or now - _known_hosts[0] > _REMEMBERED_S:
        try:
            _known_hosts = (now, frozenset(MunicipalityHost.objects.values_list("name", flat=True)))
        except DatabaseError:
            return () if _known_hosts is None else _known_hosts[1]
    return _known_hosts[1]


def forget_hosts() -> None:
    """Ask for the host names again at the next request; for tests, and for whoever has just added one."""
    global _known_hosts  # noqa: PLW0603 - one memory for the process
    _known_hosts = None
