"""Which account ids the raw exports give for a handle.

A person who asks to be forgotten knows the handle; the tables know the id's pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import HowfarError
from howfar.privacy.pseudonyms import handle_accounts
from howfar.readers.documents import documents
from howfar.readers.ingest_file import read_context, reader_of
from howfar.readers.reading import read_document
from howfar.schema.reader import RawBatch, Tally
from howfar.study.file import Study
from howfar.study.sources import Source

_PAIRS = (
    ("author_id", "author_handle"),
    ("parent_author_id", "parent_author_handle"),
    ("account_id", "account_handle"),
)


def ids_of_handles(
    study: Study, files: Iterable[tuple[Source, Path]], handles: Mapping[str, Iterable[str]]
) -> tuple[dict[str, set[str]], list[Path]]:
    """Platform -> account ids of the handles (@name) in raw files, and files that are not there.

    Only in memory: nothing of it is written or shown.
    """
    wanted = {p: handle_accounts(pa.array(sorted(names))) for p, names in handles.items()}
    found: dict[str, set[str]] = {}
    missing: list[Path] = []
    for source, path in files:
        try:
            for batch in _batches(study, source, path):
                for table in (batch.posts, *batch.others.values()):
                    _collect(table, wanted, found)
        except (HowfarError, OSError):
            missing.append(path)
    return found, missing


def _batches(study: Study, source: Source, path: Path) -> Iterable[RawBatch]:
    context = read_context(study, source)
    for document in documents(path):
        try:
            reader = reader_of(document, source.format)
        except HowfarError:  # a member that was not read either
            continue
        yield from read_document(reader, document, context, Tally())


def _collect(table: pa.Table, wanted: Mapping[str, pa.Array], found: dict[str, set[str]]) -> None:
    for ids, handles in _PAIRS:
        if not {ids, handles, "platform"} <= set(table.column_names):
            continue
        accounts = handle_accounts(table[handles])
        for platform, names in wanted.items():
            here = pc.and_(
                pc.equal(table["platform"], platform), pc.is_in(accounts, names, skip_nulls=True)
            )
            known = pc.unique(table[ids].filter(pc.fill_null(here, False))).drop_null()
            if len(known):
                found.setdefault(platform, set()).update(known.to_pylist())
