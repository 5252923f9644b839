from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "samsyn.observations"
    label = "observations"

    def ready(self) -> None:
        from samsyn.core import photos
        from samsyn.observations import exports, importers, visibility  # noqa: F401 - register what can be read in and out

        photos.serves("observations.observation", visibility.can_see_photo_of)
