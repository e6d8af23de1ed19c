"""Posts that somebody saw while browsing, as the browser extension Zeeschuimer keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from howfar.readers.json_lines import DETAIL, json_lines
from howfar.readers.json_values import BadPostError, Object, obj, text
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import decoded_head
from howfar.readers.zeeschuimer_items import ITEMS
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_FRAME = frozenset(
    (
        *("id", "nav_index", "item_id", "timestamp_collected", "last_updated", "source_platform"),
        *("source_platform_url", "source_url", "user_agent", "data", "data_type"),
    )
)
_MARKS = ('"source_platform"', '"timestamp_collected"', '"nav_index"', '"source_platform_url"')


class Zeeschuimer:
    """One item a line, with the moment at which it was seen; the posts are the platforms' own."""

    declaration = ReaderDeclaration(
        id="zeeschuimer",
        title="Zeeschuimer items, NDJSON",
        platform="tiktok, instagram, threads, x, douyin, truthsocial",
        exported_by="Zeeschuimer, a browser extension (download as NDJSON)",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            *("posts.withheld", "posts.labelled"),
            *("counts.comments", "counts.shares", "counts.quotes", "counts.bookmarks"),
            "account_counts.followers",
        ),
        lacks=(
            "whatever was not seen: it is what one feed, made for one person, showed while that "
            'person browsed (declare capture = "browsing"), and never gives a share of voice. '
            "Items of LinkedIn, 9GAG, Imgur, Gab, Pinterest, RedNote and of "
            "comments are rejected. Views of Douyin; followers on Instagram and Threads"
        ),
        tested_on="documentation",
        how_to_obtain=(
            "Install the extension in Firefox, switch on the platform, browse it, and download "
            "the items as .ndjson. Use an account made for the study: a feed is shaped by who "
            "looks at it, and the file says which pages were open."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the first line has the frame that every item has."""
        first = decoded_head(head).lstrip("\ufeff \t\r\n").split("\n", 1)[0]
        found = [mark.strip('"') for mark in _MARKS if mark in first]
        if first.startswith("{") and len(found) >= 3:
            return Sniff(0.97, f"the first line has the fields {', '.join(found)}")
        return Sniff(0.0, "the first line lacks source_platform, timestamp_collected")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Items in the file's order; those of platforms that are not read are not_a_post."""
        batch = RowBatch(context, tally)
        for line, value, reason in json_lines(document):
            if reason:
                batch.reject(line, reason, DETAIL[reason])
            else:
                _take(batch, line, value)
            if batch.full:
                yield batch.out()
        yield batch.out()


def _take(batch: RowBatch, line: int, value: Any) -> None:
    if not isinstance(value, dict) or "source_platform" not in value:
        batch.reject(line, "not_a_post", "expected an item with source_platform and data")
        return
    try:
        platform = re.sub(r"^www\.", "", (text(value, "source_platform") or "").lower())
        if platform not in ITEMS:
            raise BadPostError("not_a_post", "source_platform: its items are not read")
        row = ITEMS[platform](obj(value, "data"))
        seen = _collected(value)
    except BadPostError as bad:
        batch.reject(line, bad.reason, bad.detail)
        return
    for name in sorted(value.keys() - _FRAME):
        batch.tally.unknown(name)
    batch.add(line, row | {"collected_at": seen, "observed_at": seen})


def _collected(item: Object) -> int:
    """When the item was seen, UTC microseconds, from milliseconds since 1970."""
    found = item.get("timestamp_collected")
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if type(found) is not int or not 0 <= found < 10**14:
        raise BadPostError("date", "timestamp_collected: expected milliseconds since 1970")
    return found * 1_000


READER = Zeeschuimer()
