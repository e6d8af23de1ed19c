"""Videos and comments of the TikTok Research API: its answers, or tables made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from howfar.readers.delimited import check_columns, delimited_batches, header_of
from howfar.readers.json_lines import DETAIL
from howfar.readers.json_records import json_records
from howfar.readers.json_values import BadPostError, Object, figure, identifier, text
from howfar.readers.rows import RowBatch
from howfar.readers.text_lines import decoded_head
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Sniff,
    Tally,
)

_FIGURES = {
    "view_count": ("views",),
    "like_count": ("reactions", "reaction_like"),
    "comment_count": ("comments",),
    "reply_count": ("comments",),
    "share_count": ("shares",),
    "favorites_count": ("bookmarks",),
}
_VIDEO_FIELDS = frozenset(
    (
        *("id", "video_description", "create_time", "region_code", "username", "music_id"),
        *("hashtag_names", "hashtag_info_list", "effect_ids", "effect_info_list", "playlist_id"),
        *("voice_to_text", "is_stem_verified", "video_duration", "sticker_info_list"),
        *("video_mention_list", "video_label", "video_tag", "share_count", "view_count"),
        *("like_count", "comment_count", "favorites_count"),
    )
)
_COMMENT_FIELDS = frozenset(
    (
        *("id", "video_id", "text", "like_count", "reply_count", "parent_comment_id"),
        *("create_time", "username"),
    )
)
_LISTS = ("", "data.videos", "data.comments", "videos", "comments")
_SECONDS = re.compile(r"[0-9]{1,11}")
_SUPPLIES = (
    *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
    "posts.labelled",
    *("counts.comments", "counts.shares", "counts.bookmarks"),
)
_LACKS = (
    "followers; the time of the crawl; the language; the place of a post (region_code is where the "
    "account was registered); advertisements; what a video duets or stitches. Comments come "
    "without their author: those are refused, for nobody could be told apart from another"
)
_OBTAIN = (
    "Apply for TikTok's research tools (non-profit institutions of the USA, Europe and some other "
    "countries) and store the answers of /v2/research/video/query/ as they are. TikTok asks "
    "that data be refreshed every 15 days and that what was removed be deleted."
)


class TikTokResearch:
    """Answers of the API, whole or one a line, or their videos and comments one by one."""

    declaration = ReaderDeclaration(
        id="tiktok-research",
        title="TikTok Research API, JSON or JSON Lines",
        platform="tiktok",
        exported_by="tools that store the answers of the TikTok Research API",
        supplies=_SUPPLIES,
        lacks=_LACKS,
        tested_on="documentation",
        needs=("observed_at",),
        how_to_obtain=_OBTAIN,
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where objects with the fields of the API stand near the beginning."""
        content = decoded_head(head).lstrip("\ufeff \t\r\n")
        if not content.startswith(("{", "[")):
            return Sniff(0.0, "it does not begin with a JSON object or list")
        if '"video_description"' in content and '"create_time"' in content:
            return Sniff(0.95, "videos with video_description and create_time")
        marks = ('"parent_comment_id"', '"video_id"', '"create_time"')
        if sum(mark in content for mark in marks) >= 2:
            return Sniff(0.9, "comments with parent_comment_id or video_id, and create_time")
        if '"region_code"' in content and '"create_time"' in content:
            return Sniff(0.8, "videos with region_code and create_time")
        return Sniff(0.0, "no fields such as video_description, create_time")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Videos and comments in the file's order; errors and accounts are rejected."""
        batch = RowBatch(context, tally)
        for record in json_records(document, _LISTS, _is_record):
            if record.reason:
                batch.reject(record.line, record.reason, DETAIL[record.reason])
            else:
                _take(batch, record.line, record.value)
            if batch.full:
                yield batch.out()
        yield batch.out()


class TikTokResearchCsv:
    """The same fields as columns, as tools and the notebooks of the API's users write them."""

    declaration = ReaderDeclaration(
        id="tiktok-research-csv",
        title="TikTok Research API, CSV",
        platform="tiktok",
        exported_by="tools that write the answers of the TikTok Research API as a table",
        supplies=_SUPPLIES,
        lacks=_LACKS,
        tested_on="documentation",
        needs=("observed_at",),
        how_to_obtain=_OBTAIN,
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has the fields of the API."""
        header = set(header_of(head, ","))
        if {"id", "create_time"} <= header and header & {"video_description", "region_code"}:
            return Sniff(0.95, "the header has id, create_time and fields of videos")
        if {"id", "create_time", "video_id", "text"} <= header:
            return Sniff(0.9, "the header has id, create_time, video_id and text")
        return Sniff(0.0, "the header lacks id, create_time, video_description")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Rows in the file's order. Raises InputError where id or create_time is no column."""
        for cells in delimited_batches(document, tally, batch_rows=context.batch_rows):
            check_columns(cells, document.name, tally, required=("id", "create_time"))
            # Broken records are in the tally already; those of the batch are added to it.
            batch = RowBatch(context, Tally())
            for place, line in enumerate(cells.lines):
                row = {name: column[place] or None for name, column in cells.columns.items()}
                _take(batch, line, row)
            for name, count in batch.tally.unknown_columns.items():
                tally.unknown(name, count)
            out = batch.out()
            out.rejects = sorted([*cells.rejects, *out.rejects], key=lambda r: r.line)
            yield out


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value and "create_time" in value


def _take(batch: RowBatch, line: int, value: Any) -> None:
    if not isinstance(value, dict) or "create_time" not in value:
        batch.reject(line, "not_a_post", "expected a video or a comment with id and create_time")
        return
    comment = "video_id" in value or "parent_comment_id" in value
    try:
        row = _comment(value) if comment else _video(value)
    except BadPostError as bad:
        batch.reject(line, bad.reason, bad.detail)
        return
    for name in sorted(value.keys() - (_COMMENT_FIELDS if comment else _VIDEO_FIELDS)):
        batch.tally.unknown(name)
    batch.add(line, row)


def _video(value: Object) -> dict[str, Any]:
    label = _label(value)
    return {
        **_common(value),
        "relation": "original",
        "kind": "video",
        "text": text(value, "video_description", empty=""),
        "platform_label": label,
        "availability": "labelled" if label else None,
    }


def _comment(value: Object) -> dict[str, Any]:
    row = _common(value)
    if row["author_handle"] is None:
        raise BadPostError("author", "username: the API gives no author of a comment")
    video, parent = identifier(value, "video_id"), identifier(value, "parent_comment_id")
    return {
        **row,
        "relation": "reply",
        "kind": "comment",
        "text": text(value, "text", empty=""),
        "parent_id": parent or video,
        "thread_id": video,
    }


def _common(value: Object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "platform": "tiktok",
        "post_id": _digits(value, "id"),
        "author_handle": text(value, "username"),
        "created_at": _seconds(value.get("create_time")),
    }
    for name, columns in _FIGURES.items():
        if name in value:
            row |= dict.fromkeys(columns, figure(value, name, as_text=True))
    return row


def _digits(value: Object, key: str) -> str | None:
    """The id: digits, nothing else; a spreadsheet's 7.2E+18 is none."""
    found = identifier(value, key, required=True)
    if found is not None and not found.isdecimal():
        raise BadPostError("id", f"{key}: expected digits that nothing has rounded")
    return found


def _seconds(found: Any) -> int:
    """UTC microseconds of seconds since 1970, as a number or as its digits."""
    if isinstance(found, str) and _SECONDS.fullmatch(found):
        found = int(found)
    if type(found) is not int or not 0 <= found < 10**11:
        raise BadPostError("date", "create_time: expected seconds since 1970")
    return found * 1_000_000


def _label(value: Mapping[str, Any]) -> str | None:
    """The notice that TikTok puts on a video, of an election say: a text, or an object with it."""
    found = value.get("video_label")
    return text(found, "content") if isinstance(found, dict) else text(value, "video_label")


READERS = (TikTokResearch(), TikTokResearchCsv())
