"""The doctor tells when addresses do not say which municipality they are about."""

import pytest
from django.conf import LazySettings

from samsyn.config import doctor
from samsyn.organisations.services import give_host, set_up_municipality

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_towns(settings: LazySettings) -> None:
    settings.SAMSYN_TOWN = ""
    set_up_municipality(code="1488", name="Trollhättan")
    give_host(municipality=set_up_municipality(code="1480", name="Göteborg")[0], name="trygg.goteborg.se")


@pytest.mark.parametrize(
    ("mode", "chosen", "words"),
    [
        ("single", "", "skiljer dem inte åt"),
        ("single", "1488", ""),
        ("single", "9999", "inte inlagd"),
        ("path", "", ""),
        ("host", "", "Trollhättan har inget värdnamn"),
    ],
)
def test_it_says_what_is_wrong_with_the_addresses(
    settings: LazySettings, mode: str, chosen: str, words: str
) -> None:
    settings.SAMSYN_TOWNS, settings.SAMSYN_TOWN = mode, chosen
    about = [fault for fault in doctor.faults() if any(word in fault for word in ("SAMSYN_TOWN", "värdnamn"))]
    assert len(about) == bool(words)
    assert words in "".join(about)
