"""`howfar demo`: a ready study on public data, from nothing to a report."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import progress_bar, say, say_json
from howfar.cli.read import read_study
from howfar.collect.ready import ready_study
from howfar.errors import StudyError
from howfar.run import report_study, run_study


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
    theirs = (source / "study.toml").read_bytes()
    if folder.exists() and any(folder.iterdir()):
        ours = folder / "study.toml"
        if not ours.exists() or ours.read_bytes() != theirs:
            raise StudyError(
                f"{folder} is not empty and not this demo",
                expected="a new folder",
                next="howfar demo ANOTHER-FOLDER",
            )
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir()):
        if file.is_file():
            shutil.copyfile(file, folder / file.name)
