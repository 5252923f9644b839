"""Files of documents and dialogues for tests, made from the tree that the exchange itself is made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from django.db import models
from hypothesis import strategies as st

from samsyn.commitments import exchange
from samsyn.commitments import models as m
from samsyn.commitments.exchange import Node
from samsyn.core import exporting, text
from samsyn.core.importing.runner import run_import
from samsyn.dialogues import models as d
from samsyn.organisations.models import Municipality

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

# Pairs of which the first may not be above the second; the database refuses it.
IN_ORDER: dict[type[models.Model], list[tuple[str, str]]] = {
    m.CommitmentDocument: [("period_start", "period_end")],
    m.Target: [("value", "value_high")],
    m.Outcome: [("value_numerator", "value_denominator"), ("baseline_numerator", "baseline_denominator")],
    d.Dialogue: [("n_respondents", "n_sample")],
}
INSTALLED = {"organisation": ["staden", "polisen"], "area": ["1488R001"], "series": ["anmalda-brott"]}


def file_of(*, documents: list[Any] | None = None, dialogues: list[Any] | None = None, **other: Any) -> dict[str, Any]:
    """Return a file for Trollhättan."""
    return {
        "format": exchange.FORMAT,
        "municipality": "1488",
        "dialogues": dialogues or [],
        "documents": documents or [],
    } | other


def read_in(file: Any, **how: Any) -> dict[str, Any]:
    """Read a file in, given as bytes or as what its JSON holds, and return the result as scripts see it."""
    raw = file if isinstance(file, bytes) else json.dumps(file, ensure_ascii=False).encode()
    options: dict[str, Any] = {"municipality": "1488", "now": NOW, **how}
    return run_import("commitments", raw, name="fil.json", **options).as_dict()


def read_out(town: Municipality) -> bytes:
    """Return the town's file as it is exported."""
    return exporting.run_export("commitments", municipality=town.code)


def a_document(**fields: Any) -> dict[str, Any]:
    """Return the least a document may say, and what is given."""
    return {
        "key": "lofte-2020",
        "kind": "CITIZEN_PROMISE",
        "title": "Medborgarlöfte 2020",
        "period_text": "2020",
        "period_precision": "YEAR",
        "completeness": "COMPLETE",
    } | fields


def a_commitment(**fields: Any) -> dict[str, Any]:
    """Return the least a commitment may say, and what is given."""
    return {"key": "synlig-polis", "title": "Synlig polis"} | fields


def a_dialogue(**fields: Any) -> dict[str, Any]:
    """Return the least a dialogue may say, and what is given."""
    return {
        "key": "dialog-2019",
        "title": "Medborgardialog 2019",
        "period_text": "hösten 2019",
        "selection": "SELF_SELECTED",
        "completeness": "PARTIAL",
    } | fields


# --- every node and every field ------------------------------------------------------------------

# All that people may write, with line breaks and tabs; what is refused is tried elsewhere.
_refused = [chr(code) for code in range(0x10000) if text.has_refused_characters(chr(code))]
_texts = st.text(st.characters(codec="utf-8", exclude_characters=_refused), min_size=1, max_size=12)
_dates = st.dates(date(1990, 1, 1), date(2060, 12, 31)).map(date.isoformat)
_objects = st.dictionaries(
    _texts, st.one_of(_texts, st.integers(-99, 99), st.none(), st.booleans()), min_size=1, max_size=2
)
_translations = st.dictionaries(
    st.sampled_from(["en", "sv-x-lattlast", "fi"]),
    st.fixed_dictionaries(
        {
            "made_by": st.sampled_from(["machine", "human"]),
            "fields": st.dictionaries(st.sampled_from(["title", "text", "wording"]), _texts, min_size=1),
        },
        optional={"date": _dates, "reviewed_date": st.one_of(st.none(), _dates)},
    ),
    min_size=1,
    max_size=2,
)


class _Maker:
    """
    Makes items of any node out of a few drawn values.

    A file has some two hundred fields, more than can be drawn one by one: the values are drawn, and where
    they stand is decided by `chance`.
    """

    def __init__(self, draw: st.DrawFn, *, whole: bool) -> None:
        self.whole = whole
        self.chance = Random(draw(st.integers(0, 2**32)))
        self.texts = draw(st.lists(_texts, min_size=3, max_size=6))
        self.dates = draw(st.lists(_dates, min_size=3, max_size=6))
        self.objects = draw(st.lists(_objects, min_size=1, max_size=3))
        self.translations = draw(st.lists(_translations, min_size=1, max_size=3))
        self.integers = draw(st.lists(st.integers(0, 2**31 - 1), min_size=3, max_size=6))

    def often(self) -> bool:
        """Decide whether something stands in the file; in a whole one everything does."""
        return self.whole or self.chance.random() < 0.5

    def value(self, model: type[models.Model], name: str) -> Any:
        """Return what a field may hold in a file, by the kind of its column."""
        column = model._meta.get_field(name)
        pick = self.chance.choice
        if name == "translations":
            return pick(self.translations)
        if name == "source":
            return {**pick(self.objects), "title": pick(self.texts), "url": "https://example.org/källa"}
        if name == "changes":
            return {key: [value, None] for key, value in pick(self.objects).items()}
        if isinstance(column, models.JSONField):
            return [pick(self.texts), pick(self.objects)] if column.default is list else pick(self.objects)
        if isinstance(column, models.BooleanField):
            return pick([True, False])
        if isinstance(column, models.DateField):
            return pick(self.dates)
        if isinstance(column, models.DecimalField):
            return self._number(column)
        if isinstance(column, models.IntegerField):
            return pick(self.integers)
        assert isinstance(column, models.CharField | models.TextField), name
        return pick([code for code, _label in column.flatchoices]) if column.choices else pick(self.texts)

    def _number(self, column: models.DecimalField[Any, Any]) -> int | float:
        # A float in the file has fifteen digits that can be trusted.
        most = 10 ** min(column.max_digits, 15) - 1
        number = Decimal(self.chance.randint(-most, most)).scaleb(-column.decimal_places)
        return self.chance.choice([0, int(number), float(number)])

    def item(self, node: Node, index: int) -> dict[str, Any]:
        """Return an item with its children, without its references."""
        item: dict[str, Any] = {}
        for name in node.names:
            if name == "key":
                item[name] = f"nyckel-{index}"
            elif name in required(node) or self.often():
                item[name] = self.value(node.model, name)
        for name, child in node.children.items():
            if parts := self.items(child):
                item[name] = parts
        for low, high in IN_ORDER.get(node.model, []):
            if item.get(low) is not None and item.get(high) is not None:
                item[low], item[high] = sorted([item[low], item[high]])
        return item

    def items(self, node: Node) -> list[dict[str, Any]]:
        """Return a few items of a node; two of each in a whole file."""
        return [self.item(node, index) for index in range(2 if self.whole else self.chance.choice([0, 1, 1, 2]))]

    def tie(self, node: Node, rows: list[dict[str, Any]], known: dict[str, list[str]]) -> None:
        """Give items references to what is `known`; one that needs a reference and finds none is left out."""
        for row in list(rows):
            here = known
            if node is exchange.DOCUMENT:
                own = f"{row['key']}/"
                here = known | {
                    "theme": _keys(row, "themes"),
                    "problem": _keys(row, "problems"),
                    # A commitment of the same document is named by its key alone.
                    "commitment": [path.removeprefix(own) for path in known["commitment"]],
                }
            elif node is exchange.COMMITMENT:
                here = known | {"indicator": _keys(row, "indicators"), "target": _keys(row, "targets")}
            for name, kind in node.refs.items():
                if here[kind] and (name in required(node) or self.often()):
                    row[name] = self.chance.choice(here[kind])
                elif name in required(node):
                    rows.remove(row)
            for name, child in node.children.items():
                self.tie(child, row.get(name, []), here)
                if not row.get(name, [True]):
                    del row[name]


def _keys(row: dict[str, Any], name: str) -> list[str]:
    return [part["key"] for part in row.get(name, [])]


def required(node: Node) -> set[str]:
    """Return the fields and references that an item cannot be without."""
    return set(exchange._required(node))


@st.composite
def files(draw: st.DrawFn, *, whole: bool = False) -> dict[str, Any]:
    """Return a file whose references all lead somewhere; a whole one leaves no node and no field out."""
    maker = _Maker(draw, whole=whole)
    file = file_of(**{kind: maker.items(node) for kind, node in exchange.TOP.items()})
    known = INSTALLED | {
        "dialogue": _keys(file, "dialogues"),
        "priority": [f"{row['key']}/{key}" for row in file["dialogues"] for key in _keys(row, "priorities")],
        "document": _keys(file, "documents"),
        "commitment": [f"{row['key']}/{key}" for row in file["documents"] for key in _keys(row, "commitments")],
    }
    for kind, node in exchange.TOP.items():
        maker.tie(node, file[kind], known)
    return file


def nodes(tree: dict[str, Node] = exchange.TOP, path: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every node of the tree with its path."""
    for name, node in tree.items():
        yield f"{path}{name}", node
        yield from nodes(node.children, f"{path}{name}.")


def said(node: Node, rows: list[dict[str, Any]], path: str) -> Iterator[str]:
    """Yield the path of every field, reference and child that stands in some rows."""
    for row in rows:
        for name in row:
            yield f"{path}.{name}"
        for name, child in node.children.items():
            yield from said(child, row.get(name, []), f"{path}.{name}")


def everything() -> set[str]:
    """Return the path of every field, reference and child that a file may have."""
    return {f"{path}.{name}" for path, node in nodes() for name in (*node.names, *node.refs, *node.children)}
