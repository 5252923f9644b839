"""Agreements, plans and promises name organisations and offices, never persons."""

from samsyn.core.personal_data import without_persons

without_persons(
    "commitments.commitmentdocument",
    "commitments.party",
    "commitments.documentlink",
    "commitments.documentdialogue",
    "commitments.documentstatement",
    "commitments.documentextension",
    "commitments.documentcontact",
    "commitments.evaluation",
    "commitments.signature",
    "commitments.theme",
    "commitments.documentproblem",
    "commitments.commitment",
    "commitments.commitmentproblem",
    "commitments.responsibility",
    "commitments.commitmentplace",
    "commitments.budgetline",
    "commitments.indicator",
    "commitments.target",
    "commitments.outcome",
    "commitments.outcomecorrection",
    because="public documents in which offices sign and answer",
)
