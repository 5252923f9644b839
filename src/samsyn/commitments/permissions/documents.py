"""Who may do what with documents and outcomes. In pairs: `check_…` raises with the reason, `can_…` asks."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.commitments.enums import DRAFT_READERS
from samsyn.commitments.models import CommitmentDocument
from samsyn.core.errors import NotAllowed, NotFound
from samsyn.core.permissions import act
from samsyn.organisations.enums import Role
from samsyn.organisations.models import Municipality
from samsyn.organisations.permissions import may

READ_DRAFTS = act(
    "commitments.read_drafts",
    _("Läsa dokument och utfall som inte är publicerade"),
    roles=set(DRAFT_READERS),
)
REPORT_OUTCOME = act(
    "commitments.report_outcome",
    _("Skriva och rätta utfall"),
    roles={Role.STRATEGIST, Role.POLICE_OFFICER},
)
PUBLISH_OUTCOME = act("commitments.publish_outcome", _("Publicera utfall"), roles={Role.STRATEGIST})


ARCHIVE = act("commitments.archive", _("Ta ut dokument till arkivet"), roles={Role.STRATEGIST})


def can_archive(user: User | AnonymousUser, document: CommitmentDocument) -> bool:
    """Tell whether a person may take a whole document out for the archive."""
    return may(user, ARCHIVE, document.municipality_id)


def check_can_archive(user: User | AnonymousUser, document: CommitmentDocument) -> None:
    """
    Refuse somebody who may not take a document out for the archive.

    :raises NotAllowed: reading is not exporting
    """
    if not can_archive(user, document):
        raise NotAllowed(_("Bara strategen tar ut dokument till arkivet. Be strategen om hjälp."))


def can_read_drafts(user: User | AnonymousUser, document: CommitmentDocument) -> bool:
    """Tell whether a person may read what is not yet published."""
    return may(user, READ_DRAFTS, document.municipality_id)


def can_read_drafts_of(user: User | AnonymousUser, municipality: Municipality) -> bool:
    """Tell whether a person may read what a municipality has not yet published."""
    return may(user, READ_DRAFTS, municipality.pk)


def check_can_read_drafts(user: User | AnonymousUser, document: CommitmentDocument) -> None:
    """
    Refuse somebody who may not read drafts.

    :raises NotFound: what one may not see does not exist
    """
    if not can_read_drafts(user, document):
        raise NotFound(_("Sidan finns inte. Kontrollera adressen, eller logga in med ett annat konto."))


def can_report_outcome(user: User | AnonymousUser, document: CommitmentDocument) -> bool:
    """Tell whether a person may enter and correct outcomes."""
    return may(user, REPORT_OUTCOME, document.municipality_id)


def check_can_report_outcome(user: User | AnonymousUser, document: CommitmentDocument) -> None:
    """
    Refuse somebody who may not enter outcomes.

    :raises NotFound: the person may not even see the document
    :raises NotAllowed: the person may read but not write
    """
    check_can_read_drafts(user, document)
    if not can_report_outcome(user, document):
        raise NotAllowed(_("Du får läsa men inte skriva utfall. Be strategen om hjälp."))


def can_publish_outcome(user: User | AnonymousUser, document: CommitmentDocument) -> bool:
    """Tell whether a person may make an outcome public, or correct one that is."""
    return may(user, PUBLISH_OUTCOME, document.municipality_id)


def check_can_publish_outcome(user: User | AnonymousUser, document: CommitmentDocument) -> None:
    """
    Refuse somebody who may not publish.

    :raises NotFound: the person may not even see the document
    :raises NotAllowed: the person may read or write but not publish
    """
    check_can_read_drafts(user, document)
    if not can_publish_outcome(user, document):
        raise NotAllowed(_("Bara strategen får publicera och rätta det som är publikt. Spara som utkast i stället."))
