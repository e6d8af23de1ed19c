"""What every `howfar effect` does: a table in; the effect printed, as JSON, and as files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.cli.console import say, say_json
from howfar.errors import StudyError
from howfar.improve.effect import Effect
from howfar.improve.effect_document import COLUMNS, effect_document, effect_rows
from howfar.improve.evidence import Check
from howfar.improve.wording import (
    DESIGNS,
    effect_sentence,
    not_concluded,
    quoted,
    why_graded,
    with_interval,
)
from howfar.report.effect_page import render_effect
from howfar.store.durable import write_atomically
from howfar.study.file import read_text
from howfar.study.panel_table import PanelTable, parse_panel

_SHOWN = 16

Table = Annotated[Path, typer.Argument(help="CSV with a header and one row a unit and period.")]
Outcome = Annotated[str, typer.Option(help="Column of the figure that the change was for.")]
Time = Annotated[str | None, typer.Option(
    help="Column of periods: numbers, days, weeks (2016-W09), months (2016-03) or quarters; "
    "without one the rows are periods 1, 2, ...", show_default="none")]  # fmt: skip
Periods = Annotated[str, typer.Option(
    help="Column of periods: numbers, days, weeks (2016-W09), months (2016-03) or quarters."
)]  # fmt: skip
What = Annotated[str | None, typer.Option(
    help="What was changed, in a few words.", show_default="none")]  # fmt: skip
Name = Annotated[str | None, typer.Option(
    help="Name of the outcome in sentences.", show_default="its column")]  # fmt: skip
MeasuredIn = Annotated[str | None, typer.Option(
    help="Unit of the outcome, for sentences and tables.", show_default="none")]  # fmt: skip
Confidence = Annotated[float, typer.Option(min=0.5, max=0.999, help="Level of intervals.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of everything random.")]
Out = Annotated[Path | None, typer.Option(
    help="Folder for effects.csv, effect.json and effect.html.", show_default="none")]  # fmt: skip
NoChecks = Annotated[bool, typer.Option(
    "--no-checks", help="Leave out the checks that need further fits.")]  # fmt: skip


def read_panel(
    path: Path, time: str | None, unit: str | None = None, repeated: bool = False
) -> PanelTable:
    """The table of a command; StudyError tells all that is wrong with it."""
    if path.is_dir() or not path.exists():
        wanted = "a CSV with a header and one row a unit and period"
        raise StudyError(f"there is no file {path}", str(path), wanted)
    return parse_panel(read_text(path), path.name, time, unit, repeated)


def finish(
    effect: Effect,
    table: Path,
    what: str | None,
    out: Path | None,
    as_json: bool,
    *,
    seed: int | None = None,
    more: Mapping[str, Any] | None = None,
    lines: Sequence[str] = (),
) -> None:
    """Print an effect, or its document, and write its files where a folder is named.

    more: what else the document holds. lines: the same in words.
    """
    change = quoted(what) if what else "the change"
    document = effect_document(effect, change) | dict(more or {})
    document |= {"inputs": {table.name: hashlib.sha256(table.read_bytes()).hexdigest()}}
    document |= {} if seed is None else {"seed": seed}
    written = [] if out is None else _write(out, effect, document)
    if as_json:
        say_json(document | {"files": [str(path) for path in written]})
        return
    _print(effect, change, lines)
    for path in written:
        say(f"written: {path}")
    if out is None:
        say("next: the same with --out FOLDER, for the picture and all tables")


def _print(effect: Effect, change: str, lines: Sequence[str]) -> None:
    say(f"{DESIGNS[effect.design]} of {effect.outcome}")
    say(effect_sentence(effect, change))
    say(why_graded(effect))
    figures = {"average": effect.average, "relative": effect.relative}
    figures |= {"cumulative": effect.cumulative}
    for name, one in figures.items():
        say(f"  {name}: {with_interval(one, name == 'relative')}" + (
            f" {one.unit}" if one.value is not None and name != "relative" else ""))  # fmt: skip
    for name, one in list(effect.more.items())[:_SHOWN]:
        say(f"  {name}: {with_interval(one)}")
    if len(effect.more) > _SHOWN:
        say(f"  ... and {len(effect.more) - _SHOWN} more: --json or --out has them")
    for check in effect.checks:
        say(f"check {check.id}: {_state(check)}; {check.said}")
    for line in (*lines, *(f"note: {note}" for note in effect.notes)):
        say(line)
    for line in not_concluded(effect, change):
        say(line)


def _state(check: Check) -> str:
    if check.passed is None:
        return "could not be made" + ("" if check.needed else ", which the grade does not need")
    return "passed" if check.passed else "did not pass"


def _write(out: Path, effect: Effect, document: Mapping[str, Any]) -> list[Path]:
    """effects.csv: every figure; effect.json: the document; effect.html: the page."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    run = hashlib.sha256(text.encode()).hexdigest()[:12]
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(effect_rows(effect))
    texts = {
        "effects.csv": table.getvalue(),
        "effect.json": text + "\n",
        "effect.html": render_effect(document, run),
    }
    for name, content in texts.items():
        write_atomically(out / name, content.encode())
    return [out / name for name in texts]
