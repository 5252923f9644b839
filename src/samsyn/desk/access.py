"""The rows a staff page is about, fetched only for those who may see them."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from samsyn.accounts.models import User
from samsyn.commitments import permissions
from samsyn.commitments.models import Commitment, CommitmentDocument, CommitmentDocumentQuerySet, Outcome
from samsyn.core.errors import NotFound
from samsyn.organisations.current import municipality_of

# The same words as for what one may not see: the answer must not tell the two apart.
NO_SUCH_PAGE = _("Sidan finns inte. Kontrollera adressen, eller logga in med ett annat konto.")


def person(request: HttpRequest) -> User:
    """Return who is signed in; a staff page has sent everybody else to the sign-in."""
    return cast(User, request.user)


def documents_of(request: HttpRequest) -> CommitmentDocumentQuerySet:
    """Return the municipality's documents that the person may see."""
    return CommitmentDocument.objects.visible_to(person(request)).of(municipality_of(request))


def document_of(request: HttpRequest, key: str) -> CommitmentDocument:
    """
    Return a document to work with.

    :raises NotFound: it does not exist, or not for this person
    """
    found = documents_of(request).select_related("municipality").filter(key=key).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    permissions.check_can_read_drafts(person(request), found)
    return found


def commitment_of(request: HttpRequest, document_key: str, key: str) -> Commitment:
    """
    Return a commitment to work with, with its targets.

    :raises NotFound: it does not exist, or not for this person
    """
    document = document_of(request, document_key)
    found = document.commitments.filter(key=key).prefetch_related("targets").first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    found.document = document
    return found


def outcome_of(request: HttpRequest, document_key: str, commitment_key: str, key: str) -> Outcome:
    """
    Return an outcome to work with, draft or public.

    :raises NotFound: it does not exist, or not for this person
    """
    commitment = commitment_of(request, document_key, commitment_key)
    found = commitment.outcomes.filter(key=key).first()
    if found is None:
        raise NotFound(NO_SUCH_PAGE)
    found.commitment = commitment
    return found
