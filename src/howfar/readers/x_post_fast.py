"""Posts of the X API v2, many at once: the columns that x_post.raw_row gives one by one.

Only what is certain is given. A post with the slightest doubt is left to the careful path, which
tells what is wrong with it, if anything is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from howfar.readers.fields import Mask, truth
from howfar.readers.instants import EARLIEST, LATEST, instant
from howfar.readers.json_members import ABSENT
from howfar.readers.x_post import FIGURES, LONGEST_TOLD, RELATIONS, outside_host
from howfar.readers.x_shape import (
    Geo,
    Line,
    Media,
    Message,
    Post,
    PostMetrics,
    Retrieval,
    User,
    UserMetrics,
    Withheld,
)
from howfar.schema.tables import TEXT, TIME, WHOLE, WORDS

_ID = r"\A[0-9]{1,20}\z"
_IDS = ("post_id", "author_id", "thread_id", "parent_id", "parent_author_id")
_TIME = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{3})?Z\z"
_TEXTS = (
    *("text", *_IDS, "author_handle", "author_name", "parent_author_handle", "created_at"),
    *("language", "relation", "country", "link", "kind", "collected_at"),
)
_FIGURES = (("author_followers",), *FIGURES.values())
_RELATIONS = dict(RELATIONS)
_NOBODY, _NO_METRICS, _NO_USER_METRICS = User(), PostMetrics(), UserMetrics()
_NOWHERE, _NO_POST, _NO_MEDIUM = Geo(), Message(), Media()

_SCHEME = len("https://")

_outside = lru_cache(maxsize=50_000)(outside_host)
"""Most posts link to a few sites."""


@dataclass(slots=True)
class Around:
    """What a page includes, by id."""

    users: Mapping[str, User] = field(default_factory=dict)
    posts: Mapping[str, Message] = field(default_factory=dict)
    places: Mapping[str, Geo] = field(default_factory=dict)
    media: Mapping[str, Media] = field(default_factory=dict)


_ALONE = Around()
_NOTHING = (ABSENT,) * 4


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some posts: their texts and figures one column after the other, and what withholds them."""

    posts: int
    texts: pa.Array
    figures: pa.Array
    withheld: list[Withheld | None]


@dataclass(slots=True)
class Found:
    """Posts of several lines, in order.

    Values become columns piece by piece: objects that are dropped at once cost least.
    lines: index of each post's line. doubtful: those of lines that are left to the careful path.
    """

    total: int = 0
    lines: list[int] = field(default_factory=list)
    doubtful: set[int] = field(default_factory=set)
    pieces: list[_Piece] = field(default_factory=list)

    def add(self, lines: Sequence[Line | None]) -> None:
        """Take further lines; null is one that is doubtful already."""
        posts = [line for line in lines if line is not None]
        beside = [(line.data, line.meta, line.errors, line.includes) for line in posts]
        if len(posts) == len(lines) == beside.count(_NOTHING):
            # Each line is a post, as a rule.
            self.lines += range(self.total, self.total + len(lines))
            self.pieces.append(_piece(posts, [_ALONE] * len(posts), [line.twarc for line in posts]))
        else:
            self.pieces.append(_piece(*self._with_pages(lines)))
        self.total += len(lines)

    def _with_pages(
        self, lines: Sequence[Line | None]
    ) -> tuple[list[Post], list[Around], list[Retrieval]]:
        """The posts of lines and of pages, what their pages include, and what the tool says."""
        posts: list[Post] = []
        pages: list[Around] = []
        tools: list[Retrieval] = []
        for n, line in enumerate(lines, self.total):
            around: Around | None = None
            if line is None:
                pass
            elif line.data is not ABSENT:
                own = line.data if isinstance(line.data, list) else [line.data]
                around = _around(line, own)
            elif line.meta is ABSENT and line.errors is ABSENT and line.includes is ABSENT:
                own, around = [line], _ALONE
            if line is None or around is None:
                self.doubtful.add(n)
                continue
            posts += own
            pages += [around] * len(own)
            tools += [line.twarc] * len(own)
            self.lines += [n] * len(own)
        return posts, pages, tools


def _around(line: Line, posts: Sequence[Post]) -> Around | None:
    """What a page includes; null where the careful path has to look at the page."""
    # Twins in a page are rejected, and an account inside a post goes before those beside it.
    if len({post.id for post in posts}) != len(posts) or any(map(_has_accounts, posts)):
        return None
    if line.twarc is not ABSENT and _endless([line.twarc.retrieved_at]):
        return None
    if line.includes is ABSENT:
        return _ALONE
    given = line.includes
    told = [text for user in given.users or () for text in (user.username, user.name)]
    told += [post.author_id for post in given.tweets or ()]
    told += [place.country_code for place in given.places or ()]
    told += [medium.type for medium in given.media or ()]
    if _endless(told):
        return None
    around = Around(
        {user.id: user for user in given.users or () if isinstance(user.id, str)},
        {post.id: post for post in given.tweets or () if isinstance(post.id, str)},
        {place.id: place for place in given.places or () if isinstance(place.id, str)},
        {m.media_key: m for m in given.media or () if isinstance(m.media_key, str)},
    )
    named = (around.users, around.posts, around.places, around.media)
    return None if any("" in index for index in named) else around


def _endless(told: Sequence[str | None]) -> bool:
    """Whether a text that stands beside each post of a page is beyond all measure."""
    return any(len(text) > LONGEST_TOLD for text in told if text)


def _has_accounts(post: Post) -> bool:
    inside = (post.author, post.in_reply_to_user, *(r.author for r in post.referenced_tweets or ()))
    return any(inside)


def _piece(posts: Sequence[Post], pages: Sequence[Around], tools: Sequence[Retrieval]) -> _Piece:
    authors = [
        post.author or page.users.get(post.author_id, _NOBODY)  # type: ignore[arg-type]
        for post, page in zip(posts, pages, strict=True)
    ]
    metrics = [post.public_metrics or _NO_METRICS for post in posts]
    links = _links(posts)
    texts: dict[str, list[Any]] = {
        "post_id": [post.id for post in posts],
        "author_id": [post.author_id for post in posts],
        "created_at": [post.created_at or None for post in posts],
        "language": [post.lang or None for post in posts],
        # The long form where there is one; an empty text stays empty.
        "text": [
            (post.note_tweet.text if post.note_tweet else None) or post.text for post in posts
        ],
        "thread_id": [post.conversation_id for post in posts],
        "author_handle": [author.username or None for author in authors],
        "author_name": [author.name or None for author in authors],
        **_parents(posts, pages),
        "country": _countries(posts, pages),
        "link": links,
        "kind": _kinds(posts, pages, links),
        "collected_at": [tool.retrieved_at if tool else None for tool in tools],
    }
    figures = [(author.public_metrics or _NO_USER_METRICS).followers_count for author in authors]
    for name in FIGURES:
        figures += map(attrgetter(name), metrics)
    return _Piece(
        len(posts),
        _array(list(chain.from_iterable(texts[name] for name in _TEXTS)), TEXT),
        _array(figures, WHOLE),
        [post.withheld or None for post in posts],
    )


def columns(found: Found) -> tuple[dict[str, Any], Mask]:
    """Raw columns (N,) of all posts but line and platform, and which posts (N,) are certain."""
    pieces = found.pieces or [_piece([], [], [])]
    given: dict[str, Any] = {
        name: pa.concat_arrays([p.texts.slice(n * p.posts, p.posts) for p in pieces])
        for n, name in enumerate(_TEXTS)
    }
    for n, targets in enumerate(_FIGURES):
        figures = pa.concat_arrays([p.figures.slice(n * p.posts, p.posts) for p in pieces])
        given |= dict.fromkeys(targets, figures)
    given |= _availability([withheld for p in pieces for withheld in p.withheld])
    given, certain = checked(given)
    # What has neither may be no post at all.
    told = truth(pc.or_(pc.is_valid(given["text"]), pc.is_valid(given["author_id"])))
    return given, certain & told


def checked(given: dict[str, Any]) -> tuple[dict[str, Any], Mask]:
    """Raw columns (N,) with their times read, and which posts (N,) have ids and times as wanted.

    given: created_at and collected_at as text.
    """
    certain = truth(pc.is_valid(given["post_id"]))
    for name in _IDS:
        certain &= _digits(given[name])
    created, timed = _times(given["created_at"])
    told = pc.dictionary_encode(given["collected_at"])
    read = [instant(text, None)[0] for text in told.dictionary.to_pylist()]
    retrieved = pa.array(read, WHOLE).cast(TIME).take(told.indices)
    times = {"created_at": created, "collected_at": retrieved, "observed_at": retrieved}
    return given | times, certain & timed


def _digits(ids: pa.Array) -> Mask:
    """Which of the ids (N,) are 1 to 20 digits, or null."""
    _, ends, letters = ids.buffers()
    if ids.offset == 0 and letters is not None:
        # One look at all letters: as a rule there is nothing else than digits.
        at = np.frombuffer(ends, np.int32, len(ids) + 1)
        lengths = np.diff(at)
        given = np.frombuffer(letters, np.uint8, at[-1])
        if ((given - ord("0")) < 10).all():
            null = truth(pc.is_null(ids)) if ids.null_count else np.zeros(len(ids), dtype=bool)
            return null | ((lengths > 0) & (lengths <= 20))
    return truth(pc.fill_null(pc.match_substring_regex(ids, _ID), True))


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except pa.ArrowException:  # Some are missing: Arrow does not know ABSENT.
        return pa.array([None if value is ABSENT else value for value in values], kind)


def _parents(posts: Sequence[Post], pages: Sequence[Around]) -> dict[str, list[Any]]:
    total = len(posts)
    relations: list[str] = ["original"] * total
    ids: list[Any] = [None] * total
    authors: list[Any] = [None] * total
    handles: list[Any] = [None] * total
    for n, post in enumerate(posts):
        references = post.referenced_tweets
        if not references:
            continue
        reference, page = references[0], pages[n]
        kind = reference.type
        if len(references) > 1 or kind not in _RELATIONS:
            kinds = [reference.type for reference in references]
            kind = next((known for known in _RELATIONS if known in kinds), None)
            if kind is None:
                relations[n] = "unknown"
                continue
            reference = references[kinds.index(kind)]
        ids[n] = reference.id
        parent: Message = reference
        if reference.author_id is ABSENT:
            parent = page.posts.get(reference.id, _NO_POST)  # type: ignore[arg-type]
        author, account = parent.author_id, reference.author
        if not isinstance(author, str) and kind == "replied_to":
            author, account = post.in_reply_to_user_id, post.in_reply_to_user
        relations[n] = _RELATIONS[kind]
        authors[n] = None if author is ABSENT else author
        known = account or page.users.get(author, _NOBODY)  # type: ignore[arg-type]
        handles[n] = known.username or None
    return {
        "relation": relations,
        "parent_id": ids,
        "parent_author_id": authors,
        "parent_author_handle": handles,
    }


def _countries(posts: Sequence[Post], pages: Sequence[Around]) -> list[str | None]:
    codes: list[str | None] = [None] * len(posts)
    for n, post in enumerate(posts):
        if place := post.geo:
            if place.country_code is ABSENT:
                place = pages[n].places.get(place.place_id, _NOWHERE)  # type: ignore[arg-type]
            codes[n] = place.country_code or None
    return codes


def _links(posts: Sequence[Post]) -> list[str | None]:
    hosts: list[str | None] = [None] * len(posts)
    for n, post in enumerate(posts):
        for url in (post.entities.urls or ()) if post.entities else ():
            # Up to the first slash of the path: the host is told by that alone.
            address = url.unwound_url or url.expanded_url or ""
            end = address.find("/", _SCHEME)
            if host := _outside(address if end < 0 else address[:end]):
                hosts[n] = host
                break
    return hosts


def _kinds(
    posts: Sequence[Post], pages: Sequence[Around], links: Sequence[str | None]
) -> list[str | None]:
    kinds: list[str | None] = ["link" if link else "status" for link in links]
    for n, post in enumerate(posts):
        if attached := post.attachments:
            if attached.media or attached.media_keys:
                key = (attached.media_keys or ("",))[0]
                media = attached.media or [pages[n].media.get(key, _NO_MEDIUM)]
                kinds[n] = media[0].type or None
            elif attached.poll_ids:
                kinds[n] = "poll"
    return kinds


def _availability(withheld: Sequence[Withheld | None]) -> dict[str, Any]:
    if not any(withheld):
        return {"availability": None, "withheld_in": None}
    codes = [list(w.country_codes or ()) if w and w.told else None for w in withheld]
    availability = [None if found is None else "withheld" for found in codes]
    return {"availability": _array(availability, TEXT), "withheld_in": _array(codes, WORDS)}


def _times(texts: pa.Array) -> tuple[pa.Array, Mask]:
    """Times in the one form that the API writes, and which of them could be read."""
    formed = pc.fill_null(pc.match_substring_regex(texts, _TIME), False)
    texts = pc.if_else(formed, texts, pa.scalar(None, TEXT))
    try:
        read = texts.cast(TIME)
    except pa.ArrowInvalid:  # A day that does not exist.
        stamps = [None if text is None else instant(text, None)[0] for text in texts.to_pylist()]
        read = pa.array(stamps, pa.int64()).cast(TIME)
    first, end = pa.scalar(EARLIEST, TIME), pa.scalar(LATEST, TIME)
    return read, truth(pc.and_(pc.greater_equal(read, first), pc.less(read, end)))
