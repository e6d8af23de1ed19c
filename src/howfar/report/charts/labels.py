"""Names of rows: one or two lines, in any script, never over a neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from howfar.report.charts import theme
from howfar.report.charts.scene import Row, Spec
from howfar.report.charts.text import width, wrap

MOST = 190.0
LINE = 13


def names_width(rows: Sequence[Row]) -> float:
    """Room for the names: that of the widest one, within limits."""
    return min(MOST, max([60.0, *(width(r.label) for r in rows)]))


def extra_height(rows: Sequence[Row], limit: float) -> int:
    """How much taller each row must be where some name needs two lines."""
    return LINE if any("\n" in wrap(r.label, limit) for r in rows) else 0


def name_layers(rows: Sequence[Row], limit: float, above: float | None, **style: Any) -> list[Spec]:
    """Text layers with the names at the left: beside the row, or that far above its middle."""
    records = [
        {"row": r.key, "label": text, "shift": shift}
        for r in rows
        for text, shift in _lines(wrap(r.label, limit).split("\n"), above)
    ]
    return [
        {
            "data": {"values": [{k: v for k, v in r.items() if k != "shift"} for r in found]},
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "middle",
                "yOffset": shift,
                **style,
            },
            "encoding": {
                "y": rows_channel(rows),
                "x": {"value": 0},
                "text": {"field": "label", "type": "nominal"},
            },
        }
        for shift in sorted({float(str(r["shift"])) for r in records})
        if (found := [r for r in records if r["shift"] == shift])
    ]


def _lines(lines: Sequence[str], above: float | None) -> list[tuple[str, float]]:
    """Each line with its distance from the row's middle: centred beside it, or ending above."""
    last = len(lines) - 1
    if above is None:
        return [(text, (n - last / 2) * LINE) for n, text in enumerate(lines)]
    return [(text, -above - (last - n) * LINE) for n, text in enumerate(lines)]


def names_panel(rows: Sequence[Row], limit: float, step: float) -> Spec:
    """A panel that holds nothing but names, for the left of a row of panels."""
    return {
        "width": limit,
        "height": {"step": step},
        "layer": name_layers(rows, limit, None),
    }


def rows_channel(rows: Sequence[Row]) -> Spec:
    """The y channel that all panels with these rows share."""
    return {
        "field": "row",
        "type": "ordinal",
        "scale": {"domain": [r.key for r in rows]},
        "axis": None,
    }


HALO = {"stroke": theme.PAGE, "strokeWidth": 4, "color": theme.PAGE}
"""Style of a text that keeps lines behind a name apart from it."""
