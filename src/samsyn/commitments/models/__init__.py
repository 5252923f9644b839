"""Agreements, plans and promises: what was promised, by whom, to be judged how, and what came of it."""

from samsyn.commitments.models.commitments import (
    BudgetLine,
    Commitment,
    CommitmentPlace,
    CommitmentProblem,
    CommitmentQuerySet,
    Indicator,
    Responsibility,
    Target,
)
from samsyn.commitments.models.documents import (
    CommitmentDocument,
    CommitmentDocumentQuerySet,
    DocumentContact,
    DocumentDialogue,
    DocumentExtension,
    DocumentLink,
    DocumentProblem,
    DocumentStatement,
    Evaluation,
    Part,
    Party,
    Signature,
    Theme,
)
from samsyn.commitments.models.outcomes import (
    Outcome,
    OutcomeCorrection,
    OutcomeQuerySet,
)

__all__ = [
    "BudgetLine",
    "Commitment",
    "CommitmentDocument",
    "CommitmentDocumentQuerySet",
    "CommitmentPlace",
    "CommitmentProblem",
    "CommitmentQuerySet",
    "DocumentContact",
    "DocumentDialogue",
    "DocumentExtension",
    "DocumentLink",
    "DocumentProblem",
    "DocumentStatement",
    "Evaluation",
    "Indicator",
    "Outcome",
    "OutcomeCorrection",
    "OutcomeQuerySet",
    "Part",
    "Party",
    "Responsibility",
    "Signature",
    "Target",
    "Theme",
]
