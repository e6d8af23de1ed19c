"""Posts of X (Twitter) as the API v2 gives them and twarc2 stores them, one JSON value a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from howfar.errors import InputError
from howfar.readers.instants import instant
from howfar.readers.json_lines import DETAIL, json_lines, values_of
from howfar.readers.line_chunks import CHUNK, Chunk, line_chunks
from howfar.readers.text_lines import MARK, decoded_head
from howfar.readers.x_batch import PostBatch, is_post
from howfar.readers.x_decode import Lines
from howfar.readers.x_post import Includes
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Reject,
    Sniff,
    Tally,
)

_OTHER_FILES = (
    ({"username"}, "user profiles"),
    ({"tweet_count", "start"}, "counts of posts over time"),
    ({"member_count"}, "lists"),
    ({"owner_id"}, "lists"),
    ({"action", "id"}, "compliance actions"),
    ({"id_str"}, "posts in the form of the old API v1.1"),
)
_MARKS = (
    *('"edit_history_tweet_ids"', '"author_id"', '"conversation_id"', '"retweet_count"'),
    *('"username"', '"tweet_count"', '"member_count"', '"action"'),
)


@dataclass(frozen=True, slots=True)
class XApiV2:
    """Pages as the API answers them, and posts one by one with what they refer to inlined.

    careful: take every line by itself. It gives the same, slowly; the tests compare the two.
    chunk: bytes that are taken at once otherwise.
    """

    careful: bool = False
    chunk: int = CHUNK

    declaration = ReaderDeclaration(
        id="x-api-v2",
        title="X API v2, JSON Lines",
        platform="x",
        exported_by="twarc2, or any tool that stores the answers of the X API v2 line by line",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
            "posts.withheld",
            *("counts.comments", "counts.shares", "counts.quotes", "counts.bookmarks"),
            "account_counts.followers",
        ),
        lacks="views of posts before 22 December 2022; reaction kinds other than likes",
        tested_on="real samples",
        how_to_obtain="twarc2 search QUERY posts.jsonl, with access to the X API",
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Sure where the first line is a page or a post with the fields of the API v2."""
        first = decoded_head(head).lstrip().split("\n", 1)[0]
        if not first.startswith("{"):
            return Sniff(0.0, "the first line is no JSON object")
        found = [mark for mark in _MARKS if mark in first]
        if '"id_str"' in first:
            return Sniff(0.0, "the fields are those of the old API v1.1 of X")
        if '"tweet_count"' in found and '"start"' in first and '"username"' not in found:
            return Sniff(0.0, "the first line counts posts and holds none")
        if _MARKS[0] in found or len(found) >= 2:
            return Sniff(0.95, f"the first line has the fields {', '.join(found[:3])}")
        others = ('"create_time"', '"timestamp"', '"media_type"')
        if found and '"data"' in first[:40] and not any(mark in first for mark in others):
            return Sniff(0.7, f"the first line is a page with the field {found[0]}")
        if '"action"' in found and '"id"' in first:
            return Sniff(0.6, "the first line looks like a compliance action of X")
        return Sniff(0.0, "the first line lacks fields such as author_id, conversation_id")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Posts in the file's order; one post of a page is one record.

        A line that cannot be parsed is one record, however many posts it may have held. Pages
        without posts hold no record; errors of the API and other objects are rejected as
        not_a_post.

        Raises InputError where the first record shows that the file holds no posts at all.
        """
        reading = _Reading(document.name, tally, PostBatch(context, tally))
        if self.careful:
            yield from reading.carefully(json_lines(document))
        else:
            for chunk in line_chunks(document, self.chunk):
                yield from reading.chunk(chunk)
            yield from reading.flush()
        if reading.batch.waiting:
            yield reading.batch.out()


_LINE_END = ord("\n")


@dataclass(slots=True)
class _Reading:
    """One file on its way into batches."""

    name: str
    tally: Tally
    batch: PostBatch
    lines: Lines = field(default_factory=Lines)

    def carefully(self, values: Iterable[tuple[int, Any, str]]) -> Iterator[RawBatch]:
        """Line by line; this alone refuses, rejects and counts what is unknown."""
        for line, value, reason in values:
            if reason:
                self.tally.records += 1
                self.batch.reject(Reject(line, reason, DETAIL[reason]))
            else:
                for post, includes, retrieved in _posts(value):
                    if self.tally.records == 0:
                        _refuse_other_files(post, self.name, line)
                    self.tally.records += 1
                    self.batch.add(line, post, includes, retrieved)
                    if self.batch.full:
                        yield self.batch.out()
            if self.batch.full:
                yield self.batch.out()

    def chunk(self, chunk: Chunk) -> Iterator[RawBatch]:
        """Many lines at once, and those that are doubtful line by line; the same in the end."""
        if chunk.text is not None:
            yield from self.flush()
            yield from self.carefully(values_of(chunk.text, self.lines.first - 1))
            self.lines.first += chunk.ends
            return
        data, start = chunk.data, 0
        if data[0] == data[-1] == _LINE_END and not data.strip(b"\n"):
            # Nothing but line ends: no record, and not one by one where there are millions.
            yield from self.flush()
            self.lines.first += len(data)
            return
        while self.tally.records == 0 and start < len(data):
            # What the file holds is judged by its first record.
            end = data.find(b"\n", start) + 1 or len(data)
            yield from self._line(self.lines.first, data[start:end])
            self.lines.first += 1
            start = end
        if start < len(data):
            self.lines.add(data[start:])
        if self.lines.full:
            yield from self.flush()

    def flush(self) -> Iterator[RawBatch]:
        """Give the lines that wait to the batch, in order."""
        if not self.lines.found.total:
            return
        posts, lines, doubtful = self.lines.out()
        done = 0
        for line, text in doubtful:
            if not text.strip():
                continue  # A blank line is no record.
            upto = int(np.searchsorted(lines, line))
            yield from self._fast(posts.slice(done, upto - done))
            yield from self._line(line, text)
            done = upto
        yield from self._fast(posts.slice(done))

    def _line(self, number: int, text: bytes) -> Iterator[RawBatch]:
        return self.carefully(values_of([text.decode("utf-8", MARK)], number - 1))

    def _fast(self, posts: pa.Table) -> Iterator[RawBatch]:
        while len(posts):
            some = posts.slice(0, self.batch.room)
            posts = posts.slice(len(some))
            self.tally.records += len(some)
            self.batch.add_table(some)
            if self.batch.full:
                yield self.batch.out()


def _posts(value: Any) -> Iterator[tuple[Any, Includes, Any]]:
    """Each record of a line: the object, what the page includes, when it was retrieved."""
    if not isinstance(value, dict):
        yield value, Includes(), None
        return
    retrieved = _retrieved(value)
    if "data" in value:
        includes = Includes.of(value.get("includes"))
        data = value["data"]
        for post in data if isinstance(data, list) else [data]:
            yield post, includes, retrieved
    elif "meta" not in value or "errors" in value:
        yield value, Includes(), retrieved


def _retrieved(value: Mapping[str, Any]) -> int | None:
    """When twarc2 got the line, UTC microseconds; null where it does not say so well."""
    about = value.get("__twarc")
    told = about.get("retrieved_at") if isinstance(about, dict) else None
    return instant(told, None)[0] if isinstance(told, str) else None


def _refuse_other_files(value: Any, file: str, line: int) -> None:
    if not isinstance(value, dict):
        return
    for fields, what in _OTHER_FILES:
        if fields <= value.keys() and (not is_post(value) or "id_str" in fields):
            raise InputError(
                f"the file holds {what}, not posts of the X API v2",
                where=f"{file}:{line}",
                expected="pages or posts, as twarc2 search, timeline or flatten write them",
                next="howfar forget STUDY --posts-file or --persons-file FILE, which honours them"
                if "action" in fields
                else "name another file for this source in study.toml",
            )


READER = XApiV2()
