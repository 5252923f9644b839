from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "samsyn.commitments"
    label = "commitments"

    def ready(self) -> None:
        from samsyn.commitments import exports, importers  # noqa: F401 - registers what can be read in and out
