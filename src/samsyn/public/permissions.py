"""The residents' routes in the permission table: everybody reads them, and nothing about the reader is kept."""

from samsyn.core.permissions import STRANGER, route

PAGES = (
    "start", "promises", "promises_rss", "document", "outcomes", "outcomes_pdf", "commitment", "dialogues", "dialogue",
    "situation", "news", "areas", "area", "who_does_what", "search", "open_data", "open_data_file", "accessibility",
    "privacy",
)  # fmt: skip

for _name in PAGES:
    route(f"public:{_name}", who=STRANGER)
