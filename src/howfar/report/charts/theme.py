"""Colours, shapes and configuration that all charts share.

Every colour in a specification is one of the light colours below; the page replaces each by a
CSS variable, so that one drawing serves light and dark. Blue, vermilion and green stay apart for
colour-blind eyes (Okabe & Ito 2008), and a shape always says the same as the colour.
"""

from __future__ import annotations

from typing import Any

PAGE = "#fefefe"
INK = "#1b2530"
MUTED = "#56616d"
GRID = "#e2e6eb"
LINE = "#aab3bd"
OURS = "#b84a00"
PEER = "#0067a6"
OTHER = "#00725a"
BAND = "#b9d7ec"
HATCH = "#d0d1d2"
STEPS = ("#f3f5f7", "#cfe3f2", "#94c0e0", "#4d93c5", "#1f659b", "#0b3d66")
"""Six classes from none to most; a class with zero posts is almost the page's colour."""

GREY, PLAIN, FEW, FULL = -2, -3, -4, -5
"""Fills of cells beside the steps: not expected, usual not known, fewer than usual, at a cap."""
FILLS = {-1: HATCH, **dict(enumerate(STEPS)), GREY: LINE, PLAIN: BAND, FEW: OURS, FULL: INK}

VARIABLES = {
    PAGE: "page",
    INK: "ink",
    MUTED: "muted",
    GRID: "grid",
    LINE: "line",
    OURS: "ours",
    PEER: "peer",
    OTHER: "other",
    BAND: "band",
    **{colour: f"step{n}" for n, colour in enumerate(STEPS)},
}

DARK = {
    "page": "#12181e",
    "ink": "#e9edf2",
    "muted": "#aeb8c4",
    "grid": "#2e3843",
    "line": "#66727f",
    "ours": "#ff9a52",
    "peer": "#6fb9ec",
    "other": "#4fcfae",
    "band": "#24506f",
    "step0": "#1d252d",
    "step1": "#143a57",
    "step2": "#1f5c88",
    "step3": "#3b86b9",
    "step4": "#7db8df",
    "step5": "#cfe6f7",
}

COLOURS = {"ours": OURS, "peer": PEER, "other": OTHER}
SHAPES = {"ours": "diamond", "peer": "circle", "other": "square"}

FONT = "Arial"
"""Measured with when a chart is laid out; the page names further fonts of the same width."""
SIZE = 12


def config() -> dict[str, Any]:
    """The configuration of every chart: no frame, pale grid, text of 12 px, no descriptions.

    Marks carry no aria attributes of their own: one description a figure and the table twin
    serve readers better than a thousand 'graphics-symbol'.
    """
    text = {"labelFont": FONT, "titleFont": FONT}
    return {
        "aria": False,
        "background": "transparent",
        "padding": {"left": 1, "right": 1, "top": 4, "bottom": 4},
        "font": FONT,
        "view": {"stroke": None},
        "concat": {"spacing": 14},
        "axis": {
            **text,
            "labelFontSize": SIZE - 1,
            "labelColor": MUTED,
            "labelPadding": 4,
            "titleColor": MUTED,
            "titleFontSize": SIZE - 1,
            "titleFontWeight": "normal",
            "gridColor": GRID,
            "domainColor": LINE,
            "tickColor": LINE,
            "tickSize": 4,
        },
        "title": {
            "font": FONT,
            "fontSize": SIZE,
            "fontWeight": 600,
            "color": INK,
            "anchor": "start",
            "frame": "group",
            "offset": 8,
        },
        "text": {"font": FONT, "fontSize": SIZE, "color": INK},
        "point": {"color": PEER},
        "rule": {"color": MUTED},
        "area": {"color": BAND},
        "line": {"color": PEER},
        "rect": {"color": PEER},
    }
