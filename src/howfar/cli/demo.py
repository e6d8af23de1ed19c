"""`howfar demo`: a ready study on public data, from nothing to a report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import progress_bar, say, say_json
from howfar.cli.new import copy_study, refuse_occupied
from howfar.cli.read import read_study
from howfar.cli.retention import refuse_overdue
from howfar.collect.ready import ready_study
from howfar.run import report_study, run_study
from howfar.study.file import FILE_NAME


def command(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")] = Path("howfar-demo"),
    study: Annotated[
        str, typer.Option(help="Ready study: elections-2016 or newsrooms-2016.")
    ] = "elections-2016",
    json: AsJson = False,
) -> None:
    """Make a ready study on public data, run it and write its report."""
    source = ready_study(study)
    _copy(source, folder)
    outcomes = read_study(folder, quiet=json)
    refuse_overdue(folder, datetime.now(UTC))
    with progress_bar("measuring", quiet=json) as move:
        done = run_study(folder, progress=move)
    with progress_bar("drawing", quiet=json) as move:
        path = report_study(folder, done.id, progress=move)
    if json:
        say_json({"study": str(folder), "run": done.id, "report": str(path)})
        return
    say(f"study: {folder} ({sum(o.read for o in outcomes):,} posts read)")
    say(f"report: {path.resolve()}")
    say(f"next: open the report in a browser, or howfar can {folder}")


def _copy(source: Path, folder: Path) -> None:
    """The study's own files; a demo made before is gone on with, another folder is refused."""
    ours = folder / FILE_NAME
    if ours.exists() and ours.read_bytes() == (source / FILE_NAME).read_bytes():
        return
    refuse_occupied(folder)
    copy_study(source, folder)
