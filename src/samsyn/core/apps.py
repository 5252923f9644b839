from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "samsyn.core"
    label = "core"

    def ready(self) -> None:
        from samsyn.core import checks  # noqa: F401 - registers the start-up checks
        from samsyn.core.permissions import STRANGER, route

        route("healthz", who=STRANGER)
        route("photo", who="den som får se det som bilden hör till")
