from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "samsyn.organisations"
    label = "organisations"

    def ready(self) -> None:
        from samsyn.organisations import jobs, personal_data  # noqa: F401 - declares what it keeps

        jobs.enter()
