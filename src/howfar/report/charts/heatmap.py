"""What was seen when: one row a channel, one cell a day (or week), gaps hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from howfar.report.charts import theme
from howfar.report.charts.axes import milliseconds, time_axis
from howfar.report.charts.events import event_marks
from howfar.report.charts.labels import (
    HALO,
    extra_height,
    name_layers,
    names_panel,
    names_width,
    rows_channel,
)
from howfar.report.charts.scene import NARROW, WIDE, Drawing, Row, Spec, Time
from howfar.report.words import say

_STEP = 22
_STEP_NARROW = 36


@dataclass(frozen=True, slots=True)
class Square:
    """A cell: its row, its time, its class (0 is none; below, a fill of theme.FILLS).

    Null where nothing could be seen.
    """

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
    names = names_width(rows)
    step = _STEP + extra_height(rows, names)
    wide = _panel(rows, squares, time, WIDE - names - 34, step)
    tall = _STEP_NARROW + extra_height(rows, NARROW - 30)
    narrow = _panel(rows, squares, time, NARROW - 22, tall, above=True)
    return Drawing(
        wide={
            "hconcat": [names_panel(rows, names, step), wide],
            "spacing": 14,
            "bounds": "flush",
            "config": theme.config(),
        },
        narrow=narrow | {"config": theme.config()},
    )


def _panel(
    rows: Sequence[Row],
    squares: Sequence[Square],
    time: Time,
    room: float,
    step: float,
    above: bool = False,
) -> Spec:
    high = min(step, _STEP) - 3
    drop = (step - high) / 2 - 1 if above else 0
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
            "mark": {"type": "rect", "height": high, "yOffset": drop},
            "encoding": {
                "x": {"field": "from", **x},
                "x2": {"field": "to"},
                "y": rows_channel(rows),
                "color": {
                    "field": "step",
                    "type": "ordinal",
                    "scale": {
                        "domain": list(theme.FILLS),
                        "range": list(theme.FILLS.values()),
                    },
                    "legend": None,
                },
                "tooltip": {"field": "tip"},
            },
        }
    ]
    if time.marks:
        layers += event_marks(time, x, room)
    if above:
        # Names stand over the lines of events, on a halo of the page's colour.
        layers += name_layers(rows, NARROW - 30, high - drop, **HALO)
        layers += name_layers(rows, NARROW - 30, high - drop)
    return {"width": room, "height": {"step": step}, "layer": layers}
