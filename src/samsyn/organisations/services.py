"""What is done to municipalities."""

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from samsyn.core.errors import DomainError
from samsyn.organisations.enums import OrganisationKind
from samsyn.organisations.models import Municipality, Organisation


class WrongMunicipalityCode(DomainError):
    """A municipality's code has four digits."""


@transaction.atomic
def set_up_municipality(*, code: str, name: str) -> tuple[Municipality, bool]:
    """
    Enter a municipality with its own organisation, unless it is there; tell whether it was entered now.

    :raises WrongMunicipalityCode: the code is not four digits
    """
    if len(code) != 4 or not code.isascii() or not code.isdigit():
        raise WrongMunicipalityCode(_("En kommunkod har fyra siffror, till exempel 1488."))
    municipality, created = Municipality.objects.get_or_create(
        code=code, defaults={"name": name, "slug": slugify(name), "official_name": name}
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
