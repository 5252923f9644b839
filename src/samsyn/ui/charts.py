"""
Positions for charts drawn as SVG in templates.

Across, everything is a per cent of the axis, so that one drawing fits a phone and a desktop and its text
never shrinks. Positions are text, for templates write numbers with a decimal comma and SVG reads none.
"""

import itertools
import math
from dataclasses import dataclass

from samsyn.ui.formats import Number, format_number, format_percent_change

MAX_TICKS = 7
# A label centred nearer the edge than this would leave the axis on a phone.
EDGE = 28.0
# Least room, in steps, between a number and the end of the axis.
MARGIN = 0.25
MIN_SPAN = 0.01
LONG_LABEL = 5


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

    @property
    def has_long_labels(self) -> bool:
        """Tell whether the labels would touch on a phone."""
        return len(self.ticks) > LONG_LABEL and any(len(tick.label) > LONG_LABEL for tick in self.ticks)


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

    step, first, last = _axis(min(0.0, *numbers), max(0.0, *numbers))
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


def _axis(low: float, high: float) -> tuple[float, int, int]:
    """
    Choose the step of the axis, and its first and last tick counted in steps from zero.

    The step is the smallest of 1, 2, 5, 10, 20, … that needs no more than MAX_TICKS ticks. No number stands
    at the very end: there a limit would look cut off, and an open one could not be seen to go on.
    """
    magnitude = 10.0 ** math.floor(math.log10(max(high - low, MIN_SPAN) / MAX_TICKS))
    for factor in itertools.cycle((1, 2, 5)):
        step = factor * magnitude
        first = math.floor(low / step - MARGIN)
        last = math.ceil(high / step + MARGIN)
        if last - first + 1 <= MAX_TICKS:
            break
        if factor == 5:
            magnitude *= 10
    return step, first, last


def _percent(value: float) -> str:
    return f"{value:.2f}%"


def _anchor(x: float, edge: float) -> str:
    if x < edge:
        return "start"
    return "end" if x > 100 - edge else "middle"
