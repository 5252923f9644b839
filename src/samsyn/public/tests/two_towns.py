"""Two towns beside each other, the second with one word in everything that is its own; and a walk through a site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

from django.test import Client

from samsyn.accounts.models import User
from samsyn.commitments.tests import factories
from samsyn.dialogues.models import Dialogue
from samsyn.organisations.enums import Role
from samsyn.organisations.models import GuideEntry, Membership, Municipality, OpeningHours, Organisation, PageReview
from samsyn.places.models import Area
from samsyn.statistics.models import NewsItem, PopulationCount

WORD = "hemligtord"
HOSTS = {"1488": "trollhattan.example.org", "1480": "goteborg.example.org"}
_LINK = re.compile(r"""(?:href|src)=["']([^"'#]*)""")


def make_town(code: str, name: str, slug: str, *, word: str) -> Municipality:
    """Return a town with some of everything; `word` stands in every text of it."""
    town: Municipality = Municipality.objects.create(
        code=code, name=name, slug=slug, official_name=f"{name} stad {word}".strip(), police_area=f"LPO {word}",
        has_contact_centre=True, has_safety_hosts=True, contact_centre_address=f"Gatan 1 {word}",
    )  # fmt: skip
    town.hosts.create(name=HOSTS[code])
    document = factories.DocumentFactory.create(
        municipality=town, key=f"lofte-{word or 'vart'}", title=f"Medborgarlöfte {word}"
    )
    commitment = factories.CommitmentFactory.create(document=document, key="rad", title=f"Synlig polis {word}")
    factories.OutcomeFactory.create(commitment=commitment, title=f"Rundorna {word}", own_words=word, published=True)
    factories.OutcomeFactory.create(commitment=commitment, key="utkast", title=f"Utkastet {word}")
    dialogue = Dialogue.objects.create(
        municipality=town, key=f"dialog-{word or 'var'}", title=f"Medborgardialog {word}", period_text="2026",
        selection="RANDOM", completeness="PARTIAL", summary=word, is_published=True,
    )  # fmt: skip
    guide = GuideEntry(
        municipality=town, key="lampor", group="MUNICIPALITY", order=1, title=f"Lampor {word}", text=word, who=word
    )
    for row in (document, commitment, dialogue, guide):
        row.refresh_search_text()
        row.save()
    OpeningHours.objects.create(municipality=town, weekday=0, opens_at="08:00", closes_at="16:30")
    PageReview.objects.create(
        municipality=town, page="start", title="Start", unit=f"Kansliet {word}", reviewed_date="2020-01-01"
    )
    area = _area(code, f"Centrum {word}".strip())
    PopulationCount.objects.create(area_code=area.code, sex="FEMALE", age_band="20-24", age_from=20, year=2025, n=100)
    NewsItem.objects.create(
        external_id=code, published_at=datetime(2026, 11, 1, tzinfo=UTC), kind="Rån", headline=f"Rån {word}",
        municipality_code=code, location_name=name,
    )  # fmt: skip
    staff(town, Role.STRATEGIST, name=f"Strateg {word}".strip())
    return town


def staff(town: Municipality, *roles: Role, name: str = "Anställd") -> User:
    """Return somebody with roles at a town's own organisation."""
    user = User.objects.create_user(f"{town.slug}-{User.objects.count()}@example.org", "en-lång-fras", name=name)
    organisation, _made = Organisation.objects.get_or_create(
        municipality=town, key="staden", defaults={"kind": "MUNICIPALITY", "name": town.official_name}
    )
    for role in roles:
        Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def _area(code: str, name: str) -> Area:
    west = 12.0 + int(code) / 10_000
    ring = [[west, 58.0], [west + 0.1, 58.0], [west + 0.1, 58.1], [west, 58.1], [west, 58.0]]
    area: Area = Area.objects.create(
        code=f"{code}R001", name=name, level="REGSO", municipality_code=code, area_km2=10.0,
        geometry={"type": "Polygon", "coordinates": [ring]}, label_lon=west + 0.05, label_lat=58.05,
        min_lon=west, min_lat=58.0, max_lon=west + 0.1, max_lat=58.1,
    )  # fmt: skip
    return area


@dataclass(frozen=True)
class Address:
    """How a town is reached in a mode: the host and what its paths begin with."""

    host: str
    prefix: str

    def client(self, user: User | None = None) -> Client:
        """Return a browser at the town's address, signed in if a person is given."""
        browser = Client(SERVER_NAME=self.host)
        if user is not None:
            browser.force_login(user)
        return browser

    def walk(self, browser: Client, *starts: str) -> Iterator[tuple[str, Any]]:
        """
        Yield every page that can be reached by links from where one starts, with its answer.

        :raises AssertionError: a link leads out of the town
        """
        waiting, seen = [self.prefix + start for start in starts], set()
        while waiting:
            path = waiting.pop(0)
            if path in seen or not self._is_followed(path):
                continue
            seen.add(path)
            answer = browser.get(path, follow=False)
            yield path, answer
            if answer.status_code in (301, 302):
                waiting.append(answer["Location"])
            elif answer["Content-Type"].startswith(("text/html", "application/rss")):
                waiting.extend(unescape(link) for link in _LINK.findall(answer.content.decode()))

    def _is_followed(self, path: str) -> bool:
        if not path or path.startswith(("/static/", "tel:", "mailto:", "data:")):
            return False
        path = path.removeprefix(f"http://{self.host}")
        if path.startswith("http"):
            assert not any(host in path for host in HOSTS.values() if host != self.host), path
            return False
        assert path.startswith(f"{self.prefix}/"), f"{path} leads out of the town"
        return not path.endswith("/logga-ut/")
