"""`howfar path`: what to change first, and each step taken apart down to the channels' posts."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import origin, say, say_json
from howfar.cli.path_words import path_lines, step_at, step_lines, study_view
from howfar.cli.retention import refuse_overdue
from howfar.errors import StudyError
from howfar.run import path_posts
from howfar.study.file import load_study


def command(
    study: StudyFolder = HERE,
    step: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Take this step apart.")
    ] = None,
    posts: Annotated[
        bool,
        typer.Option("--posts", help="With --step: the channels' own posts behind it, as CSV."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Show the enhancement path: what to change first, and how sure that is."""
    refuse_overdue(study, datetime.now(UTC))
    if posts and step is None:
        raise StudyError(
            "--posts needs a step", "--posts", "--step N --posts", "howfar path lists the steps"
        )
    view = study_view(study)
    told = origin(load_study(study))
    if step is not None and posts:
        _show_posts(path_posts(study, step_at(view, step)["channels"]), json, told)
        return
    if json:
        document = dict(view.document) if step is None else dict(step_at(view, step))
        sources = [
            {**source, "rows": view.all(source)}
            for one in (view.steps if step is None else [document])
            for source in (one["source"], *one["apart"])
        ]
        say_json({"path": document, "figures": sources} | told)
        return
    for line in told.values():
        say(f"simulated data: {line}")
    for line in path_lines(view) if step is None else step_lines(view, step):
        say(line)
    if step is None and view.steps:
        say(f"next: howfar path {study} --step 1; the page: {Path('results') / 'path.html'}")


def _show_posts(rows: list[dict[str, Any]], json: bool, told: dict[str, Any]) -> None:
    """Posts of channels, one a line: they are public, and their channels have names."""
    if json:
        say_json({"posts": rows} | told)
        return
    if not rows:
        say("no settled post of these channels is in the window")
        return
    out = io.StringIO()
    lines = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows)
    for line in out.getvalue().splitlines():
        say(line)
