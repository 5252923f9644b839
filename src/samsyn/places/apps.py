from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "samsyn.places"
    label = "places"

    def ready(self) -> None:
        from samsyn.places import exports, importers  # noqa: F401 - registers what can be read in and out
