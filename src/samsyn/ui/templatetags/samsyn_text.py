"""Tags that write texts in their own language, and the signs of outcomes."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.translation import get_language

from samsyn.core.translations import Translated, TranslatedModel

register = template.Library()


@register.simple_tag
def said(value: Translated | str, *, lower: bool = False, sentence: bool = False) -> str:
    """
    Write a text, marked with its language where that is another than the page's.

    `lower` begins it with a small letter, for a name in the middle of a sentence. `sentence` ends it with a
    full stop, unless it has one.
    """
    text = str(value)
    if lower:
        text = text[:1].lower() + text[1:]
    if sentence:
        text = text.rstrip(".") + "."
    if isinstance(value, Translated) and value.language != (get_language() or "sv"):
        return render_to_string("ui/_said.html", {"text": text, "language": value.language})
    return text


@register.simple_tag
def said_list(row: TranslatedModel, field: str) -> str:
    """Write a list of texts with commas between them, marked as `said` marks them."""
    items = row.items_in_language(field, get_language() or "sv")
    return format_html_join(", ", "{}", ((said(item),) for item in items))


@register.simple_tag
@lru_cache(maxsize=256)
def outcome_sign(code: str, word: str) -> str:
    """Write an outcome's sign and word. There are few of them and a list has many lines, so each is drawn once."""
    return render_to_string("ui/components/outcome.html", {"code": code, "word": word})
