"""`howfar new`: a study folder, empty, from one export, or one of the ready studies."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Annotated

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.cli.guesses import Guesses, guess_study, slug
from howfar.collect.ready import ready_studies, ready_study
from howfar.errors import HowfarError, StudyError
from howfar.study.channels import COLUMNS
from howfar.study.channels import FILE_NAME as CHANNELS
from howfar.study.editor import FILE_NAME as SCHEMA
from howfar.study.editor import write_schema
from howfar.study.file import FILE_NAME, parse_study
from howfar.study.template import render_study_toml

_QUESTION = "What do we want to know? One sentence."


def command(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")],
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="An export from which to guess the study."),
    ] = None,
    ready: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Copy a ready study on public data instead."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Make a study folder: study.toml, explained line by line, and channels.csv."""
    if from_ is not None and ready is not None:
        raise typer.BadParameter("--from and --ready exclude each other")
    refuse_occupied(folder)
    guesses = None
    if ready is not None:
        copy_study(ready_study(ready), folder)
    else:
        guesses = guess_study(from_, folder) if from_ is not None else None
        _write(folder, guesses)
    if json:
        say_json(
            {
                "study": str(folder),
                "guesses": guesses.why if guesses else [],
                "decide": guesses.decide if guesses else [],
            }
        )
        return
    _tell(folder, guesses, ready)


def refuse_occupied(folder: Path) -> None:
    """StudyError where the folder holds anything: nothing is ever overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            "there is something already" if folder.is_dir() else "this is a file",
            where=str(folder),
            expected="a new or empty folder",
            next="name another folder",
        )


def copy_study(source: Path, folder: Path) -> None:
    """The files of a ready study, without what was read or measured there."""
    folder.mkdir(parents=True, exist_ok=True)
    # The study file last: with it there, the copy is complete.
    for file in sorted(source.iterdir(), key=lambda path: (path.name == FILE_NAME, path.name)):
        if file.is_file() and not file.name.startswith("."):
            shutil.copyfile(file, folder / file.name)


def _write(folder: Path, guesses: Guesses | None) -> None:
    year = dt.datetime.now(dt.UTC).year - 1
    text = render_study_toml(
        study_id=slug(folder.resolve().name),
        title=folder.resolve().name,
        question=_QUESTION,
        start=guesses.start if guesses else dt.date(year, 1, 1),
        end=guesses.end if guesses else dt.date(year + 1, 1, 1),
        sources=[guesses.source] if guesses else (),
        guesses=[
            *guesses.why,
            *(f"to decide - {what}" for what in guesses.decide),
        ]
        if guesses
        else (),
    )
    try:
        parse_study(text)
    except StudyError as error:
        raise HowfarError(
            f"the guessed study file would be wrong: {error.what}", next="report this to howfar"
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((FILE_NAME, text), (CHANNELS, ",".join(COLUMNS) + "\n")):
        (folder / name).write_text(content, encoding="utf-8", newline="\n")
    write_schema(folder / SCHEMA)


def _tell(folder: Path, guesses: Guesses | None, ready: str | None) -> None:
    say(f"study: {folder} (" + (f"copy of {ready}" if ready else f"{FILE_NAME}, {CHANNELS}") + ")")
    if guesses is not None:
        say("guessed from the export, also written into study.toml:")
        for line in guesses.why:
            say(f"  {line}")
        say("for you to decide, before any figure is believed:")
        for line in guesses.decide:
            say(f"  {line}")
        say(f"next: howfar read {folder}, then howfar can {folder}")
    elif ready is not None:
        say(f"next: howfar read {folder}")
    else:
        others = ", ".join(ready_studies())
        say(f"next: fill in {folder / FILE_NAME}, then howfar check {folder}")
        say(f"or start from an export (--from FILE) or a ready study (--ready: {others})")
