"""`howfar explain`: the definition of a measure, a reader or a word, in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.cli.words import WORDS
from howfar.errors import StudyError
from howfar.readers.discovery import readers
from howfar.run import latest_run, load_run
from howfar.schema.measure import Declaration, registry
from howfar.schema.planned import PLANNED
from howfar.schema.reader import NOTES, REASONS, ReaderDeclaration
from howfar.schema.tables import DIMENSIONS
from howfar.study.problems import suggest

_MOST = 60


def command(
    what: Annotated[
        str,
        typer.Argument(
            help="A measure (name or number), a reader, 'measures', 'readers' or any word."
        ),
    ] = "",
    study: Annotated[
        Path | None,
        typer.Option(help="Study folder: its figures of this measure, with intervals."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Explain a measure, a reader or a word; with --study also show the study's figures."""
    page = explanation(what)
    if study is not None and page["kind"] != "measure":
        raise StudyError(
            f"{what!r} is no measure, so a study has no figures of it",
            expected=", ".join(registry()),
            next="howfar explain MEASURE --study FOLDER",
        )
    figures = study_figures(study, page["id"]) if study is not None else []
    if json:
        say_json(page | ({"figures": figures} if study is not None else {}))
        return
    for line in page["lines"]:
        say(line)
    if study is not None:
        _show(figures)


def explanation(what: str) -> dict[str, Any]:
    """The page for a word: its kind, its id, and the lines to print.

    Raises StudyError, with the nearest known word, where nothing is called so.
    """
    measures, known, word = registry(), readers(), what.strip().casefold()
    plain = word.replace(" ", "_").replace("-", "_")
    if plain in measures:
        return _page("measure", plain, measure_lines(measures[plain].declaration))
    numbered = [m.declaration for m in measures.values() if m.declaration.number == plain]
    if numbered:
        return _page("list", plain, _joined([measure_lines(one) for one in numbered]))
    if word.replace("_", "-").replace(" ", "-") in known:
        reader = known[word.replace("_", "-").replace(" ", "-")].declaration
        return _page("reader", reader.id, reader_lines(reader))
    for planned in PLANNED:
        if plain in (planned.id, planned.number):
            lines = [
                f"{planned.id} (no. {planned.number}): {planned.asks}",
                f"level: {planned.level}",
                f"needs: {planned.needs}",
                "not built yet in this version",
            ]
            return _page("planned", planned.id, lines)
    lists: dict[str, Callable[[], list[str]]] = {
        "": _overview,
        "measures": _measure_list,
        "readers": _reader_list,
        "words": lambda: sorted(WORDS),
    }
    if word in lists:
        return _page("list", word, lists[word]())
    meanings = {**WORDS, **REASONS, **NOTES}
    for name in (word, plain, plain.replace("_", " ")):
        if name in meanings:
            return _page("word", name, [f"{name}: {meanings[name]}"])
    mentions = [
        d.id for d in (m.declaration for m in measures.values()) if word in _all_text(d).casefold()
    ]
    if mentions and len(word) > 2:
        lines = [f"{what!r} occurs in the definition of:", *(f"  {name}" for name in mentions)]
        return _page("list", word, lines)
    every = [*measures, *known, *(p.id for p in PLANNED), *meanings, "measures", "readers"]
    raise StudyError(
        f"nothing is called {what!r}",
        expected="a measure, a reader or a word of howfar",
        next=suggest(what, every) or "howfar explain lists all",
    )


def _page(kind: str, name: str, lines: list[str]) -> dict[str, Any]:
    return {"kind": kind, "id": name, "lines": lines}


def _joined(pages: list[list[str]]) -> list[str]:
    """Several pages with an empty line between them."""
    return [line for number, page in enumerate(pages) for line in ([""] * bool(number) + page)]


def _all_text(declaration: Declaration) -> str:
    return "\n".join(measure_lines(declaration))


def measure_lines(declaration: Declaration) -> list[str]:
    """The definition page of a measure."""
    return [
        f"{declaration.title} ({declaration.id}, no. {declaration.number}, "
        f"version {declaration.version})",
        declaration.asks,
        "",
        f"formula: {declaration.formula}",
        *(f"  {name}: {meaning}" for name, meaning in declaration.parts.items()),
        f"unit: {declaration.unit}",
        f"level: {declaration.level} ({WORDS[declaration.level].removeprefix('level: ')})",
        f"uncertainty: {declaration.uncertainty}",
        f"needs: {', '.join(declaration.needs) or 'nothing'}; "
        f"at least {declaration.min_posts} posts a figure",
        f"source: {declaration.source}",
        *([f"beware: {declaration.beware}"] if declaration.beware else []),
        *(
            []
            if declaration.peer_comparable
            else ["never compared between channels: it speaks of a channel and its own past"]
        ),
    ]


def reader_lines(reader: ReaderDeclaration) -> list[str]:
    """The definition page of a reader."""
    return [
        f"{reader.title} ({reader.id}, version {reader.version})",
        "",
        f"platform: {reader.platform}",
        f"exported by: {reader.exported_by}",
        f"supplies: {', '.join(reader.supplies)}",
        f"lacks: {reader.lacks}",
        f"the study must declare: {', '.join(reader.needs) or 'nothing'}",
        f"tested on: {reader.tested_on}",
        *([f"how to obtain: {reader.how_to_obtain}"] if reader.how_to_obtain else []),
    ]


def _overview() -> list[str]:
    return [
        "measures:",
        *_measure_list(),
        "",
        "readers:",
        *_reader_list(),
        "",
        "words: " + ", ".join(sorted(WORDS)),
        "next: howfar explain followed by one of these",
    ]


def _measure_list() -> list[str]:
    found = sorted(
        (m.declaration for m in registry().values()), key=lambda d: (int(d.number), d.id)
    )
    return [f"  {d.number:>2}  {d.id}: {d.asks}" for d in found]


def _reader_list() -> list[str]:
    return [f"  {r.declaration.id}: {r.declaration.title}" for r in readers().values()]


def study_figures(study: Path, measure: str) -> list[dict[str, Any]]:
    """The study's figures of a measure in its latest run: where, value, interval, status."""
    names = (*DIMENSIONS, "value", "low", "high", "low_kind", "confidence", "unit", "n_posts")
    rows = load_run(study, latest_run(study)).estimates.to_pylist()
    return [
        {name: row[name] for name in (*names, "status", "reason") if row[name] is not None}
        for row in rows
        if row["measure"] == measure
    ]


def _show(figures: list[dict[str, Any]]) -> None:
    say()
    say(f"{len(figures):,} figures in the latest run")
    unit = figures[0]["unit"] if figures else ""
    if figures:
        say(f"unit, where not told: {unit}")
    for row in figures[:_MOST]:
        where = ", ".join(_short(row[name]) for name in DIMENSIONS if name in row) or "all"
        say(f"  {where}: {figure_text(row, unit)}")
    if len(figures) > _MOST:
        say(f"  and {len(figures) - _MOST:,} more; --json lists all")


def _short(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if hasattr(value, "strftime") else str(value)


def figure_text(row: dict[str, Any], unit: str = "") -> str:
    """A figure in one line: value, unit (where it is not the given one), interval and its kind."""
    if row["status"] != "measured":
        return f"{row['status'].replace('_', ' ')}: {row.get('reason')}"
    value, low, high = row["value"], row["low"], row["high"]
    name = "" if row["unit"] == unit else f" {row['unit']}"
    if row["low_kind"] == "bound" and low == value == high:
        return f"{value:,.6g}{name} (exact)"
    if row["low_kind"] in ("bound", "range"):
        kind = {"bound": "bounds", "range": "range over choices"}[row["low_kind"]]
    else:
        kind = f"{row['confidence']:.0%} {row['low_kind']} interval"
    return f"{value:,.4g}{name} ({kind} {low:,.4g} to {high:,.4g})"
