"""Deletion: persons, posts and channels out of every table of a study, for good.

Segments that hold something forgotten are written anew without it, and become visible together
with the tombstones by one rename of the manifest; then the old ones are removed. Killed anywhere,
run again, it ends where an undisturbed run would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from howfar.errors import StoreError
from howfar.privacy.pseudonyms import Pseudonymiser, fingerprint, handle_accounts
from howfar.privacy.requests import Request
from howfar.privacy.tombstones import (
    UNTOUCHED,
    Forgotten,
    by_pseudonyms,
    channel_subject,
    expunge,
    gone_posts,
    hashed_posts,
    place_subject,
    tombstones,
)
from howfar.store.manifest import Input, Manifest, Segment
from howfar.store.segments import SegmentWriter
from howfar.store.tables import TableStore
from howfar.store.tombstones import read_tombstones, write_tombstones

_KEYS = (
    *("platform", "post_id", "author", "channel", "relation", "parent_id", "parent_author"),
    *("thread_id", "country", "account", "object", "object_kind"),
)
"""Columns by which a row is known to go or to change."""

Log = Callable[[Mapping[str, int]], None]


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was removed, or would be.

    rows: table -> rows that go. references: cells that were emptied in rows that stay. new: how
    many persons, posts and channels are remembered that were not yet. to_purge: raw files that
    hold something forgotten, now or at any time before. held: replaced files that a reader that
    is still running keeps on the disk.
    """

    rows: Mapping[str, int]
    references: int
    new: int
    to_purge: tuple[str, ...]
    held: int = 0

    @property
    def anything(self) -> bool:
        """Whether the study was, or would be, changed."""
        return bool(self.new or self.references or any(self.rows.values()))


@dataclass(slots=True)
class _Work:
    """The new segments, as they are found or written."""

    rows: Counter[str] = field(default_factory=Counter)
    references: int = 0
    inputs: list[Input] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)


def forget(
    store: TableStore,
    request: Request,
    pseudonyms: Pseudonymiser,
    *,
    log: Log | None = None,
    dry_run: bool = False,
) -> Deletion:
    """Remove what is asked for from all tables, and remember it by tombstones alone.

    With a person go the person's posts, counts, shares and figures; with a post its counts and
    its reposts, which are the same post again; posts that answer or quote it lose the reference.
    log: called with counts only, before the new state becomes visible, so that no deletion can
    go unlogged; where that was interrupted, it is called again. dry_run: nothing is written.

    Raises StoreError where another process is writing or the key is another study's.
    """
    if dry_run:
        with store.reading() as manifest:
            check_key(manifest, pseudonyms, store)
            work, new, _ = _prepare(store, manifest, request, pseudonyms, write=False)
            return _told(manifest, work, new)
    with store.writing() as manifest:
        check_key(manifest, pseudonyms, store)
        work, new, stones = _prepare(store, manifest, request, pseudonyms, write=True)
        done = _told(manifest, work, new)
        if done.anything:
            if log is not None:
                log({"forgotten": new, "references": work.references, **work.rows})
            generation = manifest.generation + 1
            manifest = replace(
                manifest,
                inputs=tuple(work.inputs),
                generation=generation,
                key_fingerprint=fingerprint(pseudonyms),
                tombstones=write_tombstones(store.folder, generation, stones),
            )
            store.commit(manifest.purging(*work.touched))
    return replace(done, held=len(store.strays()))


def check_key(manifest: Manifest, pseudonyms: Pseudonymiser, store: TableStore) -> None:
    """StoreError where the tables were written under another key: nothing would be found."""
    if manifest.key_fingerprint not in ("", fingerprint(pseudonyms)):
        raise StoreError(
            "the study's tables were written under another key",
            where=str(store.folder),
            expected=f"the key with fingerprint {manifest.key_fingerprint}",
            next="import the key that the study was made with: howfar keys import",
        )


def raw_paths(manifest: Manifest, hashes: Sequence[str]) -> tuple[str, ...]:
    """Where the raw files with these hashes were when they were read."""
    return tuple(sorted({i.path for i in manifest.inputs if i.sha256 in set(hashes)}))


def _told(manifest: Manifest, work: _Work, new: int) -> Deletion:
    purge = raw_paths(manifest, (*manifest.to_purge, *work.touched))
    return Deletion(dict(sorted(work.rows.items())), work.references, new, purge)


def _prepare(
    store: TableStore, manifest: Manifest, request: Request, pseudonyms: Pseudonymiser, write: bool
) -> tuple[_Work, int, pa.Array]:
    """The work, the number of subjects that are new, and all tombstones."""
    known = read_tombstones(store.folder, manifest.tombstones)
    forgotten, subjects = _asked(request, pseudonyms)
    asked = tombstones(pseudonyms, sorted(subjects))
    forgotten, found = _with_their_posts(store, manifest, forgotten, pseudonyms)
    stones = pc.unique(pa.chunked_array([known, asked, tombstones(pseudonyms, found)], pa.string()))
    new = len(asked.filter(pc.invert(pc.is_in(asked, known))))
    work = _Work()
    for read in manifest.inputs:
        work.inputs.append(_rewritten(store, manifest, read, forgotten, work, write))
    return work, new, stones.sort()


def _asked(request: Request, pseudonyms: Pseudonymiser) -> tuple[Forgotten, set[str]]:
    """The request in terms of the tables, and the subjects of its tombstones."""
    persons = _persons(pseudonyms, request.persons)
    posts = {p: pseudonyms.posts(p, _texts(ids)).to_pylist() for p, ids in request.posts.items()}
    places = _persons(pseudonyms, request.places_of_persons)
    for platform, ids in request.places_of_posts.items():
        # The posts of channels stand under their native ids.
        places |= {*pseudonyms.posts(platform, _texts(ids)).to_pylist(), *ids}
    # A channel without a basis stands as the pseudonym of its own name.
    subjects = {*persons, *(m for made in posts.values() for m in made)}
    subjects |= {channel_subject(channel) for channel in request.channels}
    subjects |= {place_subject(name) for name in places}
    stored = {p: [*made, *sorted(request.posts[p])] for p, made in posts.items()}
    return by_pseudonyms({*persons, *request.channels}, stored, places), subjects


def _persons(pseudonyms: Pseudonymiser, asked: Mapping[str, set[str]]) -> set[str]:
    made: set[str] = set()
    for platform, names in asked.items():
        ids = {name for name in names if not name.startswith("@")}
        handles = handle_accounts(_texts(names - ids))
        for accounts in (_texts(ids), handles):
            made.update(pseudonyms.persons(platform, accounts).to_pylist())
    return made


def _texts(values: set[str]) -> pa.Array:
    return pa.array(sorted(values), pa.string())


def _with_their_posts(
    store: TableStore, manifest: Manifest, forgotten: Forgotten, pseudonyms: Pseudonymiser
) -> tuple[Forgotten, list[str]]:
    """Also the posts of the persons, and the reposts of what goes, and so on; their pseudonyms."""
    found: set[str] = set()
    while True:
        platforms, ids, hashed = [], [], []
        for _, group in _groups(store, manifest, "posts"):
            gone = gone_posts(group, forgotten)
            more = pc.and_(gone, pc.invert(forgotten.posts(group["platform"], group["post_id"])))
            rows = group.filter(more)
            if len(rows):
                platforms.append(rows["platform"].combine_chunks())
                ids.append(rows["post_id"].combine_chunks())
                hashed.append(hashed_posts(pseudonyms, platforms[-1], ids[-1]))
        if not ids:
            return forgotten, sorted(found)
        found.update(name for part in hashed for name in part.to_pylist())
        # Where its author is not given a channel's post is referred to by its pseudonym.
        forgotten = forgotten.with_posts(
            pa.concat_arrays([*platforms, *platforms]), pa.concat_arrays([*ids, *hashed])
        )


def _groups(
    store: TableStore, manifest: Manifest, table: str
) -> Iterator[tuple[Segment, pa.Table]]:
    for segment, path in zip(manifest.segments(table), store.paths(table, manifest), strict=True):
        file = pq.ParquetFile(path)
        columns = [c for c in file.schema_arrow.names if c in _KEYS]
        for number in range(file.num_row_groups):
            yield segment, file.read_row_group(number, columns=columns)


def _rewritten(
    store: TableStore,
    manifest: Manifest,
    read: Input,
    forgotten: Forgotten,
    work: _Work,
    write: bool,
) -> Input:
    """The input with new segments in place of those that change."""
    segments = {}
    for table, segment in read.segments.items():
        if table in UNTOUCHED or not _changes(store, table, segment, forgotten, work):
            segments[table] = segment
            continue
        work.touched.add(read.sha256)
        if write and (made := _copy(store, manifest, read, table, segment, forgotten)):
            segments[table] = made
    return replace(read, segments=segments)


def _changes(
    store: TableStore, table: str, segment: Segment, forgotten: Forgotten, work: _Work
) -> bool:
    """Whether a segment holds anything forgotten, which is counted."""
    file = pq.ParquetFile(store.folder / segment.file)
    columns = [c for c in file.schema_arrow.names if c in _KEYS]
    changes = False
    for number in range(file.num_row_groups):
        rows = file.read_row_group(number, columns=columns)
        left = expunge(table, rows, forgotten)
        if left is rows:
            continue
        changes = True
        work.rows[table] += len(rows) - len(left)
        if table == "posts":
            kept = rows.filter(pc.invert(gone_posts(rows, forgotten)))
            work.references += sum(
                left[c].null_count - kept[c].null_count for c in left.column_names
            )
    return changes


def _copy(
    store: TableStore,
    manifest: Manifest,
    read: Input,
    table: str,
    segment: Segment,
    forgotten: Forgotten,
) -> Segment | None:
    """The segment without what is forgotten; null where nothing is left of it."""
    file = pq.ParquetFile(store.folder / segment.file)
    writer = SegmentWriter(store.folder, table, manifest.generation + 1, read.input)
    try:
        for number in range(file.num_row_groups):
            left = expunge(table, file.read_row_group(number), forgotten)
            if len(left):
                writer.write(left)
    except BaseException:
        writer.abandon()
        raise
    made = writer.close()
    if made.rows:
        return made
    (store.folder / made.file).unlink()
    return None
