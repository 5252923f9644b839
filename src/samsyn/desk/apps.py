from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "samsyn.desk"
    label = "desk"

    def ready(self) -> None:
        from samsyn.desk import permissions, verbs  # noqa: F401 - enters the routes in the permission table
