"""Tags of the residents' pages."""

from typing import Any

from django import template
from django.utils.translation import get_language

from samsyn.core.translations import Translated

register = template.Library()


@register.inclusion_tag("public/_said.html")
def said(value: Translated | str) -> dict[str, Any]:
    """Write a text, marked with its language where that is another than the page's."""
    if isinstance(value, Translated):
        other = value.language if value.language != (get_language() or "sv") else ""
        return {"text": value.text, "other": other}
    return {"text": value, "other": ""}
