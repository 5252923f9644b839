from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "samsyn.commitments"
    label = "commitments"

