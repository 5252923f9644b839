from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    name = "samsyn.dialogues"
    label = "dialogues"

    def ready(self) -> None:
        from samsyn.dialogues import personal_data  # noqa: F401 - declares what it keeps
