"""`howfar index`: a composite index of any table of units by indicators, no posts needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from howfar.assess.appraise import Appraisal
from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.cli.index_files import (
    appraise_files,
    document_and_rows,
    scores,
    write_index,
)

_SHOWN = 15


def command(
    table: Annotated[Path, typer.Argument(help="CSV with a header and one row a unit.")],
    tree: Annotated[
        Path, typer.Argument(help="TOML with the tree, the steps and the other fair choices.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for scores, steps, checklist and report.", show_default="none"),
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(metavar="UNIT", help="Unit to profile and set against others; repeatable."),
    ] = None,
    confidence: Annotated[float, typer.Option(min=0.5, max=0.999, help="Level of intervals.")] = (
        0.95
    ),
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 1,
    json: AsJson = False,
) -> None:
    """Make an index of a table, and tell how sure it is; docs/concepts/index.md has the format."""
    found = appraise_files(table, tree, profile or [], confidence, seed)
    written = [] if out is None else write_index(out, found, table, tree, seed)
    if json:
        say_json(_told(found, written))
        return
    _print(found)
    for path in written:
        say(f"written: {path}")
    if out is None:
        say(f"next: howfar index {table} {tree} --out index, for the report and all tables")


def _told(found: Appraisal, written: list[Path]) -> dict[str, object]:
    """Scores of all nodes, places with what is left open, document and files."""
    document, rows = document_and_rows(found)
    return {
        "scores": scores(found),
        "results": rows,
        "document": document,
        "files": [str(path) for path in written],
    }


def _print(found: Appraisal) -> None:
    index, sets = found.index, found.uncertain.chance
    names = {node.id: node.name for node in found.tree.all}
    say(f"{found.part.title or 'index'}: an index of {found.called}")
    below = len(found.tree.groups) - 1
    parts = f" in {below} sub-indices" if below else ""
    say(f"{len(found.rows)} units, {len(found.tree.ids)} indicators{parts}")
    if index.dropped:
        say(f"dropped for want of data: {', '.join(index.dropped)}")
    spread = found.uncertain.by_both or found.uncertain.by_choice
    for row in found.rows[:_SHOWN]:
        unit = index.units[row]
        told = f"{int(index.ranks[row, -1]):>4}  {index.scores[row, -1]:10.4f}  "
        told += found.fed.labels.get(unit, unit)
        if sets is not None and sets.low[row] > 0:
            told += f"; places by chance {int(sets.low[row])}-{int(sets.high[row])}"
        if spread is not None and spread.rank_low[row] > 0:
            told += f"; over choices {int(spread.rank_low[row])}-{int(spread.rank_high[row])}"
        say(told)
    if len(found.rows) > _SHOWN:
        say(f"  ... and {len(found.rows) - _SHOWN} more")
    for pair in found.counter[:5]:
        say(f"{names[pair.one]} runs against {names[pair.other]} (correlation {pair.r:.2f})")
    say(found.uncertain.said)
    for check in found.checks:
        if check.state != "done":
            state = {"partly": "in part", "not": "not done"}[check.state]
            say(f"step {check.number} ({check.title}): {state}")
