"""Raw rows to rows of the tables: persons become pseudonyms before anything is written.

The one place where native ids, handles and unredacted text are seen. Registered channels keep
their names; everyone else is a keyed pseudonym, and so are the ids of their posts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from howfar.privacy.pseudonyms import Pseudonymiser, handle_accounts
from howfar.privacy.redaction import Redactor
from howfar.privacy.tombstones import Forgotten
from howfar.privacy.words import LANGUAGE, known_kinds, no_account
from howfar.readers.protect_names import name_match, resembles
from howfar.schema.reader import RAW_COLUMNS, RawBatch, Reject
from howfar.schema.tables import METRICS, TEXT, WORDS
from howfar.study.handles import handle_key
from howfar.study.names import WatchedNames
from howfar.study.registry import Registry

_UNCHANGED = ("platform", "relation", "created_at", "collected_at")

# What an export writes into these is its own text: only what has their form is kept.
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
        post, parent, thread = self._post_ids(raw, ("post_id", "parent_id", "thread_id"))
        posts = pc.if_else(known, raw["post_id"], post)
        parent_channel = self._channels(raw, "parent_author_id", "parent_author_handle")
        parent_author = pc.coalesce(
            parent_channel, self._persons(raw, "parent_author_id", "parent_author_handle")
        )
        # Where the parent's author is not given its id may name a person: it is hashed too.
        parent = pc.if_else(pc.is_valid(parent_channel), raw["parent_id"], parent)
        stamp = _stamp(origin, len(raw), raw["line"])
        rows = {
            **{name: raw[name] for name in _UNCHANGED},
            "language": _shaped(raw["language"], LANGUAGE),
            "country": _shaped(raw["country"], _COUNTRY),
            "withheld_in": _countries(raw["withheld_in"]),
            "kind": known_kinds(raw["kind"]),
            "platform_label": self._label(raw),
            "link": _by_platform(raw["platform"], raw["link"], self._hosts),
            "post_id": posts,
            "channel": channel,
            "author": author,
            "text": _by_platform(raw["platform"], raw["text"], self._redact),
            "parent_id": parent,
            "parent_author": parent_author,
            "thread_id": thread,
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
        maybe = self._maybe_registered(raw[ids], raw[handles])
        some = raw.filter(maybe)
        keys = pc.binary_join_element_wise(
            some["platform"], some[ids], some[handles], "\x1f", null_handling="replace"
        )
        coded = pc.dictionary_encode(pa.chunked_array([keys]).combine_chunks())
        names: list[str | None] = []
        for key in coded.dictionary.to_pylist():
            platform, account, handle = key.split("\x1f", 2)
            entry = self.registry.match(platform, account or None, handle or None)
            names.append(entry.channel if entry is not None and entry.named else None)
        found = pa.array(names, TEXT).take(coded.indices)
        return pc.replace_with_mask(pa.nulls(len(raw), TEXT), maybe, found)

    def _maybe_registered(self, ids: pa.Array, handles: pa.Array) -> pa.Array:
        """Accounts that may be a channel; of the others that is sure to be none."""
        # A handle of other characters than these is for the registry itself to judge.
        odd = pc.invert(pc.match_substring_regex(handles, r"\A[!-~]*\z"))
        bare = pc.utf8_ltrim(pc.ascii_lower(handles), "@")
        by_id = pc.is_in(ids, pa.array(sorted(self.registry.account_ids), TEXT))
        by_handle = pc.is_in(bare, pa.array(sorted(self.registry.handle_keys), TEXT))
        return _plain(pc.or_(by_id, pc.or_(by_handle, pc.fill_null(odd, False))))

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
        accounts = raw[ids]
        if accounts.null_count:
            accounts = pc.coalesce(accounts, handle_accounts(raw[handles]))
        return _by_platform(raw["platform"], accounts, self.pseudonyms.persons)

    def _redact(self, platform: str, texts: pa.Array) -> pa.Array:
        return Redactor(self.registry.handles.get(platform, frozenset())).array(texts)

    def _label(self, raw: pa.Table) -> pa.Array:
        """What the platform wrote on a post, redacted; null where it is an account's name."""
        label = raw["platform_label"]
        if label.null_count == len(label):
            return label
        accounts = ("author_id", "author_handle", "author_name", "parent_author_handle")
        label = no_account(label, [raw[name] for name in accounts])
        return _by_platform(raw["platform"], label, self._redact)

    def _hosts(self, platform: str, links: pa.Array) -> pa.Array:
        """Host names; of one that names a person's account only the site (tumblr.com)."""
        hosts = pc.dictionary_encode(_plain(links))
        named = _shaped(hosts.dictionary, _HOST)
        shown = pc.if_else(
            pc.equal(self._redact(platform, named), named),
            named,
            pc.replace_substring_regex(named, r"^.*?([^.]+\.[^.]+)$", r"\1"),
        )
        return shown.take(hosts.indices)

    def post_ids(self, raw: pa.Table, column: str) -> pa.Array:
        """Pseudonyms of a column of native post ids."""
        return self._post_ids(raw, (column,))[0]

    def _post_ids(self, raw: pa.Table, columns: Sequence[str]) -> list[pa.Array]:
        """Of several columns: most posts are their own thread, and one hash does for both."""
        given = pa.chunked_array([chunk for name in columns for chunk in raw[name].chunks], TEXT)
        platforms = pa.chunked_array(raw["platform"].chunks * len(columns), TEXT)
        made = _plain(_by_platform(platforms, given, self.pseudonyms.posts))
        return [made.slice(n * len(raw), len(raw)) for n in range(len(columns))]


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


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
    rejects.sort(key=lambda reject: reject.line)
    return replace(batch, posts=batch.posts.filter(given), rejects=rejects)


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
        values, part = raw[metric], wide
        if values.null_count:
            given = pc.is_valid(values)
            values, part = values.filter(given), part.filter(given)
        if len(part):
            part = part.append_column("metric", pa.repeat(pa.scalar(metric, TEXT), len(part)))
            parts.append(part.append_column("value", values))
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
