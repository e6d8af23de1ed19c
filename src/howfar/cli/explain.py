"""`howfar explain`: the definition of a measure, a reader or a word, in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import origin, say, say_json
from howfar.cli.figures import charts, show, study_figures
from howfar.cli.index_words import GENERAL, index_document, index_lines
from howfar.cli.path_words import GENERAL as PATH
from howfar.cli.path_words import path_lines, study_view
from howfar.cli.retention import refuse_overdue
from howfar.cli.words import WORDS
from howfar.errors import StudyError
from howfar.readers.discovery import readers
from howfar.run import declarations
from howfar.schema.measure import Declaration
from howfar.schema.planned import PLANNED
from howfar.schema.reader import NOTES, REASONS, ReaderDeclaration
from howfar.study.file import load_study
from howfar.study.problems import suggest


def command(
    what: Annotated[
        str,
        typer.Argument(
            help="A measure (name or number), a reader, 'measures', 'readers', any word of "
            "howfar or, with --study, a chart of its report."
        ),
    ] = "",
    study: Annotated[
        Path | None,
        typer.Option(help="Study folder: its figures of this measure, with intervals."),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORD",
            help="With --study: only figures of this channel, category, week, ...; repeatable.",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Explain a measure, a reader or a word; with --study also show the study's figures."""
    page = _page_of(what, study)
    if study is not None and page["kind"] not in ("measure", "chart", "index", "path"):
        raise StudyError(
            f"{what!r} is no measure, so a study has no figures of it",
            expected=", ".join(declarations()),
            next="howfar explain MEASURE --study FOLDER",
        )
    figures = []
    if study is not None:
        refuse_overdue(study, datetime.now(UTC))
    if study is not None and page["kind"] == "measure":
        figures = study_figures(study, page["id"], where or [])
    if json:
        found = {} if study is None else {"figures": figures} | origin(load_study(study))
        say_json(page | found)
        return
    for line in page["lines"]:
        say(line)
    if study is not None and page["kind"] == "measure":
        for how in origin(load_study(study)).values():
            say(f"simulated data: {how}")
        show(figures)


def _page_of(what: str, study: Path | None) -> dict[str, Any]:
    """The page for a word or, where the study's report has a chart of that id, for the chart."""
    if study is not None and what.strip().casefold() == "index":
        return _page("index", "index", index_lines(index_document(study)))
    if study is not None and what.strip().casefold() == "path":
        return _page("path", "path", path_lines(study_view(study)))
    try:
        return explanation(what)
    except StudyError:
        if study is None:
            raise
    known = charts(study)
    if what not in known:
        raise StudyError(
            f"nothing is called {what!r}, nor is a chart of the report",
            where=str(study),
            expected="charts: " + ", ".join(known),
            next=suggest(what, known) or "howfar explain lists the other words",
        )
    chart = known[what]
    measures = chart["measures"].split()
    lines = [f"{what}: {chart['asks']}", " ".join(chart["read"].split())]
    lines += [f"shows: {name} ({declarations()[name].title})" for name in measures]
    lines += [f"next: howfar explain {name} --study {study}" for name in measures[:1]]
    return _page("chart", what, lines)


def explanation(what: str) -> dict[str, Any]:
    """The page for a word: its kind, its id, and the lines to print.

    Raises StudyError, with the nearest known word, where nothing is called so.
    """
    measures, known, word = declarations(), readers(), what.strip().casefold()
    plain = word.replace(" ", "_").replace("-", "_")
    if plain in measures:
        return _page("measure", plain, measure_lines(measures[plain]))
    if word == "index":
        return _page("index", "index", list(GENERAL))
    if word in ("path", "enhancement path"):
        return _page("path", "path", list(PATH))
    numbered = [d for d in measures.values() if d.number == plain]
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
    mentions = [d.id for d in measures.values() if word in _all_text(d).casefold()]
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
        *([f"rules: {declaration.rules}"] if declaration.rules else []),
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
    found = sorted(declarations().values(), key=lambda d: (int(d.number), d.id))
    return [f"  {d.number:>2}  {d.id}: {d.asks}" for d in found]


def _reader_list() -> list[str]:
    return [f"  {r.declaration.id}: {r.declaration.title}" for r in readers().values()]
