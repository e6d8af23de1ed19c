"""`howfar validate`: does the program find what was planted in simulated worlds?"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import progress_bar, say, say_json
from howfar.errors import StudyError
from howfar.validate.external import TRUTH_COLUMNS, score_file, truths_of
from howfar.validate.judge import WORLDS
from howfar.validate.results import fields_of, results_of, store
from howfar.validate.studies import run_studies
from howfar.validate.trials import TRIALS


def command(
    out: Annotated[
        Path | None,
        typer.Argument(help="Folder for the studies; what was run there before is kept."),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="One of " + ", ".join(TRIALS) + "; repeatable."),
    ] = None,
    studies: Annotated[
        int | None,
        typer.Option(min=1, help="Seeds of each scenario.", show_default="as the scenario says"),
    ] = None,
    first: Annotated[int, typer.Option(min=0, help="First seed.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
    worlds: Annotated[
        int, typer.Option(min=10, help="Worlds from which truths are taken.")
    ] = WORLDS,
    results: Annotated[
        Path | None, typer.Option(help="Write the scores to this file, as JSON.")
    ] = None,
    world: Annotated[
        Path | None, typer.Option(help="A world of howfar simulate, for --score or --truths.")
    ] = None,
    score: Annotated[
        Path | None,
        typer.Option(
            help="CSV of another tool's figures: measure, scope, estimate, lower, upper; lower "
            "and upper are taken as the ends of a 95 % interval."
        ),
    ] = None,
    truths: Annotated[
        Path | None, typer.Option(help="Write the truth of the world's figures to this CSV.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Run many simulated studies and score each figure against its planted truth."""
    if world is not None:
        _other(world, score, truths, worlds, json)
        return
    if out is None or score is not None or truths is not None:
        raise typer.BadParameter(
            "name a folder for the studies, or --world with --score or --truths"
        )
    names = _names(scenario)
    with progress_bar("studies", quiet=json) as move:
        run_studies(out, names, studies, first=first, threads=threads, progress=move)
    with progress_bar("scoring", quiet=json) as move:
        found = results_of(out, names, worlds, move)
    if results is not None:
        store(found, results)
    if json:
        say_json({"simulated": True} | found)
        return
    _tell(found["rows"])


def _names(given: list[str] | None) -> list[str]:
    for name in given or ():
        if name not in TRIALS:
            raise StudyError(
                f'unknown scenario "{name}"', where="--scenario", expected=", ".join(TRIALS)
            )
    return given or list(TRIALS)


def _other(world: Path, score: Path | None, truths: Path | None, worlds: int, json: bool) -> None:
    """Figures of another tool, or the truths that they can be scored against."""
    if (score is None) == (truths is None):
        raise typer.BadParameter("with --world either --score or --truths")
    if score is not None:
        rows = [fields_of(one) for one in score_file(score, world, worlds)]
        if json:
            say_json({"simulated": True, "rows": rows})
        else:
            _tell(rows)
        return
    assert truths is not None
    found = truths_of(world, worlds)
    with truths.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(TRUTH_COLUMNS)
        for one in found:
            writer.writerow((one.measure, one.figure, one.scope, one.truth, one.error, one.kind))
    if json:
        say_json({"simulated": True, "truths": str(truths), "figures": len(found)})
    else:
        say(f"{truths}: {len(found):,} figures with their truth (simulated)")


def _tell(rows: list[dict[str, Any]]) -> None:
    """Scores, a line each."""
    for row in rows:
        coverage = "no interval" if row["coverage"] is None else f"coverage {row['coverage']:.1%}"
        if row["coverage_error"] is not None and row["level"] is not None:
            coverage += f" ± {row['coverage_error']:.1%}"
        bias = row["relative_bias"]
        told = "" if bias is None else f", relative bias {bias:+.1%}"
        say(
            f"{row['verdict']:>11}  {row['scenario']}  {row['measure']}: {row['figure']}  "
            f"{coverage}{told} ({row['measured']:,} figures)"
        )
