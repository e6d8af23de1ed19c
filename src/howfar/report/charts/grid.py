"""Rows by columns in classes of colour: scores of units on indicators, or correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from howfar.report.charts import theme
from howfar.report.charts.labels import (
    extra_height,
    name_layers,
    names_panel,
    names_width,
    rows_channel,
)
from howfar.report.charts.scene import NARROW, WIDE, Drawing, Row, Spec

_STEP = 22
_STEP_NARROW = 38
_MISSING = -1
_LIGHT_TEXT = 3
"""From this class on the fill is dark, and text on it light."""


@dataclass(frozen=True, slots=True)
class Square:
    """A cell: its class (a place in theme.STEPS; null where there is no figure), text and tip."""

    step: int | None
    text: str
    tip: str


def grid_chart(
    rows: Sequence[Row], heads: Sequence[str], cells: Mapping[tuple[str, int], Square]
) -> Drawing:
    """Cells with their figures as text where there is room; columns are numbered heads."""
    names = names_width(rows)
    step = _STEP + extra_height(rows, names)
    wide: Spec = {
        "hconcat": [
            names_panel(rows, names, step),
            _panel(rows, heads, cells, WIDE - names - 24, step),
        ],
        "spacing": 12,
        "bounds": "flush",
        "config": theme.config(),
    }
    tall = _STEP_NARROW + extra_height(rows, NARROW - 12)
    narrow = _panel(rows, heads, cells, NARROW - 12, tall, above=True)
    return Drawing(wide=wide, narrow=narrow | {"config": theme.config()})


def _panel(
    rows: Sequence[Row],
    heads: Sequence[str],
    cells: Mapping[tuple[str, int], Square],
    room: float,
    step: float,
    above: bool = False,
) -> Spec:
    side = min(room / max(len(heads), 1), 74.0)
    high = min(step, _STEP) - 2
    drop = (step - high) / 2 - 1 if above else 0
    records = [
        {
            "row": row.key,
            "from": n * side,
            "to": (n + 1) * side - 1,
            "mid": (n + 0.5) * side,
            "step": _MISSING if cell.step is None else cell.step,
            "text": cell.text,
            "tip": cell.tip,
        }
        for row in rows
        for n in range(len(heads))
        if (cell := cells.get((row.key, n))) is not None
    ]
    x: Spec = {
        "type": "quantitative",
        "scale": {"type": "linear", "domain": [0, room], "nice": False, "zero": False},
        "axis": None,
    }
    y = {"y": rows_channel(rows)}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "height": high, "yOffset": drop},
            "encoding": {
                **y,
                "x": {"field": "from", **x},
                "x2": {"field": "to"},
                "color": {
                    "field": "step",
                    "type": "ordinal",
                    "scale": {
                        "domain": [_MISSING, *range(len(theme.STEPS))],
                        "range": [theme.HATCH, *theme.STEPS],
                    },
                    "legend": None,
                },
                "tooltip": {"field": "tip"},
            },
        }
    ]
    if side >= 26:
        for light in (False, True):
            test = f"datum.step {'>=' if light else '<'} {_LIGHT_TEXT}"
            layers.append(
                {
                    "transform": [{"filter": test}],
                    "mark": {
                        "type": "text",
                        "baseline": "middle",
                        "yOffset": drop,
                        "fontSize": theme.SIZE - 1,
                        "color": theme.PAGE if light else theme.INK,
                    },
                    "encoding": {
                        **y,
                        "x": {"field": "mid", **x},
                        "text": {"field": "text", "type": "nominal"},
                    },
                }
            )
    layers.append(
        {
            "data": {
                "values": [
                    {"mid": (n + 0.5) * side, "text": head}
                    for n, head in enumerate(heads)
                    if side >= 14 or n % 5 == 4
                ]
            },
            "mark": {
                "type": "text",
                "baseline": "bottom",
                "fontSize": theme.SIZE - 1,
                "color": theme.MUTED,
            },
            "encoding": {
                "x": {"field": "mid", **x},
                "y": {"value": -3},
                "text": {"field": "text", "type": "nominal"},
            },
        }
    )
    if above:
        layers += name_layers(rows, room, high - drop)
    return {
        "width": room,
        "height": {"step": step},
        "data": {"values": records},
        "layer": layers,
    }
