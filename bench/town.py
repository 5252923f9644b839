"""
The scratch town that pages are measured in: the demo, and documents with 1, 100 and 10,000 commitments.

Every commitment has what the import asks of a real one: a target, three responsibilities (doing, follow-up,
evaluation) and a published outcome of one of four kinds, so that every way of writing an answer is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.environment import samsyn

if TYPE_CHECKING:
    from samsyn.commitments.models import Commitment, Outcome

SIZES = (1, 100, 10_000)
BATCH = 500


def key_of(size: int) -> str:
    """Return the key of the document with so many commitments."""
    return f"matning-{size}"


def build(folder: Path) -> dict[str, str]:
    """Make the town in `folder`, in a process of its own; return the cookie of a signed-in strategist."""
    subprocess.run(
        [sys.executable, "-m", "samsyn", "demo", "--load-only"],
        env=samsyn(folder), check=True, capture_output=True,
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.town"], env=samsyn(folder), check=True, capture_output=True, text=True
    )
    cookie: dict[str, str] = json.loads(done.stdout)
    return cookie


def _outcome(commitment: Commitment, n: int) -> Outcome:
    from samsyn.commitments.enums import Fulfilment, OutcomeKind
    from samsyn.commitments.models import Outcome

    common: dict[str, Any] = {
        "commitment": commitment, "key": "utfall", "order": 0, "is_published": True,
        "title": "Antalet anmälda brott följdes upp av styrgruppen",
        "own_words": "Vi har arbetat tillsammans under hela året och följer upp varje kvartal.",
        "own_words_by": "Polisen och staden", "source": {"title": "Uppföljning", "date": "2021-01-21"},
    }  # fmt: skip
    periods: dict[str, Any] = {
        "baseline_period_text": "2022",
        "baseline_start": date(2022, 1, 1), "baseline_end": date(2022, 12, 31),
        "period_text": "2023", "period_start": date(2023, 1, 1), "period_end": date(2023, 12, 31),
    }  # fmt: skip
    before, after = 150 + n % 90, 140 + n % 70
    kinds: list[dict[str, Any]] = [
        {"kind": OutcomeKind.COUNT, "unit": "anmälda brott", **periods,
         "baseline_value": Decimal(before), "value": Decimal(after)},
        {"kind": OutcomeKind.PERCENTAGE, "unit": "av dem som svarade", **periods,
         "baseline_value": Decimal(before) / 10, "baseline_numerator": before, "baseline_denominator": 1000,
         "value": Decimal(after) / 10, "value_numerator": after, "value_denominator": 1000},
        {"kind": OutcomeKind.MILESTONE, "fulfilment": Fulfilment.LATE,
         "reason": "Upphandlingen överklagades.", "decided_by": "Styrgruppen", "new_date_text": "i höst"},
        {"kind": OutcomeKind.COUNT, "unit": "trygghetsvandringar", "value": Decimal(n % 5 + 6),
         "fulfilment": Fulfilment.EXCEEDED, "reason": "Två extra gjordes."},
    ]  # fmt: skip
    return Outcome(**common | kinds[n % len(kinds)])


def _add_document(size: int) -> None:
    from samsyn.commitments.enums import (
        DocumentKind,
        DocumentState,
        EvaluationKind,
        Operator,
        PartyRole,
        PeriodPrecision,
        Task,
    )
    from samsyn.commitments.models import (
        Commitment,
        CommitmentDocument,
        Evaluation,
        Outcome,
        Party,
        Responsibility,
        Target,
    )
    from samsyn.dialogues.enums import Completeness
    from samsyn.organisations.models import Municipality

    document = CommitmentDocument(
        municipality=Municipality.objects.get(), key=key_of(size), kind=DocumentKind.CITIZEN_PROMISE,
        title=f"Löfte med {size} åtaganden", summary="Vad polisen och staden lovade i en mätning.",
        state=DocumentState.EVALUATED, is_published=True, period_text="2023", period_start=date(2023, 1, 1),
        period_end=date(2023, 12, 31), period_precision=PeriodPrecision.YEAR,
        completeness=Completeness.COMPLETE, follow_up_text="Varje kvartal.", follow_up_forum="Styrgruppen",
        follow_up_deadline=date(2024, 3, 31),
    )  # fmt: skip
    document.refresh_search_text()
    document.save()
    Party.objects.bulk_create(
        Party(document=document, order=order, name=name, role=PartyRole.SIGNATORY)
        for order, name in enumerate(("Trollhättans Stad", "Polisen"))
    )
    Evaluation.objects.create(
        document=document, order=0, kind=EvaluationKind.FINAL, title="Uppföljning", text="Styrgruppens svar."
    )
    commitments = [
        Commitment(
            document=document, key=f"lofte-{n}", order=n, title=f"Synlig polis och vuxna i centrum, del {n}",
            wording="Minska antalet anmälda brott i offentlig miljö genom att fler vuxna rör sig ute sent.",
            scope_text="Hela centrum, kvällar och nätter", source={"title": "Medborgarlöfte"},
        )
        for n in range(size)
    ]  # fmt: skip
    for commitment in commitments:
        commitment.refresh_search_text()
    Commitment.objects.bulk_create(commitments, batch_size=BATCH)
    Target.objects.bulk_create(
        (
            Target(
                commitment=each, key="mal", order=0, text="Färre anmälda brott än året före",
                operator=Operator.GE if n % 4 == 3 else Operator.DECREASE,
                value=Decimal(5) if n % 4 == 3 else None, unit="anmälda brott",
            )
            for n, each in enumerate(commitments)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    Responsibility.objects.bulk_create(
        (
            Responsibility(commitment=each, order=order, task=task, text="Kommunpolis och samordnare")
            for each in commitments
            for order, task in enumerate(Task.values)
        ),
        batch_size=BATCH,
    )
    Outcome.objects.bulk_create((_outcome(each, n) for n, each in enumerate(commitments)), batch_size=BATCH)


def main() -> None:
    """Add the documents to the demo town, and print a strategist's session cookie as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import transaction
    from django.test import Client

    from samsyn.accounts.models import User
    from samsyn.organisations.enums import Role

    with transaction.atomic():
        for size in SIZES:
            _add_document(size)
    client = Client()
    client.force_login(User.objects.filter(memberships__role=Role.STRATEGIST)[0])
    name = settings.SESSION_COOKIE_NAME
    json.dump({name: client.cookies[name].value}, sys.stdout)


if __name__ == "__main__":
    main()
