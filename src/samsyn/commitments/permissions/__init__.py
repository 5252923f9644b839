"""Who may do what with documents and outcomes. In pairs: `check_…` raises with the reason, `can_…` asks."""

from samsyn.commitments.permissions.documents import (
    ARCHIVE,
    PUBLISH_OUTCOME,
    READ_DRAFTS,
    REPORT_OUTCOME,
    can_archive,
    can_publish_outcome,
    can_read_drafts,
    can_read_drafts_of,
    can_report_outcome,
    check_can_archive,
    check_can_publish_outcome,
    check_can_read_drafts,
    check_can_report_outcome,
)

__all__ = [
    "ARCHIVE",
    "PUBLISH_OUTCOME",
    "READ_DRAFTS",
    "REPORT_OUTCOME",
    "can_archive",
    "can_publish_outcome",
    "can_read_drafts",
    "can_read_drafts_of",
    "can_report_outcome",
    "check_can_archive",
    "check_can_publish_outcome",
    "check_can_read_drafts",
    "check_can_report_outcome",
]
