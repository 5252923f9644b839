import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samsyn.ui.charts import MAX_TICKS, IntervalChart, interval_chart


def at(x: str) -> float:
    assert x.endswith("%")
    return float(x.removesuffix("%"))


def test_the_promise_of_2020_stands_where_the_axis_says() -> None:
    chart = interval_chart(estimate=-12.7, low=-29.7, high=8.4)

    assert [tick.label for tick in chart.ticks] == [
        "\u221240\u202f%",
        "\u221230\u202f%",
        "\u221220\u202f%",
        "\u221210\u202f%",
        "0\u202f%",
        "+10\u202f%",
        "+20\u202f%",
    ]
    assert at(chart.zero.x) == pytest.approx(100 * 40 / 60, abs=0.01)
    assert at(chart.estimate.x) == pytest.approx(100 * 27.3 / 60, abs=0.01)
    assert at(chart.low.x) == pytest.approx(100 * 10.3 / 60, abs=0.01)
    assert at(chart.width) == pytest.approx(100 * 38.1 / 60, abs=0.01)
    assert chart.estimate.label == "\u221212,7\u202f%"


def test_english_labels_have_points() -> None:
    chart = interval_chart(estimate=-12.7, low=-29.7, high=8.4, language="en")

    assert (chart.estimate.label, chart.low.label) == ("\u221212.7%", "\u221229.7%")


def test_an_open_limit_reaches_the_end_of_the_axis() -> None:
    chart = interval_chart(estimate=40, low=5, high=None)

    assert chart.high.open
    assert not chart.low.open
    assert at(chart.low.x) + at(chart.width) == pytest.approx(100, abs=0.02)
    assert at(chart.estimate.x) < 100


def test_zero_keeps_its_label_when_every_other_goes() -> None:
    chart = interval_chart(estimate=-12.7, low=-29.7, high=8.4)

    assert [tick.second for tick in chart.ticks] == [False, True, False, True, False, True, False]


def test_labels_near_an_edge_lean_inwards() -> None:
    assert interval_chart(estimate=50, low=40, high=60).zero.anchor == "start"
    assert interval_chart(estimate=-50, low=-60, high=-40).zero.anchor == "end"
    assert interval_chart(estimate=0, low=-5, high=5).zero.anchor == "middle"


def test_numbers_without_per_cent_can_be_shown() -> None:
    chart = interval_chart(estimate=-23, low=-60, high=15, percent=False, decimals=0)

    assert chart.estimate.label == "\u221223"
    assert chart.ticks[-1].label.startswith("+")


@pytest.mark.parametrize(
    ("estimate", "low", "high"),
    [(5.0, 6.0, 7.0), (8.0, 6.0, 7.0), (math.nan, 0.0, 1.0), (0.0, -math.inf, 1.0)],
)
def test_numbers_that_can_not_be_drawn_are_refused(estimate: float, low: float, high: float) -> None:
    with pytest.raises(ValueError, match=r"inside its interval|Use None"):
        interval_chart(estimate=estimate, low=low, high=high)


numbers = st.floats(min_value=-5000, max_value=5000, allow_nan=False)


@given(st.tuples(numbers, numbers, numbers).map(sorted), st.booleans(), st.booleans())
def test_everything_lies_on_the_axis_in_its_order(
    values: list[float], low_is_open: bool, high_is_open: bool
) -> None:
    low, estimate, high = values
    chart: IntervalChart = interval_chart(
        estimate=estimate, low=None if low_is_open else low, high=None if high_is_open else high
    )

    assert 0 <= at(chart.low.x) <= at(chart.estimate.x) <= at(chart.high.x) <= 100
    assert 0 < at(chart.zero.x) < 100
    assert 2 <= len(chart.ticks) <= MAX_TICKS
    assert len({tick.label for tick in chart.ticks}) == len(chart.ticks)
    assert at(chart.ticks[0].x) == 0
    assert at(chart.ticks[-1].x) == 100
