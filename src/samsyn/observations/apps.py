from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "samsyn.observations"
    label = "observations"

    def ready(self) -> None:
        from samsyn.core import photos
        from samsyn.observations import (
            exports,  # noqa: F401 - enters what can be read out
            importers,  # noqa: F401 - enters what can be read in
            personal_data,  # noqa: F401 - declares what is kept
            verbs,  # noqa: F401 - enters the words of the log
            visibility,
        )

        photos.serves("observations.observation", visibility.can_see_photo_of)
