from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "samsyn.places"
    label = "places"

    def ready(self) -> None:
        from samsyn.places import exports, importers, personal_data  # noqa: F401 - enters what it has in the registries
