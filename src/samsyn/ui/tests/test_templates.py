"""The templates render what their opening comments name, and hold nothing that CSP forbids."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from samsyn.ui import views

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
ALL = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def render(text: str, **context: object) -> str:
    return Template("{% load samsyn_ui %}" + text).render(Context(context))


@pytest.mark.parametrize("name", ALL)
def test_a_template_opens_with_a_comment_that_says_what_it_takes(name: str) -> None:
    text = re.sub(r"^\{% extends \"[^\"]+\" %\}\n", "", source(name))

    assert text.startswith("{% comment %}\n")


@pytest.mark.parametrize("name", ALL)
def test_a_template_holds_no_inline_style_or_script(name: str) -> None:
    assert not re.search(r"\sstyle\s*=|<style|<script(?![^>]*\ssrc=)|<[^>%]*\son\w+\s*=", source(name))


@pytest.mark.parametrize("name", ALL)
def test_a_template_leaves_escaping_on(name: str) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+off", source(name))


@pytest.mark.parametrize("name", [name for name in ALL if "/components/" in name])
def test_a_component_is_included_with_only_its_own_variables(name: str) -> None:
    users = "".join(source(other) for other in ALL)

    for tag in re.findall(r"\{% include \"" + re.escape(name) + r"\".*?%\}", users):
        assert tag.endswith("only %}")


@pytest.mark.django_db
def test_the_page_of_parts_shows_both_themes() -> None:
    with translation.override("sv"):
        page = views.parts(RequestFactory().get("/arbete/delar/")).content.decode()

    assert page.count('data-theme="light"') == page.count('data-theme="dark"') == 1
    assert page.count("Ingen säker förändring") >= 2
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_resident_page_begins_with_the_skip_link_and_112() -> None:
    page = render_to_string("ui/resident.html", {"nav_items": []})

    assert page.index("samsyn-skip") < page.index('href="tel:112"') < page.index("<main")


def test_the_current_page_is_marked_in_the_menu() -> None:
    items = [{"url": "/loften/", "label": "Löften", "current": True}, {"url": "/sok/", "label": "Sök"}]

    page = render_to_string("ui/resident.html", {"nav_items": items})

    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/loften/", "/loften/"]


def test_arabic_turns_the_page_round() -> None:
    with translation.override("ar"):
        page = render_to_string("ui/resident.html", {})

    assert '<html lang="ar" dir="rtl">' in page


def test_the_fault_page_stands_without_any_context() -> None:
    page = render_to_string("ui/error.html")

    assert 'href="tel:112"' in page
    assert "<h1" in page


def test_the_fault_page_tells_its_reference() -> None:
    page = render_to_string("ui/error.html", {"heading": "Sidan finns inte", "reference": "a1b2c3d4"})

    assert "Sidan finns inte – Samsyn" in page
    assert "a1b2c3d4" in page


def test_a_thread_is_an_ordered_list_where_every_knot_is_a_heading() -> None:
    page = render(
        '{% thread %}{% knot label="Det ni sa" id="sagt" %}<p>1</p>{% endknot %}'
        '{% knot kind="missing" label=why level=3 %}<p>2</p>{% knot_margin %}<p>Källa</p>{% endknot %}'
        "{% endthread %}",
        why="Orsaken anges inte",
    )

    assert re.findall(r"<(h\d)[^>]*>(?:<svg.*?</svg>)?([^<]+)<", page) == [
        ("h2", "Det ni sa"),
        ("h3", "Orsaken anges inte"),
    ]
    assert page.count("<ol") == 1
    assert page.count("<li") == 2
    assert 'id="sagt"' in page
    assert page.count("samsyn-margin-note") == 1


def test_words_from_people_are_escaped_in_a_knot() -> None:
    page = render("{% knot label=words %}{{ words }}{% endknot %}", words="<b>hej</b>")

    assert "<b>" not in page
    assert page.count("&lt;b&gt;hej&lt;/b&gt;") == 2


@pytest.mark.parametrize("tag", ['knot kind="open"', 'knot label="a" colour="red"', 'knot label="a" b'])
def test_a_knot_that_is_wrongly_written_is_told_at_once(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="knot takes label"):
        render("{% " + tag + " %}{% endknot %}")


def test_a_knot_of_unknown_kind_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="kind is one of"):
        render('{% knot label="a" kind="green" %}{% endknot %}')


def test_the_short_thread_is_loose_after_a_missing_link() -> None:
    page = render_to_string("ui/components/thread_short.html", {"steps": views.STEPS})

    assert page.count("__step--loose") == 1
    assert "__step--missing samsyn-thread-short__step--loose" in page


@pytest.mark.parametrize("code", [code for code, _word in views.OUTCOMES])
def test_every_outcome_has_a_shape_of_its_own(code: str) -> None:
    sign = render_to_string("ui/components/sign.html", {"code": code})
    others = [
        render_to_string("ui/components/sign.html", {"code": other}).replace(other, code)
        for other, _word in views.OUTCOMES
        if other != code
    ]

    assert 'aria-hidden="true"' in sign
    assert re.search(r"<(circle|rect|path)", sign)
    assert sign not in others


def test_a_sign_takes_codes_in_capitals() -> None:
    assert render_to_string("ui/components/sign.html", {"code": "NOT_MET"}) == render_to_string(
        "ui/components/sign.html", {"code": "not_met"}
    )


def test_a_number_that_does_not_exist_is_a_dash_and_zero_is_zero() -> None:
    template = "ui/components/outcome_row.html"
    row = {"code": "not_reported", "word": "Inte rapporterat än", "title": "Löftet"}

    assert ">–<" in render_to_string(template, row)
    assert ">0<" in render_to_string(template, {**row, "figure": "0"})


@pytest.mark.django_db
def test_chart_positions_keep_their_decimal_point_in_swedish() -> None:
    with translation.override("sv"):
        page = views.parts(RequestFactory().get("/arbete/delar/")).content.decode()
    positions = re.findall(r'\s(?:x|x1|x2|cx|width)="([^"]*%)"', page)

    assert len(positions) > 20
    assert [position for position in positions if "," in position] == []


class Form(forms.Form):
    phone = forms.CharField(label="Mobilnummer", help_text="Tio siffror.")
    answer = forms.ChoiceField(label="Svar?", choices=[("a", "Ja"), ("b", "Nej")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Jag har läst")


@pytest.mark.parametrize("name", ["phone", "answer", "agree"])
def test_help_and_errors_are_tied_to_their_field(name: str) -> None:
    page = render_to_string("ui/components/field.html", {"field": Form({})[name]})

    described = re.findall(r'aria-describedby="([^"]+)"', page)
    assert described
    for element in " ".join(described).split():
        assert f'id="{element}"' in page


def test_the_error_summary_leads_to_each_field() -> None:
    form = Form({})
    summary = render_to_string("ui/components/error_summary.html", {"form": form})
    fields = "".join(render_to_string("ui/components/field.html", {"field": field}) for field in form)

    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) == 3
    for target in targets:
        assert f'id="{target}"' in fields
    assert "autofocus" in summary


def test_a_valid_form_has_no_error_summary() -> None:
    form = Form({"phone": "070-174 06 05", "answer": "a", "agree": "on"})

    assert render_to_string("ui/components/error_summary.html", {"form": form}).strip() == ""


def test_pages_keep_the_filters_in_the_address() -> None:
    page = SimpleNamespace(
        paginator=SimpleNamespace(num_pages=3),
        number=2,
        has_previous=True,
        has_next=True,
        previous_page_number=1,
        next_page_number=3,
    )

    html = render_to_string("ui/components/pagination.html", {"page": page, "query": "ar=2020"})

    assert re.findall(r'href="([^"]+)"', html) == ["?ar=2020&amp;sida=1", "?ar=2020&amp;sida=3"]


def test_a_fact_without_value_is_said_to_be_missing_in_the_source() -> None:
    with translation.override("sv"):
        html = render_to_string("ui/components/key_facts.html", {"facts": [{"term": "Orsak", "value": ""}]})

    assert "saknas i källan" in html
