from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "samsyn.organisations"
    label = "organisations"

    def ready(self) -> None:
        from samsyn.organisations import permissions  # noqa: F401 - enters the acts and routes in the permission table
