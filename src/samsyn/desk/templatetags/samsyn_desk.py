"""Counts in words, for the staff's pages."""

from django import template

from samsyn.desk import words

register = template.Library()


@register.filter
def in_words(n: int) -> str:
    """`{{ 3|in_words }}` is tre, and from thirteen on it is the number."""
    return words.in_words(n)
