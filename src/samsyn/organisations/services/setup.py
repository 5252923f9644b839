"""Entering a municipality."""

import re

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import DomainError
from samsyn.organisations.enums import OrganisationKind
from samsyn.organisations.models import Municipality, MunicipalityHost, Organisation
from samsyn.organisations.towns import forget_hosts, reserved_slugs

_HOST = re.compile(r"(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")


class WrongMunicipalityCode(DomainError):
    """A municipality's code has four digits."""


class HostTaken(DomainError):
    """A host name is one municipality's only."""


@transaction.atomic
def set_up_municipality(*, code: str, name: str) -> tuple[Municipality, bool]:
    """
    Enter a municipality with its own organisation, unless it is there; tell whether it was entered now.

    :raises WrongMunicipalityCode: the code is not four digits
    """
    if len(code) != 4 or not code.isascii() or not code.isdigit():
        raise WrongMunicipalityCode(_("En kommunkod har fyra siffror, till exempel 1488."))
    municipality, created = Municipality.objects.get_or_create(
        code=code, defaults={"name": name, "slug": _free_slug(code, name), "official_name": name}
    )
    # It may be there under a key of its own, as in the demo town; an upgrade must not make a second one.
    if not municipality.organisations.filter(kind=OrganisationKind.MUNICIPALITY).exists():
        Organisation.objects.create(
            municipality=municipality,
            key="kommunen",
            kind=OrganisationKind.MUNICIPALITY,
            name=municipality.official_name,
        )
    return municipality, created


def _free_slug(code: str, name: str) -> str:
    """Return the part of the address: the name, or with the code where that is taken, as Håbo's is by Habo."""
    slug = slugify(name)
    is_taken = not slug or slug in reserved_slugs() or Municipality.objects.filter(slug=slug).exists()
    return f"{slug}-{code}".strip("-") if is_taken else slug


@transaction.atomic
def give_host(*, municipality: Municipality, name: str) -> None:
    """
    Let a municipality's pages stand at a host name.

    :raises HostTaken: the name is no host name, or another municipality's
    """
    name = name.strip().rstrip(".").casefold()
    if not _HOST.fullmatch(name):
        raise HostTaken(_("Skriv ett värdnamn, till exempel trygg.kommunen.se."))
    host, _created = MunicipalityHost.objects.get_or_create(name=name, defaults={"municipality": municipality})
    if host.municipality_id != municipality.pk:
        raise HostTaken(_("Värdnamnet hör redan till en annan kommun. Välj ett annat."))
    forget_hosts()
