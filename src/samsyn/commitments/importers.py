"""Reads agreements, plans, promises, outcomes and dialogues from the project's own JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, relevance

from samsyn.commitments import exchange
from samsyn.commitments.exchange import Node, Writer
from samsyn.commitments.models import CommitmentDocument, Outcome, OutcomeCorrection, Target
from samsyn.commitments.services import outcomes as services
from samsyn.core import audit, text
from samsyn.core.importing.base import Context, DocumentImporter, register
from samsyn.core.importing.errors import Unreadable
from samsyn.core.importing.result import Counts, ImportResult
from samsyn.dialogues.models import Dialogue
from samsyn.organisations.models import Municipality


@dataclass(frozen=True, slots=True)
class Item:
    """One dialogue or document of the file: which list it stood in, where, and what it says."""

    kind: str
    index: int
    content: dict[str, Any]

    @property
    def node(self) -> Node:
        """Where it stands in the tree of models."""
        return exchange.TOP[self.kind]

    @property
    def path(self) -> str:
        """Where it stands in the file."""
        return f"{self.kind}[{self.index}]"


@register
class CommitmentsImporter(DocumentImporter[Item]):
    """One row is one dialogue or one document, with all that belongs to it. Dialogues come first."""

    kind: ClassVar[str] = "commitments"
    label: ClassVar[str | Promise] = gettext_lazy("Överenskommelser, planer och löften")

    def prepare(self, context: Context) -> Mapping[str, Any]:
        """Read which municipality the file is for."""
        if not context.municipality:
            found = list(Municipality.objects.order_by("pk")[:2])
            return {"municipality": found[0] if len(found) == 1 else None, "several": len(found) > 1}
        return {"municipality": Municipality.objects.filter(code=context.municipality).first()}

    def parse_document(self, document: Any, context: Context, result: ImportResult) -> list[Item]:
        """Check the file against its schema and return the items that keep to it."""
        municipality = context.known["municipality"]
        if context.known.get("several"):
            raise Unreadable(_("Flera kommuner finns i installationen. Ange vilken filen gäller."))
        if municipality is None:
            raise Unreadable(_("Kommunen finns inte i installationen. Kör ”samsyn setup” först."))
        if not isinstance(document, dict) or document.get("format") != exchange.FORMAT:
            raise Unreadable(
                _("Filen är inte i formatet %(format)s. Så ska raden ”format” stå överst.")
                % {"format": exchange.FORMAT}
            )
        if document.get("municipality") != municipality.code:
            raise Unreadable(
                _("Filen gäller kommun %(file)s, men läses in för %(code)s. Välj rätt kommun eller rätt fil.")
                % {"file": document.get("municipality"), "code": municipality.code}
            )
        schema = exchange.schema()
        for name in document.keys() - schema["properties"].keys():
            result.warn(_("Delen ”%(name)s” känns inte igen och hoppades över.") % {"name": name})
        items: list[Item] = []
        for kind in exchange.TOP:
            validator = Draft202012Validator(
                schema["properties"][kind]["items"], format_checker=FormatChecker(["date"])
            )
            rows = document.get(kind, [])
            if not isinstance(rows, list):
                raise Unreadable(_("”%(name)s” ska vara en lista.") % {"name": kind})
            seen: set[str] = set()
            for index, row in enumerate(rows):
                result.rows += 1
                node = exchange.TOP[kind]
                faults = [*_schema_faults(validator, row), *_text_faults(row), *_key_faults(node, row)]
                faults = faults or _value_faults(node, row)
                key = str(row.get("key", "")) if isinstance(row, dict) else ""
                if key and key in seen:
                    faults.append(("key", _("Nyckeln ”%(key)s” står två gånger. Ge den ena en annan.") % {"key": key}))
                seen.add(key)
                for column, sentence in faults:
                    result.refuse_row(result.rows, f"{kind}[{index}]{column and '.'}{column}", sentence)
                if not faults:
                    items.append(Item(kind, index, row))
        return items

    def load(self, items: Sequence[Item], context: Context) -> Counts:
        """
        Write what differs.

        :raises Unreadable: a reference names something that is not there
        """
        municipality: Municipality = context.known["municipality"]
        writer = Writer(municipality)
        counts = Counts()
        stored = {
            kind: {row["key"]: row for row in exchange.export_rows(node, list(
                node.model._default_manager.filter(municipality=municipality)
            ))}
            for kind, node in exchange.TOP.items()
        }  # fmt: skip
        try:
            written: list[tuple[CommitmentDocument | Dialogue, str]] = []
            for item in items:
                before = stored[item.kind].get(item.content["key"])
                if before is not None and _covers(before, exchange.normalise(item.node, item.content)):
                    counts.unchanged += 1
                    continue
                row = writer.write(item.node, item.content, item.path)
                assert isinstance(row, CommitmentDocument | Dialogue)  # noqa: S101 - the two kinds at the top
                written.append((row, "created" if before is None else "updated"))
            writer.tie()
            for row, _verb in written:
                row.refresh_search_text()  # now that all that belongs to it is there
                row.save(update_fields=["search_text"])
        except exchange.ExchangeError as fault:
            raise Unreadable(str(fault)) from None
        self._note_corrections(writer, context)
        for row, verb in written:
            setattr(counts, verb, getattr(counts, verb) + 1)
            audit.record(
                f"commitments.{row._meta.model_name}_{verb}",
                row,
                by=context.by,
                at=context.now,
                municipality_code=municipality.code,
            )
        return counts

    def _note_corrections(self, writer: Writer, context: Context) -> None:
        """A public outcome that a file changes gets its public note, as if a person had corrected it."""
        for outcome, before, after in writer.changed_outcomes:
            changes = audit.differences(before, after)
            changes.pop("translations", None)
            if changes and not _has_note_for(changes, writer.corrections_of(outcome)):
                services.add_correction(
                    outcome, note=_("Ändrat när en fil lästes in."), changes=changes, now=context.now
                )


def _has_note_for(changes: dict[str, list[Any]], corrections: list[OutcomeCorrection]) -> bool:
    """Tell whether the file brought its own note about these changes."""
    return any(changes.keys() <= correction.changes.keys() for correction in corrections)


def _covers(stored: Any, wanted: Any) -> bool:
    """Tell whether what is stored already says all that the file does; reports made since are not lost by it."""
    return bool(_without_reports(stored) == _without_reports(wanted)) and _reports_kept(stored, wanted)


def _without_reports(item: Any) -> Any:
    return {
        **item,
        "commitments": [
            {name: value for name, value in commitment.items() if name != "outcomes"}
            for commitment in item.get("commitments", [])
        ],
    }


def _reports_kept(stored: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for have, want in zip(stored.get("commitments", []), wanted.get("commitments", []), strict=False):
        outcomes = {outcome["key"]: outcome for outcome in have.get("outcomes", [])}
        for outcome in want.get("outcomes", []):
            found = outcomes.get(outcome["key"])
            if found is None:
                return False
            notes = found.get("corrections", [])
            if any(note not in notes for note in outcome.get("corrections", [])):
                return False
            if {**found, "corrections": []} != {**outcome, "corrections": []}:
                return False
    return True


def _schema_faults(validator: Draft202012Validator, row: Any) -> list[tuple[str, str]]:
    def place_and_weight(error: ValidationError) -> tuple[Any, ...]:
        return list(map(str, error.absolute_path)), relevance(error)

    errors = sorted(validator.iter_errors(row), key=place_and_weight)
    # Each missing name is an error of its own, but one sentence names them all.
    return list(dict.fromkeys((_place(error), _sentence(error)) for error in errors))


def _place(error: ValidationError) -> str:
    text = ""
    for part in error.absolute_path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _sentence(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "required":
            missing = [name for name in wanted if name not in instance]
            return _("Det här saknas: %(names)s.") % {"names": ", ".join(missing)}
        case "additionalProperties":
            unknown = sorted(instance.keys() - schema.get("properties", {}).keys())
            return _("Det här känns inte igen: %(names)s. Kontrollera stavningen.") % {"names": ", ".join(unknown)}
        case "enum":
            return _("%(value)s är inget av alternativen. Välj bland %(choices)s.") % {
                "value": error.instance, "choices": ", ".join(map(str, wanted)),
            }  # fmt: skip
        case "format":
            return _("”%(value)s” är inget datum. Skriv det som 2020-12-31.") % {"value": error.instance}
        case "maxLength":
            return _("Texten är för lång. Den får ha högst %(n)s tecken.") % {"n": wanted}
        case "pattern" if wanted == "^https?://":
            return _("En adress börjar med https://. Rätta den.")
        case "pattern":
            return _key_sentence(str(error.instance))
        case "minimum":
            return _("Talet får inte vara mindre än %(n)s.") % {"n": wanted}
        case _type:
            return _("Värdet är av fel slag. Det ska vara %(type)s.") % {"type": _type_words(wanted)}


def _key_sentence(key: str) -> str:
    return _("”%(value)s” får bara ha bokstäver utan prickar, siffror och bindestreck.") % {"value": key}


def _type_words(wanted: Any) -> str:
    words = {
        "string": _("en text"), "integer": _("ett heltal"), "number": _("ett tal"), "boolean": _("true eller false"),
        "array": _("en lista"), "object": _("ett objekt"), "null": _("tomt"),
    }  # fmt: skip
    names = wanted if isinstance(wanted, list) else [wanted]
    return _(" eller ").join(words.get(str(name), str(name)) for name in names)


def _text_faults(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Find control characters and hidden direction marks anywhere in the file's texts."""
    if isinstance(value, str):
        if text.has_refused_characters(value):
            return [(path.lstrip("."), _("Texten har osynliga styrtecken. Skriv om den för hand."))]
        return []
    if isinstance(value, dict):
        return [
            fault
            for name, part in value.items()
            for fault in (*_text_faults(name, path), *_text_faults(part, f"{path}.{name}"))
        ]
    if isinstance(value, list):
        return [fault for index, part in enumerate(value) for fault in _text_faults(part, f"{path}[{index}]")]
    return []


# Pairs of which the database refuses a first that is above the second.
_IN_ORDER: dict[type[models.Model], tuple[tuple[str, str], ...]] = {
    CommitmentDocument: (("period_start", "period_end"),),
    Target: (("value", "value_high"),),
    Outcome: (("value_numerator", "value_denominator"), ("baseline_numerator", "baseline_denominator")),
    Dialogue: (("n_respondents", "n_sample"),),
}


def _value_faults(node: Node, row: dict[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Find values that the schema lets through and the database would refuse, or round without telling."""
    faults = []
    for name in node.fields:
        sentence = _number_fault(node.model._meta.get_field(name), row.get(name))
        if name == "key" and row[name].endswith("\n"):  # the pattern's end may stand before a last line break
            sentence = _key_sentence(row[name])
        if sentence:
            faults.append((f"{path}{name}", sentence))
    for low, high in _IN_ORDER.get(node.model, ()):
        least, most = (exchange.python_value(node, name, row.get(name)) for name in (low, high))
        if least is not None and most is not None and least > most:
            names = {name: node.model._meta.get_field(name).verbose_name for name in (low, high)}  # type: ignore[union-attr]
            sentence = _("”%(high)s” får inte vara mindre än ”%(low)s”. Kontrollera båda.") % {
                "low": names[low], "high": names[high],
            }  # fmt: skip
            faults.append((f"{path}{high}", sentence))
    for name, child in node.children.items():
        for index, part in enumerate(row.get(name, [])):
            faults += _value_faults(child, part, f"{path}{name}[{index}].")
    return faults


def _number_fault(column: Any, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(column, models.DecimalField):
        whole, places = column.max_digits - column.decimal_places, column.decimal_places
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) >= 10**whole or number != round(number, places):
            return _("Talet har för många siffror. Det får ha högst %(whole)s före kommat och %(places)s efter.") % {
                "whole": whole, "places": places,
            }  # fmt: skip
    if isinstance(column, models.IntegerField):
        most = models.BigIntegerField.MAX_BIGINT if isinstance(column, models.PositiveBigIntegerField) else 2**31 - 1
        if value > most:
            return _("Talet får vara högst %(n)s.") % {"n": most}
    return ""


def _key_faults(node: Node, row: Any, path: str = "") -> list[tuple[str, str]]:
    """Find keys that stand twice in one list."""
    faults: list[tuple[str, str]] = []
    if not isinstance(row, dict):
        return faults
    for name, child in node.children.items():
        parts = row.get(name)
        seen: set[Any] = set()
        for index, part in enumerate(parts if isinstance(parts, list) else []):
            here = f"{path}.{name}[{index}]".lstrip(".")
            faults += _key_faults(child, part, here)
            key = part.get("key") if child.match == "key" and isinstance(part, dict) else None
            if key is not None and str(key) in seen:
                sentence = _("Nyckeln ”%(key)s” står två gånger. Ge den ena en annan.") % {"key": key}
                faults.append((f"{here}.key", sentence))
            seen.add(str(key))
    return faults
