"""What was forgotten: how it is recognised, and what is left of a table without it.

A tombstone is a keyed hash of a pseudonym, so that it tells nothing about older copies of the
tables: t_ + hex(first 128 bits of HMAC-SHA-256(key, "tombstone:" + subject)). The same rules serve
deletion (which knows the pseudonyms) and reading (which knows the tombstones alone).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from howfar.privacy.pseudonyms import Pseudonymiser

TOMBSTONE_PREFIX: Final = "t_"
_DOMAIN: Final = "tombstone"
_PLACE: Final = "place of "
_CHANNEL: Final = "channel "
_TEXT = pa.string()
_NONE = pa.scalar(None, _TEXT)
_MOST_JUDGED = 1 << 20
UNTOUCHED: Final = ("coverage", "rejects", "series")
"""Tables that speak of files, lines and totals, never of persons or posts."""

Matches = Callable[[pa.Array], pa.Array]


def tombstones(pseudonyms: Pseudonymiser, subjects: Sequence[str] | pa.Array) -> pa.Array:
    """Tombstones (N,) of subjects (N,): pseudonyms, or what the functions below make of ids."""
    return pseudonyms.many(TOMBSTONE_PREFIX, _DOMAIN, _array(subjects))


def channel_subject(channel: str) -> str:
    """What is hashed for a channel that is forgotten."""
    return _CHANNEL + channel


def place_subject(pseudonym: str) -> str:
    """What is hashed for a person or post whose place alone is forgotten."""
    return _PLACE + pseudonym


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Which rows go: predicates over arrays (N,) that give a mask (N,), never null.

    accounts: pseudonyms of persons or channel ids. posts: post ids as stored. placeless: persons'
    and posts' pseudonyms that lose their place and nothing else.
    """

    accounts: Matches
    posts: Callable[[pa.Array, pa.Array], pa.Array]
    placeless: Matches

    def with_posts(self, platforms: pa.Array, ids: pa.Array) -> Forgotten:
        """The same, and some more posts, given as they are stored."""
        if not len(ids):
            return self
        more = _by_platform(platforms, ids)
        before = self.posts
        return Forgotten(
            self.accounts, lambda p, i: pc.or_(before(p, i), _among(p, i, more)), self.placeless
        )


def by_tombstones(pseudonyms: Pseudonymiser, known: pa.Array) -> Forgotten:
    """What the tombstones speak of."""
    judged: dict[str, bool] = {}

    def matches(subjects: pa.Array) -> pa.Array:
        """Whether each has a tombstone; each is hashed once, in however many batches it stands."""
        coded = pc.dictionary_encode(_array(subjects))
        new = [s for s in coded.dictionary.to_pylist() if s not in judged]
        if new:
            if len(judged) + len(new) > _MOST_JUDGED:
                judged.clear()
                new = coded.dictionary.to_pylist()
            found = _is_in(tombstones(pseudonyms, new), known)
            judged.update(zip(new, found.to_pylist(), strict=True))
        answers = pa.array([judged[s] for s in coded.dictionary.to_pylist()], pa.bool_())
        return pc.fill_null(answers.take(coded.indices), False)

    def accounts(names: pa.Array) -> pa.Array:
        others = _without_pseudonyms(_array(names))
        channels = pc.binary_join_element_wise(pa.scalar(_CHANNEL), others, "")
        return pc.or_(matches(names), matches(channels))

    def posts(platforms: pa.Array, ids: pa.Array) -> pa.Array:
        return matches(hashed_posts(pseudonyms, platforms, ids))

    def placeless(names: pa.Array) -> pa.Array:
        return matches(pc.binary_join_element_wise(pa.scalar(_PLACE), _array(names), ""))

    return Forgotten(accounts, posts, placeless)


def by_pseudonyms(
    accounts: Iterable[str], posts: Mapping[str, Sequence[str]], placeless: Iterable[str]
) -> Forgotten:
    """What is named outright; posts: platform -> ids in every form in which they are stored."""
    gone, bare = pa.array(sorted(accounts), _TEXT), pa.array(sorted(placeless), _TEXT)
    kept = {platform: pa.array(ids, _TEXT) for platform, ids in posts.items()}
    return Forgotten(
        lambda names: _is_in(names, gone),
        lambda platforms, ids: _among(platforms, ids, kept),
        lambda names: _is_in(names, bare),
    )


def _without_pseudonyms(names: pa.Array) -> pa.Array:
    persons = pc.match_substring_regex(names, "^p_[0-9a-f]{32}$")
    return pc.if_else(persons, _NONE, names)


def hashed_posts(pseudonyms: Pseudonymiser, platforms: pa.Array, ids: pa.Array) -> pa.Array:
    """Post ids (N,) with native ones, those of channels' posts, as pseudonyms too."""
    ids, platforms = _array(ids), _array(platforms)
    made = ids
    native = pc.invert(pc.fill_null(pc.match_substring_regex(ids, "^m_[0-9a-f]{32}$"), True))
    if not pc.any(native).as_py():
        return made
    for platform in pc.unique(platforms.filter(native)).drop_null().to_pylist():
        here = pc.and_(native, pc.fill_null(pc.equal(platforms, platform), False))
        hashed = pseudonyms.posts(platform, pc.if_else(here, ids, None))
        made = pc.coalesce(hashed, made)
    return _array(made)


def gone_posts(posts: pa.Table, forgotten: Forgotten) -> pa.Array:
    """Which rows of posts go (N,): those forgotten, and reposts, which are the same post again."""
    parents = _parents(posts, forgotten)
    reposts = pc.and_(parents, pc.fill_null(pc.equal(posts["relation"], "repost"), False))
    own = forgotten.posts(posts["platform"], posts["post_id"])
    return _mask(_any(forgotten.accounts(posts["author"]), own, reposts), posts)


def expunge(name: str, rows: pa.Table, forgotten: Forgotten) -> pa.Table:
    """The rows of a table without what is forgotten; the very same object where nothing changes.

    Rows of posts that refer to something forgotten stay, without the reference.
    """
    gone: list[pa.Array] = []
    if name == "posts":
        gone.append(gone_posts(rows, forgotten))
    else:
        for column in ("account", "channel"):
            if column in rows.column_names:
                gone.append(forgotten.accounts(rows[column]))
        if "post_id" in rows.column_names:
            gone.append(forgotten.posts(_platforms(rows), rows["post_id"]))
        if "object" in rows.column_names:
            shared = pc.if_else(pc.equal(rows["object_kind"], "post"), rows["object"], _NONE)
            gone.append(forgotten.posts(_platforms(rows), shared))
    mask = _mask(_any(*gone), rows)
    left = rows.filter(pc.invert(mask)) if pc.any(mask).as_py() else rows
    return _without_references(left, forgotten) if name == "posts" else left


def leave_out(
    tables: Mapping[str, pa.Table], forgotten: Forgotten, pseudonyms: Pseudonymiser
) -> tuple[dict[str, pa.Table], int]:
    """Tables made of a batch of records without what is forgotten, and the records that went.

    Records are counted as posts or, in a batch without posts, as rows.
    """
    posts = tables.get("posts")
    while posts is not None:
        more = pc.and_(
            gone_posts(posts, forgotten),
            pc.invert(forgotten.posts(posts["platform"], posts["post_id"])),
        )
        rows = posts.filter(more)
        if not len(rows):
            break
        platforms, ids = _array(rows["platform"]), _array(rows["post_id"])
        hashed = hashed_posts(pseudonyms, platforms, ids)
        forgotten = forgotten.with_posts(
            pa.concat_arrays([platforms, platforms]), pa.concat_arrays([ids, hashed])
        )
    left = {
        name: rows if name in UNTOUCHED else expunge(name, rows, forgotten)
        for name, rows in tables.items()
    }
    counted = ["posts"] if posts is not None else list(tables)
    return left, sum(len(tables[name]) - len(left[name]) for name in counted)


def _without_references(posts: pa.Table, forgotten: Forgotten) -> pa.Table:
    author = forgotten.accounts(posts["parent_author"])
    parent = _parents(posts, forgotten)
    thread = forgotten.posts(posts["platform"], posts["thread_id"])
    place = _any(forgotten.placeless(posts["author"]), forgotten.placeless(posts["post_id"]))
    lost = {
        "parent_author": author,
        "parent_id": pc.and_(parent, pc.is_valid(posts["parent_id"])),
        "thread_id": thread,
        "country": pc.and_(place, pc.is_valid(posts["country"])),
    }
    for column, mask in lost.items():
        if pc.any(_mask(mask, posts)).as_py():
            at = posts.column_names.index(column)
            field = posts.schema.field(column)
            values = pc.if_else(_mask(mask, posts), pa.scalar(None, field.type), posts[column])
            posts = posts.set_column(at, field, values)
    return posts


def _parents(posts: pa.Table, forgotten: Forgotten) -> pa.Array:
    by_id = forgotten.posts(posts["platform"], posts["parent_id"])
    return _any(forgotten.accounts(posts["parent_author"]), by_id)


def _platforms(rows: pa.Table) -> pa.Array:
    if "platform" in rows.column_names:
        return rows["platform"]
    return pa.nulls(len(rows), _TEXT)


def _among(platforms: pa.Array, ids: pa.Array, kept: Mapping[str, pa.Array]) -> pa.Array:
    """Ids that stand under their platform; under any where a table names none."""
    ids, platforms = _array(ids), _array(platforms)
    found = pa.array([False] * len(ids), pa.bool_())
    for platform, own in kept.items():
        here = pc.fill_null(pc.equal(platforms, platform), True)
        found = pc.or_(found, pc.and_(here, _is_in(ids, own)))
    return found


def _by_platform(platforms: pa.Array, ids: pa.Array) -> dict[str, pa.Array]:
    platforms, ids = _array(platforms), _array(ids)
    return {
        platform: pc.unique(ids.filter(pc.equal(platforms, platform))).drop_null()
        for platform in pc.unique(platforms).drop_null().to_pylist()
    }


def _is_in(values: pa.Array, among: pa.Array) -> pa.Array:
    # Null is never in a set: a missing reference refers to nobody.
    return pc.is_in(_array(values), among, skip_nulls=True)


def _any(*masks: pa.Array) -> pa.Array:
    found = masks[0] if masks else None
    for mask in masks[1:]:
        found = pc.or_(found, mask)
    return found


def _mask(mask: pa.Array | None, rows: pa.Table) -> pa.Array:
    if mask is None:
        return pa.array([False] * len(rows), pa.bool_())
    return pc.fill_null(_array(mask), False)


def _array(values: Sequence[str] | pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    return values if isinstance(values, pa.Array) else pa.array(values, _TEXT)
