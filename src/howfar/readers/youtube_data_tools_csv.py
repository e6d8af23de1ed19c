"""Lists of videos and of comments as YouTube Data Tools writes them, comma- or tab-separated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import InputError
from howfar.readers.delimited import DelimitedBatch, delimited_batches, header_of
from howfar.readers.documents import head_of
from howfar.readers.fields import Faults, identifiers, nullable, raw_table, truth, whole_numbers
from howfar.readers.instants import times
from howfar.schema.reader import Document, RawBatch, ReadContext, ReaderDeclaration, Sniff, Tally

Columns = Mapping[str, list[str]]

_VIDEOS = ("videoId", "videoTitle", "publishedAt", "channelId")
_COMMENTS = ("id", "authorName", "text", "publishedAt", "isReply")
_KNOWN_VIDEO = {
    *("position", "channelId", "channelTitle", "videoId", "publishedAt", "publishedAtSQL"),
    *("videoTitle", "videoDescription", "tags", "videoCategoryId", "videoCategoryLabel"),
    *("topicCategories", "duration", "durationSec", "dimension", "definition", "caption"),
    *("defaultLanguage", "defaultLAudioLanguage", "defaultAudioLanguage", "thumbnail_maxres"),
    *("licensedContent", "hasPaidProductPlacement", "locationDescription", "latitude"),
    *("longitude", "viewCount", "likeCount", "dislikeCount", "favoriteCount", "commentCount"),
    "isShort",
}
_KNOWN_COMMENT = {
    *("id", "replyCount", "likeCount", "publishedAt", "authorName", "text", "authorChannelId"),
    *("authorChannelUrl", "isReply", "isReplyTo", "isReplyToId", "isReplyToName", "videoId"),
}
_HASHED = r"^(?:[0-9a-f]{16,64}|[0-9]{1,9})$"
_OTHERS = (({"subscriberCount", "videoCount"}, "channels"),)


class YoutubeDataToolsCsv:
    """One video a row, or one comment of one video a row."""

    declaration = ReaderDeclaration(
        id="youtube-data-tools-csv",
        title="YouTube Data Tools, CSV",
        platform="youtube",
        exported_by="YouTube Data Tools: Video List, and the comments of Video Info and Comments",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            *("counts.reaction_other", "counts.comments"),
        ),
        lacks=(
            "the time of asking; on which video a comment stands; figures that channels hide; "
            "dislikes since December 2021; shares; where a video is withheld. Authors of comments "
            "may be replaced by numbers of the tool's own: they are then other persons here than "
            "in another export"
        ),
        tested_on="documentation",
        needs=("observed_at",),
        how_to_obtain=(
            "On the web page of YouTube Data Tools (Digital Methods Initiative, Amsterdam) run "
            "Video List with a search, channels or a list of ids, or Video Info and Comments with "
            "one video, and keep the CSV file; the tool is free and asks the YouTube Data API. "
            "Declare the day of the download as observed_at."
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the header has the columns of a list of videos or of comments."""
        header = set(header_of(head, _delimiter(head)))
        for needed, what in ((_VIDEOS, "videos"), (_COMMENTS, "comments")):
            if header.issuperset(needed):
                return Sniff(0.95, f"the header is that of a list of {what}: {', '.join(needed)}")
        return Sniff(0.0, f"the header lacks {' and '.join(_VIDEOS[:2])}, or {_COMMENTS[1]}")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Videos or comments in the file's order.

        Raises InputError where the columns are those of neither.
        """
        delimiter = _delimiter(head_of(document, 65_536))
        for batch in delimited_batches(
            document, tally, delimiter=delimiter, batch_rows=context.batch_rows
        ):
            names = set(batch.columns)
            make: Callable[[Columns, Faults, ReadContext, Tally], dict[str, Any]]
            if names.issuperset(_VIDEOS):
                make, known = _videos, _KNOWN_VIDEO
            elif names.issuperset(_COMMENTS):
                make, known = _comments, _KNOWN_COMMENT
            else:
                raise _neither(names, document.name)
            for column in sorted(names - known):
                tally.unknown(column, len(batch.lines))
            yield _rows(batch, make, context, tally)


def _delimiter(head: bytes) -> str:
    """Older versions of the tool wrote tabs."""
    return "\t" if len(header_of(head, "\t")) > len(header_of(head, ",")) else ","


def _neither(names: set[str], file: str) -> InputError:
    what = next((what for fields, what in _OTHERS if fields <= names), "")
    lacking = next(name for name in _VIDEOS if name not in names)
    return InputError(
        f"the file lists {what}, not videos or comments"
        if what
        else f"the header lacks {lacking!r}",
        where=f"{file}:1",
        expected=f"{', '.join(_VIDEOS)}; or {', '.join(_COMMENTS)}",
        next="name another file, or the right format, for this source in study.toml",
        reason="format" if what else "header",
    )


def _rows(
    batch: DelimitedBatch,
    make: Callable[[Columns, Faults, ReadContext, Tally], dict[str, Any]],
    context: ReadContext,
    tally: Tally,
) -> RawBatch:
    faults = Faults(batch.lines)
    columns = {
        "line": pa.array(batch.lines, pa.int64()),
        "platform": "youtube",
        **make(batch.columns, faults, context, tally),
    }
    return faults.apply(raw_table(columns, len(batch.lines)), batch.rejects)


def _videos(cells: Columns, faults: Faults, context: ReadContext, tally: Tally) -> dict[str, Any]:
    rows = len(cells["videoId"])
    likes = _counts(cells, faults, "likeCount")
    paid = cells.get("hasPaidProductPlacement", [""] * rows)
    audio = _column(cells, "defaultLAudioLanguage", rows)
    spoken = pc.coalesce(audio, _column(cells, "defaultAudioLanguage", rows))
    return {
        "post_id": identifiers(cells["videoId"], faults, "videoId", required=True),
        "author_id": identifiers(cells["channelId"], faults, "channelId"),
        "author_name": _column(cells, "channelTitle", rows),
        "relation": "original",
        "kind": "video",
        "created_at": times(
            cells["publishedAt"], faults, "publishedAt", context.timezone, tally=tally
        ),
        "language": pc.coalesce(_column(cells, "defaultLanguage", rows), spoken),
        "text": _texts(cells["videoTitle"], cells.get("videoDescription", [""] * rows)),
        "exposure": ["paid" if word.lower() in ("1", "true") else None for word in paid],
        "views": _counts(cells, faults, "viewCount"),
        "reactions": likes,
        "reaction_like": likes,
        "reaction_other": _counts(cells, faults, "dislikeCount"),
        "comments": _counts(cells, faults, "commentCount"),
    }


def _comments(cells: Columns, faults: Faults, context: ReadContext, tally: Tally) -> dict[str, Any]:
    rows = len(cells["id"])
    likes = _counts(cells, faults, "likeCount")
    author, handle = _authors(cells, faults)
    answered = _column(cells, "isReplyTo", rows)
    video = _column(cells, "videoId", rows)
    return {
        "post_id": identifiers(cells["id"], faults, "id", required=True),
        "author_id": author,
        "author_handle": handle,
        "author_name": nullable(cells["authorName"]),
        "relation": "reply",
        "kind": "comment",
        "created_at": times(
            cells["publishedAt"], faults, "publishedAt", context.timezone, tally=tally
        ),
        "text": pa.array(cells["text"], pa.string()),
        "parent_id": pc.coalesce(answered, _column(cells, "isReplyToId", rows), video),
        "thread_id": video,
        "reactions": likes,
        "reaction_like": likes,
        "comments": _counts(cells, faults, "replyCount"),
    }


def _authors(cells: Columns, faults: Faults) -> tuple[pa.Array, pa.Array]:
    """Ids and handles of those who comment.

    A name that is no handle is a person's own word, not unique, and may be a channel's handle by
    chance or design: it identifies nobody, unless the tool has put its own number or hash there.
    """
    names = nullable(cells["authorName"])
    none = pa.scalar(None, pa.string())
    handle = pc.if_else(pc.starts_with(names, "@"), names, none)
    hashed = pc.if_else(pc.match_substring_regex(names, _HASHED), names, none)
    author = pc.coalesce(_column(cells, "authorChannelId", len(names)), hashed)
    nobody = pc.and_(pc.is_null(author), pc.is_null(handle))
    faults.mark(truth(nobody), "author", "authorChannelId: expected who wrote the comment")
    return author, handle


def _column(cells: Columns, name: str, rows: int) -> pa.Array:
    return nullable(cells.get(name, [""] * rows))


def _counts(cells: Columns, faults: Faults, name: str) -> pa.Array | None:
    """A figure; what the platform did not give is an empty cell."""
    return whole_numbers(cells[name], faults, name) if name in cells else None


def _texts(titles: list[str], descriptions: list[str]) -> list[str]:
    """Title and description, which together are what a video says."""
    return ["\n\n".join(filter(None, both)) for both in zip(titles, descriptions, strict=True)]


READER = YoutubeDataToolsCsv()
