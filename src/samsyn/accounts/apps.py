from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "samsyn.accounts"
    label = "accounts"

    def ready(self) -> None:
        from samsyn.accounts import permissions  # noqa: F401 - enters the routes in the permission table
