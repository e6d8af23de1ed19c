"""Events on a time axis: a dashed line with its number above the plot."""

from __future__ import annotations

from collections.abc import Sequence

from howfar.report.charts import theme
from howfar.report.charts.axes import milliseconds
from howfar.report.charts.scene import Mark, Spec


def event_marks(marks: Sequence[Mark], x: Spec) -> list[Spec]:
    """Layers over a plot whose x channel is given; titles stand in a list below the chart."""
    data = {"values": [{"at": milliseconds(m.at), "n": str(m.number)} for m in marks]}
    at = {"field": "at", **x}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": theme.INK, "strokeDash": [3, 2], "opacity": 0.6},
            "encoding": {"x": at},
        },
        {
            "data": data,
            "mark": {"type": "text", "baseline": "bottom", "fontSize": 11, "color": theme.INK},
            "encoding": {
                "x": at,
                "y": {"value": -2},
                "text": {"field": "n", "type": "nominal"},
            },
        },
    ]
