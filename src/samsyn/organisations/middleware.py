"""Reads which municipality an address is about, and answers where none is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.request import split_domain_port
from django.template.loader import render_to_string
from django.urls import get_script_prefix, set_script_prefix
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samsyn.organisations import towns
from samsyn.organisations.current import ChooseTown, set_municipality
from samsyn.organisations.models import Municipality

Answer = Callable[[HttpRequest], HttpResponse]


class TownAddressMiddleware:
    """
    Where the first part of an address is a municipality's, take it off and put it before every link that is made.

    It stands before what reads the address: language, slashes, routes. Cookies keep to the whole site.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take the part off, pass the request on, and leave no trace for the next one of the thread."""
        if settings.SAMSYN_TOWNS != towns.PATH:
            return self.get_response(request)
        slug, _slash, rest = request.path_info[1:].partition("/")
        municipality = towns.town_with_slug(slug)
        if municipality is None:
            return self.get_response(request)
        if not _slash:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{request.path}/{query and '?'}{query}")
        set_municipality(request, municipality)
        prefix = get_script_prefix()
        request.path_info = f"/{rest}"
        set_script_prefix(f"{prefix}{slug}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(prefix)


class ChooseTownMiddleware:
    """Answer an address that belongs to no municipality with a page that lists them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Make the page; the start page of the installation is one that exists, other addresses are not."""
        if not isinstance(exception, ChooseTown):
            return None
        language = get_language() or settings.LANGUAGE_CODE
        mode = settings.SAMSYN_TOWNS
        context = {
            "towns": [_choice(request, town, language) for town in _listed()],
            "has_addresses": mode != towns.SINGLE,
            "heading": _("Välj kommun") if mode != towns.SINGLE else _("Flera kommuner, en adress"),
        }
        path = request.path_info.removeprefix(f"/{language}")
        exists = mode != towns.SINGLE and (path == "/" or path.startswith("/arbete/"))
        # Without the request: what is put around other pages asks for a municipality.
        page = render_to_string("organisations/towns.html", context)
        return HttpResponse(page, status=200 if exists else 404, headers={"Cache-Control": "no-store"})


def _listed() -> list[Municipality]:
    from samsyn.core.text import sort_key

    found = Municipality.objects.prefetch_related("hosts")
    return sorted(found, key=lambda town: sort_key(town.name))


def _choice(request: HttpRequest, town: Municipality, language: str) -> dict[str, Any]:
    """Return a municipality's name and, where it has an address of its own, that of the page that was asked for."""
    within = "" if language == settings.LANGUAGE_CODE else f"{language}/"
    if request.path_info.removeprefix(f"/{language}").startswith("/arbete/"):
        within += "arbete/"
    url = ""
    if settings.SAMSYN_TOWNS == towns.PATH:
        url = f"{get_script_prefix()}{town.slug}/{within}"
    elif settings.SAMSYN_TOWNS == towns.HOST and town.hosts.all():
        _name, port = split_domain_port(request.get_host())
        url = f"{request.scheme}://{town.hosts.all()[0].name}{port and ':'}{port}/{within}"
    return {"name": town.name, "url": url}
