"""Accounts whose handles look like a channel's: how many and in which source, never which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from howfar.store.manifest import Manifest
from howfar.store.tables import TableStore

_COLUMNS = ("source", "input", "author", "resembles")


@dataclass(frozen=True, slots=True)
class Lookalike:
    """In one source, or one file of it, the accounts whose handles look like one channel's."""

    source: str
    channel: str
    accounts: int
    posts: int


def lookalikes(store: TableStore, manifest: Manifest, input: int | None = None) -> list[Lookalike]:
    """Look-alikes by source and channel, of all files or of one."""
    posts: dict[tuple[str, str], int] = defaultdict(int)
    accounts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for read in manifest.inputs:
        if "posts" not in read.segments or input not in (None, read.input):
            continue
        for row in _marked(store, read.segments["posts"].file):
            key = row["source"], row["resembles"]
            posts[key] += 1
            accounts[key].add(row["author"])
    return [Lookalike(*key, len(accounts[key]), posts[key]) for key in sorted(posts)]


def _marked(store: TableStore, file: str) -> list[dict[str, str]]:
    segment = pq.ParquetFile(store.folder / file)
    if "resembles" not in segment.schema_arrow.names:  # read by an earlier version
        return []
    found: list[dict[str, str]] = []
    for number in range(segment.num_row_groups):
        marks = segment.read_row_group(number, columns=["resembles"])["resembles"]
        if marks.null_count < len(marks):
            rows: pa.Table = segment.read_row_group(number, columns=list(_COLUMNS))
            found += rows.filter(pc.is_valid(rows["resembles"])).to_pylist()
    return found
