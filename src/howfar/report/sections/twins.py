"""From result rows to dots and to the table that says the same."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from howfar.report.charts.columns import columns_chart
from howfar.report.charts.scene import Column, Dot, Scale
from howfar.report.charts.scene import Row as ChartRow
from howfar.report.model import Figure, Key, Table
from howfar.report.numbers import interval, is_exact, phrase, value_text
from howfar.report.results import Row
from howfar.report.words import say
from howfar.schema.comparable import CODES, WORDS, codes_of


class Told(Protocol):
    """What figures need to know beside their rows: the level of intervals, and names."""

    @property
    def confidence(self) -> str:
        """The level of intervals, as 95 %."""
        ...

    def chart_rows(self, channels: Iterable[str | None]) -> list[ChartRow]:
        """Chart rows with the names and roles of these channels."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """One column of a figure: its title, its rows by the key of the chart row, its scale."""

    title: str
    rows: Mapping[str, Row]
    percent: bool = False
    scale: Scale = "linear"
    zero: bool = True
    reference: float | None = None
    span: tuple[float, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether any row has a figure."""
        return any(row["status"] == "measured" for row in self.rows.values())


def dot_of(row: Row, label: str, percent: bool) -> Dot:
    """A result row as a dot, with the text of its tooltip."""
    kind = row["low_kind"] or "none"
    return Dot(
        row["value"],
        None if is_exact(row) else row["low"],
        None if is_exact(row) else row["high"],
        kind,
        value_text(row, percent),
        f"{label}: {phrase(row, percent)}",
    )


def by_channel(rows: Sequence[Row]) -> dict[str, Row]:
    """Rows by their channel; the first where a channel has several platforms."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row["channel"], row)
    return found


class Notes:
    """Lettered notes of a table, each text once."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def letter(self, text: str | None) -> str:
        """The letter of a text, given on first use; nothing for no text."""
        if not text:
            return ""
        n = len(self._letters)
        letters = string.ascii_lowercase
        fresh = letters[n] if n < 26 else letters[n // 26 - 1] + letters[n % 26]
        return self._letters.setdefault(text, fresh)

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Letters with their texts, in order of use."""
        return tuple((letter, text) for text, letter in self._letters.items())


def long_table(
    results: Told,
    caption: str,
    entries: Sequence[tuple[str, str, Row, bool]],
    heads: tuple[str, str] | None = None,
) -> Table:
    """A figure a line: what it is of, which figure, value, interval, n and method.

    entries: name of the row, name of the figure, the row, whether it prints as per cent.
    """
    notes = Notes()
    first, second = heads or (say("head.channel"), say("head.figure"))
    head = (first, second, say("head.value"), say("head.interval", level=results.confidence))
    rows = []
    for name, what, row, percent in entries:
        marks = [notes.letter(row[c]) for c in ("method", "reason", "coverage")]
        n = row["n_posts"]
        rows.append(
            (
                name,
                what,
                value_text(row, percent),
                interval(row, percent),
                say("none") if n is None else f"{n:,}",
                ", ".join(m for m in marks if m) or say("none"),
            )
        )
    columns = (*head, say("head.posts"), say("head.method"))
    return Table(caption, columns, rows, frozenset({2, 3, 4}), notes.listed(), len(rows) > 60)


def role_keys(rows: Sequence[ChartRow]) -> tuple[Key, ...]:
    """Legend of the roles that occur."""
    present = {row.role for row in rows}
    if len(present) < 2:
        return ()
    return tuple(
        Key(role, say(f"role.{role}")) for role in ("ours", "peer", "other") if role in present
    )


def interval_keys(rows: Sequence[Row], level: str) -> tuple[Key, ...]:
    """Legend of the kinds of interval that are drawn."""
    kinds = {row["low_kind"] for row in rows if row["status"] == "measured" and not is_exact(row)}
    found = [
        Key(f"line-{kind}", say(f"key.{kind}", level=level))
        for kind in ("confidence", "posterior", "bound", "range")
        if kind in kinds
    ]
    return tuple(found)


def foot_of(entries: Sequence[tuple[str, str, Row, bool]]) -> tuple[str, ...]:
    """What the mark on figures means: each hole or way of capture with the rows that it touches."""
    found: dict[str, dict[str, None]] = {code: {} for code in CODES}
    for name, _, row, _ in entries:
        for code in codes_of(row["coverage"]):
            found[code][name] = None
    every = {name for name, _, row, _ in entries if row["status"] == "measured"}
    told = []
    for code, names in found.items():
        if names:
            whole = len(names) > 2 and set(names) >= every
            listed = say("mark.pooled") if whole else ", ".join(names)
            told.append(say("mark.code", what=say(f"code.{code}"), names=listed))
    return (say("mark.foot", codes="; ".join(told)),) if told else ()


def unlike(entries: Sequence[tuple[str, str, Row, bool]]) -> tuple[str, ...]:
    """A warning where rows that were captured in unlike ways stand side by side."""
    ways: dict[str, dict[str, None]] = {}
    for name, _, row, _ in entries:
        if row["status"] != "measured":
            continue
        codes = codes_of(row["coverage"])
        if "mixed" in codes:
            return (say("mark.mixed"),)
        way = ", ".join(c for c in codes if c in WORDS) or "complete"
        ways.setdefault(way, {})[name] = None
    if len(ways) < 2:
        return ()
    told = (
        say(
            "mark.way",
            way=", ".join(say(f"capture.{w}") for w in way.split(", ")),
            names=", ".join(n),
        )
        for way, n in ways.items()
    )
    return (say("mark.unlike", ways="; ".join(told)),)


def columns_figure(
    results: Told,
    id: str,
    asks: str,
    columns: Sequence[Ask],
    read: str,
    measures: tuple[str, ...],
    *,
    rows: Sequence[ChartRow] | None = None,
    heads: tuple[str, str] | None = None,
    warnings: tuple[str, ...] = (),
) -> Figure | None:
    """Columns of dots with their table twin; None where no column has a figure."""
    columns = [c for c in columns if c.measured]
    if not columns:
        return None
    if rows is None:
        rows = results.chart_rows(channel for c in columns for channel in c.rows)
    drawn = [
        Column(
            c.title,
            {r.key: dot_of(c.rows[r.key], r.label, c.percent) for r in rows if r.key in c.rows},
            c.scale,
            c.percent,
            c.zero,
            c.reference,
            c.span,
        )
        for c in columns
    ]
    entries = [
        (r.label, c.title, c.rows[r.key], c.percent)
        for r in rows
        for c in columns
        if r.key in c.rows
    ]
    titles = "; ".join(c.title for c in columns)
    return Figure(
        id=id,
        asks=asks,
        drawing=columns_chart(rows, drawn),
        read=read,
        alt=say("alt.columns", n=len(rows), asks=asks, titles=titles),
        measures=measures,
        table=long_table(results, say("caption.table", asks=asks), entries, heads),
        keys=role_keys(rows) + interval_keys([e[2] for e in entries], results.confidence),
        warnings=warnings + unlike(entries),
        foot=foot_of(entries),
    )
