"""Tags of the residents' pages."""

from typing import Any

from django import template
from django.utils.translation import get_language

from samsyn.core.translations import Translated

register = template.Library()


@register.inclusion_tag("public/_said.html")
def said(value: Translated | str, *, lower: bool = False) -> dict[str, Any]:
    """
    Write a text, marked with its language where that is another than the page's.

    `lower` begins it with a small letter, for a name in the middle of a sentence.
    """
    text, other = str(value), ""
    if isinstance(value, Translated) and value.language != (get_language() or "sv"):
        other = value.language
    return {"text": text[:1].lower() + text[1:] if lower else text, "other": other}
