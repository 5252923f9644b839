"""RSS of what has been promised and how it went."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from samsyn.commitments.models import CommitmentDocument, Outcome
from samsyn.commitments.verdicts import aims_at_change, reading_of, verdict_of
from samsyn.core.clock import STOCKHOLM
from samsyn.organisations.current import municipality_of
from samsyn.organisations.models import Municipality

N_ITEMS = 50

if TYPE_CHECKING:
    _Feed = Feed[Any, Municipality]
else:
    _Feed = Feed


class PromiseFeed(_Feed):
    """The latest outcomes that were made public, each with its honest word."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Municipality:
        """Return the municipality whose feed it is."""
        return municipality_of(request)

    def title(self, town: Municipality) -> str:
        """Name the feed."""
        return _("Löften i %(town)s: så gick det") % {"town": town.name}

    def link(self, town: Municipality) -> str:
        """Lead to the page of promises."""
        return reverse("public:promises")

    def description(self, town: Municipality) -> str:
        """Say what the feed holds."""
        return _("Vad %(town)s och polisen har lovat, och hur det gick.") % {"town": town.official_name}

    def items(self, town: Municipality) -> list[Outcome]:
        """Return the latest public outcomes of public documents."""
        documents = CommitmentDocument.objects.of(town).published()
        return list(
            Outcome.objects.published()
            .filter(commitment__document__in=documents)
            .select_related("commitment__document")
            .prefetch_related("commitment__targets")
            .order_by("-reported_date", "-pk")[:N_ITEMS]
        )

    def item_title(self, item: Any) -> str:
        """Say how it went in the title already."""
        return f"{reading_of(item.commitment, item).word}: {item.commitment.local.title}"

    def item_description(self, item: Any) -> str:
        """Give the verdict's sentence, or the outcome in a line."""
        change = verdict_of(item, aims_at_change=aims_at_change(item.commitment))
        return change.sentence if change else str(item.local.title)

    def item_link(self, item: Outcome) -> str:
        """Lead to the promise's thread."""
        return reverse("public:commitment", args=[item.commitment.document.key, item.commitment.key])

    def item_guid(self, item: Outcome) -> str:
        """Name the item so that a corrected one is read as the same."""
        return f"{item.commitment.document.key}/{item.commitment.key}/{item.key}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Outcome) -> datetime | None:
        """Return the day it was reported."""
        return datetime.combine(item.reported_date, time(), tzinfo=STOCKHOLM) if item.reported_date else None
