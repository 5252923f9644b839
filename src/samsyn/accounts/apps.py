from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "samsyn.accounts"
    label = "accounts"

    def ready(self) -> None:
        from samsyn.accounts import permissions, personal_data, verbs  # noqa: F401 - enters what it has in the registries
