"""Raw rows to rows of the tables: persons become pseudonyms before anything is written.

The one place where native ids, handles and unredacted text are seen. Registered channels keep
their names; everyone else is a keyed pseudonym, and so are the ids of their posts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from howfar.privacy.pseudonyms import Pseudonymiser, handle_accounts
from howfar.privacy.redaction import Redactor
from howfar.privacy.tombstones import Forgotten
from howfar.readers.protect_names import name_match, resembles
from howfar.schema.reader import RAW_COLUMNS, RawBatch, Reject
from howfar.schema.tables import METRICS, TEXT, WORDS
from howfar.study.handles import handle_key
from howfar.study.names import WatchedNames
from howfar.study.registry import Registry

_UNCHANGED = ("platform", "relation", "created_at", "collected_at")

# What an export writes into these is its own text: only what has their form is kept.
_LANGUAGE = r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$"
_COUNTRY = r"^[A-Z]{2}$"
_HOST = r"^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+$"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows of a file come from; ends up in every table."""

    source: str
    input: int
    file: str
    channel: str | None
    exposure: str
    observed_at: pa.Scalar
    declared: bool


@dataclass(frozen=True, slots=True)
class Protector:
    """Turns raw batches into table rows under one key and one registry."""

    pseudonyms: Pseudonymiser
    registry: Registry
    watched: WatchedNames = field(default_factory=lambda: WatchedNames(()))
    forgotten: Forgotten | None = None

    def tables(self, batch: RawBatch, origin: Origin) -> dict[str, pa.Table]:
        """Rows for posts, counts, account_counts and rejects."""
        raw = _complete(batch.posts)
        channel, author = self.accounts(raw, origin)
        known = pc.is_valid(channel)
        posts = pc.if_else(known, raw["post_id"], self.post_ids(raw, "post_id"))
        parent_channel = self._channels(raw, "parent_author_id", "parent_author_handle")
        parent_author = pc.coalesce(
            parent_channel, self._persons(raw, "parent_author_id", "parent_author_handle")
        )
        # Where the parent's author is not given its id may name a person: it is hashed too.
        parent = pc.if_else(
            pc.is_valid(parent_channel), raw["parent_id"], self.post_ids(raw, "parent_id")
        )
        stamp = _stamp(origin, len(raw), raw["line"])
        rows = {
            **{name: raw[name] for name in _UNCHANGED},
            "language": _shaped(raw["language"], _LANGUAGE),
            "country": _shaped(raw["country"], _COUNTRY),
            "withheld_in": _countries(raw["withheld_in"]),
            "kind": self._word(raw, "kind", known),
            "platform_label": self._word(raw, "platform_label", known),
            "link": _by_platform(raw["platform"], raw["link"], self._hosts),
            "post_id": posts,
            "channel": channel,
            "author": author,
            "text": _by_platform(raw["platform"], raw["text"], self._redact),
            "parent_id": parent,
            "parent_author": parent_author,
            "thread_id": self.post_ids(raw, "thread_id"),
            "name_match": name_match(raw, channel, self.watched),
            "resembles": resembles(raw, channel, self.registry),
            "exposure": pc.fill_null(raw["exposure"], origin.exposure),
            "availability": pc.fill_null(raw["availability"], "available"),
            **stamp,
        }
        observed = pc.coalesce(raw["observed_at"], origin.observed_at)
        declared = pc.and_(pc.is_null(raw["observed_at"]), origin.declared)
        return {
            "posts": pa.table(rows),
            "counts": _melt(raw, posts, observed, declared, stamp),
            "account_counts": _followers(raw, author, observed, stamp),
            "rejects": reject_rows(batch.rejects, origin),
        }

    def accounts(self, raw: pa.Table, origin: Origin) -> tuple[pa.Array, pa.Array]:
        """Channel of each row's account, null for persons; and channel or person's pseudonym.

        raw: rows with platform, author_id and author_handle.
        """
        channel = self._channels(raw, "author_id", "author_handle")
        persons = self._persons(raw, "author_id", "author_handle")
        if origin.channel is not None:
            declared = self.registry.get(origin.channel)
            if declared is not None and declared.named:
                own = self._may_be(raw, origin.channel)
                channel = pc.coalesce(channel, pc.if_else(own, origin.channel, None))
            else:
                # Without a basis the source's account is a pseudonym like any other.
                alone = pa.array([f"#{origin.channel}"] * len(raw), TEXT)
                alone = _by_platform(raw["platform"], alone, self.pseudonyms.persons)
                persons = pc.coalesce(persons, alone)
        return channel, pc.coalesce(channel, persons)

    def _channels(self, raw: pa.Table, ids: str, handles: str) -> pa.Array:
        """Channel of each row by its account, null where the account is not registered."""
        if raw[ids].null_count == len(raw) and raw[handles].null_count == len(raw):
            return pa.nulls(len(raw), TEXT)
        keys = pc.binary_join_element_wise(
            raw["platform"], raw[ids], raw[handles], "\x1f", null_handling="replace"
        )
        coded = pc.dictionary_encode(pa.chunked_array([keys]).combine_chunks())
        names: list[str | None] = []
        for key in coded.dictionary.to_pylist():
            platform, account, handle = key.split("\x1f", 2)
            entry = self.registry.match(platform, account or None, handle or None)
            names.append(entry.channel if entry is not None and entry.named else None)
        return pa.array(names, TEXT).take(coded.indices)

    def _may_be(self, raw: pa.Table, channel: str) -> pa.Array:
        """Rows of a channel's source that do not name another account: guests are persons."""
        rows = self.registry.rows(channel)
        ids = pa.array([row.account_id for row in rows if row.account_id], TEXT)
        handles = pa.array([handle_key(row.handle) for row in rows if row.handle], TEXT)
        account, handle = raw["author_id"], raw["author_handle"]
        bare = pc.utf8_ltrim(pc.utf8_lower(pc.utf8_trim_whitespace(handle)), "@")
        by_handle = pc.or_(pc.is_null(bare), pc.is_in(bare, handles)) if len(handles) else True
        if len(ids) == 0:
            return pc.and_(pc.is_valid(raw["platform"]), by_handle)
        # Handles change hands and spelling; where both sides have an id it decides.
        return pc.if_else(pc.is_null(account), by_handle, pc.is_in(account, ids))

    def _persons(self, raw: pa.Table, ids: str, handles: str) -> pa.Array:
        accounts = pc.coalesce(raw[ids], handle_accounts(raw[handles]))
        return _by_platform(raw["platform"], accounts, self.pseudonyms.persons)

    def _redact(self, platform: str, texts: pa.Array) -> pa.Array:
        return Redactor(self.registry.handles.get(platform, frozenset())).array(texts)

    def _word(self, raw: pa.Table, column: str, known: pa.Array) -> pa.Array:
        """A word of the export, redacted; null where it names the person who posted."""
        word = raw[column]
        if word.null_count == len(word):
            return word
        bare = pc.utf8_lower(pc.utf8_ltrim(word, "@"))
        for name in ("author_id", "author_handle", "author_name"):
            account = pc.utf8_lower(pc.utf8_ltrim(raw[name], "@"))
            # Of a federated handle, name@instance, the name alone is the person's too.
            local = pc.replace_substring_regex(account, "@.*$", "")
            same = pc.or_kleene(pc.equal(bare, account), pc.equal(bare, local))
            same = pc.and_(pc.fill_null(same, False), pc.invert(known))
            word = pc.if_else(same, pa.scalar(None, TEXT), word)
        return _by_platform(raw["platform"], word, self._redact)

    def _hosts(self, platform: str, links: pa.Array) -> pa.Array:
        """Host names; of one that names a person's account only the site (tumblr.com)."""
        hosts = pc.dictionary_encode(_shaped(links, _HOST))
        redacted = self._redact(platform, hosts.dictionary)
        shown = pc.if_else(
            pc.equal(redacted, hosts.dictionary),
            hosts.dictionary,
            pc.replace_substring_regex(hosts.dictionary, r"^.*?([^.]+\.[^.]+)$", r"\1"),
        )
        return shown.take(hosts.indices)

    def post_ids(self, raw: pa.Table, column: str) -> pa.Array:
        """Pseudonyms of a column of native post ids."""
        return _by_platform(raw["platform"], raw[column], self.pseudonyms.posts)


def _shaped(values: pa.Array, shape: str) -> pa.Array:
    """The values that have a shape (a regular expression of RE2), null for others."""
    fits = pc.fill_null(pc.match_substring_regex(values, shape), False)
    column = pc.if_else(fits, values, pa.scalar(None, TEXT))
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _countries(lists: pa.Array) -> pa.Array:
    """Lists of country codes without what is no code."""
    if lists.null_count == len(lists):
        return lists
    kept = [
        None if codes is None else [c for c in codes if re.fullmatch(r"[A-Z]{2}", c or "")]
        for codes in lists.to_pylist()
    ]
    return pa.array(kept, WORDS)


def _by_platform(
    platforms: pa.ChunkedArray, ids: pa.Array, make: Callable[[str, pa.Array], pa.Array]
) -> pa.Array:
    """What ``make`` gives of values on several platforms; a batch mostly has one."""
    named = [p for p in pc.unique(platforms).to_pylist() if p is not None]
    if len(named) == 1:
        return make(named[0], ids)
    result = pa.nulls(len(ids), TEXT)
    for platform in named:
        here = pc.equal(platforms, platform)
        result = pc.coalesce(make(platform, pc.if_else(here, ids, None)), result)
    return result


def with_authors(batch: RawBatch, channel: str | None) -> RawBatch:
    """The batch without posts of which nobody says who wrote them: neither file nor study."""
    if channel is not None or not len(batch.posts):
        return batch
    given = pa.array([False] * len(batch.posts))
    for name in ("author_id", "author_handle"):
        if name in batch.posts.column_names:
            given = pc.or_(given, pc.is_valid(batch.posts[name]))
    lost = batch.posts.filter(pc.invert(given))["line"].to_pylist()
    if not lost:
        return batch
    detail = "expected an author, or channel = ... for this source in the study"
    rejects = [*batch.rejects, *(Reject(line, "author", detail) for line in lost)]
    return RawBatch(batch.posts.filter(given), sorted(rejects, key=lambda r: r.line))


def reject_rows(rejects: Sequence[Reject], origin: Origin) -> pa.Table:
    """Rejects as rows of their table."""
    lines = pa.array([r.line for r in rejects], pa.int64())
    return pa.table(
        {
            "reason": pa.array([r.reason for r in rejects], TEXT),
            "detail": pa.array([r.detail for r in rejects], TEXT),
            "file": pa.array([origin.file] * len(rejects), TEXT),
            **_stamp(origin, len(rejects), lines),
        }
    )


def _complete(posts: pa.Table) -> pa.Table:
    columns = {
        name: posts[name].combine_chunks() if name in posts.column_names else None
        for name in RAW_COLUMNS
    }
    return pa.table(
        {
            name: pa.nulls(len(posts), RAW_COLUMNS[name]) if column is None else column
            for name, column in columns.items()
        }
    )


def _stamp(origin: Origin, rows: int, lines: pa.Array) -> dict[str, pa.Array]:
    return {
        "source": pa.array([origin.source] * rows, TEXT),
        "input": pa.array([origin.input] * rows, pa.int64()),
        "line": lines,
    }


def _melt(
    raw: pa.Table,
    posts: pa.Array,
    observed: pa.Array,
    declared: pa.Array,
    stamp: dict[str, pa.Array],
) -> pa.Table:
    """One row a post and metric that the export gave; a missing figure gives no row."""
    wide = pa.table(
        {"platform": raw["platform"], "post_id": posts, "observed_at": observed}
        | {"observed_declared": declared}
        | stamp
    )
    parts = []
    for metric in METRICS:
        given = pc.is_valid(raw[metric])
        part = wide.filter(given)
        if len(part):
            part = part.append_column("metric", pa.array([metric] * len(part), TEXT))
            parts.append(part.append_column("value", raw[metric].filter(given)))
    if not parts:
        return wide.slice(0, 0)
    return pa.concat_tables(parts)


def _followers(
    raw: pa.Table, author: pa.Array, observed: pa.Array, stamp: dict[str, pa.Array]
) -> pa.Table:
    """One row a post whose export tells its author's followers at that time."""
    rows = pa.table(
        {
            "platform": raw["platform"],
            "account": author,
            "metric": pa.array(["followers"] * len(raw), TEXT),
            "observed_at": observed,
            "value": raw["author_followers"],
            **stamp,
        }
    )
    return rows.filter(pc.is_valid(raw["author_followers"]))
