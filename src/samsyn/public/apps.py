from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "samsyn.public"
    label = "public"

    def ready(self) -> None:
        from samsyn.public import permissions  # noqa: F401 - enters the routes in the permission table
