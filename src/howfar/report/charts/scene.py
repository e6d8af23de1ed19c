"""What charts draw, free of how: rows, cells, panels, and the finished drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Spec = dict[str, Any]
Scale = Literal["linear", "log"]

WIDE = 840
NARROW = 350


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart as Vega-Lite: for a page's width and, where that would be too small, a phone's."""

    wide: Spec
    narrow: Spec


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a chart: its key, its printed name and its role (ours, peer, other)."""

    key: str
    label: str
    role: str = "peer"


@dataclass(frozen=True, slots=True)
class Dot:
    """One figure: value and interval, the text beside it, and a kind of interval."""

    value: float | None
    low: float | None
    high: float | None
    kind: str
    text: str
    tip: str


@dataclass(frozen=True, slots=True)
class Column:
    """Figures of one kind on one scale, a dot a row.

    places: decimals of axis labels are chosen by the chart; percent prints shares as per cent.
    reference: a value that a line marks (1 for ratios, 0 for differences). span: figures that the
    scale must hold besides its own, so that several columns share one. whole: places and counts,
    with ticks at whole numbers only.
    """

    title: str
    dots: Mapping[str, Dot]
    scale: Scale = "linear"
    percent: bool = False
    zero: bool = True
    reference: float | None = None
    span: tuple[float, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A figure over a stretch of time; end exclusive."""

    start: datetime
    end: datetime
    value: float
    low: float
    high: float
    tip: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One small multiple: a title, a series, stretches without data; marks of its own, if any."""

    title: str
    role: str
    spans: Sequence[Span]
    gaps: Sequence[tuple[datetime, datetime]] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on a time axis, numbered as in the list below the chart."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Time:
    """The time axis that panels share: the window and its events."""

    start: datetime
    end: datetime
    marks: Sequence[Mark] = field(default_factory=tuple)
