from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "samsyn.core"
    label = "core"

    def ready(self) -> None:
        from samsyn.core import (
            checks,  # noqa: F401 - registers the start-up checks
            jobs,
        )
        from samsyn.core.permissions import STRANGER, route

        jobs.enter()
        route("healthz", who=STRANGER)
