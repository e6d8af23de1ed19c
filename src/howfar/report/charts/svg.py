"""From a specification to inline SVG that is small, quiet for screen readers and follows themes."""

from __future__ import annotations

import json
import re
from typing import Any

import vl_convert

from howfar.report.charts import theme
from howfar.report.charts.scene import Spec

VEGA_LITE = "6.4"

_NOISE = re.compile(
    r' (?:role|aria-[a-z]+|class|pointer-events|font-family|stroke-miterlimit)="[^"]*"'
    r'| (?:opacity|stroke-width)="1"| font-size="12px"| (?:x2|y2)="0"| text-anchor="start"'
)
_EMPTY = re.compile(
    r'<path[^>]* display="none"[^>]*/>'
    r'|<path(?: transform="[^"]*")? d="M0(?:\.5)?,0(?:\.5)?h0v0h0Z"/>'
)
_NOTHING = re.compile(r"<g(?: [^>]*)?></g>|<g(?: [^>]*)?/>")
_PATHS = re.compile(r'(<path d=")([^"]*)("(?: [^>]*)?/>)(?:<path d="([^"]*)\3)+')
_PATH = re.compile(r'<path d="([^"]*)"')
_LONG = re.compile(r"\d+\.\d{2,}")
_GEOMETRY = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|width|height|dy|dx)="[^"]*"')
_ID = re.compile(r'(id="|url\(#)((?:clip|gradient)[^")]*)')


def to_svg(spec: Spec, prefix: str, most: float) -> str:
    """The chart as an <svg> element; ids begin with the prefix, colours are CSS variables.

    The element is hidden from screen readers: its container carries the one description. It is
    never wider than ``most``: the converter takes letters that its fonts lack (Cyrillic, Arabic)
    for up to twice as wide as they are, and would shrink the chart to make room for that.
    """
    raw = vl_convert.vegalite_to_svg(_schema(spec), vl_version=VEGA_LITE)
    return tidy(raw, prefix, most)


def tidy(raw: str, prefix: str, most: float) -> str:
    """The SVG without what repeats: aria attributes, defaults, empty groups, split paths."""
    head = re.match(r"<svg[^>]*>", raw)
    if head is None:
        raise ValueError("the converter gave no <svg>")
    size = re.search(r'viewBox="([^"]*)"', head[0])
    body = raw[head.end() :]
    body = _EMPTY.sub("", _NOISE.sub("", body))
    while (shorter := _NOTHING.sub("", body)) != body:
        body = shorter
    # Only geometry is rounded: a text that shows 0.698 must go on showing it.
    body = _GEOMETRY.sub(lambda m: _LONG.sub(_rounded, m[0]), body)
    body = _PATHS.sub(_joined, body)
    body = themed(_ID.sub(rf"\g<1>{prefix}-\g<2>", body))
    _, _, width, height = map(float, size[1].split()) if size else (0.0,) * 4
    width = min(width, most)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" '
        f'aria-hidden="true" focusable="false">{body}'
    )


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".rstrip("0").rstrip(".")


def _joined(match: re.Match[str]) -> str:
    return match[1] + "".join(_PATH.findall(match[0])) + match[3]


def themed(text: str) -> str:
    """Light colours of the theme as CSS variables, and the colour of gaps as hatching."""
    text = re.sub(theme.HATCH, "url(#hatch)", text, flags=re.IGNORECASE)
    for colour, name in theme.VARIABLES.items():
        text = re.sub(colour, f"var(--{name})", text, flags=re.IGNORECASE)
    return text


def to_json(spec: Spec) -> str:
    """The specification for the live chart."""
    return themed(json.dumps(_schema(spec), separators=(",", ":"), ensure_ascii=False))


def _schema(spec: Spec) -> dict[str, Any]:
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json"} | spec


def runtime(snippet: str) -> str:
    """The interactive runtime of the installed converter, with a few lines at its end."""
    return str(vl_convert.javascript_bundle(snippet, vl_version=VEGA_LITE))
