from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import autodiscover_modules
from scripts.permissions_table import addresses

from samsyn.core import permissions
from samsyn.organisations import towns


def _names(patterns: Iterable[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _names(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}"


def _all_routes() -> list[str]:
    autodiscover_modules("permissions")
    return list(_names(get_resolver().url_patterns))


def test_every_route_stands_in_the_permission_table() -> None:
    missing = sorted(set(_all_routes()) - set(permissions.routes()))
    assert not missing, f"Enter these in <app>/permissions.py with core.permissions.route: {missing}"


def test_the_permission_table_has_no_row_without_a_route() -> None:
    gone = sorted(set(permissions.routes()) - set(_all_routes()))
    assert not gone, f"These stand in the permission table, but lead nowhere: {gone}"


def test_no_two_routes_share_a_name() -> None:
    names = _all_routes()
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


def test_no_municipality_can_be_called_as_the_first_part_of_an_address() -> None:
    reserved = towns.reserved_slugs()
    taken = {part for address in dict(addresses()).values() if (part := address.strip("/").split("/")[0])}
    first_parts = {part for part in taken if "<" not in part}
    assert first_parts <= reserved, f"Add to RESERVED in organisations/towns.py: {sorted(first_parts - reserved)}"
