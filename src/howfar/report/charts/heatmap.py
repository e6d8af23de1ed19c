"""What was seen when: one row a channel, one cell a day (or week), gaps hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from howfar.report.charts import theme
from howfar.report.charts.axes import milliseconds, time_axis
from howfar.report.charts.events import event_marks
from howfar.report.charts.scene import NARROW, WIDE, Drawing, Row, Spec, Time
from howfar.report.charts.text import width, wrap
from howfar.report.words import say

_STEP = 22
_STEP_NARROW = 36


@dataclass(frozen=True, slots=True)
class Square:
    """A cell: its row, its time, its class (0 is none), or null where nothing could be seen."""

    row: str
    start: datetime
    end: datetime
    step: int | None
    tip: str


def classes(values: Sequence[float]) -> tuple[int, ...]:
    """Lower ends of classes 2 to 5, round and rising, so that busy and quiet rows both show.

    Class 1 begins at one post. Fewer classes come back where the figures are small.
    """
    seen = sorted(v for v in values if v > 0)
    if not seen:
        return ()
    found: list[int] = []
    for part in (0.2, 0.45, 0.7, 0.92):
        raw = seen[int(part * (len(seen) - 1))]
        size = 10 ** max(0, len(str(int(raw))) - 2)
        edge = max(2, round(raw / (5 * size)) * 5 * size if raw >= 10 else round(raw))
        if not found or edge > found[-1]:
            found.append(int(edge))
    return tuple(found)


def class_of(value: float, edges: Sequence[int]) -> int:
    """0 for none, else 1 and one more for each lower end that the value reaches."""
    return 0 if value <= 0 else 1 + sum(value >= edge for edge in edges)


def heat_chart(rows: Sequence[Row], squares: Sequence[Square], time: Time) -> Drawing:
    """Cells by class of colour; hatched where the source cannot have seen anything."""
    names = min(170.0, max([60.0, *(width(r.label) for r in rows)]))
    labels = [{"row": r.key, "label": wrap(r.label, names, lines=1)} for r in rows]
    first: Spec = {
        "width": names,
        "height": {"step": _STEP},
        "data": {"values": labels},
        "mark": {"type": "text", "align": "left", "baseline": "middle"},
        "encoding": {"y": _y(rows), "x": {"value": 0}, "text": {"field": "label", "type": "nominal"}},
    }
    wide = _panel(rows, squares, time, WIDE - names - 34, None)
    above = {r.key: wrap(r.label, NARROW - 20, lines=1) for r in rows}
    narrow = _panel(rows, squares, time, NARROW - 22, above)
    return Drawing(
        wide={"hconcat": [first, wide], "spacing": 14, "bounds": "flush", "config": theme.config()},
        narrow=narrow | {"config": theme.config()},
    )


def _y(rows: Sequence[Row]) -> Spec:
    scale = {"domain": [r.key for r in rows]}
    return {"field": "row", "type": "ordinal", "scale": scale, "axis": None}


def _panel(
    rows: Sequence[Row],
    squares: Sequence[Square],
    time: Time,
    room: float,
    labels: dict[str, str] | None,
) -> Spec:
    step = _STEP if labels is None else _STEP_NARROW
    part, drop = (0.88, 0) if labels is None else (0.46, 8)
    records = [
        {
            "row": s.row,
            "from": milliseconds(s.start),
            "to": milliseconds(s.end),
            "step": -1 if s.step is None else s.step,
            "tip": s.tip,
        }
        # Equal neighbours in a row follow one another, so that they become one path.
        for s in sorted(squares, key=lambda s: (s.row, -1 if s.step is None else s.step, s.start))
    ]
    x = time_axis(time.start, time.end, say("months.short"), room)
    x["axis"] |= {"orient": "bottom", "offset": 2}
    layers: list[Spec] = [
        {
            "data": {"values": records},
            "mark": {"type": "rect", "height": {"band": part}, "yOffset": drop},
            "encoding": {
                "x": {"field": "from", **x},
                "x2": {"field": "to"},
                "y": _y(rows),
                "color": {
                    "field": "step",
                    "type": "ordinal",
                    "scale": {
                        "domain": [-1, *range(len(theme.STEPS))],
                        "range": [theme.HATCH, *theme.STEPS],
                    },
                    "legend": None,
                },
                "tooltip": {"field": "tip"},
            },
        }
    ]
    if time.marks:
        layers += event_marks(time.marks, x)
    if labels is not None:
        halo = {"stroke": theme.PAGE, "strokeWidth": 4, "color": theme.PAGE}
        layers += [
            {
                "data": {"values": [{"row": r.key, "label": labels[r.key]} for r in rows]},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "baseline": "middle",
                    "yOffset": -9,
                    **style,
                },
                "encoding": {
                    "y": _y(rows),
                    "x": {"value": 0},
                    "text": {"field": "label", "type": "nominal"},
                },
            }
            # Names stand over the lines of events, on a halo of the page's colour.
            for style in (halo, {})
        ]
    return {"width": room, "height": {"step": step}, "layer": layers}
