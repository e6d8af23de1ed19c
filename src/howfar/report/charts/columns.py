"""Figures side by side: one row a channel, one column an indicator, a dot with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from howfar.report.charts import theme
from howfar.report.charts.axes import axis
from howfar.report.charts.labels import (
    extra_height,
    name_layers,
    names_panel,
    names_width,
    rows_channel,
)
from howfar.report.charts.scene import NARROW, WIDE, Column, Dot, Drawing, Row, Spec
from howfar.report.charts.text import width, wrap

_STEP = 23
_STEP_NARROW = 38
_GAP = 24
_VALUE = 60
"""Room that values take at the right of a name above its row."""


def columns_chart(rows: Sequence[Row], columns: Sequence[Column]) -> Drawing:
    """Dots with intervals, and each value as text at the right end of its row.

    Confidence and posterior intervals are solid lines, bounds are pale bars, ranges over choices
    are dashed. On a phone the columns stand below each other, names above their rows.
    """
    return Drawing(wide=_wide(rows, columns), narrow=_narrow(rows, columns))


def _spec(body: Spec) -> Spec:
    return body | {"config": theme.config()}


def _wide(rows: Sequence[Row], columns: Sequence[Column]) -> Spec:
    names = names_width(rows)
    step = _STEP + extra_height(rows, names)
    room = (WIDE - names - _GAP * len(columns) - 10) / max(len(columns), 1)
    room = min(room, 330)
    titles = [wrap(c.title, room, lines=3).split("\n") for c in columns]
    tall = max((len(t) for t in titles), default=1)
    panels = [
        _panel(rows, column, room, [""] * (tall - len(t)) + t, step)
        for column, t in zip(columns, titles, strict=True)
    ]
    together = [names_panel(rows, names, step), *panels]
    return _spec({"hconcat": together, "spacing": _GAP, "bounds": "flush"})


def _narrow(rows: Sequence[Row], columns: Sequence[Column]) -> Spec:
    room = NARROW - 8
    step = _STEP_NARROW + extra_height(rows, room - _VALUE)
    panels = [
        _panel(rows, c, room, wrap(c.title, room, lines=3).split("\n"), step, above=True)
        for c in columns
    ]
    return _spec({"vconcat": panels, "spacing": 24})


def _panel(
    rows: Sequence[Row],
    column: Column,
    room: float,
    title: list[str],
    step: float,
    above: bool = False,
) -> Spec:
    """One column; with above, each row's name stands above its dot (the phone's form)."""
    dots = {r.key: d for r in rows if (d := column.dots.get(r.key)) is not None}
    ends = [x for d in dots.values() for x in (d.value, d.low, d.high) if x is not None]
    ends += column.span
    texts = max((width(d.text) for d in dots.values() if d.value is not None), default=40)
    plot = room - max(34.0, texts) - 8
    scaled = axis(
        ends,
        scale=column.scale,
        zero=column.zero,
        percent=column.percent,
        reference=column.reference,
        ticks=max(2, min(5, int(plot // 30))),
        whole=column.whole,
    )
    drop = step / 4 if above else 0
    # Every layer names the same axis: one that hid it would hide it for all.
    x = {
        "type": "quantitative",
        "scale": scaled.spec(plot),
        "axis": scaled.axis(grid=False, offset=2),
    }
    y = {"y": rows_channel(rows)}
    base = {"yOffset": drop, "y2Offset": drop}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "color": theme.GRID, **base},
            "encoding": {**y, "x": {"value": 0}, "x2": {"value": plot}},
        }
    ]
    if column.reference is not None:
        layers.append(
            {
                "data": {"values": [{"at": column.reference}]},
                "mark": {"type": "rule", "color": theme.MUTED, "strokeDash": [2, 3]},
                "encoding": {"x": {"field": "at", **x}},
            }
        )
    for kind, style in _KINDS.items():
        layers.append(
            {
                "transform": [{"filter": f"datum.kind == '{kind}'"}],
                "mark": {"type": "rule", "clip": False, **style, **base},
                "encoding": {
                    **y,
                    "x": {"field": "low", **x},
                    "x2": {"field": "high"},
                    "color": _by_role("color"),
                    "tooltip": {"field": "tip"},
                },
            }
        )
    layers.append(
        {
            "transform": [{"filter": "datum.value != null"}],
            "mark": {"type": "point", "filled": True, "size": 62, "opacity": 1, **base},
            "encoding": {
                **y,
                "x": {"field": "value", **x},
                "color": _by_role("color"),
                "shape": _by_role("shape"),
                "tooltip": {"field": "tip"},
            },
        }
    )
    layers += _texts(y, room, drop)
    if above:
        layers += name_layers(rows, room - _VALUE, 18 - drop)
    return {
        "width": room,
        "height": {"step": step},
        "title": {"text": title},
        "data": {"values": _values(rows, dots, scaled.low, scaled.high)},
        "layer": layers,
    }


_KINDS: dict[str, Spec] = {
    "confidence": {"strokeWidth": 2},
    "bound": {"strokeWidth": 7, "opacity": 0.35},
    "range": {"strokeWidth": 2, "strokeDash": [2, 2]},
}


def _texts(y: Spec, room: float, drop: float) -> list[Spec]:
    return [
        {
            "transform": [{"filter": "datum.value != null"}],
            "mark": {"type": "text", "align": "right", "baseline": "middle", "yOffset": drop},
            "encoding": {**y, "x": {"value": room}, "text": {"field": "text", "type": "nominal"}},
        },
        {
            "transform": [{"filter": "datum.value == null"}],
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "middle",
                "yOffset": drop,
                "fontSize": theme.SIZE - 1,
                "color": theme.MUTED,
                "fontStyle": "italic",
            },
            "encoding": {**y, "x": {"value": 2}, "text": {"field": "text", "type": "nominal"}},
        },
    ]


def _by_role(channel: str) -> Spec:
    values = theme.COLOURS if channel == "color" else theme.SHAPES
    return {
        "field": "role",
        "type": "nominal",
        "scale": {"domain": list(values), "range": list(values.values())},
        "legend": None,
    }


def _values(
    rows: Sequence[Row],
    dots: dict[str, Dot],
    lowest: float,
    highest: float,
) -> list[Spec]:
    """One record a row that has a dot; unbounded ends stop at the edge of the scale."""
    found: list[Spec] = []
    for row in rows:
        dot = dots.get(row.key)
        if dot is None:
            record: Spec = {"row": row.key, "role": row.role, "value": None, "text": "–"}
        else:
            record = {
                "row": row.key,
                "role": row.role,
                "value": dot.value,
                "low": None if dot.low is None else min(max(dot.low, lowest), highest),
                "high": None if dot.high is None else min(max(dot.high, lowest), highest),
                "kind": "confidence" if dot.kind == "posterior" else dot.kind,
                "text": dot.text,
                "tip": dot.tip,
            }
        found.append(record)
    return found
