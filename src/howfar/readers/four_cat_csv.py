"""Items of 4CAT as its CSV download has them, whichever data source they came from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import InputError
from howfar.readers.delimited import DelimitedBatch, check_columns, delimited_batches, header_of
from howfar.readers.fields import (
    Faults,
    host_of,
    identifiers,
    nullable,
    raw_table,
    truth,
    whole_numbers,
)
from howfar.readers.instants import times
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally
from howfar.study.channel import PLATFORMS

_REQUIRED = ("id", "thread_id", "body", "timestamp")
_NONE = ("", "None", "NA", "N/A", "nan", "NaN", "null")
_COUNTS = {
    "views": ("views", "view_count", "impression_count", "plays", "play_count", "num_views"),
    "reactions": ("likes", "like_count", "num_likes", "favorite_count"),
    "comments": ("comments", "comment_count", "num_comments", "replies", "reply_count"),
    "shares": ("shares", "share_count", "retweet_count", "forwards", "reposts", "num_shares"),
    "quotes": ("quotes", "quote_count"),
    "bookmarks": ("bookmarks", "bookmark_count", "collects", "saves"),
}
"""Each count and the names that 4CAT's data sources give it; the first that is there is taken."""
_TEXTS = {
    "author_id": ("author_id",),
    "author_handle": ("author",),
    "author_name": ("author_fullname", "author_full", "author_name"),
    "language": ("language", "lang", "language_guess"),
    "kind": ("kind", "type", "media_type", "attachment_type"),
}
_PARENTS = ("reply_to", "in_reply_to_id", "parent_id", "parent")
_MARKS = {"is_retweet": "repost", "is_quote_tweet": "quote", "is_reply": "reply"}
_PAID = ("is_ad", "is_sponsored", "is_paid_partnership")
_FOLLOWERS = ("author_followers", "author_followers_count")
_YES = ("yes", "true", "1")
_KNOWN = {
    *(*_REQUIRED, "subject", "unix_timestamp", "platform", "relation", "link_host", "url", "link"),
    *("hashtags", "mentions", "urls", "images"),
    *("collected_from_url", "reactions", "score", "thumbnail_url", "timestamp_collected"),
    *(name for names in (_COUNTS | _TEXTS).values() for name in names),
    *(*_PARENTS, *_MARKS, *_PAID, *_FOLLOWERS),
}
_RENAMED = {"twitter": "x", "x/twitter": "x"}
_UNIX = re.compile(r"[0-9]{9,10}(?:\.0+)?")


class FourCatCsv:
    """One item a row; times are in UTC, as 4CAT writes them without saying so."""

    declaration = ReaderDeclaration(
        id="4cat-csv",
        title="4CAT items, CSV",
        platform="any",
        exported_by="4CAT (download of a data set as CSV), and howfar export 4cat",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.comments", "counts.shares"),
            *("counts.quotes", "counts.bookmarks"),
        ),
        lacks=(
            "the platform, unless a column platform names it row by row; the time of the crawl; "
            "and what 4CAT's data source leaves out. Reactions are likes. A relation is told for "
            "data sources that have is_retweet, is_quote_tweet, is_reply or a parent only"
        ),
        tested_on="documentation",
        needs=("platform", "observed_at"),
        how_to_obtain=(
            "In 4CAT, open the data set and download it as CSV; leave authors as they are (4CAT "
            "can replace them), or channels are not recognised. In study.toml name the platform: "
            'mapping = { platform = "=tiktok" }.'
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has the columns that every such file has."""
        header = header_of(head, ",")
        found = [c for c in _REQUIRED if c in header]
        if len(found) == len(_REQUIRED):
            return Sniff(0.9, "the header has id, thread_id, body and timestamp")
        return Sniff(0.0, "the header lacks " + ", ".join(sorted(set(_REQUIRED) - set(found))))

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Items in the file's order.

        Raises InputError where a column is missing that every such file has.
        """
        for batch in delimited_batches(document, tally, batch_rows=context.batch_rows):
            check_columns(batch, document.name, tally, required=_REQUIRED, known=_KNOWN)
            yield _rows(batch, _declared(context, document.name), tally)


def _declared(context: ReadContext, file: str) -> str:
    """The study's platform, for rows that name none; a file that is only looked at has 'other'."""
    told = (context.platform or "other").removeprefix("=")
    if told not in PLATFORMS:
        raise InputError(
            "the study names a platform that howfar does not know",
            where=file,
            expected=", ".join(PLATFORMS),
            next="correct mapping.platform of this source in study.toml",
        )
    return told


def _rows(batch: DelimitedBatch, platform: str, tally: Tally) -> RawBatch:
    cells, rows = batch.columns, len(batch.lines)
    faults = Faults(batch.lines)
    ids = identifiers(cells["id"], faults, "id", required=True)
    parent = _parent(cells, ids, rows)
    columns: dict[str, Any] = {
        "line": pa.array(batch.lines, pa.int64()),
        "platform": _platforms(cells, platform, rows, faults),
        "post_id": ids,
        "thread_id": nullable(cells["thread_id"], _NONE),
        "parent_id": parent,
        "relation": _relations(cells, parent, rows),
        "created_at": times(_timestamps(cells), faults, "timestamp", dt.UTC, tally=tally),
        "text": _texts(cells),
        "link": host_of(_prefixed(_column(cells, ("link_host",), rows))),
        "exposure": _exposure(cells, rows),
    }
    for name, sources in _TEXTS.items():
        columns[name] = _column(cells, sources, rows)
    for name, sources in (*_COUNTS.items(), ("author_followers", _FOLLOWERS)):
        if found := [source for source in sources if source in cells]:
            columns[name] = whole_numbers(
                cells[found[0]], faults, found[0], missing=_NONE, decimal_zero=True
            )
    if "reactions" in columns:
        columns["reaction_like"] = columns["reactions"]
    return faults.apply(raw_table(columns, rows), batch.rejects)


def _column(cells: Mapping[str, list[str]], names: Sequence[str], rows: int) -> pa.Array:
    found = next((cells[name] for name in names if name in cells), [""] * rows)
    return nullable(found, _NONE)


def _platforms(
    cells: Mapping[str, list[str]], platform: str, rows: int, faults: Faults
) -> pa.Array:
    told = [_RENAMED.get(v.lower(), v.lower()) for v in cells.get("platform", [""] * rows)]
    array = pa.array([v or platform for v in told], pa.string())
    unknown = ~truth(pc.is_in(array, pa.array(PLATFORMS)))
    faults.mark(unknown, "type", "platform: expected a platform that howfar knows")
    return array


def _timestamps(cells: Mapping[str, list[str]]) -> list[str]:
    """timestamp, or unix_timestamp where it is empty; numbers are seconds since 1970."""
    unix = cells.get("unix_timestamp", cells["timestamp"])
    return [_written(a or b) for a, b in zip(cells["timestamp"], unix, strict=True)]


def _written(stamp: str) -> str:
    if not _UNIX.fullmatch(stamp):
        return stamp
    return dt.datetime.fromtimestamp(int(stamp.split(".")[0]), dt.UTC).isoformat()


def _texts(cells: Mapping[str, list[str]]) -> pa.Array:
    """body, under its subject where it has one."""
    body = nullable(cells["body"])
    subject = nullable(cells.get("subject", [""] * len(cells["body"])))
    both = pc.binary_join_element_wise(subject, body, "\n")
    return pc.coalesce(both, body, subject)


def _parent(cells: Mapping[str, list[str]], ids: pa.Array, rows: int) -> pa.Array:
    """What an item answers; several data sources write the item itself where it answers none."""
    parent = _column(cells, _PARENTS, rows)
    itself = pc.fill_null(pc.equal(parent, ids), False)
    return pc.if_else(itself, pa.scalar(None, pa.string()), parent)


def _relations(cells: Mapping[str, list[str]], parent: pa.Array, rows: int) -> pa.Array:
    found = np.full(rows, "unknown", dtype=object)
    if _MARKS.keys() & cells.keys() or set(_PARENTS) & cells.keys():
        found[:] = "original"
    found[truth(pc.is_valid(parent))] = "reply"
    for mark, relation in reversed(_MARKS.items()):
        found[_yes(cells.get(mark, [""] * rows))] = relation
    if "relation" in cells:
        words = ("original", "repost", "reply", "quote")
        found = np.array([w if w in words else "unknown" for w in cells["relation"]], dtype=object)
    return pa.array(found, pa.string())


def _exposure(cells: Mapping[str, list[str]], rows: int) -> pa.Array:
    paid = np.zeros(rows, dtype=bool)
    for name in _PAID:
        paid |= _yes(cells.get(name, [""] * rows))
    return pc.if_else(pa.array(paid), "paid", pa.scalar(None, pa.string()))


def _yes(values: Sequence[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array([v.lower() in _YES for v in values], dtype=bool)


def _prefixed(hosts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise("https://", hosts, "")


READER = FourCatCsv()
