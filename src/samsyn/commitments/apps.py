from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "samsyn.commitments"
    label = "commitments"

    def ready(self) -> None:
        from samsyn.commitments import exports, importers, personal_data, verbs  # noqa: F401 - enters what it has in the registries
