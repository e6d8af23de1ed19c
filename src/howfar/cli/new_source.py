"""An export that no source of a study names becomes a source of it."""

from __future__ import annotations

import datetime as dt
import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from howfar.cli.guesses import guess_study, slug
from howfar.collect.manifest import data_sets_of
from howfar.errors import InputError, StudyError
from howfar.readers.describe import FileDescription, describe_all
from howfar.readers.discovery import readers
from howfar.store.durable import write_atomically
from howfar.store.locks import writer_lock
from howfar.store.tables import TableStore
from howfar.study.file import FILE_NAME, Study, load_study, parse_study, read_text
from howfar.study.files import source_files
from howfar.study.template import source_lines


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What the command line says of exports that are new to the study."""

    format: str = "auto"
    capture: str | None = None
    channel: str | None = None
    timezone: str | None = None
    observed_at: dt.datetime | None = None

    def given(self) -> dict[str, Any]:
        """Keys of a source, as far as they were given."""
        told = {
            "capture": self.capture,
            "channel": self.channel,
            "timezone": self.timezone,
            "observed_at": self.observed_at,
        }
        return {name: value for name, value in told.items() if value is not None}


def add_sources(
    folder: Path, files: Sequence[Path], options: SourceOptions
) -> tuple[list[str], dict[Path, InputError]]:
    """Add a source to study.toml for each file that none means yet.

    Returns the names of the new sources, and the files that no reader can read.
    Raises StudyError where the study file would not be right with them, StoreError where another
    process is writing to the study; the study file is then unchanged.
    """
    load_study(folder)
    # Two at once would each write a study file without the other's sources.
    with writer_lock(TableStore(folder).folder):
        return _added(folder, files, options)


def _added(
    folder: Path, files: Sequence[Path], options: SourceOptions
) -> tuple[list[str], dict[Path, InputError]]:
    study = load_study(folder)
    known = _known(study, folder)
    names: list[str] = []
    blocks: list[str] = []
    refused: dict[Path, InputError] = {}
    for path in files:
        if path.resolve() in known:
            continue
        try:
            source = _source(path, folder, options)
        except InputError as error:
            refused[path] = error
            continue
        taken = {s.name for s in study.sources} | set(names)
        stem = source["name"]
        number = 2
        while source["name"] in taken:
            source["name"] = f"{stem[:36]}-{number}"
            number += 1
        names.append(source["name"])
        blocks.append("\n".join(source_lines(source)))
    if blocks:
        text = read_text(folder / FILE_NAME).rstrip("\n") + "\n\n" + "\n".join(blocks)
        try:
            parse_study(text)
        except StudyError as error:
            raise StudyError(
                f"the new source cannot be added to the study file: {error.what}",
                where=str(folder / FILE_NAME),
                expected="a study file that ends in [[sources]] tables",
                next="add the source by hand:\n" + "\n".join(blocks),
            ) from None
        write_atomically(folder / FILE_NAME, text.encode())
    return names, refused


def _known(study: Study, folder: Path) -> set[Path]:
    """The files that the study's sources mean now."""
    found: set[Path] = set()
    for source in study.sources:
        try:
            paths = source_files(study, folder, source.name, data_sets_of(folder))
        except StudyError:
            continue  # A source whose export is not there yet means no file.
        found |= {path.resolve() for path in paths}
    return found


def _source(path: Path, folder: Path, options: SourceOptions) -> dict[str, Any]:
    found = describe_all(path, format=options.format)
    readable = [one for one in found if one.format is not None and not one.problem]
    source: dict[str, Any] = {
        "name": slug(path.stem),
        "path": glob.escape(Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()),
        "format": options.format,
        "capture": "complete",
    }
    if len(found) == 1 and options.format == "auto" and (found[0].posts or not readable):
        source = guess_study(path, folder).source
        # A zone and a time of observation are the user's to say: what is merely likely must not
        # go into the tables without a word.
        for name in ("timezone", "observed_at"):
            source.pop(name, None)
    elif not readable:
        raise InputError(
            (found[0].problem if found else None) or "the archive holds no file",
            where=path.name,
            next=f"howfar check {path} tells what it holds",
            reason=(found[0].reason if found else "") or "format",
        )
    source |= options.given()
    _check_needs(readable, source, path)
    return source


def _check_needs(found: Sequence[FileDescription], source: dict[str, Any], path: Path) -> None:
    for one in found:
        missing = [need for need in one.undeclared if need not in source]
        if missing and one.format is not None:
            told = readers()[one.format].declaration
            raise StudyError(
                f"a source of this format must declare {' and '.join(missing)}",
                where=path.name,
                expected=f"{told.title} does not say it: {told.lacks}",
                next=f"howfar read {path} "
                + " ".join(f"--{name.replace('_', '-')} ..." for name in missing)
                if set(missing) <= {"channel", "timezone", "observed_at"}
                else "add the source to study.toml by hand, with its mapping",
            )
