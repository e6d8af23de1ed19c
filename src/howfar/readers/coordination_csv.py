"""Who shared what and when: the table that studies of coordinated behaviour work on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import InputError
from howfar.readers.delimited import DelimitedBatch, delimited_batches, header_of
from howfar.readers.fields import Faults, identifiers, nullable, raw_table, truth
from howfar.readers.instants import UNIX, times
from howfar.schema.reader import (
    RAW_OTHERS,
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)
from howfar.study.channel import PLATFORMS

_OBJECTS = {
    "object_id": None,
    "object": None,
    "url": "link",
    "link": "link",
    "expanded_url": "link",
    "hashtag": "hashtag",
    "image_hash": "media",
    "phash": "media",
}
"""Columns of the shared object, and its kind where the name tells it."""
_ACCOUNTS = ("account_id", "id_user", "user_id", "account", "author_id")
_HANDLES = ("account_handle", "account_name", "username", "screen_name")
_CONTENTS = ("content_id", "post_id", "message_id", "tweet_id", "content")
_WHEN = ("timestamp_share", "timestamp", "share_time", "shared_at", "time")
_UNIX_SECONDS = re.compile(r"[0-9]{9,10}(?:\.0+)?")
_UNIX_MS = re.compile(r"[0-9]{12,13}")


class CoordinationCsv:
    """One share a row: object, account, message and time; no posts, no texts."""

    declaration = ReaderDeclaration(
        id="coordination-csv",
        title="Shares for studies of coordination, CSV",
        platform="any",
        exported_by="CooRTweet, CooRnet and scripts that prepare data for such tools",
        supplies=("shares",),
        lacks=(
            "posts, texts and counts; the platform, unless a column platform names it row by row; "
            "the zone of times that are no seconds since 1970. What kind of object was shared is "
            "told by the column's name (url, hashtag, phash) or by the object: an address is a "
            "link, # begins a hashtag, digits are a post, all else counts as a text"
        ),
        tested_on="documentation",
        needs=("platform",),
        how_to_obtain=(
            "Write a table with the columns object_id, account_id, content_id and "
            "timestamp_share (seconds since 1970), one row for each object that a message "
            'shares. In study.toml name the platform: mapping = { platform = "=x" }.'
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure with the four names that the tools of this field share."""
        header = set(header_of(head, ","))
        if {"object_id", "account_id", "content_id", "timestamp_share"} <= header:
            return Sniff(0.95, "the header has object_id, account_id, content_id, timestamp_share")
        found = _Columns.of(header)
        few = len(header) <= 8 and not header & {"text", "body", "message", "Message"}
        if found is not None and few:
            return Sniff(0.6, f"the header has {', '.join(found.all)}, and no text")
        return Sniff(0.0, "the header lacks object_id, account_id, content_id, timestamp_share")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Shares in the file's order, as rows of ``shares``.

        Raises InputError where a column of the four is missing.
        """
        for batch in delimited_batches(document, tally, batch_rows=context.batch_rows):
            found = _Columns.of(batch.columns)
            if found is None:
                raise InputError(
                    "the header lacks a column for object, account, message or time",
                    where=f"{document.name}:1",
                    expected="object_id, account_id, content_id, timestamp_share",
                    next="rename the columns in a copy of the file",
                    reason="header",
                )
            for column in sorted(set(batch.columns) - {*found.all, *_HANDLES, "platform"}):
                tally.unknown(column, len(batch.lines))
            yield _rows(batch, found, _declared(context, document.name), context, tally)


class _Columns:
    """Which columns of a header are object, account, message and time."""

    def __init__(self, names: Sequence[str]) -> None:
        self.object, self.account, self.content, self.when = names
        self.all = tuple(names)

    @classmethod
    def of(cls, header: Mapping[str, Any] | set[str]) -> _Columns | None:
        names = [
            next((name for name in options if name in header), None)
            for options in (tuple(_OBJECTS), _ACCOUNTS + _HANDLES, _CONTENTS, _WHEN)
        ]
        return None if None in names else cls([name for name in names if name is not None])


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


def _rows(
    batch: DelimitedBatch,
    found: _Columns,
    platform: str,
    context: ReadContext,
    tally: Tally,
) -> RawBatch:
    cells, rows = batch.columns, len(batch.lines)
    faults = Faults(batch.lines)
    objects = nullable(cells[found.object])
    faults.mark(truth(pc.is_null(objects)), "id", f"{found.object}: expected an object")
    told = [v.lower() or platform for v in cells.get("platform", [""] * rows)]
    platforms = pa.array(["x" if v == "twitter" else v for v in told], pa.string())
    known = truth(pc.is_in(platforms, pa.array(PLATFORMS)))
    faults.mark(~known, "type", "platform: expected a platform that howfar knows")
    handles = next((cells[name] for name in _HANDLES if name in cells), [""] * rows)
    by_id = found.account not in _HANDLES
    accounts = identifiers(cells[found.account] if by_id else [""] * rows, faults, found.account)
    nobody = truth(pc.is_null(accounts)) & truth(pc.is_null(nullable(handles)))
    faults.mark(nobody, "author", f"{found.account}: expected an account")
    columns = {
        "line": pa.array(batch.lines, pa.int64()),
        "platform": platforms,
        "account_id": accounts,
        "account_handle": nullable(handles),
        "object": objects,
        "object_kind": _kinds(objects, _OBJECTS[found.object]),
        "post_id": identifiers(cells[found.content], faults, found.content),
        "shared_at": _times(cells[found.when], found.when, faults, context, tally),
    }
    rejects = faults.apply(raw_table({"line": batch.lines}, rows), batch.rejects).rejects
    keep = np.ones(rows, dtype=bool)
    keep[list(faults.found)] = False
    kinds = RAW_OTHERS["shares"]
    shares = pa.table({name: columns[name].cast(kind) for name, kind in kinds.items()})
    kept = shares.filter(pa.array(keep))
    return RawBatch(raw_table({"line": []}, 0), rejects, {"shares": kept}, len(kept))


def _kinds(objects: pa.Array, told: str | None) -> pa.Array:
    """The kind that the column's name tells, else what each object shows.

    An address is a link, digits are a post's id, and what shows nothing is a text.
    """
    if told is not None:
        return pa.array([told] * len(objects), pa.string())
    kinds = pa.array(["text"] * len(objects), pa.string())
    for pattern, kind in ((r"^[0-9]+$", "post"), (r"^#", "hashtag"), (r"^(?i)https?://", "link")):
        kinds = pc.if_else(truth(pc.match_substring_regex(objects, pattern)), kind, kinds)
    return kinds


def _times(
    values: Sequence[str], name: str, faults: Faults, context: ReadContext, tally: Tally
) -> pa.Array:
    """Seconds or milliseconds since 1970, or times as ``times`` reads them."""
    if context.date_format in UNIX:
        return times(values, faults, name, None, date_format=context.date_format)
    written = [_written(value.strip()) for value in values]
    return times(
        written, faults, name, context.timezone, date_format=context.date_format, tally=tally
    )


def _written(stamp: str) -> str:
    if _UNIX_SECONDS.fullmatch(stamp):
        return f"{np.datetime64(int(stamp.split('.')[0]), 's')}Z"
    if _UNIX_MS.fullmatch(stamp):
        return f"{np.datetime64(int(stamp), 'ms')}Z"
    return stamp


READER = CoordinationCsv()
