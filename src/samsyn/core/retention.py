"""Purges what has been kept as long as was decided, and leaves a protocol of each purge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samsyn.core import audit
from samsyn.core.errors import DomainError
from samsyn.core.models import PurgeProtocol, RetentionRule
from samsyn.core.personal_data import DataClass, classes

SHORTEST_DAYS, LONGEST_DAYS = 1, 36_500


class RuleRefused(DomainError):
    """A retention that cannot be: a class that does not exist, or a time out of bounds."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a municipality's disposal plan, decided or by default."""

    what: DataClass
    keep_days: int
    decision: str
    decided_date: date | None

    @property
    def is_decided(self) -> bool:
        """Tell whether the municipality has decided it, and it is not only the default."""
        return bool(self.decision)


def plan(municipality_code: str) -> list[PlanLine]:
    """Return a municipality's disposal plan: every class of data that there is, and how long it is kept."""
    rules = {rule.data_class: rule for rule in RetentionRule.objects.filter(municipality_code=municipality_code)}
    lines = []
    for what in classes():
        rule = rules.get(what.code)
        lines.append(
            PlanLine(what, rule.keep_days, rule.decision, rule.decided_date)
            if rule
            else PlanLine(what, what.keep_days, "", None)
        )
    return lines


@transaction.atomic
def decide(
    *,
    municipality_code: str,
    data_class: str,
    keep_days: int,
    decision: str,
    decided_date: date | None,
    by: audit.Actor,
    now: datetime,
) -> RetentionRule:
    """
    Enter a municipality's decision on how long a class is kept.

    :raises RuleRefused: no such class, a time out of bounds, or no decision named
    """
    what = {each.code: each for each in classes()}.get(data_class)
    if what is None or not what.has_time:
        raise RuleRefused(_("Det slaget av uppgift finns inte. Ladda om sidan."))
    least = max(SHORTEST_DAYS, what.least_days)
    if not least <= keep_days <= LONGEST_DAYS:
        raise RuleRefused(
            _("Skriv ett antal dagar från %(least)d till %(most)d.") % {"least": least, "most": LONGEST_DAYS}
        )
    if not decision.strip():
        raise RuleRefused(_("Skriv vilket beslut det gäller, till exempel KS 2026/123."))
    before = RetentionRule.objects.filter(municipality_code=municipality_code, data_class=data_class).first()
    values = {"keep_days": keep_days, "decision": decision.strip(), "decided_date": decided_date}
    rule, _created = RetentionRule.objects.update_or_create(
        municipality_code=municipality_code, data_class=data_class, defaults=values
    )
    was = {name: getattr(before, name, None) for name in values}
    audit.record(
        "core.retention_decided",
        rule,
        by=by,
        at=now,
        municipality_code=municipality_code,
        changes=audit.differences(was, values),
    )
    return rule


def purge_due(*, municipality_codes: Iterable[str], now: datetime) -> list[PurgeProtocol]:
    """
    Purge, for each municipality, what its plan no longer keeps; return the protocols of what was purged.

    Each class is a transaction of its own with its protocol, so that a fault in one never undoes another's.
    """
    protocols = []
    for code in municipality_codes:
        for line in plan(code):
            if line.what.purge is None:
                continue
            older_than = now - timedelta(days=line.keep_days)
            with transaction.atomic():
                n_purged = line.what.purge(code, older_than)
                if n_purged:
                    protocols.append(_protocol(code, line, older_than, n_purged, now))
    return protocols


def _protocol(code: str, line: PlanLine, older_than: datetime, n_purged: int, now: datetime) -> PurgeProtocol:
    protocol = PurgeProtocol.objects.create(
        at=now,
        municipality_code=code,
        data_class=line.what.code,
        keep_days=line.keep_days,
        decision=line.decision,
        older_than_at=older_than,
        n_purged=n_purged,
    )
    audit.record(
        "core.purged", protocol, by=None, at=now, municipality_code=code, changes={"n": [None, n_purged]}
    )
    return protocol
