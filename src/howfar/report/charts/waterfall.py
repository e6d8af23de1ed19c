"""From one figure to another, part by part: each bar begins where the one before it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from howfar.report.charts import theme
from howfar.report.charts.axes import axis
from howfar.report.charts.labels import (
    extra_height,
    name_layers,
    names_panel,
    names_width,
    rows_channel,
)
from howfar.report.charts.scene import NARROW, WIDE, Drawing, Row, Spec
from howfar.report.charts.text import width

_STEP = 24
_STEP_NARROW = 40
_FILLS = {"whole": theme.LINE, "more": theme.PEER, "less": theme.OURS}
_SIGNS = {"more": "triangle-right", "less": "triangle-left"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a whole figure from 0, or a part that adds to the sum or takes from it."""

    label: str
    start: float
    end: float
    whole: bool
    text: str
    tip: str

    @property
    def kind(self) -> str:
        """Whole, more or less: colour and sign of the bar."""
        return "whole" if self.whole else "more" if self.end >= self.start else "less"


def waterfall_chart(bars: Sequence[Bar]) -> Drawing:
    """Bars from top to bottom; grey are wholes, the sign at a bar's end says the same as colour."""
    rows = [Row(str(n), bar.label) for n, bar in enumerate(bars)]
    names = min(names_width(rows), 220)
    step = _STEP + extra_height(rows, names)
    wide = {
        "hconcat": [names_panel(rows, names, step), _panel(bars, rows, WIDE - names - 34, step)],
        "spacing": 14,
        "bounds": "flush",
        "config": theme.config(),
    }
    tall = _STEP_NARROW + extra_height(rows, NARROW - 30)
    narrow = _panel(bars, rows, NARROW - 22, tall, above=True) | {"config": theme.config()}
    return Drawing(wide=wide, narrow=narrow)


def _panel(
    bars: Sequence[Bar], rows: Sequence[Row], room: float, step: float, above: bool = False
) -> Spec:
    texts = max((width(bar.text) for bar in bars), default=30) + 14
    plot = room - texts
    ends = [x for bar in bars for x in (bar.start, bar.end) if not bar.whole]
    ends += [bar.end for bar in bars if bar.whole]
    spread = max(ends) - min(ends)
    # Wholes far from 0 would leave no room for the parts: the scale begins below the least.
    zero = min(ends) <= 0 or min(ends) < 2 * spread
    scaled = axis([*ends, *([0.0] if zero else [min(ends) - spread / 4])], zero=zero)
    base = 0.0 if zero else scaled.low
    drop = step / 4 if above else 0
    high = min(step, _STEP) - 9
    x: Spec = {
        "type": "quantitative",
        "scale": scaled.spec(plot),
        "axis": scaled.axis(grid=True, offset=2),
    }
    records = [
        {
            "row": row.key,
            "from": base if bar.whole else bar.start,
            "to": bar.end,
            "kind": bar.kind,
            "text": bar.text,
            "tip": bar.tip,
        }
        for row, bar in zip(rows, bars, strict=True)
    ]
    y = {"y": rows_channel(rows)}
    kinds = list(_FILLS)
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": high, "yOffset": drop},
            "encoding": {
                **y,
                "x": {"field": "from", **x},
                "x2": {"field": "to"},
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": kinds, "range": list(_FILLS.values())},
                    "legend": None,
                },
                "tooltip": {"field": "tip"},
            },
        },
        {
            "transform": [{"filter": "datum.kind != 'whole'"}],
            "mark": {"type": "point", "filled": True, "size": 48, "opacity": 1, "yOffset": drop},
            "encoding": {
                **y,
                "x": {"field": "to", **x},
                "shape": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": list(_SIGNS), "range": list(_SIGNS.values())},
                    "legend": None,
                },
                "color": {"value": theme.INK},
            },
        },
        {
            "mark": {"type": "text", "align": "right", "baseline": "middle", "yOffset": drop},
            "encoding": {**y, "x": {"value": room}, "text": {"field": "text", "type": "nominal"}},
        },
    ]
    if above:
        layers += name_layers(rows, room, high - drop)
    return {
        "width": room,
        "height": {"step": step},
        "data": {"values": records},
        "layer": layers,
    }
