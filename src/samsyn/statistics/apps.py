from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "samsyn.statistics"
    label = "statistics"

    def ready(self) -> None:
        from samsyn.statistics import exports, importers, personal_data  # noqa: F401 - enters what it has in the registries
