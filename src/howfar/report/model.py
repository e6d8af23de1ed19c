"""What a page consists of: sections of figures, each with its table twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from howfar.report.charts.scene import Drawing


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; a link where it has an address."""

    text: str
    link: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: caption, column heads, rows; the first column names the row.

    numeric: columns that are aligned right. notes: lettered notes, printed below. id: anchor.
    """

    caption: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str | Cell, ...]]
    numeric: frozenset[int] = frozenset()
    notes: tuple[tuple[str, str], ...] = ()
    dense: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a chart's legend: a mark and what it means."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with what it asks, how to read it, its method and the same figures as a table.

    foot: what the mark on figures means that rest on holes.
    """

    id: str
    asks: str
    drawing: Drawing
    read: str
    alt: str
    measures: tuple[str, ...]
    table: Table
    keys: tuple[Key, ...] = ()
    warnings: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values, as a list of definitions; under a title and an anchor if given."""

    rows: Sequence[tuple[str, Sequence[str | Cell]]]
    title: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report with its anchor, paragraphs and what follows them."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[Figure | Table | Facts, ...] = ()
    warnings: tuple[str, ...] = ()
