"""Documents and dialogues as they can be read in again."""

from django.utils.translation import gettext as _

from samsyn.commitments import exchange
from samsyn.core.exporting import Document, NotExportable, exports
from samsyn.organisations.models import Municipality


@exports("commitments")
def commitments(municipality: str) -> Document:
    """
    Return everything of one municipality, drafts included; the installation's first one if none is named.

    :raises NotExportable: there is no such municipality
    """
    towns = Municipality.objects.order_by("pk")
    town = (towns.filter(code=municipality) if municipality else towns).first()
    if town is None:
        raise NotExportable(_("Kommunen finns inte i installationen. Kontrollera kommunkoden."))
    return Document(exchange.export(town))
