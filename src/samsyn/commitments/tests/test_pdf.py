import io
import itertools
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
import typst
from django.utils.translation import override
from fontTools.ttLib import TTFont

from samsyn.commitments import queries
from samsyn.commitments.enums import (
    DocumentKind,
    EvaluationKind,
    Fulfilment,
    Operator,
    OutcomeKind,
    PeriodPrecision,
)
from samsyn.commitments.exporters import pdf
from samsyn.commitments.models import (
    Commitment,
    CommitmentDocument,
    Evaluation,
    Outcome,
    OutcomeCorrection,
    Target,
)
from samsyn.dialogues.enums import Completeness
from samsyn.organisations.models import Municipality

pytestmark = pytest.mark.django_db

HOSTILE = '#sys.exit() *bold* _under_ $x^2$ `raw` <label> @ref = head "q" \\u{41} \\ [x] // note'


@pytest.fixture
def document() -> CommitmentDocument:
    town = Municipality.objects.create(
        code="9999", name="Ängby", slug="angby", official_name="Ängby kommun", police_area="Södra Öarna"
    )
    found = CommitmentDocument.objects.create(
        municipality=town,
        key="lofte-2020",
        kind=DocumentKind.CITIZEN_PROMISE,
        title="Medborgarlöfte 2020",
        is_published=True,
        period_text="2020",
        period_start=date(2020, 1, 1),
        period_end=date(2020, 12, 31),
        period_precision=PeriodPrecision.YEAR,
        follow_up_forum="Styrgruppen",
        follow_up_deadline=date(2021, 3, 31),
        completeness=Completeness.PARTIAL,
        completeness_note="Bilagan saknas.",
    )
    Evaluation.objects.create(
        document=found,
        order=1,
        kind=EvaluationKind.FINAL,
        title="Uppföljning av löftet",
        reported_date=date(2021, 1, 21),
        text="Två av löftena följs upp.",
        source={"title": "Så gick det", "url": "https://example.org/sa-gick-det"},
    )
    return found


def promise(document: CommitmentDocument, key: str, **fields: Any) -> Commitment:
    order = document.commitments.count() + 1
    return Commitment.objects.create(document=document, key=key, order=order, **{"title": key, **fields})


def outcome(commitment: Commitment, **fields: Any) -> Outcome:
    kind = fields.pop("kind", OutcomeKind.PROSE)
    return Outcome.objects.create(
        commitment=commitment, key="utfall", order=1, kind=kind, is_published=True, **fields
    )


@pytest.fixture
def violence(document: CommitmentDocument) -> Commitment:
    found = promise(document, "vald", title="Synlig polis", wording="Minska våld i offentlig miljö.")
    Target.objects.create(commitment=found, order=1, key="mal", operator=Operator.DECREASE)
    outcome(
        found,
        kind=OutcomeKind.COUNT,
        unit="anmälda brott",
        baseline_value=Decimal(1185),
        value=Decimal(1162),
        baseline_period_text="2019",
        period_text="2020",
        own_words="En minskning på året.",
        own_words_by="Polisen",
    )
    return found


def made(document: CommitmentDocument, language: str = "sv") -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content(document, language)))


def content(document: CommitmentDocument, language: str = "sv") -> bytes:
    with override(language):
        found = queries.published_document(document.municipality, document.key)
        return pdf.outcomes_pdf(found, queries.readings_of(found), language=language)


def tags(found: pikepdf.Pdf, wanted: str = "") -> list[pikepdf.Dictionary]:
    """Every element of the structure, or those of one kind, in reading order."""
    elements: list[pikepdf.Dictionary] = []

    def walk(node: Any) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            elements.append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(found.Root["/StructTreeRoot"]["/K"])
    return [element for element in elements if not wanted or element["/S"] == wanted]


def drawn(found: pikepdf.Pdf) -> str:
    """The text that is drawn, decoded by the fonts' own tables, with what spans say they stand for."""
    parts: list[str] = []
    for page in found.pages:
        fonts = {str(name): _codes(font) for name, font in page.resources["/Font"].items()}
        codes: dict[bytes, str] = {}
        for instruction in pikepdf.parse_content_stream(page):
            operands = instruction.operands
            match str(instruction.operator):
                case "Tf":
                    codes = fonts[str(operands[0])]
                    parts.append(" ")
                case "Tj":
                    parts.append(_decoded(bytes(operands[0]), codes))
                case "TJ":
                    parts.extend(
                        _decoded(bytes(part), codes)
                        for part in operands[0]
                        if isinstance(part, pikepdf.String)
                    )
                case "Td" | "Tm":
                    parts.append(" ")
    return " ".join("".join(parts).replace("\u00ad", "").replace("\u200b", "").split())


def _codes(font: Any) -> dict[bytes, str]:
    """Read the table from glyph to text of an embedded font."""
    codes: dict[bytes, str] = {}
    for line in font["/ToUnicode"].read_bytes().decode("latin-1").splitlines():
        parts = line.replace("<", " ").replace(">", " ").split()
        if len(parts) == 2 and line.startswith("<") and len(parts[0]) == 4 and len(parts[1]) >= 4:
            codes[bytes.fromhex(parts[0])] = bytes.fromhex(parts[1]).decode("utf-16-be")
    return codes


def _decoded(text: bytes, codes: dict[bytes, str]) -> str:
    return "".join(codes.get(text[at : at + 2], "") for at in range(0, len(text), 2))


def test_it_is_tagged_and_says_its_language_and_title(document: CommitmentDocument) -> None:
    found = made(document)
    assert found.Root["/MarkInfo"]["/Marked"]
    assert found.Root["/Lang"] == "sv"
    assert found.Root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.docinfo["/Title"] == "Så gick det 2020: Medborgarlöfte 2020"
    assert "/StructTreeRoot" in found.Root


def test_it_claims_pdf_ua_1_and_pdf_a_2a(document: CommitmentDocument) -> None:
    with made(document).open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("2", "A")


def test_a_document_without_any_day_is_no_archive_file(document: CommitmentDocument) -> None:
    document.evaluations.all().delete()
    CommitmentDocument.objects.update(period_start=None, period_end=None)
    with made(document).open_metadata() as meta:
        assert meta["pdfuaid:part"] == "1"
        assert "pdfaid:part" not in meta


@pytest.mark.usefixtures("violence")
def test_every_font_is_embedded_and_our_own(document: CommitmentDocument) -> None:
    names = set()
    for page in made(document).pages:
        for font in page.resources["/Font"].values():
            below = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile2" in below or "/FontFile3" in below
            names.add(str(below["/FontName"]).split("+")[-1])
    assert names
    assert all(name.startswith("Samsyn") for name in names)


@pytest.mark.usefixtures("violence")
def test_the_chart_is_a_figure_whose_text_says_what_it_shows(document: CommitmentDocument) -> None:
    found = made(document)
    figures = tags(found, "/Figure")
    assert len(figures) == 1
    alt = str(figures[0]["/Alt"])
    assert "−1,9\u202f%" in alt
    assert "nollstrecket" in alt


@pytest.mark.usefixtures("violence")
def test_signs_are_no_figures_for_their_words_stand_beside(document: CommitmentDocument) -> None:
    found = made(document)
    assert all("/Alt" in figure for figure in tags(found, "/Figure"))
    assert "Ingen säker förändring" in drawn(found)
    assert len(tags(found, "/Figure")) == 1


@pytest.mark.usefixtures("violence")
def test_the_table_has_header_cells_for_its_columns(document: CommitmentDocument) -> None:
    found = made(document)
    headers = tags(found, "/TH")
    assert len(headers) == 3
    for header in headers:
        attributes = header["/A"]
        groups = [attributes] if isinstance(attributes, pikepdf.Dictionary) else list(attributes)
        assert "/Column" in [group.get("/Scope") for group in groups]


@pytest.mark.usefixtures("violence")
def test_headings_follow_each_other_without_a_gap(document: CommitmentDocument) -> None:
    found = made(document)
    levels = [int(str(tag["/S"])[2:]) for tag in tags(found) if str(tag["/S"])[:2] == "/H"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert 3 in levels
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.usefixtures("violence")
def test_it_says_what_the_page_says(document: CommitmentDocument) -> None:
    text = drawn(made(document))
    for words in (
        "Ängby kommun och Polisen, Södra Öarna",
        "Så gick det 2020",
        "Det här lovade polisen och Ängby kommun",
        "Vi slår inte ihop svaren till ett betyg.",
        "En del av källan finns här.",
        "Bilagan saknas.",
        "Minska våld i offentlig miljö.",
        "1 185 → 1 162",
        "anmälda brott, 2019 och 2020",
        "samma nivå som 2019",
        "Polisen, egna ord",
        "En minskning på året.",
        "Två av löftena följs upp.",
        "Lämnas till: Styrgruppen",
        "Sista dag: 31 mars 2021.",
        "Går inte att bedöma",
        "https://example.org/sa-gick-det",
        "Sida 1 av 2",
    ):
        assert words in text, words


@pytest.mark.usefixtures("violence")
def test_parties_own_words_are_quoted(document: CommitmentDocument) -> None:
    found = made(document)
    assert len(tags(found, "/BlockQuote")) == 1


def test_a_commitment_without_outcome_says_that_none_is_registered(document: CommitmentDocument) -> None:
    promise(document, "tyst", title="Ett löfte som ingen nämner")
    text = drawn(made(document))
    assert "Ett löfte som ingen nämner" in text
    assert "det är inte samma sak som noll" in text
    assert "Bakom svaren" not in text


def test_a_document_without_commitments_says_so(document: CommitmentDocument) -> None:
    found = made(document)
    assert "Inga åtaganden är införda här" in drawn(found)
    assert not tags(found, "/Table")


def test_example_data_says_that_it_is(document: CommitmentDocument) -> None:
    first = promise(document, "a")
    real = outcome(first, fulfilment=Fulfilment.MET)
    assert "Exempel i demon" not in drawn(made(document))
    Outcome.objects.filter(pk=real.pk).update(is_example=True)
    assert "Exempel i demon" in drawn(made(document))


@pytest.mark.usefixtures("violence")
def test_a_correction_is_shown_with_what_stood_before(document: CommitmentDocument) -> None:
    OutcomeCorrection.objects.create(
        outcome=Outcome.objects.get(),
        order=1,
        corrected_date=date(2021, 5, 4),
        note="Talet var fel.",
        changes={"value": ["1150", "1162"]},
    )
    text = drawn(made(document))
    assert "Rättad 4 maj 2021: Talet var fel." in text
    assert "1 150 → 1 162" in text


def test_hostile_text_stands_as_it_was_written(document: CommitmentDocument) -> None:
    CommitmentDocument.objects.update(title=HOSTILE, completeness_note=HOSTILE)
    Evaluation.objects.update(title=HOSTILE, text=HOSTILE, source={"title": HOSTILE, "url": "javascript:x"})
    Municipality.objects.update(official_name=HOSTILE)
    outcome(
        promise(document, "a", title=HOSTILE, wording=HOSTILE + " "),
        fulfilment=Fulfilment.LATE,
        value_text=HOSTILE,
        reason=HOSTILE,
        own_words=HOSTILE,
        own_words_by=HOSTILE,
        scope_text=HOSTILE,
        caveat=HOSTILE,
    )
    found = made(document)
    assert found.docinfo["/Title"] == f"Så gick det 2020: {HOSTILE}"
    assert drawn(found).count(HOSTILE) >= 10
    assert not tags(found, "/Link")


def test_characters_that_the_fonts_lack_are_said_to_be_missing(document: CommitmentDocument) -> None:
    promise(
        document,
        "a",
        title="Bra 👨‍👩‍👧 gjort مرحبا بكم nu",
        wording="Klock\x07slag, nä\u200bra, \ufb01n\u2009o\u2003ch \u2012 klar",
    )
    text = drawn(made(document))
    assert "Bra [tecken saknas] gjort [tecken saknas] nu" in text
    assert "Klockslag, nära, fin o ch – klar" in text


def test_letters_in_two_parts_are_joined(document: CommitmentDocument) -> None:
    promise(document, "a", title="A\u030angbåt o\u0308ver a\u030an")
    assert "Ångbåt över ån" in drawn(made(document))


@pytest.mark.usefixtures("violence")
def test_what_may_be_drawn_is_what_every_font_can_draw() -> None:
    allowed = {char for char in map(chr, range(0x20, 0x10000)) if not pdf._NOT_DRAWABLE.fullmatch(char)}
    fonts = [set(TTFont(path).getBestCmap()) for path in sorted(pdf.FONTS.glob("*.ttf"))]
    assert fonts
    assert allowed == {chr(code) for code in set.intersection(*fonts) if code >= 0x20}


def test_an_endless_word_stays_on_the_page(document: CommitmentDocument) -> None:
    promise(document, "a", title="å" * 300)
    found = made(document)
    assert drawn(found).replace(" ", "").count("å" * 300) == 1


def test_the_same_content_gives_the_same_bytes(document: CommitmentDocument, violence: Commitment) -> None:
    first = content(document)
    assert content(document) == first
    Commitment.objects.filter(pk=violence.pk).update(title="Ett annat namn")
    assert content(document) != first


def test_its_day_is_the_newest_in_the_content(document: CommitmentDocument) -> None:
    outcome(promise(document, "a"), fulfilment=Fulfilment.MET, reported_date=date(2021, 6, 7))
    found = made(document)
    assert str(found.docinfo["/CreationDate"]).startswith("D:20210607")


def test_swedish_text_in_an_english_document_says_its_language(document: CommitmentDocument) -> None:
    promise(
        document,
        "a",
        title="Synlig polis",
        wording="Polisen syns.",
        translations={"en": {"made_by": "person", "fields": {"wording": "The police are seen."}}},
    )
    found = made(document, "en")
    assert found.Root["/Lang"] == "en"
    swedish = [tag for tag in tags(found) if tag.get("/Lang") == "sv"]
    assert swedish
    assert "The police are seen." in drawn(found)
    assert "Polisen syns." not in drawn(found)


def test_a_long_document_has_its_header_on_every_page_and_counts_them(
    document: CommitmentDocument,
) -> None:
    for number in range(40):
        outcome(promise(document, f"l{number}", wording="Ord " * 60), fulfilment=Fulfilment.MET)
    found = made(document)
    text = drawn(found)
    n_pages = len(found.pages)
    assert n_pages > 5
    assert f"Sida {n_pages} av {n_pages}" in text
    assert text.count("Bedömning") > 3


def test_a_row_longer_than_a_page_goes_on_to_the_next(document: CommitmentDocument) -> None:
    promise(document, "a", wording="En mening till. " * 600 + "Slutet.")
    text = drawn(made(document))
    assert text.count("En mening till.") == 600
    assert "Slutet." in text


def test_a_broken_template_is_never_given_out(
    document: CommitmentDocument, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    template = tmp_path / "outcomes.typ"
    template.write_bytes(
        pdf.TEMPLATE.read_bytes().replace(b'font: "Samsyn Text"', b'font: ("Nowhere", "Samsyn Text")')
    )
    monkeypatch.setattr(pdf, "TEMPLATE", template)
    with pytest.raises(pdf.NotTypeset, match="font"):
        content(document)


def test_user_text_reaches_typst_as_data_only(
    document: CommitmentDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def compile_nothing(source: bytes, **options: Any) -> tuple[bytes, list[Any]]:
        given.update(options, source=source)
        return b"", []

    promise(document, "a", title=HOSTILE)
    monkeypatch.setattr(typst, "compile_with_warnings", compile_nothing)
    content(document)
    assert given["source"] == pdf.TEMPLATE.read_bytes()
    assert json.loads(given["sys_inputs"]["data"])["rows"][0]["title"] == HOSTILE
    assert given["ignore_system_fonts"] is True
