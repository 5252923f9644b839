"""Which municipality a file's rows belong to."""

from __future__ import annotations

from django.utils.translation import gettext as _

from samsyn.core.importing import CellFault, Context, Unreadable
from samsyn.organisations.models import Municipality


def municipality_for(context: Context) -> Municipality:
    """
    Return the municipality that was asked for, or the only one on the installation.

    :raises Unreadable: it is not here, or there are several to choose from
    """
    if context.municipality:
        found = Municipality.objects.filter(code=context.municipality).first()
        if found is None:
            raise Unreadable(_("Kommunen finns inte i installationen. Kör ”samsyn setup” först."))
        return found
    towns = list(Municipality.objects.order_by("code")[:2])
    if len(towns) != 1:
        raise Unreadable(
            _("Välj vilken kommun raderna gäller.")
            if towns
            else _("Kommunen finns inte i installationen. Kör ”samsyn setup” först.")
        )
    return towns[0]


def others_codes(context: Context) -> frozenset[str]:
    """
    Return the codes of municipalities here whose numbers and areas this person's file must leave alone.

    Shared numbers are read in by one for all from the command line; on the upload page each town minds its own.
    """
    if context.by is None or not context.municipality:
        return frozenset()
    return frozenset(Municipality.objects.exclude(code=context.municipality).values_list("code", flat=True))


def check_is_ours(column: str, area_code: str, others: frozenset[str]) -> None:
    """
    Refuse a row about another municipality on this installation.

    :raises CellFault: it is
    """
    if others and area_code[:4] in others:
        raise CellFault(
            column, _("Raden gäller en annan kommun på Samsyn. Ta bort den, eller be den kommunen läsa in.")
        )
