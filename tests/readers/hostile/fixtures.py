"""The files that are damaged: every reader's good fixtures, and real samples where they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.readers.hostile.sources import Source, context_of, source_of
from tests.readers.reader_cases import READER_IDS, case

from howfar.readers.discovery import SURE, guess
from howfar.readers.documents import documents, open_bytes


def fixture_sources() -> Iterator[Source]:
    """The good files of all readers, and the hostile ones of JSON Lines."""
    for reader_id in READER_IDS:
        each = case(reader_id)
        paths = [path for path, _ in each.good()]
        if "hostile" in each.expected:
            hostile = each.hostile()[0]
            paths += [hostile] if hostile.suffix in (".jsonl", ".ndjson") else []
        for path in paths:
            yield from _sources(path, each.reader, each.context())


def sample_sources(shared: Path, largest: int = 200_000) -> Iterator[Source]:
    """Real exports that a reader is sure of."""
    for path in sorted((shared / "samples").rglob("*")):
        if path.is_file() and 0 < path.stat().st_size <= largest:
            reader, sniff = guess(path)[0]
            if sniff.confidence >= SURE:
                yield from _sources(path, reader, context_of(reader))


def _sources(path: Path, reader: object, context: object) -> Iterator[Source]:
    for document in documents(path):
        if document.refusal is None:
            with open_bytes(document) as file:
                content = file.read()
            source = source_of(reader, document.name, content, context)  # type: ignore[arg-type]
            if source is not None:
                yield source
