"""Tags and filters of the components."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.translation import get_language

from samsyn.core import clock
from samsyn.ui import formats

register = template.Library()

KINDS = ("filled", "open", "missing")


@register.filter
def number(value: formats.Number | None, decimals: int | None = None) -> str:
    """`{{ 1417|number }}` is 1 417 in Swedish, 1,417 in English; `{{ share|number:1 }}` sets the decimals."""
    return "" if value is None else formats.format_number(value, language=_language(), decimals=decimals)


@register.filter
def percent_change(value: formats.Number | None, decimals: int = 1) -> str:
    """`{{ -12.7|percent_change }}` is −12,7 %. The value is a change in per cent, not a share."""
    if value is None:
        return ""
    return formats.format_percent_change(value, language=_language(), decimals=decimals)


@register.filter
def sv_date(value: date | None) -> str:
    """`{{ day|sv_date }}` is 21 januari 2021, in the reader's language; instants are shown in local time."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = clock.local(value)
    return formats.format_day(value, language=_language())


@register.filter
def thread_steps(steps: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], bool]]:
    """Pair each step of a short thread with whether the line after it is loose, as after a missing link."""
    return [(step, step["kind"] == "missing") for step in steps]


@register.simple_block_tag
def thread(content: str) -> str:
    """Hang the knots inside on the spine: `{% thread %}{% knot label="…" %}…{% endknot %}{% endthread %}`."""
    return render_to_string("ui/components/thread.html", {"content": content})


@register.tag
def knot(parser: Parser, token: Token) -> "KnotNode":
    """
    One step of the thread, with its heading and perhaps a margin note.

    `{% knot label=_("Löftet") %} … {% knot_margin %} n, period, source, method {% endknot %}`

    Arguments: `label` (required), `kind` filled (default), open or missing, `level` of the heading (default
    2), `id`.
    """
    bits = token.split_contents()[1:]
    arguments = token_kwargs(bits, parser)
    unknown = set(arguments) - {"label", "kind", "level", "id"}
    if bits or unknown or "label" not in arguments:
        raise template.TemplateSyntaxError("knot takes label=…, and perhaps kind=…, level=…, id=…")
    content = parser.parse(("knot_margin", "endknot"))
    margin = None
    if parser.next_token().contents == "knot_margin":
        margin = parser.parse(("endknot",))
        parser.delete_first_token()
    return KnotNode(arguments, content, margin)


class KnotNode(template.Node):
    """A knot in a template: its arguments, its content and perhaps its margin note."""

    child_nodelists = ("content", "margin")

    def __init__(
        self, arguments: dict[str, FilterExpression], content: NodeList, margin: NodeList | None
    ) -> None:
        self.arguments = arguments
        self.content = content
        self.margin = margin if margin is not None else NodeList()

    def render(self, context: Context) -> str:
        """Hang content and margin note in the frame of a knot."""
        values: dict[str, Any] = {name: value.resolve(context) for name, value in self.arguments.items()}
        kind = values.get("kind", "filled")
        if kind not in KINDS:
            raise template.TemplateSyntaxError(f"knot: kind is one of {', '.join(KINDS)}, not {kind!r}")
        return render_to_string(
            "ui/components/knot.html",
            {
                "label": values["label"],
                "kind": kind,
                "level": values.get("level", 2),
                "id": values.get("id"),
                "content": self.content.render(context),
                "margin": self.margin.render(context),
            },
        )


def _language() -> str:
    # None while translation is switched off, as in a management command.
    return get_language() or "sv"
