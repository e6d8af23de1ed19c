"""Posts of X that wait to be given out as a raw batch, whichever way they were read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.readers.fields import Faults, raw_table, truth
from howfar.readers.instants import times
from howfar.readers.json_values import BadPostError
from howfar.readers.x_post import KNOWN_FIELDS, Includes, raw_row
from howfar.schema.reader import RawBatch, ReadContext, Reject, Tally
from howfar.schema.tables import TIME

VIEWS_SINCE = dt.datetime(2022, 12, 22, tzinfo=dt.UTC)
"""When X began to show views. Older posts have none, says its help page 'About view counts'; the
API gives 0 for them (all 474 posts of one real export), which is then no observation."""


@dataclass(slots=True)
class PostBatch:
    """Rows and rejects: a batch ends at a record of the file, however it was read.

    rows, lines, places: of posts that came one by one, with their place among all posts.
    tables: posts that came many at once, with the place of the first.
    """

    context: ReadContext
    tally: Tally
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    tables: list[tuple[int, pa.Table]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    posts: int = 0
    page: int = 0
    in_page: set[str] = field(default_factory=set)

    @property
    def waiting(self) -> int:
        """Records that wait."""
        return self.posts + len(self.rejects)

    @property
    def room(self) -> int:
        """Records that may still come before it is time to give them out."""
        return self.context.batch_rows - self.waiting

    @property
    def full(self) -> bool:
        """Whether it is time to give the posts out."""
        return self.room <= 0

    def add(self, line: int, post: Any, includes: Includes, retrieved: int | None) -> None:
        """Keep one object as a post, or reject it."""
        if not is_post(post):
            self.reject(Reject(line, "not_a_post", "expected a post with an id and a text"))
            return
        for name in sorted(post.keys() - KNOWN_FIELDS):
            self.tally.unknown(name)
        try:
            row = raw_row(post, includes)
        except BadPostError as bad:
            self.reject(Reject(line, bad.reason, bad.detail))
            return
        if line != self.page:
            self.page, self.in_page = line, set()
        if row["post_id"] in self.in_page:
            self.reject(Reject(line, "repeated", "expected each post once in its page"))
            return
        self.in_page.add(row["post_id"])
        self.rows.append(row | {"collected_at": retrieved})
        self.lines.append(line)
        self.places.append(self.posts)
        self.posts += 1

    def add_table(self, posts: pa.Table) -> None:
        """Keep posts that are certain: raw columns as out() gives them, but for views."""
        self.tables.append((self.posts, self._with_views(posts)))
        self.posts += len(posts)

    def reject(self, reject: Reject) -> None:
        """Refuse a record."""
        self.rejects.append(reject)

    def out(self) -> RawBatch:
        """All that waits, as a batch; afterwards nothing waits."""
        rows, lines, places = self.rows, self.lines, self.places
        tables, rejects = self.tables, self.rejects
        self.rows, self.lines, self.places, self.tables, self.rejects = [], [], [], [], []
        self.posts = 0
        faults = Faults(lines)
        batch = faults.apply(self._careful(rows, lines, faults), rejects)
        if not tables:
            return batch
        kept = np.delete(np.array(places, dtype=np.int64), sorted(faults.found))
        parts = [table for _, table in tables]
        ranges = [np.arange(start, start + len(table)) for start, table in tables]
        if len(kept):
            parts, ranges = [*parts, batch.posts], [*ranges, kept]
        together = pa.concat_tables([part.select(parts[0].column_names) for part in parts])
        if len(kept):
            together = together.take(np.argsort(np.concatenate(ranges)))
        return RawBatch(together, batch.rejects)

    def _careful(self, rows: list[dict[str, Any]], lines: list[int], faults: Faults) -> pa.Table:
        names = rows[0].keys() if rows else ()
        columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
        columns |= {"line": lines, "platform": "x"}
        if rows:
            created = times(columns["created_at"], faults, "created_at", None)
            retrieved = pa.array(columns["collected_at"], pa.int64()).cast(TIME)
            columns |= {"created_at": created, "collected_at": retrieved, "observed_at": retrieved}
        table = raw_table(columns, len(rows))
        return self._with_views(table) if rows else table

    def _with_views(self, posts: pa.Table) -> pa.Table:
        """The posts without views of zero from before there were any; they are counted."""
        early = truth(pc.less(posts["created_at"], pa.scalar(VIEWS_SINCE, TIME)))
        none = early & truth(pc.equal(posts["views"], 0))
        self.tally.note("views_not_given", int(np.count_nonzero(none)))
        views = pc.if_else(pa.array(~none), posts["views"], pa.scalar(None, pa.int64()))
        place = posts.column_names.index("views")
        return posts.set_column(place, posts.schema.field(place), views)


def is_post(value: Any) -> bool:
    """Whether an object has what only posts have."""
    return isinstance(value, dict) and (
        "text" in value or "author_id" in value or "edit_history_tweet_ids" in value
    )
