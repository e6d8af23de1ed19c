"""Posts of Facebook and Instagram as the Meta Content Library lets researchers download them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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

_COUNTS = {
    "statistics.views": "views",
    "statistics.reaction_count": "reactions",
    "statistics.comment_count": "comments",
    "statistics.share_count": "shares",
    "statistics.like_count": "reaction_like",
    "statistics.love_count": "reaction_love",
    "statistics.care_count": "reaction_care",
    "statistics.haha_count": "reaction_haha",
    "statistics.wow_count": "reaction_wow",
    "statistics.sad_count": "reaction_sad",
    "statistics.angry_count": "reaction_angry",
}
_KNOWN = {
    *("id", "text", "creation_time", "modified_time", "content_type", "media_type", "lang"),
    *("hashtags", "is_branded_content", "match_type", "mcl_url", "media", "multimedia"),
    *("post_owner.id", "post_owner.name", "post_owner.type", "post_owner.username"),
    *("surface.id", "surface.name", "surface.type", "shared_post_id", "activities"),
    *("link_attachment.link", "link_attachment.name", "link_attachment.caption"),
    *("link_attachment.description", "statistics.views_date_last_refreshed"),
    *_COUNTS,
}
_REQUIRED = ("id", "creation_time", "post_owner.id")
_FACEBOOK = frozenset(
    (
        *("statistics.reaction_count", "statistics.love_count", "statistics.share_count"),
        *("surface.id", "surface.type", "shared_post_id"),
    )
)
"""Columns that posts of Facebook have and posts of Instagram have not."""
_OWN_HOSTS = r"(?:^|\.)(?:facebook\.com|fb\.com|fb\.watch|fb\.me|instagram\.com)$"


class MetaContentLibraryCsv:
    """One post a row under the field names of the library's data dictionary; times are in UTC."""

    declaration = ReaderDeclaration(
        id="meta-content-library-csv",
        title="Meta Content Library posts, CSV",
        platform="facebook, instagram",
        exported_by="the web interface of the Meta Content Library (download of posts)",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_*"),
            *("counts.comments", "counts.shares"),
        ),
        lacks=(
            "followers; the time of the download; the platforms' own ids (the library has ids "
            "of its own). Only posts of widely known accounts can be downloaded"
        ),
        tested_on="documentation",
        needs=("observed_at",),
        how_to_obtain=(
            "Apply for the Meta Content Library through the research archive that reviews "
            "applications (ICPSR, or CASD in France). Search in its web interface and choose "
            "the download of the downloadable subset; other posts stay in Meta's own rooms."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has the names of the data dictionary."""
        header = header_of(head, ",")
        found = [c for c in _REQUIRED if c in header]
        if len(found) == len(_REQUIRED):
            return Sniff(0.95, "the header has id, creation_time and post_owner.id")
        return Sniff(0.0, "the header lacks " + ", ".join(sorted(set(_REQUIRED) - set(found))))

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order; of Facebook where columns are there that only it has."""
        for batch in delimited_batches(document, tally, batch_rows=context.batch_rows):
            check_columns(batch, document.name, tally, required=_REQUIRED, known=_KNOWN)
            yield _rows(batch, tally)


def _rows(batch: DelimitedBatch, tally: Tally) -> RawBatch:
    cells, rows = batch.columns, len(batch.lines)
    faults = Faults(batch.lines)
    platform = "facebook" if _FACEBOOK & cells.keys() else "instagram"
    shared = identifiers(cells.get("shared_post_id", [""] * rows), faults, "shared_post_id")
    columns: dict[str, Any] = {
        "line": pa.array(batch.lines, pa.int64()),
        "platform": platform,
        "post_id": identifiers(cells["id"], faults, "id", required=True),
        "author_id": identifiers(cells["post_owner.id"], faults, "post_owner.id"),
        "author_handle": _column(cells, "post_owner.username", rows),
        "author_name": _column(cells, "post_owner.name", rows),
        "relation": pc.if_else(pc.is_valid(shared), "repost", "original"),
        "parent_id": shared,
        "kind": pc.coalesce(
            _column(cells, "content_type", rows), _column(cells, "media_type", rows)
        ),
        "created_at": times(cells["creation_time"], faults, "creation_time", dt.UTC, tally=tally),
        "language": _column(cells, "lang", rows),
        "text": _column(cells, "text", rows),
        "link": _links(cells, rows),
        "exposure": _exposure(cells, rows, faults),
    }
    for name, metric in _COUNTS.items():
        if name in cells:
            columns[metric] = whole_numbers(cells[name], faults, name)
    if platform == "instagram" and "reaction_like" in columns:
        # A like is the only reaction that Instagram has.
        columns["reactions"] = columns["reaction_like"]
    return faults.apply(raw_table(columns, rows), batch.rejects)


def _column(cells: Mapping[str, list[str]], name: str, rows: int) -> pa.Array:
    return nullable(cells.get(name, [""] * rows))


def _links(cells: Mapping[str, list[str]], rows: int) -> pa.Array:
    host = host_of(_column(cells, "link_attachment.link", rows))
    own = pc.fill_null(pc.match_substring_regex(host, _OWN_HOSTS), False)
    return pc.if_else(own, pa.scalar(None, pa.string()), host)


def _exposure(cells: Mapping[str, list[str]], rows: int, faults: Faults) -> pa.Array:
    """Paid where the post is marked as branded content; else the study says what it is."""
    told = pc.utf8_lower(_column(cells, "is_branded_content", rows))
    known = pc.is_in(told, pa.array(["true", "false", "1", "0"]))
    faults.mark(
        ~truth(known) & truth(pc.is_valid(told)),
        "type",
        "is_branded_content: expected true or false",
    )
    branded = pc.is_in(told, pa.array(["true", "1"]))
    return pc.if_else(branded, "paid", pa.scalar(None, pa.string()))


READER = MetaContentLibraryCsv()
