"""
Documents and dialogues as JSON, and back, without losing anything.

One tree of `Node`s says, for each model, which fields, references and children it has in the file. The
reading, the writing, the comparison and the published JSON Schema are all made from that tree, so they
cannot drift apart. Empty values are left out of the file, and absent ones are read as empty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from django.db import models
from django.utils.translation import gettext as _

from samsyn.commitments import models as m
from samsyn.core.translations import TranslatedModel
from samsyn.dialogues import models as d
from samsyn.organisations.models import Municipality, Organisation
from samsyn.places.models import Area
from samsyn.statistics.models import StatisticSeries

FORMAT = "samsyn-commitments/1"

# How a reference is written in the file.
RefKind = Literal[
    "organisation", "area", "series", "dialogue", "priority", "document", "commitment", "theme", "problem",
    "indicator", "target",
]  # fmt: skip


@dataclass(frozen=True)
class Node:
    """How one model stands in the file."""

    model: type[models.Model]
    parent: str  # the foreign key to what it belongs to; the municipality for the two kinds at the top
    match: Literal["key", "order", "note"]
    fields: tuple[str, ...]
    refs: dict[str, RefKind] = field(default_factory=dict)
    children: dict[str, Node] = field(default_factory=dict)
    # What people have reported since is never removed by reading an older file in again.
    keeps_absent: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every plain field in the file, the texts in other languages included."""
        own = ("translations",) if issubclass(self.model, TranslatedModel) else ()
        return (*self.fields, *own)


def _parts(model: type[models.Model], *fields: str, refs: dict[str, RefKind] | None = None) -> Node:
    return Node(model, "document", "order", fields, refs or {})


def _of_commitment(model: type[models.Model], *fields: str, refs: dict[str, RefKind] | None = None) -> Node:
    return Node(model, "commitment", "order", fields, refs or {})


OUTCOME = Node(
    m.Outcome,
    "commitment",
    "key",
    (
        "key", "kind", "title", "own_words", "own_words_by", "unit",
        "baseline_value", "baseline_numerator", "baseline_denominator", "baseline_period_text", "baseline_start",
        "baseline_end", "value", "value_high", "value_numerator", "value_denominator", "value_text", "period_text",
        "period_start", "period_end", "works", "fulfilment", "fulfilment_basis", "reason", "new_date",
        "new_date_text", "decided_by", "scope_text", "caveat", "note", "is_about_few", "reported_date", "source",
        "is_example", "is_published",
    ),
    {"indicator": "indicator"},
    {
        "corrections": Node(
            m.OutcomeCorrection, "outcome", "note", ("corrected_date", "note", "changes"), keeps_absent=True
        ),
    },
    keeps_absent=True,
)  # fmt: skip

COMMITMENT = Node(
    m.Commitment,
    "document",
    "key",
    (
        "key", "title", "wording", "wording_source", "scope_text", "note", "cause_text", "traits", "condition_text",
        "condition_decided_by", "target_groups", "methods", "added_date", "added_reason", "source",
    ),
    {
        "theme": "theme",
        "starts_after": "commitment",
        "carried_over_from": "commitment",
        "same_aim_as": "commitment",
    },
    {
        "problems": _of_commitment(m.CommitmentProblem, "basis", "note", refs={"problem": "problem"}),
        "responsibilities": _of_commitment(m.Responsibility, "task", "text", refs={"organisation": "organisation"}),
        "places": _of_commitment(
            m.CommitmentPlace, "kind", "text", "geometry", "is_operational_secret", refs={"area": "area"}
        ),
        "budget_lines": _of_commitment(
            m.BudgetLine, "payer", "amount_sek", "share_percent", "text", "is_pending"
        ),
        "indicators": Node(
            m.Indicator,
            "commitment",
            "key",
            (
                "key", "name", "definition", "unit", "owner", "extraction_date", "breaks_text", "lower_is_better",
                "caveat", "source",
            ),
            {"series": "series"},
        ),
        "targets": Node(
            m.Target,
            "commitment",
            "key",
            (
                "key", "operator", "value", "value_high", "unit", "per", "compared_with", "text", "place_text",
                "season_text", "deadline", "deadline_text",
            ),
            {"within": "target", "indicator": "indicator"},
        ),
        "outcomes": OUTCOME,
    },
)  # fmt: skip

DOCUMENT = Node(
    m.CommitmentDocument,
    "municipality",
    "key",
    (
        "key", "kind", "title", "summary", "state", "is_published", "original_language", "period_text",
        "period_start", "period_end", "period_precision", "signed_date", "signed_text", "published_date",
        "published_text", "renewal_text", "follow_up_text", "follow_up_forum", "follow_up_deadline_text",
        "follow_up_deadline", "follow_up_reported_date", "child_perspective", "target_groups", "methods",
        "completeness", "completeness_note", "source",
    ),
    {},
    {
        "parties": _parts(m.Party, "name", "office", "role", "signed_date", refs={"organisation": "organisation"}),
        "links": _parts(m.DocumentLink, "other_text", "kind", "note", refs={"other": "document"}),
        "dialogues": _parts(m.DocumentDialogue, "basis", "note", refs={"dialogue": "dialogue"}),
        "statements": _parts(m.DocumentStatement, "kind", "heading", "text", "source"),
        "extensions": _parts(
            m.DocumentExtension, "decided_date", "decided_by", "previous_period_text", "previous_period_end",
            "new_period_text", "new_period_end", "motive",
        ),
        "contacts": _parts(
            m.DocumentContact, "role_title", "organisation_text", "channel", "valid_from", "valid_until"
        ),
        "evaluations": _parts(
            m.Evaluation, "kind", "title", "period_text", "reported_date", "forum", "text", "source"
        ),
        "signatures": _parts(
            m.Signature, "organisation_text", "office", "signed_date", "date_text", "place_text", "checksum"
        ),
        "themes": Node(m.Theme, "document", "key", ("key", "title", "text")),
        "problems": Node(
            m.DocumentProblem, "document", "key", ("key", "title", "text", "cause_text", "source"),
            {"priority": "priority"},
        ),
        "commitments": COMMITMENT,
    },
)  # fmt: skip

DIALOGUE = Node(
    d.Dialogue,
    "municipality",
    "key",
    (
        "key", "title", "summary", "period_text", "start_date", "end_date", "selection", "selection_text",
        "n_invited", "n_sample", "n_respondents", "response_rate", "supplier", "comparison_text",
        "is_series_break", "break_text", "completeness", "completeness_note", "source", "is_published",
    ),
    {"previous": "dialogue"},
    {
        "methods": Node(d.DialogueMethod, "dialogue", "order", ("kind", "text", "place_text", "date_text", "invited")),
        "priorities": Node(d.Priority, "dialogue", "key", ("key", "title", "contents", "share_percent")),
        "findings": Node(d.Finding, "dialogue", "order", ("dimension", "text", "value", "unit", "n")),
        "claims": Node(d.SourceClaim, "dialogue", "order", ("topic", "text", "source", "is_contradicted")),
    },
)  # fmt: skip

TOP: dict[str, Node] = {"dialogues": DIALOGUE, "documents": DOCUMENT}


class ExchangeError(ValueError):
    """A fault in a file: where it is, and what to do, in Swedish."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}")
        self.path = path
        self.sentence = sentence


# --- out ---------------------------------------------------------------------------------------


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _column(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """Return a model's own field; the tree names no others."""
    column = model._meta.get_field(name)
    if not isinstance(column, models.Field):
        raise TypeError(f"{model.__name__}.{name} is no field of its own")
    return column


def _default(model: type[models.Model], name: str) -> Any:
    return _column(model, name).get_default()


def is_empty(node: Node, name: str, value: Any) -> bool:
    """Tell whether a value is left out of the file: absent, empty, or what the field has by default."""
    if value is None or value == "" or value == [] or value == {}:
        return True
    return bool(value == _default(node.model, name))


def _ref_text(kind: RefKind, row: Any, within: m.CommitmentDocument | None) -> str:
    if kind == "area":
        return str(row.code)
    if kind == "priority":
        return f"{row.dialogue.key}/{row.key}"
    if kind == "commitment" and within is not None and row.document_id != within.pk:
        return f"{row.document.key}/{row.key}"
    return str(row.key)


class _Reader:
    """Reads whole trees from the database with one query for each kind of row, however many there are."""

    def __init__(self, tops: list[Any]) -> None:
        self.document_of = {row.pk: row for row in tops if isinstance(row, m.CommitmentDocument)}

    def read(self, node: Node, parents: list[Any]) -> dict[Any, list[dict[str, Any]]]:
        """Return the rows below `parents`, by the parent's id, as they stand in the file."""
        related = [name if kind != "priority" else f"{name}__dialogue" for name, kind in node.refs.items()]
        related = [f"{name}__document" if node.refs.get(name) == "commitment" else name for name in related]
        rows: list[Any] = []
        ids = [parent.pk for parent in parents]
        for start in range(0, len(ids), 500):
            query = node.model._default_manager.filter(**{f"{node.parent}__in": ids[start : start + 500]})
            rows += query.select_related(*related) if related else query
        rows.sort(key=lambda row: (row.order, row.pk))
        by_parent: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for row, item in zip(rows, self.items(node, rows), strict=True):
            by_parent[getattr(row, f"{node.parent}_id")].append(item)
        return by_parent

    def items(self, node: Node, rows: list[Any]) -> Iterator[dict[str, Any]]:
        """Yield each row with all that belongs to it."""
        below = {name: self.read(child, rows) for name, child in node.children.items()} if rows else {}
        for row in rows:
            item: dict[str, Any] = {}
            for name in node.names:
                value = getattr(row, name)
                if not is_empty(node, name, value):
                    item[name] = _json_value(value)
            within = self.document_of.get(getattr(row, "document_id", 0))
            for name, kind in node.refs.items():
                other = getattr(row, name)
                if other is not None:
                    item[name] = _ref_text(kind, other, within)
            for name, found in below.items():
                if found.get(row.pk):
                    item[name] = found[row.pk]
            yield item


def export(municipality: Municipality, *, only_published: bool = False) -> dict[str, Any]:
    """Return all dialogues and documents of a municipality, as `load` reads them."""
    file: dict[str, Any] = {"format": FORMAT, "municipality": municipality.code}
    for name, node in TOP.items():
        rows = node.model._default_manager.filter(municipality=municipality).order_by("key")
        if only_published:
            rows = rows.filter(is_published=True)
        file[name] = export_rows(node, list(rows))
    if only_published:
        _leave_out_what_is_not_public(file)
    return file


def export_document(document: m.CommitmentDocument) -> dict[str, Any]:
    """Return one document with all that belongs to it and the dialogues it came from, as `load` reads them."""
    dialogues = d.Dialogue.objects.filter(document_links__document=document).order_by("key").distinct()
    return {
        "format": FORMAT,
        "municipality": document.municipality.code,
        "dialogues": export_rows(TOP["dialogues"], list(dialogues)),
        "documents": export_rows(TOP["documents"], [document]),
    }


def _leave_out_what_is_not_public(file: dict[str, Any]) -> None:
    """Leave out drafts of outcomes, exact places that are secret, and the names of what is not in the file."""
    documents = {document["key"] for document in file["documents"]}
    dialogues = {dialogue["key"] for dialogue in file["dialogues"]}

    def drop(row: dict[str, Any], name: str, public: set[str]) -> None:
        # A priority and another document's commitment stand as "key/key"; without a slash it is one's own.
        head, slash, _tail = row.get(name, "").partition("/")
        if head not in public and (slash or public is dialogues):
            row.pop(name, None)

    for dialogue in file["dialogues"]:
        drop(dialogue, "previous", dialogues)
    for document in file["documents"]:
        _filter(document, "links", lambda link: link.get("other") is None or link["other"] in documents)
        _filter(document, "dialogues", lambda link: link["dialogue"] in dialogues)
        for problem in document.get("problems", []):
            drop(problem, "priority", dialogues)
        for commitment in document.get("commitments", []):
            for name in ("starts_after", "carried_over_from", "same_aim_as"):
                drop(commitment, name, documents)
            _filter(commitment, "outcomes", lambda outcome: outcome.get("is_published"))
            for place in commitment.get("places", []):
                if place.get("is_operational_secret"):
                    place.pop("geometry", None)
                    place.pop("area", None)


def _filter(row: dict[str, Any], name: str, keep: Callable[[dict[str, Any]], Any]) -> None:
    kept = [part for part in row.pop(name, []) if keep(part)]
    if kept:
        row[name] = kept


def export_rows(node: Node, rows: list[Any]) -> list[dict[str, Any]]:
    """Return rows at the top of the file, with all that belongs to them."""
    return list(_Reader(rows).items(node, rows))


# --- in ----------------------------------------------------------------------------------------


def normalise(node: Node, item: dict[str, Any]) -> dict[str, Any]:
    """Return an item as it would be exported: empty values left out, in the tree's order."""
    result: dict[str, Any] = {}
    for name in node.names:
        if name in item:
            value = _json_value(python_value(node, name, item[name]))
            if not is_empty(node, name, python_value(node, name, item[name])):
                result[name] = value
    result.update({name: item[name] for name in node.refs if item.get(name)})
    for name, child in node.children.items():
        if item.get(name):
            result[name] = [normalise(child, part) for part in item[name]]
    return result


def python_value(node: Node, name: str, value: Any) -> Any:
    """Return a field's value in the file as the model holds it."""
    column = _column(node.model, name)
    if value is None or isinstance(column, models.JSONField):
        return value
    if isinstance(column, models.DecimalField):
        return Decimal(str(value))
    return column.to_python(value)


class Writer:
    """Writes items into the database; references are tied when all rows are there."""

    def __init__(self, municipality: Municipality) -> None:
        self.municipality = municipality
        self.pending: list[tuple[models.Model, str, RefKind, str, str]] = []
        self.changed_outcomes: list[tuple[m.Outcome, dict[str, Any], dict[str, Any]]] = []
        self.new_corrections: list[m.OutcomeCorrection] = []

    def write(self, node: Node, item: dict[str, Any], path: str) -> models.Model:
        """Write one item at the top of the file with all that belongs to it."""
        row = node.model._default_manager.filter(municipality=self.municipality, key=item["key"]).first()
        if row is None:
            row = node.model(municipality=self.municipality)
        self._fill(node, row, item, path)
        return row

    def _fill(self, node: Node, row: Any, item: dict[str, Any], path: str) -> None:
        is_new = row.pk is None
        before = None if is_new else {name: getattr(row, name) for name in node.names}
        for name in node.names:
            value = item.get(name)
            setattr(row, name, _default(node.model, name) if value is None else python_value(node, name, value))
        for name, kind in node.refs.items():
            text = item.get(name)
            column = _column(node.model, name)
            if not text:
                setattr(row, name, None)
            elif is_new and not column.null:
                # A reference that the row cannot be without must be tied before it is written.
                setattr(row, name, self._find(kind, text, row, path, name))
            else:
                self.pending.append((row, name, kind, text, path))
        if hasattr(row, "refresh_search_text"):
            row.refresh_search_text()
        if isinstance(row, m.Outcome) and before is not None:
            after = {name: getattr(row, name) for name in node.names}
            if after != before:
                row.version += 1  # whoever has the form open must see this before saving
            if before["is_published"]:
                self.changed_outcomes.append((row, before, after))
        row.save()
        if isinstance(row, m.OutcomeCorrection) and is_new:
            self.new_corrections.append(row)
        for name, child in node.children.items():
            self._fill_children(child, row, item.get(name) or [], f"{path}.{name}", parent_is_new=is_new)

    def _fill_children(
        self, node: Node, parent: Any, items: list[dict[str, Any]], path: str, *, parent_is_new: bool
    ) -> None:
        existing: dict[Any, list[Any]] = defaultdict(list)
        n_before = 0
        row: Any
        if not parent_is_new:
            for row in node.model._default_manager.filter(**{node.parent: parent}).order_by("order", "pk"):
                existing[getattr(row, node.match)].append(row)
                n_before = row.order + 1
        for index, item in enumerate(items):
            found = existing.get(index if node.match == "order" else item[node.match])
            row = found.pop(0) if found else node.model(**{node.parent: parent})
            if node.match != "note":
                row.order = index
            elif row.pk is None:  # a public note is never moved or written over: a new one comes after it
                row.order, n_before = n_before, n_before + 1
            self._fill(node, row, item, f"{path}[{index}]")
        if not node.keeps_absent:
            for rows in existing.values():
                for row in rows:
                    row.delete()

    def corrections_of(self, outcome: m.Outcome) -> list[m.OutcomeCorrection]:
        """Return the notes that the file brought with it to an outcome."""
        return [correction for correction in self.new_corrections if correction.outcome_id == outcome.pk]

    def tie(self) -> None:
        """
        Tie the references between rows.

        :raises ExchangeError: a reference names something that is not there
        """
        for row, name, kind, text, path in self.pending:
            found = self._find(kind, text, row, path, name)
            if getattr(row, f"{name}_id") != found.pk:
                setattr(row, name, found)
                row.save(update_fields=[name])
        self.pending.clear()

    def _find(self, kind: RefKind, text: str, row: Any, path: str, name: str) -> Any:
        query = self._query(kind, text, row)
        found = query.first()
        if found is None:
            sentence = _("”%(text)s” finns inte. Kontrollera stavningen eller läs in det först.") % {"text": text}
            raise ExchangeError(f"{path}.{name}", sentence)
        return found

    def _query(self, kind: RefKind, text: str, row: Any) -> models.QuerySet[Any]:
        town = self.municipality
        commitment = row if isinstance(row, m.Commitment) else getattr(row, "commitment", None)
        document = commitment.document if commitment else getattr(row, "document", None)
        head, _slash, tail = text.rpartition("/")
        match kind:
            case "organisation":
                return Organisation.objects.filter(municipality=town, key=text)
            case "area":
                return Area.objects.filter(code=text)
            case "series":
                return StatisticSeries.objects.filter(key=text)
            case "dialogue":
                return d.Dialogue.objects.filter(municipality=town, key=text)
            case "priority":
                return d.Priority.objects.filter(dialogue__municipality=town, dialogue__key=head, key=tail)
            case "document":
                return m.CommitmentDocument.objects.filter(municipality=town, key=text)
            case "commitment":
                where = {"document__key": head} if head else {"document": document}
                return m.Commitment.objects.filter(document__municipality=town, key=tail, **where)
            case "theme":
                return m.Theme.objects.filter(document=document, key=text)
            case "problem":
                return m.DocumentProblem.objects.filter(document=document, key=text)
            case "indicator":
                return m.Indicator.objects.filter(commitment=commitment, key=text)
            case "target":
                return m.Target.objects.filter(commitment=commitment, key=text)


# --- the schema --------------------------------------------------------------------------------


def _field_schema(node: Node, name: str) -> dict[str, Any]:
    column = _column(node.model, name)
    description = str(getattr(column, "verbose_name", name))
    schema: dict[str, Any] = {"description": description}
    if name == "translations":
        return {
            "description": "Översättningar efter språkkod (en, sv-x-lattlast, …).",
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "made_by": {"enum": ["machine", "human"]},
                    "date": {"type": "string", "format": "date"},
                    "reviewed_date": {"type": ["string", "null"], "format": "date"},
                    "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                },
                "required": ["made_by", "fields"],
                "additionalProperties": False,
            },
        }
    if isinstance(column, models.JSONField):
        if column.default is list:
            return schema | {"type": "array", "items": {"type": ["string", "object"]}}
        if name == "source":
            schema["properties"] = {"url": {"type": "string", "pattern": "^https?://"}}
        elif name == "changes":
            schema["additionalProperties"] = {"type": "array", "minItems": 2, "maxItems": 2}
        return schema | {"type": ["object", "null"]}
    if isinstance(column, models.BooleanField):
        schema["type"] = "boolean"
    elif isinstance(column, models.DateField):
        schema |= {"type": "string", "format": "date"}
    elif isinstance(column, models.DecimalField):
        schema["type"] = "number"
    elif isinstance(column, models.IntegerField):
        schema |= {"type": "integer", "minimum": 0}
    elif column.choices:
        schema["enum"] = [code for code, _label in column.flatchoices]
    else:
        schema["type"] = "string"
        if isinstance(column, models.SlugField):
            schema["pattern"] = "^[-a-zA-Z0-9_]+$"
        if getattr(column, "max_length", None):
            schema["maxLength"] = column.max_length
    if column.null and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema


def _required(node: Node) -> list[str]:
    needed = []
    for name in node.names:
        column = _column(node.model, name)
        if not (column.null or column.blank or column.has_default()):
            needed.append(name)
    needed += [name for name in node.refs if not _column(node.model, name).null]
    return needed


def _node_schema(node: Node) -> dict[str, Any]:
    properties: dict[str, Any] = {name: _field_schema(node, name) for name in node.names}
    for name, kind in node.refs.items():
        properties[name] = {"description": f"Nyckel till {kind}.", "type": "string"}
    for name, child in node.children.items():
        properties[name] = {"type": "array", "items": _node_schema(child)}
    return {
        "type": "object",
        "description": str(node.model._meta.verbose_name),
        "properties": properties,
        "required": _required(node),
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the file, as published at `docs/schemas/commitments.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Samsyn: överenskommelser, planer, löften och utfall",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "municipality": {"type": "string", "pattern": "^[0-9]{4}$", "description": "Kommunkod."},
            **{name: {"type": "array", "items": _node_schema(node)} for name, node in TOP.items()},
        },
        "required": ["format", "municipality"],
        "additionalProperties": False,
    }
