"""Small multiples over time: a line with its band, or bars of counts, on one common scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from howfar.report.charts import theme
from howfar.report.charts.axes import Axis, axis, milliseconds, time_axis
from howfar.report.charts.events import event_marks
from howfar.report.charts.scene import NARROW, WIDE, Drawing, Panel, Scale, Span, Spec, Time
from howfar.report.charts.text import wrap
from howfar.report.words import say

_HEIGHT = 92
_LABELS = 36
"""Room that the labels of the common y axis take at the left of each row."""


def multiples_chart(
    panels: Sequence[Panel],
    time: Time,
    *,
    kind: Literal["line", "bars"] = "line",
    scale: Scale = "linear",
    zero: bool = True,
    percent: bool = False,
    reference: float | None = None,
) -> Drawing:
    """One panel a channel, all on the same axes; events stand above, gaps are hatched.

    Bands are intervals; a band that leaves the scale ends at its edge.
    """
    ends = [x for p in panels for s in p.spans for x in (s.value, s.low, s.high)]
    if kind == "line" and ends:
        # A single interval without much data must not flatten all others.
        values = [s.value for p in panels for s in p.spans]
        margin = 3 if scale == "log" else 1
        top, bottom = max(values), min(values)
        limits = (
            (bottom / margin, top * margin)
            if scale == "log"
            else (bottom - (top - bottom) * 0.5, top + (top - bottom) * 0.5)
        )
        ends = [min(max(x, limits[0]), limits[1]) for x in ends]
    common = axis(ends, scale=scale, zero=zero, percent=percent, reference=reference, ticks=3)
    return Drawing(
        wide=_grid(panels, time, common, kind, reference, WIDE, 3),
        narrow=_grid(panels, time, common, kind, reference, NARROW, 2),
    )


def _grid(
    panels: Sequence[Panel],
    time: Time,
    common: Axis,
    kind: str,
    reference: float | None,
    room: int,
    across: int,
) -> Spec:
    across = min(across, max(len(panels), 1))
    gap = 18 if room == WIDE else 12
    each = min((room - _LABELS - gap * (across - 1)) / across - 4, 400)
    lines = max([len(wrap(p.title, each).split("\n")) for p in panels], default=1)
    marked = bool(time.marks) or any(panel.marks for panel in panels)
    drawn = []
    for n, panel in enumerate(panels):
        below = n + across >= len(panels)
        drawn.append(
            _panel(panel, time, common, kind, reference, each, n % across == 0, below, n < across)
        )
    return {
        "concat": drawn,
        "columns": across,
        # Flush: panels stand in an exact grid, whatever labels hang over their edges.
        "bounds": "flush",
        "spacing": {"row": (46 if marked else 36) + 14 * (lines - 1), "column": gap},
        "config": theme.config(),
    }


def _panel(
    panel: Panel,
    time: Time,
    common: Axis,
    kind: str,
    reference: float | None,
    each: float,
    left: bool,
    below: bool,
    top: bool,
) -> Spec:
    x = time_axis(time.start, time.end, say("months.short"), each)
    if not below:
        x["axis"] |= {"labels": False}
    y = {"type": "quantitative", "scale": common.spec()}
    ticks = common.axis(grid=True, domain=False, ticks=False)
    ticks |= {} if left else {"labels": False}
    layers: list[Spec] = []
    if panel.gaps:
        layers.append(_gaps(panel.gaps, time, x))
    if reference is not None:
        layers.append(
            {
                "data": {"values": [{"at": reference}]},
                "mark": {"type": "rule", "color": theme.MUTED, "strokeDash": [2, 3]},
                "encoding": {"y": {"field": "at", **y, "axis": ticks}},
            }
        )
    layers += _bars(panel, common, x, y, ticks) if kind == "bars" else _line(panel, x, y, ticks)
    if panel.marks:
        layers += event_marks(replace(time, marks=panel.marks), x, each)
    elif time.marks:
        layers += event_marks(time, x, each, top)
    return {
        "width": each,
        "height": _HEIGHT,
        "title": {
            "text": wrap(panel.title, each, lines=2).split("\n"),
            "offset": 4,
        },
        "data": {"values": _values(panel.spans, common)},
        "layer": layers,
    }


def _values(spans: Sequence[Span], common: Axis) -> list[Spec]:
    """Records in order of time; a run that a missing week breaks gets a number of its own."""
    found: list[Spec] = []
    run = 0
    for n, span in enumerate(spans):
        run += n > 0 and span.start > spans[n - 1].end
        inside = {
            end: min(max(getattr(span, end), common.low), common.high)
            for end in ("value", "low", "high")
        }
        start, end = milliseconds(span.start), milliseconds(span.end)
        found.append(
            {"at": (start + end) // 2, "from": start, "to": end, "run": run, "tip": span.tip}
            | inside
        )
    sizes = Counter(record["run"] for record in found)
    return [record | {"alone": sizes[record["run"]] == 1} for record in found]


def _line(panel: Panel, x: Spec, y: Spec, ticks: Spec) -> list[Spec]:
    colour = theme.COLOURS[panel.role]
    shape = theme.SHAPES[panel.role]
    split = {"detail": {"field": "run", "type": "nominal"}}
    return [
        {
            "mark": {"type": "area", "color": theme.BAND, "opacity": 1},
            "encoding": {
                "x": {"field": "at", **x},
                "y": {"field": "low", **y, "axis": ticks},
                "y2": {"field": "high"},
                **split,
            },
        },
        {
            # An area needs two weeks; a week between two gaps shows its interval as a bar.
            "transform": [{"filter": "datum.alone"}],
            "mark": {"type": "rule", "color": theme.BAND, "strokeWidth": 5},
            "encoding": {
                "x": {"field": "at", **x},
                "y": {"field": "low", **y, "axis": ticks},
                "y2": {"field": "high"},
            },
        },
        {
            "mark": {"type": "line", "color": colour, "strokeWidth": 1.8},
            "encoding": {
                "x": {"field": "at", **x},
                "y": {"field": "value", **y, "axis": ticks},
                **split,
            },
        },
        {
            "mark": {
                "type": "point",
                "filled": True,
                "opacity": 1,
                "size": 22,
                "color": colour,
                "shape": shape,
            },
            "encoding": {
                "x": {"field": "at", **x},
                "y": {"field": "value", **y, "axis": ticks},
                "tooltip": {"field": "tip"},
            },
        },
    ]


def _bars(panel: Panel, common: Axis, x: Spec, y: Spec, ticks: Spec) -> list[Spec]:
    return [
        {
            "mark": {
                "type": "rect",
                "color": theme.COLOURS[panel.role],
                "xOffset": 0.6,
                "x2Offset": -0.6,
            },
            "encoding": {
                "x": {"field": "from", **x},
                "x2": {"field": "to"},
                "y": {"field": "value", **y, "axis": ticks},
                "y2": {"datum": common.low},
                "tooltip": {"field": "tip"},
            },
        }
    ]


def _gaps(gaps: Sequence[tuple[datetime, datetime]], time: Time, x: Spec) -> Spec:
    values = [
        {"from": milliseconds(max(a, time.start)), "to": milliseconds(min(b, time.end))}
        for a, b in gaps
        if a < time.end and b > time.start
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "rect", "color": theme.HATCH, "tooltip": None},
        "encoding": {
            "x": {"field": "from", **x},
            "x2": {"field": "to"},
            "y": {"value": 0},
            "y2": {"value": _HEIGHT},
        },
    }
