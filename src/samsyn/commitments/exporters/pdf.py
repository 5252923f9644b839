"""
*Så gick det* as a tagged PDF, made to PDF/UA-1 and PDF/A-2a.

The layout stands in `outcomes.typ`. It gets its words and numbers as JSON and never as typst source, so that
nothing that somebody has written can be read as an instruction. The same input gives the same bytes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import override

from samsyn import ui
from samsyn.commitments.models import CommitmentDocument
from samsyn.commitments.presenting import outcome_context, sign_key
from samsyn.commitments.verdicts import Reading
from samsyn.core.translations import ORIGINAL, Translated
from samsyn.dialogues.enums import Completeness
from samsyn.organisations.models import Municipality
from samsyn.ui.charts import IntervalChart, Mark
from samsyn.ui.formats import format_day

TEMPLATE = Path(__file__).with_name("outcomes.typ")
FONTS = Path(ui.__file__).with_name("pdf_fonts")

# What every font in `pdf_fonts` can draw; a test holds the two alike. One missing glyph would stop the whole
# document, for text that isn't there to be seen may not stand in an archive.
DRAWABLE = (
    " -~\u00a0-\u0148\u014a-\u017e\u0218-\u021b\u2010\u2011\u2013\u2014\u2018-\u201a\u201c-\u201e\u2020\u2022"
    "\u2026\u202f\u2030\u2032\u2033\u2039\u203a\u20ac\u2122\u2190-\u2193\u2212\u2248\u2260\u2264\u2265"
)
# A family of emoji or a sentence in another script is one gap, not one for each of its letters.
_NOT_DRAWABLE = re.compile(f"[^{DRAWABLE}]+(?: [^{DRAWABLE}]+)*")
# An address, or somebody leaning on a key.
_ENDLESS = re.compile(r"\S{40,}")
BREAK_EVERY = 20
# Signs that look the same: thin spaces, two dashes and a quotation mark.
_ALIKE = str.maketrans({"\u2009": "\u202f", "\u2012": "–", "\u2015": "–", "\u201b": "\u2018"})
_INVISIBLE = {"Cc", "Cf", "Mn", "Me"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=-|$)")

# A row longer than this may break over two pages; one page holds well over twice as much.
LONG_ROW = 1500

Text = str | dict[str, str]


class NotTypeset(RuntimeError):
    """The template or its fonts are broken: typst warned. Nothing that a user has written can cause it."""


def outcomes_pdf(document: CommitmentDocument, readings: Sequence[Reading], *, language: str) -> bytes:
    """
    Return how it went with every commitment of a document, as a PDF in `language`.

    The readings carry words in the language that was active when they were made; it should be the same.

    :raises NotTypeset: the template or its fonts are broken
    """
    outcomes = [reading.outcome for reading in readings if reading.outcome is not None]
    prefetch_related_objects([outcome for outcome in outcomes if outcome.pk], "corrections")
    with override(language):
        content = _content(document, readings, language)
    return _typeset(content, is_dated=content["date"] is not None)


def _typeset(content: Mapping[str, Any], *, is_dated: bool) -> bytes:
    # An archive file must have a date. A document without one is no archive file; no day is made up for it.
    standards: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"] if is_dated else ["ua-1"]
    made, warnings = typst.compile_with_warnings(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=list(standards),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)},
    )
    if warnings:
        raise NotTypeset("; ".join(warning.message for warning in warnings))
    return made


@cache
def _fonts() -> typst.Fonts:
    # Only our own: what is missing must be seen to be missing, on every machine alike.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _content(document: CommitmentDocument, readings: Sequence[Reading], language: str) -> dict[str, Any]:
    """Collect what the template draws: plain text, and text with its language where that is another."""
    town = document.municipality
    evaluations = list(document.evaluations.all())
    reported = max((each.reported_date for each in evaluations if each.reported_date), default=None)
    newest = _newest(document, readings, reported)
    year = document.period_start.year if document.period_start else None
    title = _("Så gick det %(year)s") % {"year": year} if year else _("Så gick det")
    name = document.local.title
    return {
        "language": _language_code(language),
        "date": {"year": newest.year, "month": newest.month, "day": newest.day} if newest else None,
        "title": _clean(f"{title}: {name}"),
        "heading": _clean(title),
        "authors": _clean(_authors(town)),
        "name": _said(name, language),
        "reported": reported and _("Uppföljning, %(day)s") % {"day": format_day(reported, language=language)},
        "lead": _clean(
            _(
                "Det här lovade polisen och %(town)s i %(title)s."
                " Vi visar vad som hände, även när svaret är osäkert."
            )
            % {"town": town.official_name, "title": name}
        ),
        "explanation": _(
            "Vi slår inte ihop svaren till ett betyg."
            " Varje löfte får sitt eget svar, med siffran, skälet och den som ansvarar."
        ),
        "machine": _("Översatt av en maskin och inte granskad än. Den svenska texten gäller.")
        if document.local.is_machine
        else "",
        "partial": _said(document.local.completeness_note, language)
        if document.completeness == Completeness.PARTIAL
        else None,
        "rows": [_row(reading, language) for reading in readings],
        "details": [_detail(reading, language) for reading in readings if reading.outcome is not None],
        "evaluations": [
            {
                "kind": _clean(each.get_kind_display()),
                "title": _said(each.local.title, language),
                "day": format_day(each.reported_date, language=language) if each.reported_date else "",
                "text": _said(each.local.text, language),
            }
            for each in evaluations
        ],
        "follow_up": _follow_up(document, language),
        "signs": sign_key(),
        "sources": [source for each in evaluations if (source := _source(each.source, language))],
        "words": _words(),
    }


def _authors(town: Municipality) -> str:
    names = {"town": town.official_name, "area": town.police_area}
    if town.police_area:
        return _("%(town)s och Polisen, %(area)s") % names
    return _("%(town)s och Polisen") % names


def _words() -> dict[str, str]:
    return {
        "partial": _("En del av källan finns här."),
        "outcomes": _("Löftena och utfallen"),
        "commitment": _("Löfte"),
        "outcome": _("Utfall"),
        "judgement": _("Bedömning"),
        "example": _("Exempel i demon"),
        "none": _("Inga åtaganden är införda här"),
        "none_why": _("Därför finns inget att följa upp."),
        "details": _("Bakom svaren"),
        "figure": _("Figur"),
        "method": _("Metod:"),
        "scope": _("Gäller:"),
        "caveat": _("Tänk på:"),
        "follow_up": _("Uppföljningen"),
        "handed_to": _("Lämnas till:"),
        "signs": _("Så läser du tecknen"),
        "source": _("Källa:"),
        # The template fills in the numbers, which nobody knows before the pages are set.
        "page": _("Sida %(page)s av %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    }


def _row(reading: Reading, language: str) -> dict[str, Any]:
    """One row of the table: what was promised, the figure, and what it is worth."""
    commitment, outcome = reading.commitment, reading.outcome
    wording = commitment.local.wording
    # The verdict's whole sentence stands further down; its reason and the interval are here.
    text = reading.text if reading.change is None else ""
    return {
        "title": _said(commitment.local.title, language),
        "wording": _said(wording, language) if str(wording) != str(commitment.local.title) else "",
        "example": bool(outcome and outcome.is_example),
        "figure": _clean(reading.figure) or "–",
        "captions": [_clean(caption) for caption in reading.captions],
        "code": reading.code,
        "word": _clean(reading.word),
        "reason": _clean(reading.reason),
        "text": _clean(text),
        "keep": len(str(wording)) + len(text) + sum(map(len, reading.captions)) < LONG_ROW,
    }


def _detail(reading: Reading, language: str) -> dict[str, Any]:
    """What lies behind one answer: the chart, the parties' own words, the method, what was corrected."""
    shown = outcome_context(reading, language)
    outcome = shown["outcome"].local
    quote = shown["quote"]
    return {
        "title": _said(reading.commitment.local.title, language),
        "code": reading.code,
        "word": _clean(reading.word),
        "sentence": _clean(shown["text"]) if reading.change else "",
        "chart": _chart(shown) if shown["chart"] else None,
        "quote": quote and {"who": _clean(quote["who"]), "text": _in_language(quote["text"], quote["lang"])},
        "facts": [{"term": fact["term"], "value": _said(fact["value"], language)} for fact in shown["facts"]],
        "method": _clean(shown["method"]),
        "scope": _said(outcome.scope_text, language),
        "caveat": _said(outcome.caveat, language),
        "corrections": [
            {
                "day": _("Rättad %(day)s:") % {"day": format_day(each["date"], language=language)},
                "note": _said(each["note"], language),
                "changes": [_clean(f"{c.label}: {c.before} → {c.after}") for c in each["changes"]],
            }
            for each in shown["corrections"]
        ],
    }


def _chart(shown: Mapping[str, Any]) -> dict[str, Any]:
    chart: IntervalChart = shown["chart"]
    title, sentence = _clean(shown["chart_title"]), _clean(shown["chart_sentence"])
    return {
        "title": title,
        "sentence": sentence,
        "alt": f"{title}: {chart.estimate.label}. {sentence}",
        "zero_label": _clean(shown["chart_zero"]),
        "fewer": _clean(f"{shown['chart_fewer']} {shown['chart_what']}"),
        "more": _clean(shown["chart_more"]),
        "zero": _mark(chart.zero),
        "estimate": _mark(chart.estimate),
        "low": _mark(chart.low),
        "high": _mark(chart.high),
        "ticks": [{"x": _share(tick.x), "label": tick.label} for tick in chart.ticks],
    }


def _mark(mark: Mark) -> dict[str, Any]:
    return {"x": _share(mark.x), "label": mark.label, "anchor": mark.anchor, "open": mark.open}


def _share(percent: str) -> float:
    return float(percent.removesuffix("%")) / 100


def _follow_up(document: CommitmentDocument, language: str) -> dict[str, Any] | None:
    """
    To whom the follow-up is handed over, and whether that is known to have happened.

    A paper is read on any day, so it tells the last day without saying whether that has passed.
    """
    if not document.follow_up_forum:
        return None
    if document.follow_up_reported_date:
        day = format_day(document.follow_up_reported_date, language=language)
        state = _("Lämnad %(day)s.") % {"day": day}
    elif document.follow_up_deadline:
        day = format_day(document.follow_up_deadline, language=language)
        state = _("Sista dag: %(day)s. Att rapporten lämnades är inte registrerat här.") % {"day": day}
    else:
        state = ""
    return {
        "forum": _said(document.in_language("follow_up_forum", language), language),
        "deadline": _said(document.in_language("follow_up_deadline_text", language), language),
        "state": state,
    }


def _source(source: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    if not source.get("title"):
        return None
    url = str(source.get("url") or "")
    more = []
    if source.get("reviewed_date"):
        more.append(f"{_('granskad')} {source['reviewed_date']}")
    if source.get("unit"):
        more.append(str(source["unit"]))
    return {
        "title": _said(Translated(str(source["title"]), ORIGINAL), language),
        # On paper the address must be seen to be used.
        "url": url if url.startswith(("https://", "http://")) else "",
        "address": _clean(url),
        "more": _clean("".join(f", {part}" for part in more)),
    }


def _newest(document: CommitmentDocument, readings: Sequence[Reading], reported: date | None) -> date | None:
    """Return the newest day that the content itself tells, so that the same content gives the same file."""
    days = [reported, document.follow_up_reported_date, document.published_date, document.signed_date]
    for reading in readings:
        if reading.outcome is not None:
            days.append(reading.outcome.reported_date)
            days.extend(each.corrected_date for each in reading.outcome.corrections.all())
    return max((day for day in days if day), default=document.period_start)


def _said(value: Translated | str, language: str) -> Text:
    """Return a text, with its language where that is another than the document's."""
    if isinstance(value, Translated) and value.text and value.language != language:
        return _in_language(value.text, value.language)
    return _clean(str(value))


def _in_language(text: str, language: str) -> Text:
    code = _language_code(language)
    return {"text": _clean(text), "lang": code} if code else _clean(text)


def _language_code(language: str) -> str:
    found = _LANGUAGE.match(language)
    return found[0] if found else ""


def _clean(text: object) -> str:
    """
    Return a text as the fonts can draw it: composed letters, single spaces, blank lines kept as paragraphs.

    What they cannot draw is said to be missing.
    """
    composed = unicodedata.normalize("NFC", str(text)).replace("\r\n", "\n")
    lines = [_clean_line(paragraph) for paragraph in re.split(r"\n\s*\n", composed)]
    return "\n\n".join(line for line in lines if line)


def _clean_line(text: str) -> str:
    line = re.sub(r"[ \t\n\r\f\v\u2028\u2029]+", " ", text).strip().translate(_ALIKE)
    line = _NOT_DRAWABLE.sub(_missing, line)
    # A zero-width space lets an endless word break; no font needs a glyph for it.
    return _ENDLESS.sub(lambda match: "\u200b".join(re.findall(f".{{1,{BREAK_EVERY}}}", match[0])), line)


def _missing(match: re.Match[str]) -> str:
    # Marks and joiners alone have nothing of their own to show.
    if all(unicodedata.category(char) in _INVISIBLE for char in match[0] if char != " "):
        return ""
    plain = unicodedata.normalize("NFKC", match[0])
    return plain if not _NOT_DRAWABLE.search(plain) else _("[tecken saknas]")
