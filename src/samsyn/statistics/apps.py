from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "samsyn.statistics"
    label = "statistics"

    def ready(self) -> None:
        from samsyn.statistics import exports, importers  # noqa: F401 - registers what can be read in and out
