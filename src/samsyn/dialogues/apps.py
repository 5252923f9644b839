from django.apps import AppConfig


class DialoguesConfig(AppConfig):
    name = "samsyn.dialogues"
    label = "dialogues"
