"""The host names that the site answers to, where each municipality has its own."""

from __future__ import annotations

from collections.abc import Iterator


class TownHosts(list[str]):
    """The names from the environment, and after them those that municipalities have in the database."""

    def __iter__(self) -> Iterator[str]:
        """Yield the names; the database is asked only when the environment's do not fit."""
        yield from super().__iter__()
        from django.apps import apps

        if apps.ready:
            from samsyn.organisations.towns import host_names

            yield from host_names()
