"""Counts in words, for the staff's pages."""

from collections.abc import Sized

from django import template

from samsyn.desk import words

register = template.Library()


@register.simple_tag
def counted(things: Sized | int, *, one: str, many: str) -> str:
    """`{% counted drafts one=_("Ett utkast väntar.") many=_("%(n)s utkast väntar.") %}`, for one or more."""
    n = things if isinstance(things, int) else len(things)
    return one if n == 1 else words.sentence(many, n)
