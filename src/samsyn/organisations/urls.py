from django.urls import path, register_converter

from samsyn.organisations import views

app_name = "organisations"


class Digest:
    """The part of a checksum that stands in an address."""

    regex = "[0-9a-f]{16}"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


register_converter(Digest, "digest")

urlpatterns = [
    path("farger-<digest:digest>.css", views.colours, name="colours"),
    path("logotyp-<digest:digest>.png", views.logo, name="logo"),
]
