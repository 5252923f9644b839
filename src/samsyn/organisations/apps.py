from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "samsyn.organisations"
    label = "organisations"

    def ready(self) -> None:
        from samsyn.organisations import jobs, permissions, personal_data, verbs  # noqa: F401 - enters what it has in the registries

        jobs.enter()
