from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "samsyn.accounts"
    label = "accounts"

    def ready(self) -> None:
        from samsyn.accounts import (
            messages,
            permissions,  # noqa: F401 - enters the routes in the permission table
            personal_data,  # noqa: F401 - declares the personal fields
            verbs,  # noqa: F401 - enters the words of the log
        )
        from samsyn.core import outbox

        outbox.ask_before_putting(messages.wants)
