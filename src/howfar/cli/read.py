"""`howfar read`: raw exports into the study's tables."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from howfar.cli.arguments import HERE, AsJson
from howfar.cli.console import origin, progress_bar, say, say_json
from howfar.cli.new_source import SourceOptions, add_sources
from howfar.cli.read_files import (
    FileOutcome,
    looked_into,
    outcome_of,
    refused_file,
    with_lookalikes,
    with_rejects,
)
from howfar.cli.read_files import tell as tell_file
from howfar.collect.manifest import data_sets_of
from howfar.errors import InputError, StudyError
from howfar.privacy.keys import create_key, has_key, load_key
from howfar.readers.ingest import ingest, source_files
from howfar.readers.ingest_file import Outcome
from howfar.store.tables import TableStore
from howfar.study.channels import check_references, load_channels
from howfar.study.file import FILE_NAME, Study, load_study, read_text


def read_study(
    folder: Path,
    *,
    quiet: bool = False,
    fresh: bool = False,
    only: list[Path] | None = None,
    refused: list[InputError] | None = None,
) -> list[Outcome]:
    """Read what is new in the study's sources.

    only: these files alone. refused: takes the errors of files that cannot be read, as ingest.
    """
    study, channels = load_study(folder), load_channels(folder)
    check_references(study, channels, read_text(folder / FILE_NAME), FILE_NAME)
    store = TableStore(folder)
    with progress_bar("fetching", quiet) as move:
        files = source_files(study, folder, data_sets_of(folder, move))
    if only is not None:
        wanted = {path.resolve() for path in only}
        files = [(source, path) for source, path in files if path.resolve() in wanted]
    with progress_bar("reading", quiet) as move:

        def moved(file: str, records: int, left: int) -> None:
            move(f"{file}, {records:,} records", len(files) - left, len(files))

        key = study_key(study, folder, store)
        return ingest(study, channels, store, files, key, moved, fresh=fresh, refused=refused)


def study_key(study: Study, folder: Path, store: TableStore) -> bytes:
    """The study's key; a new one only where nothing was read under another yet."""
    if not has_key(study.id, folder) and not store.manifest().inputs:
        # Of two at once one makes the key, and the other must not tell to remove it.
        with store.writing() as manifest:
            if not manifest.inputs and not has_key(study.id, folder):
                return create_key(study.id, folder)
    return load_key(study.id, folder)


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="A study folder, or exports (also .gz, .zst, .zip).", show_default="this folder"
        ),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(help="Study that exports go into; this folder where it is one."),
    ] = None,
    format: Annotated[str, typer.Option(help="Reader of exports that are new.")] = "auto",
    capture: Annotated[
        str | None, typer.Option(help="Capture class of exports that are new.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="Channel that all posts of new exports are of.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of times without one in exports that are new.")
    ] = None,
    observed_at: Annotated[
        dt.datetime | None,
        typer.Option(help="When the figures of new exports were taken, where they do not say."),
    ] = None,
    rejects: Annotated[bool, typer.Option("--rejects", help="List every rejected record.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Read all files again; the old tables stay until done.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Read a study's sources, or single exports, into the study's tables.

    An export that no source of the study names becomes a new source of it. Where there is no
    study, exports are only looked through: every record is checked, nothing is kept.
    """
    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
        # Arrow's own allocator gives the memory of a batch back, and takes it anew for the next.
        pa.set_memory_pool(pa.system_memory_pool())
    options = SourceOptions(format, capture, channel, timezone, observed_at)
    folder, files = _where(paths or [], study)
    refused: list[InputError] = []
    added: list[str] = []
    if folder is None:
        outcomes = []
        with progress_bar("looking", quiet=json) as move:
            for number, path in enumerate(files):
                move(path.name, number, len(files))
                outcomes += looked_into(path, options)
    else:
        added, unread = add_sources(folder, files, options)
        outcomes = [refused_file(path, error) for path, error in unread.items()]
        wanted = [path for path in files if path not in unread]
        if wanted or not files:
            only = wanted if files else None
            done = read_study(folder, quiet=json, fresh=fresh, only=only, refused=refused)
            named = with_lookalikes([outcome_of(o) for o in done], folder)
            outcomes += with_rejects(named, folder) if rejects or json else named
    _tell(outcomes, folder, added, rejects, json)
    bad = [o for o in outcomes if o.problem]
    if any(not o.member for o in bad) or (bad and len(bad) == len(outcomes)):
        raise typer.Exit(InputError.exit_code)


def _where(paths: list[Path], study: Path | None) -> tuple[Path | None, list[Path]]:
    """The study, null where there is none, and the exports that are named."""
    if len(paths) == 1 and not paths[0].exists() and not paths[0].suffix:
        return paths[0], []  # A folder was meant; that it is no study is said as everywhere.
    for path in paths:
        if not path.exists():
            raise InputError(
                "there is no such file",
                where=str(path),
                expected="a study folder or an export",
                next="check the path",
            )
    studies = [p for p in paths if p.is_dir() or p.name == FILE_NAME]
    files = [p for p in paths if p not in studies]
    if studies and (files or len(studies) > 1):
        raise StudyError(
            "a study folder and other paths are named together",
            where=str(studies[0]),
            expected="one study folder, or exports",
            next=f"howfar read FILE... --study {studies[0]}",
        )
    if studies:
        return (studies[0].parent if studies[0].name == FILE_NAME else studies[0]), []
    if study is not None:
        return study, files
    return (HERE if not files or (HERE / FILE_NAME).is_file() else None), files


def _tell(
    outcomes: list[FileOutcome],
    folder: Path | None,
    added: list[str],
    rejects: bool,
    json: bool,
) -> None:
    if json:
        say_json(
            {
                "study": None if folder is None else str(folder),
                **({} if folder is None else origin(load_study(folder))),
                "new_sources": added,
                "files": [o.as_json() for o in outcomes],
            }
        )
        return
    for name in added:
        say(f"new source {name}: added to {FILE_NAME}, look it through")
    for outcome in outcomes:
        tell_file(outcome, rejects=rejects or (folder is None and outcome.rejected <= 20))
    records, read, rejected = (
        sum(getattr(o, name) for o in outcomes) for name in ("records", "read", "rejected")
    )
    say(
        f"{len(outcomes)} file{'s' * (len(outcomes) != 1)}: {records:,} records = "
        f"{read:,} kept + {rejected:,} rejected"
    )
    if folder is None:
        say("there is no study here: nothing was kept")
        say("next: howfar new my-study --from FILE, or name a study: howfar read FILE --study ...")
        return
    if rejected and not rejects:
        say("next: howfar read --rejects lists them as file:line: reason")
    say(f"next: howfar run {folder}")
