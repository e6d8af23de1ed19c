"""A study's figures in the terminal, and what the charts of its report show."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from howfar.cli.console import say
from howfar.errors import StudyError
from howfar.measures.expected_performance import LATEST
from howfar.run import latest_run, load_run
from howfar.schema.tables import DIMENSIONS

_MOST = 60
_KINDS = {"bound": "bounds", "range": "range over choices"}


def study_figures(study: Path, measure: str, where: list[str]) -> list[dict[str, Any]]:
    """The figures of a measure in the latest run; where: words that each must hold.

    Figures of the whole window come first, those of single weeks or days after them.
    """
    names = (*DIMENSIONS, "value", "low", "high", "low_kind", "confidence", "unit", "n_posts")
    rows = load_run(study, latest_run(study)).estimates.to_pylist()
    found = [
        {name: row[name] for name in (*names, "status", "reason") if row[name] is not None}
        for row in rows
        if row["measure"] == measure and set(where) <= places(row)
    ]
    return sorted(found, key=lambda row: "period_start" in row)


def places(row: dict[str, Any]) -> set[str]:
    """The words that choose a figure: its dimensions, and 'week', 'latest' or 'whole'."""
    words = {"week" if row.get("period_start") else "whole"}
    if LATEST in (row.get("params") or "").split(";"):
        words = {"latest"}
    for name in DIMENSIONS:
        value = row.get(name)
        if value is not None:
            words |= {_short(value), *(_short(value).split(";"))}
    return words


def show(figures: list[dict[str, Any]]) -> None:
    """Print figures, a line each."""
    say()
    say(f"figures in the latest run: {len(figures):,}")
    unit = figures[0]["unit"] if figures else ""
    if figures:
        say(f"unit, where not told: {unit}")
    for row in figures[:_MOST]:
        where = ", ".join(_short(row[name]) for name in DIMENSIONS if name in row) or "all"
        say(f"  {where}: {figure_text(row, unit)}")
    if len(figures) > _MOST:
        say(f"  and {len(figures) - _MOST:,} more: --where WORD chooses, --json gives all")


def figure_text(row: dict[str, Any], unit: str = "") -> str:
    """A figure in one line: value, unit (where it is not the given one), interval and its kind."""
    if row["status"] != "measured":
        return f"{row['status'].replace('_', ' ')}: {row.get('reason')}"
    value, low, high = row["value"], row["low"], row["high"]
    name = "" if row["unit"] == unit else f" {row['unit']}"
    if row["low_kind"] == "bound" and low == value == high:
        return f"{number(value)}{name} (exact)"
    kind = _KINDS.get(row["low_kind"]) or f"{row['confidence']:.0%} {row['low_kind']} interval"
    return f"{number(value)}{name} ({kind} {number(low)} to {number(high)})"


def number(value: float) -> str:
    """Four significant digits, and never fewer than stand before the decimal point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _short(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.datetime) else str(value)


class _Charts(HTMLParser):
    """What a report says of its charts: question, how to read it, measures."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._figure = self._part = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "figure":
            self._figure = given.get("id", "")
            self.found[self._figure] = {"asks": "", "read": "", "measures": ""}
        elif not self._figure:
            return
        elif tag == "h3":
            self._part = "asks"
        elif tag == "p":
            self._part = "read" if given.get("class") == "read" else ""
        elif tag == "a" and given.get("href", "").startswith("#method-"):
            measures = self.found[self._figure]["measures"].split()
            measures.append(given["href"].removeprefix("#method-"))
            self.found[self._figure]["measures"] = " ".join(measures)

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._figure = ""
        if tag in ("h3", "p"):
            self._part = ""

    def handle_data(self, data: str) -> None:
        if self._figure and self._part:
            self.found[self._figure][self._part] += data


def charts(study: Path) -> dict[str, dict[str, str]]:
    """The charts of a study's report by id: what they ask, how to read them, their measures.

    Raises StudyError where no report was written yet.
    """
    path = study / "results" / "report.html"
    if not path.exists():
        raise StudyError("there is no report yet", where=str(path), next=f"howfar report {study}")
    parser = _Charts()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.found
