from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "samsyn.core"
    label = "core"

    def ready(self) -> None:
        from samsyn.core import checks, jobs, own_data, verbs  # noqa: F401 - enters what it has in the registries
        from samsyn.core.permissions import STRANGER, route

        jobs.enter()
        route("healthz", who=STRANGER)
        route("photo", who="den som får se det som bilden hör till")
