"""Loads the demo town: real documents and real statistics of Trollhättan, and example accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from samsyn.accounts.demo import PASSWORD
from samsyn.accounts.models import User
from samsyn.core.errors import DomainError
from samsyn.core.importing.runner import run_import
from samsyn.organisations import services
from samsyn.organisations.enums import Role
from samsyn.organisations.models import GuideEntry, Membership, Municipality, OpeningHours, Organisation, PageReview

DATA = Path(__file__).parent / "data"
CODE = "1488"

# In the order in which they need one another.
FILES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("areas", "kommun-1488-trollhattan.geojson", {}),
    ("areas", "regso-2025-trollhattan-simplified.geojson", {}),
    ("areas", "deso-2025-trollhattan.geojson", {}),
    ("population", "befolkning-trollhattan-2025.csv", {}),
    ("population", "befolkning-regso-2025.csv", {}),
    ("population", "befolkning-deso-2025.csv", {}),
    ("crime-statistics", "bra-anmalda-brott-trollhattan-ar.csv", {"extraction_date": "2026-11-22"}),
    ("crime-statistics", "bra-anmalda-brott-kvartal.csv", {"extraction_date": "2026-11-22"}),
    ("police-events", "polisen-events-trollhattan.json", {}),
    ("commitments", "commitments-trollhattan.json", {}),
    ("observations", "exempel-observationer.csv", {}),
)

PEOPLE: tuple[tuple[str, str, str, Role], ...] = (
    ("strateg@example.org", "Exempel Strateg", "trollhattans-stad", Role.STRATEGIST),
    ("polis@example.org", "Exempel Kommunpolis", "polisen", Role.POLICE_OFFICER),
    ("styrgrupp@example.org", "Exempel Styrgrupp", "trollhattans-stad", Role.STEERING_GROUP),
    ("undertecknare@example.org", "Exempel Undertecknare", "trollhattans-stad", Role.SIGNATORY),
    ("polischef@example.org", "Exempel Polischef", "polisen", Role.SIGNATORY),
    ("enhetschef@example.org", "Exempel Enhetschef", "trollhattans-stad", Role.HEAD_OF_UNIT),
    ("redaktor@example.org", "Exempel Redaktör", "trollhattans-stad", Role.PAGE_EDITOR),
    ("analytiker@example.org", "Exempel Analytiker", "trollhattans-stad", Role.ANALYST),
    ("drift@example.org", "Exempel Drift", "trollhattans-stad", Role.ADMINISTRATOR),
    ("granskare@example.org", "Exempel Granskare", "trollhattans-stad", Role.AUDITOR),
)


class DemoFileRefused(DomainError):
    """A data file of the demo was refused: the package itself is broken."""


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def load(*, now: datetime, say: Callable[[str], None]) -> None:
    """
    Load the demo town, unless it is there already: then everything in it is kept as people have left it.

    :raises DemoFileRefused: a data file could not be read in
    """
    if Municipality.objects.filter(code=CODE).exists():
        say(_("Demostaden finns redan. Det som ändrats i den är kvar."))
        return
    say(_("Laddar demostaden Trollhättan …"))
    with transaction.atomic():
        _load_municipality()
        for kind, name, options in FILES:
            result = run_import(kind, DATA / name, municipality=CODE, now=now, options=options)
            if not result.accepted:
                raise DemoFileRefused(f"{name}: {result.file_errors or result.row_errors[:3]}")
            say(f"  {name}: {result.counts.stored}")
        _load_guide()
        _load_people()


def _load_municipality() -> None:
    data = _read("municipality-trollhattan.json")
    services.set_up_municipality(code=CODE, name=data["municipality"]["name"])
    municipality = Municipality.objects.get(code=CODE)
    for name, value in data["municipality"].items():
        setattr(municipality, name, value)
    municipality.is_example = True
    municipality.save()
    municipality.organisations.all().delete()
    for organisation in data["organisations"]:
        Organisation.objects.create(municipality=municipality, **organisation)
    for hours in data["opening_hours"]:
        OpeningHours.objects.create(
            municipality=municipality,
            weekday=hours["weekday"],
            opens_at=time.fromisoformat(hours["opens_at"]),
            closes_at=time.fromisoformat(hours["closes_at"]),
        )
    for review in data["page_reviews"]:
        day = date.fromisoformat(review["reviewed_date"])
        PageReview.objects.create(municipality=municipality, **{**review, "reviewed_date": day})


def _load_guide() -> None:
    municipality = Municipality.objects.get(code=CODE)
    entries = _read("guide-trollhattan.json")
    for entry in entries["entries"] if isinstance(entries, dict) else entries:
        row = GuideEntry(municipality=municipality, **entry)
        row.refresh_search_text()
        row.save()


def _load_people() -> None:
    municipality = Municipality.objects.get(code=CODE)
    # Hashed once for all: hashing is slow on purpose, and this password is printed for everybody to read.
    hashed = make_password(PASSWORD)
    for email, name, key, role in PEOPLE:
        user = User.objects.create(email=email, password=hashed, name=name, is_demo=True)
        organisation = Organisation.objects.get(municipality=municipality, key=key)
        Membership.objects.create(user=user, organisation=organisation, role=role)


def sign_ins(address: str) -> list[str]:
    """Return the lines that tell how to sign in to the demo."""
    people = [f"  {email:<26} {role.label}" for email, _name, _organisation, role in PEOPLE]
    return [
        "",
        f"{_('Invånarnas sidor')}: {address}/",
        f"{_('Arbetet')}: {address}/arbete/",
        _("Logga in med lösenordet %(password)s som:") % {"password": PASSWORD},
        *people,
        "",
    ]
