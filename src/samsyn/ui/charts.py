"""
Positions for charts drawn as SVG in templates.

Across, everything is a per cent of the axis, so that one drawing fits a phone and a desktop and its text never shrinks.
Positions are text, for templates write numbers with a decimal comma and SVG reads none.
"""

import math
from dataclasses import dataclass

from samsyn.ui.formats import Number, format_number, format_percent_change

MAX_TICKS = 7
# A label centred nearer the edge than this would leave the axis on a phone.
EDGE = 28.0


@dataclass(frozen=True)
class Mark:
    """A place on the axis with its words; `open` when the limit lies beyond every number."""

    x: str
    label: str
    anchor: str = "middle"
    open: bool = False


@dataclass(frozen=True)
class Tick:
    """A number under the axis; every `second` one goes when there is too little room."""

    x: str
    label: str
    second: bool


@dataclass(frozen=True)
class IntervalChart:
    """What `ui/components/interval_chart.html` draws."""

    estimate: Mark
    low: Mark
    high: Mark
    zero: Mark
    width: str
    ticks: list[Tick]


def interval_chart(
    *,
    estimate: Number,
    low: Number | None,
    high: Number | None,
    language: str = "sv",
    percent: bool = True,
    decimals: int = 1,
) -> IntervalChart:
    """
    Place an estimate of a change and its interval on an axis that always holds zero.

    :param low: lower limit in the estimate's unit; None when there is none, and the box ends in an arrow
    :param percent: the numbers are per cent; otherwise they are shown bare
    :raises ValueError: the estimate lies outside its interval, or a number is not finite
    """
    numbers = [float(number) for number in (estimate, low, high) if number is not None]
    if not all(math.isfinite(number) for number in numbers):
        raise ValueError("Use None for a limit that has no number")
    if (low is not None and low > estimate) or (high is not None and high < estimate):
        raise ValueError("The estimate must lie inside its interval")

    step = _step(min(0.0, *numbers), max(0.0, *numbers))
    first = math.floor(min(0.0, *numbers) / step)
    last = math.ceil(max(0.0, *numbers) / step)
    # An open end needs room beyond the last number to show that it goes on.
    if low is None and first * step >= min(numbers):
        first -= 1
    if high is None and last * step <= max(numbers):
        last += 1
    if first == last:
        first, last = first - 1, last + 1
    start, end = first * step, last * step

    def position(value: float) -> float:
        return 100 * (value - start) / (end - start)

    def label(value: Number, places: int) -> str:
        if percent:
            return format_percent_change(value, language=language, decimals=places)
        return format_number(value, language=language, decimals=places, signed=True)

    def mark(value: Number) -> Mark:
        x = position(float(value))
        return Mark(x=_percent(x), label=label(value, decimals), anchor=_anchor(x, EDGE / 2))

    low_mark = mark(low) if low is not None else Mark(x="0.00%", label="", open=True)
    high_mark = mark(high) if high is not None else Mark(x="100.00%", label="", open=True)
    low_x = position(float(low)) if low is not None else 0.0
    high_x = position(float(high)) if high is not None else 100.0
    zero_x = position(0.0)
    places = max(0, -math.floor(math.log10(step))) if step < 1 else 0
    return IntervalChart(
        estimate=mark(estimate),
        low=low_mark,
        high=high_mark,
        zero=Mark(x=_percent(zero_x), label=label(0, 0), anchor=_anchor(zero_x, EDGE)),
        width=_percent(high_x - low_x),
        ticks=[
            # Counted from zero, so that zero keeps its label.
            Tick(x=_percent(position(i * step)), label=label(i * step, places), second=i % 2 == 1)
            for i in range(first, last + 1)
        ],
    )


def _step(low: float, high: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20, … that needs no more than MAX_TICKS ticks."""
    span = high - low
    if span == 0:
        return 10.0
    magnitude = 10.0 ** math.floor(math.log10(span / MAX_TICKS))
    for factor in (1, 2, 5, 10, 20, 50, 100):
        step = factor * magnitude
        if math.ceil(high / step) - math.floor(low / step) + 1 <= MAX_TICKS:
            return step
    raise AssertionError("some step always fits")


def _percent(value: float) -> str:
    return f"{value:.2f}%"


def _anchor(x: float, edge: float) -> str:
    if x < edge:
        return "start"
    return "end" if x > 100 - edge else "middle"
