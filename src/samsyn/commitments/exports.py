"""Documents and dialogues as they can be read in again."""

from django.utils.translation import gettext as _

from samsyn.commitments import exchange
from samsyn.core.exporting import Document, NotExportable, exports
from samsyn.organisations.models import Municipality


@exports("commitments")
def commitments(municipality: str) -> Document:
    """
    Return everything of one municipality, drafts included; the installation's only one if none is named.

    :raises NotExportable: there is no such municipality, or it has to be said which of several
    """
    towns = Municipality.objects.filter(code=municipality) if municipality else Municipality.objects.all()
    found = list(towns[:2])
    if not found:
        raise NotExportable(_("Kommunen finns inte i installationen. Kontrollera kommunkoden."))
    if len(found) > 1:
        raise NotExportable(_("Flera kommuner finns i installationen. Ange vilken som ska exporteras."))
    return Document(exchange.export(found[0]))
