"""`howfar read`: raw exports into the study's tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import progress_bar, say, say_json
from howfar.collect.manifest import data_sets_of
from howfar.privacy.keys import create_key, has_key, load_key
from howfar.readers.ingest import Outcome, ingest, source_files
from howfar.store.tables import TableStore
from howfar.study.channels import check_references, load_channels
from howfar.study.file import FILE_NAME, Study, load_study, read_text


def read_study(folder: Path, *, quiet: bool = False, fresh: bool = False) -> list[Outcome]:
    """Read what is new in the study's sources."""
    study, channels = load_study(folder), load_channels(folder)
    check_references(study, channels, read_text(folder / FILE_NAME), FILE_NAME)
    store = TableStore(folder)
    with progress_bar("fetching", quiet) as move:
        files = source_files(study, folder, data_sets_of(folder, move))
    with progress_bar("reading", quiet) as move:

        def moved(file: str, records: int, left: int) -> None:
            move(f"{file}, {records:,} records", len(files) - left, len(files))

        key = study_key(study, folder, store)
        return ingest(study, channels, store, files, key, moved, fresh=fresh)


def study_key(study: Study, folder: Path, store: TableStore) -> bytes:
    """The study's key; a new one only where nothing was read under another yet."""
    if has_key(study.id, folder) or store.manifest().inputs:
        return load_key(study.id, folder)
    return create_key(study.id, folder)


def command(
    study: StudyFolder = HERE,
    rejects: Annotated[bool, typer.Option("--rejects", help="List every rejected record.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Read all files again; the old tables stay until done.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Read the study's sources into its tables; what is known already is left as it is."""
    outcomes = read_study(study, quiet=json, fresh=fresh)
    named = TableStore(study).read("rejects").to_pylist() if rejects or json else []
    if json:
        say_json({"files": [asdict(o) for o in outcomes], "rejects": named})
        return
    for o in outcomes:
        state = "known, unchanged" if o.known else "read"
        say(
            f"{o.file}: {o.records:,} records as {o.format}, {o.read:,} kept, "
            f"{o.rejected:,} rejected ({state})"
        )
        if o.unknown_columns:
            say(f"  unknown columns, kept out of the tables: {', '.join(o.unknown_columns)}")
    reasons: Counter[str] = Counter()
    for row in named:
        say(f"{row['file']}:{row['line']}: {row['reason']}: {row['detail']}")
        reasons[row["reason"]] += 1
    total: dict[str, Any] = {
        name: sum(getattr(o, name) for o in outcomes) for name in ("records", "read", "rejected")
    }
    say(
        f"{len(outcomes)} file{'s' * (len(outcomes) != 1)}: {total['records']:,} records = "
        f"{total['read']:,} kept + "
        f"{total['rejected']:,} rejected"
    )
    if total["rejected"] and not rejects:
        say("next: howfar read --rejects lists them as file:line: reason")
    say(f"next: howfar run {study}")
