"""Events on a time axis: a dashed line with its number above the plot."""

from __future__ import annotations

from howfar.report.charts import theme
from howfar.report.charts.axes import milliseconds
from howfar.report.charts.scene import Spec, Time

_APART = 15
"""Pixels between two numbers that can still be told apart."""
_FEW = 6
"""So many events have their numbers in every panel of a grid; of more, the top row has them."""


def event_marks(time: Time, x: Spec, width: float, top: bool = True) -> list[Spec]:
    """Layers over a plot whose x channel is given; titles stand in a list below the chart.

    width: of the plot, in pixels. A number that would stand on the one before is left out. top:
    whether the plot is in the top row of its grid.
    """
    values = [{"at": milliseconds(m.at), "n": str(m.number)} for m in time.marks]
    at = {"field": "at", **x}
    numbered = _apart(time, width) if top or len(values) <= _FEW else []
    return [
        {
            "data": {"values": [{"at": value["at"]} for value in values]},
            "mark": {"type": "rule", "color": theme.INK, "strokeDash": [3, 2], "opacity": 0.6},
            "encoding": {"x": at},
        },
        {
            "data": {"values": [values[place] for place in numbered]},
            "mark": {"type": "text", "baseline": "bottom", "fontSize": 11, "color": theme.INK},
            "encoding": {
                "x": at,
                "y": {"value": -2},
                "text": {"field": "n", "type": "nominal"},
            },
        },
    ]


def _apart(time: Time, width: float) -> list[int]:
    """Places of the events whose numbers have room."""
    span = (time.end - time.start).total_seconds()
    found: list[int] = []
    last = float("-inf")
    for place, mark in sorted(enumerate(time.marks), key=lambda each: each[1].at):
        pixels = (mark.at - time.start).total_seconds() / span * width
        if pixels - last >= _APART:
            found.append(place)
            last = pixels
    return found
