"""Raw files into the study's tables: each file read once, protected, committed whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from howfar.errors import InputError, StudyError
from howfar.privacy.pseudonyms import Pseudonymiser, fingerprint
from howfar.privacy.tombstones import by_tombstones
from howfar.readers.documents import FileDocument, documents
from howfar.readers.ingest_file import (
    Outcome,
    SourceFile,
    document_digest,
    known,
    read_file,
    reader_of,
    refused_outcome,
)
from howfar.readers.protect import Protector
from howfar.readers.settings import settings_hash
from howfar.store.manifest import Input, Manifest
from howfar.store.segments import file_sha256
from howfar.store.tables import TableStore
from howfar.store.tombstones import read_tombstones
from howfar.study.file import Study
from howfar.study.files import source_files as files_of
from howfar.study.names import watched_names
from howfar.study.registry import Registry
from howfar.study.sources import Source

BATCH_ROWS = 50_000
"""Records that are in memory at a time."""

Progress = Callable[[str, int, int], None]
"""Called with (file name, records so far, files left)."""


def source_files(
    study: Study, folder: Path, datasets: Callable[[str], Path]
) -> list[tuple[Source, Path]]:
    """Every file of every source, in the order of the study file and of the names.

    datasets: gives the folder of a public data set. Raises StudyError where a source has no file.
    """
    return [
        (source, path)
        for source in study.sources
        for path in files_of(study, folder, source.name, datasets)
    ]


def ingest(
    study: Study,
    registry: Registry,
    store: TableStore,
    files: list[tuple[Source, Path]],
    key: bytes,
    progress: Progress | None = None,
    *,
    fresh: bool = False,
    batch_rows: int = BATCH_ROWS,
    refused: list[InputError] | None = None,
) -> list[Outcome]:
    """Read what is not in the store yet; each file becomes visible as a whole or not at all.

    The same content twice changes nothing. Interrupted, the files committed so far stay; run
    again, the rest follows, and the tables are those of an undisturbed run.

    fresh: read all files again into a new generation of the tables, which replaces the old one
    at the very end and at once; interrupted, the old tables stay.

    refused: takes the error of each file that cannot be read at all, and reading goes on with the
    next file; without it, or with fresh, the first such file stops the reading.

    Raises StudyError where what decides how a file is read has changed since it was read, or
    where the tables hold a source that the study no longer names: their rows would be wrong.
    """
    pseudonyms = Pseudonymiser(key)
    watched = watched_names(study.about.watched_names, registry)
    outcomes: list[Outcome] = []
    with store.rebuilding() if fresh else store.writing() as manifest:
        _check_key(manifest, pseudonyms, store)
        stones = read_tombstones(store.folder, manifest.tombstones)
        forgotten = by_tombstones(pseudonyms, stones) if len(stones) else None
        protector = Protector(pseudonyms, registry, watched, forgotten)
        _check_sources(manifest, study)
        for left, (source, path) in zip(range(len(files) - 1, -1, -1), files, strict=True):
            before = path.stat()
            digest = file_sha256(path)
            try:
                found = documents(path)
            except InputError as error:
                _refuse(outcomes, source, FileDocument(path), error, refused)
                continue
            for document in found:
                file = SourceFile(study, source, document, document_digest(digest, document))
                try:
                    reader = reader_of(document, source.format)
                    settings = settings_hash(study, source, registry, reader)
                    same = manifest.find(file.digest, source.name)
                    if same is not None:
                        _check_settings(same, settings, path)
                        outcomes.append(known(same, document))
                        continue
                    with store.segments(manifest) as segments:
                        added, outcome = read_file(
                            file,
                            settings,
                            manifest.next_input,
                            reader,
                            protector,
                            segments,
                            batch_rows,
                            _step(progress, document.name, left),
                        )
                        _check_unchanged(path, before)
                except InputError as error:
                    _refuse(outcomes, source, document, error, None if fresh else refused)
                    continue
                manifest = manifest.plus(added, fingerprint(pseudonyms))
                if outcome.notes.get("forgotten"):
                    manifest = manifest.purging(file.digest)
                if not fresh:
                    store.commit(manifest)
                outcomes.append(outcome)
        if fresh:
            store.commit(manifest)
    return outcomes


def _refuse(
    outcomes: list[Outcome],
    source: Source,
    document: FileDocument,
    error: InputError,
    refused: list[InputError] | None,
) -> None:
    """Remember a file that cannot be read, or stop at it.

    A member of an archive, or a sheet of several, that is no export stops nothing: archives hold
    pictures, read-me files and whatever else.
    """
    if document.part is None:
        if refused is None:
            raise error
        refused.append(error)
    outcomes.append(refused_outcome(source, document, error))


def _step(progress: Progress | None, file: str, left: int) -> Callable[[int], None]:
    def step(records: int) -> None:
        if progress is not None:
            progress(file, records, left)

    return step


def _check_key(manifest: Manifest, pseudonyms: Pseudonymiser, store: TableStore) -> None:
    if manifest.key_fingerprint not in ("", fingerprint(pseudonyms)):
        raise InputError(
            "the study's tables were written under another key",
            where=str(store.folder),
            expected=f"the key with fingerprint {manifest.key_fingerprint}",
            next="import the key that the study was made with: howfar keys import",
        )


def _check_sources(manifest: Manifest, study: Study) -> None:
    named = {source.name for source in study.sources}
    gone = sorted({i.source for i in manifest.inputs} - named)
    if gone:
        raise StudyError(
            f"the tables hold posts of source {gone[0]!r}, which the study no longer names",
            where="study.toml: [[sources]]",
            expected="every source that was read",
            next="howfar read --fresh, or put the source back",
        )


def _check_settings(known: Input, settings: str, path: Path) -> None:
    if known.settings != settings:
        raise StudyError(
            "how this file is to be read has changed since it was read",
            where=f"source {known.source!r}, {path.name}",
            expected="the reader, the source's settings, the window and the channels' accounts "
            "as they were then",
            next="howfar read --fresh (reads all files again; the old tables stay until it is "
            "done), or undo the change",
        )


def _check_unchanged(path: Path, before: os.stat_result) -> None:
    now = path.stat()
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise InputError(
            "the file changed while it was read",
            where=path.name,
            expected="a finished export",
            next="wait until the export is complete, then read again",
        )
