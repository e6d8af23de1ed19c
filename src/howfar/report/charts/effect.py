"""What was seen, what was to be expected, and the difference, period by period."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from howfar.report.charts import theme
from howfar.report.charts.axes import Axis, axis
from howfar.report.charts.scene import NARROW, WIDE, Drawing, Spec
from howfar.report.charts.text import width, wrap

_SEEN = 190
_DIFFERENCE = 150
_LEFT = 54
_MANY = 40
"""From so many periods on intervals are a band, not a line each."""


@dataclass(frozen=True, slots=True)
class Period:
    """One period: its label, what was seen and expected, and the difference with its interval."""

    label: str
    observed: float | None
    expected: float | None
    value: float | None
    low: float | None
    high: float | None
    tip: str


def effect_chart(periods: Sequence[Period], first: int | None, titles: tuple[str, str]) -> Drawing:
    """Above the seen (dots, solid) and the expected (dashed), below the difference around 0.

    first: place of the first period with the change; a dashed line stands before it. Where nothing
    was seen as such (an aggregation over units), there is only the part below.
    """
    return Drawing(
        wide=_chart(periods, first, titles, WIDE), narrow=_chart(periods, first, titles, NARROW)
    )


def _chart(
    periods: Sequence[Period], first: int | None, titles: tuple[str, str], room: int
) -> Spec:
    across = room - _LEFT
    x = _times(periods, across)
    panels = []
    if any(one.observed is not None for one in periods):
        panels.append(_seen(periods, first, titles[0], across, x))
    panels.append(_difference(periods, first, titles[1], across, x))
    return {"vconcat": panels, "spacing": 22, "bounds": "full", "config": theme.config()}


def _times(periods: Sequence[Period], across: float) -> Spec:
    """The x channel: places of periods under as many of their labels as there is room for."""
    widest = max((width(one.label) for one in periods), default=10) + 14
    every = max(1, math.ceil(len(periods) * widest / across))
    places = range(0, len(periods), every)
    labels = tuple(periods[n].label.replace("'", "").replace("\\", "") for n in places)
    shown = Axis("linear", -0.5, len(periods) - 0.5, tuple(float(n) for n in places), labels)
    return {
        "field": "at",
        "type": "quantitative",
        "scale": shown.spec(),
        "axis": shown.axis(grid=False, labelOverlap=True),
    }


def _panel(title: str, across: float, height: int, rows: list[Spec], layers: list[Spec]) -> Spec:
    return {
        "width": across,
        "height": height,
        "title": {"text": wrap(title, across, lines=2).split("\n"), "offset": 6},
        "data": {"values": rows},
        "layer": layers,
    }


def _seen(periods: Sequence[Period], first: int | None, title: str, across: float, x: Spec) -> Spec:
    ends = [v for one in periods for v in (one.observed, one.expected) if v is not None]
    scaled = axis(ends, zero=min(ends) > 0 and min(ends) < 0.5 * max(ends), ticks=4)
    y = {"type": "quantitative", "scale": scaled.spec(),
         "axis": scaled.axis(grid=True, domain=False, ticks=False)}  # fmt: skip
    rows = [
        {"at": n, "observed": one.observed, "expected": one.expected, "tip": one.tip}
        for n, one in enumerate(periods)
    ]
    layers = [
        *_line(first, x),
        {
            "mark": {"type": "line", "color": theme.OURS, "strokeWidth": 1.8, "strokeDash": [5, 3]},
            "encoding": {"x": x, "y": {"field": "expected", **y}},
        },
        {
            "mark": {"type": "line", "color": theme.PEER, "strokeWidth": 1.4},
            "encoding": {"x": x, "y": {"field": "observed", **y}},
        },
        {
            "transform": [{"filter": "datum.observed != null"}],
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 20},
            "encoding": {"x": x, "y": {"field": "observed", **y}, "tooltip": {"field": "tip"}},
        },
    ]
    return _panel(title, across, _SEEN, rows, layers)


def _difference(
    periods: Sequence[Period], first: int | None, title: str, across: float, x: Spec
) -> Spec:
    scaled = axis(_within(periods), reference=0.0, ticks=4)
    y = {"type": "quantitative", "scale": scaled.spec(),
         "axis": scaled.axis(grid=True, domain=False, ticks=False)}  # fmt: skip

    def inside(value: float | None) -> float | None:
        return None if value is None else min(max(value, scaled.low), scaled.high)

    rows = [
        {"at": n, "value": one.value, "low": inside(one.low), "high": inside(one.high),
         "tip": one.tip}
        for n, one in enumerate(periods)
        if one.value is not None
    ]  # fmt: skip
    band: Spec = {
        "mark": {"type": "area", "color": theme.BAND, "opacity": 1}
        if len(periods) > _MANY
        else {"type": "rule", "color": theme.MUTED, "strokeWidth": 2},
        "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
    }
    layers = [
        band,
        {
            "data": {"values": [{"zero": 0}]},
            "mark": {"type": "rule", "color": theme.MUTED, "strokeDash": [2, 3]},
            "encoding": {"y": {"field": "zero", **y}},
        },
        *_line(first, x),
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 26},
            "encoding": {"x": x, "y": {"field": "value", **y}, "tooltip": {"field": "tip"}},
        },
    ]
    return _panel(title, across, _DIFFERENCE, rows, layers)


def _within(periods: Sequence[Period]) -> list[float]:
    """Figures and ends of intervals; one far interval must not flatten all others."""
    values = [one.value for one in periods if one.value is not None]
    if not values:
        return [0.0]
    reach = max(abs(v) for v in values)
    ends = [end for one in periods for end in (one.low, one.high) if end is not None]
    middle = sorted(abs(end) for end in ends)[int(0.9 * (len(ends) - 1))] if ends else 0.0
    most = max(reach, 1.5 * middle) or 1.0
    return [*values, *(min(max(end, -most), most) for end in ends)]


def _line(first: int | None, x: Spec) -> list[Spec]:
    """The dashed line between the last period without the change and the first with it."""
    if first is None:
        return []
    return [
        {
            "data": {"values": [{"at": first - 0.5}]},
            "mark": {"type": "rule", "color": theme.INK, "strokeDash": [3, 2]},
            "encoding": {"x": x},
        }
    ]
