"""Posts of X (Twitter) as the API v2 gives them and twarc2 stores them, one JSON value a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.errors import InputError
from howfar.readers.fields import Faults, raw_table, truth
from howfar.readers.instants import instant, times
from howfar.readers.json_lines import DETAIL, json_lines
from howfar.readers.json_values import BadPostError
from howfar.readers.text_lines import decoded_head
from howfar.readers.x_post import KNOWN_FIELDS, Includes, raw_row
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Reject,
    Sniff,
    Tally,
)
from howfar.schema.tables import TIME

VIEWS_SINCE = dt.datetime(2022, 12, 22, tzinfo=dt.UTC)
"""When X began to show views. Older posts have none, says its help page 'About view counts'; the
API gives 0 for them (all 474 posts of one real export), which is then no observation."""

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


class XApiV2:
    """Pages as the API answers them, and posts one by one with what they refer to inlined."""

    declaration = ReaderDeclaration(
        id="x-api-v2",
        title="X API v2, JSON Lines",
        platform="x",
        exported_by="twarc2, or any tool that stores the answers of the X API v2 line by line",
        supplies=(
            *("posts", "counts.views", "counts.reactions", "counts.reaction_like"),
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
            return Sniff(0.6, "the fields are those of the old API v1.1 of X")
        if _MARKS[0] in found or len(found) >= 2:
            return Sniff(0.95, f"the first line has the fields {', '.join(found[:3])}")
        if found and '"data"' in first[:40]:
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
        batch = _Batch(context, tally)
        for line, value, reason in json_lines(document):
            if reason:
                tally.records += 1
                batch.rejects.append(Reject(line, reason, DETAIL[reason]))
            else:
                for post, includes, retrieved in _posts(value):
                    if tally.records == 0:
                        _refuse_other_files(post, document.name, line)
                    tally.records += 1
                    batch.add(line, post, includes, retrieved)
                    if batch.full:
                        yield batch.out()
            if batch.full:
                yield batch.out()
        if batch.lines or batch.rejects:
            yield batch.out()


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


def _is_post(value: Any) -> bool:
    return isinstance(value, dict) and (
        "text" in value or "author_id" in value or "edit_history_tweet_ids" in value
    )


def _refuse_other_files(value: Any, file: str, line: int) -> None:
    if not isinstance(value, dict):
        return
    for fields, what in _OTHER_FILES:
        if fields <= value.keys() and (not _is_post(value) or "id_str" in fields):
            raise InputError(
                f"the file holds {what}, not posts of the X API v2",
                where=f"{file}:{line}",
                expected="pages or posts, as twarc2 search, timeline or flatten write them",
                next="name another file for this source in study.toml",
            )


@dataclass(slots=True)
class _Batch:
    """Rows and rejects that wait to be given out."""

    context: ReadContext
    tally: Tally
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    page: int = 0
    in_page: set[str] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return len(self.rows) + len(self.rejects) >= self.context.batch_rows

    def add(self, line: int, post: Any, includes: Includes, retrieved: int | None) -> None:
        if not _is_post(post):
            self.rejects.append(Reject(line, "not_a_post", "expected a post with an id and a text"))
            return
        for name in sorted(post.keys() - KNOWN_FIELDS):
            self.tally.unknown(name)
        try:
            row = raw_row(post, includes)
        except BadPostError as bad:
            self.rejects.append(Reject(line, bad.reason, bad.detail))
            return
        if line != self.page:
            self.page, self.in_page = line, set()
        if row["post_id"] in self.in_page:
            self.rejects.append(Reject(line, "repeated", "expected each post once in its page"))
            return
        self.in_page.add(row["post_id"])
        self.rows.append(row | {"collected_at": retrieved})
        self.lines.append(line)

    def out(self) -> RawBatch:
        rows, lines, rejects = self.rows, self.lines, self.rejects
        self.rows, self.lines, self.rejects = [], [], []
        faults = Faults(lines)
        names = rows[0].keys() if rows else ()
        columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
        columns |= {"line": lines, "platform": "x"}
        if rows:
            created = times(columns["created_at"], faults, "created_at", None)
            retrieved = pa.array(columns["collected_at"], pa.int64()).cast(TIME)
            columns |= {"created_at": created, "collected_at": retrieved, "observed_at": retrieved}
            columns["views"] = self._views(columns["views"], created)
        return faults.apply(raw_table(columns, len(rows)), rejects)

    def _views(self, views: list[int | None], created: pa.Array) -> pa.Array:
        given = pa.array(views, pa.int64())
        early = truth(pc.less(created, pa.scalar(VIEWS_SINCE, TIME)))
        none = early & truth(pc.equal(given, 0))
        self.tally.note("views_not_given", int(np.count_nonzero(none)))
        return pc.if_else(pa.array(~none), given, pa.scalar(None, pa.int64()))


READER = XApiV2()
