"""`howfar export`: a study's posts for other tools."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import origin, say, say_json
from howfar.cli.retention import refuse_overdue
from howfar.errors import StudyError
from howfar.store.channels import channels_table
from howfar.store.four_cat import Exported, export_four_cat
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import Study, load_study


def command(
    format: Annotated[Literal["4cat"], typer.Argument(help="For which tool.")],
    study: Annotated[Path, typer.Argument(help="Study folder, with its study.toml.")],
    file: Annotated[Path, typer.Option(help="The file to write; it must not be there yet.")],
    json: AsJson = False,
) -> None:
    """Write the posts of the study's named channels, for 4CAT; posts of persons stay here."""
    about, channels = load_study(study), load_channels(study)
    _check_target(study, file)
    refuse_overdue(study, datetime.now(UTC))
    store = TableStore(study)
    with store.reading() as manifest:
        if not manifest.inputs:
            raise StudyError(
                "nothing has been read into this study yet",
                where=str(study),
                next=f"howfar read {study}",
            )
        done = export_four_cat(store, manifest, channels_table(channels), _window(about), file)
    _tell(format, file, done, json, about)


def _check_target(study: Path, file: Path) -> None:
    """StudyError where the file is there, its folder is not, or it lies among the tables."""
    if file.exists():
        raise StudyError(
            "there is something already", where=str(file), next="name another file with --file"
        )
    if not file.parent.is_dir():
        raise StudyError(
            "there is no such folder", where=str(file.parent), next="make it, or name another"
        )
    if (study / "tables").resolve() in file.resolve().parents:
        raise StudyError(
            "the store alone writes into the folder tables",
            where=str(file),
            next="name a file somewhere else with --file",
        )


def _window(study: Study) -> tuple[int, int]:
    """Start and end of the study's window in UTC microseconds."""
    window = study.window
    start, end = (round(m.timestamp()) for m in (window.start_utc, window.end_utc))
    return start * 1_000_000, end * 1_000_000


def _tell(format: str, file: Path, done: Exported, json: bool, study: Study) -> None:
    if json:
        say_json(
            {
                **origin(study),
                "format": format,
                "file": str(file),
                "posts": done.posts,
                "posts_of_persons_left_out": done.persons_posts,
            }
        )
        return
    say(f"{file}: {done.posts:,} posts of named channels")
    say(
        f"left out: {done.persons_posts:,} posts of persons and of channels without a basis; "
        "no export is keyed by a person"
    )
    say('next: in 4CAT, create a data set from a CSV file, in the format "custom"')
