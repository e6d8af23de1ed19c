"""A study's posts as a CSV that 4CAT takes in: those of named channels, and of nobody else."""

from __future__ import annotations

import csv
import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from howfar.store.durable import sync_folder
from howfar.store.engine import open_engine
from howfar.store.frames import observed_posts
from howfar.store.manifest import Manifest
from howfar.store.tables import TableStore

COLUMNS = {
    "id": "post_id",
    "thread_id": "post_id",
    "author": "channel",
    "body": "text",
    "timestamp": "created_at",
    "unix_timestamp": "created_s",
    "platform": "platform",
    "organisation": "organisation",
    "relation": "relation",
    "kind": "kind",
    "language": "language",
    "link_host": "link",
    "views": "views",
    "likes": "reaction_like",
    "reactions": "reactions",
    "comments": "comments",
    "shares": "shares",
    "quotes": "quotes",
    "bookmarks": "bookmarks",
}
"""The columns of the export and what each holds of a post, as schema.tables.OBSERVED names it.

4CAT needs the first five. A thread may be another's, whose id is a pseudonym here: each post is
a thread of its own.
"""

_NEEDED = tuple(dict.fromkeys(COLUMNS.values()))
_ROWS = 50_000
"""Posts that are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many posts were written, and how many of persons were left out."""

    posts: int
    persons_posts: int


def export_four_cat(
    store: TableStore, manifest: Manifest, channels: pa.Table, window: tuple[int, int], path: Path
) -> Exported:
    """Write the distinct posts of named channels inside the window, with their latest counts.

    channels: the table of named channels. window: start and end, exclusive, in UTC microseconds.
    Times are in UTC, as 4CAT has them; a figure that no export gave is an empty field. The file
    appears whole or not at all. Take the manifest from ``store.reading()`` and stay inside it.
    """
    temporary = path.with_name(path.name + ".tmp")
    try:
        with (
            open_engine(store, manifest, channels) as (engine, stored),
            temporary.open("w", encoding="utf-8", newline="") as file,
        ):
            posts = observed_posts(stored, *window)
            named = posts.filter(posts.channel.isin(channels["channel"].to_pylist()))
            order = ibis.window(order_by=["input", "line", "platform", "post_id"])
            numbered = named.mutate(place=ibis.row_number().over(order))
            rows = engine.materialise("exported", numbered.select("place", *_NEEDED))
            written = int(rows.count().to_pyarrow().as_py())
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for start in range(0, written, _ROWS):
                part = rows.filter(rows.place.between(start, start + _ROWS - 1)).order_by("place")
                for row in part.to_pyarrow().to_pylist():
                    writer.writerow([_cell(row[name]) for name in COLUMNS.values()])
            total = int(posts.count().to_pyarrow().as_py())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return Exported(written, total - written)


def _cell(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else value
