"""The words of simulated posts: sentences put together by language, topic and opinion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.simulate.languages import KINDS, TONES, sentences
from howfar.simulate.places import LANGUAGES
from howfar.simulate.plan import Plan, uniform
from howfar.simulate.posts import NO_CLAIM, REPLY, SHARE, Posts
from howfar.simulate.society import society

_Rows = npt.NDArray[np.int64]
_Uniform = npt.NDArray[np.float64]

NUMBERS: Final = 9_999
"""Different numbers that a detail can hold."""

HOSTS: Final = ("example.org", "example.com", "example.net")

_EMOJI: Final = {
    "negative": ("😠", "😢", "😟", "💔", "👎🏽", "😩"),
    "neutral": ("📌", "📰", "🙂", "☕", "👩‍🌾", "🗒️"),
    "positive": ("🎉", "😊", "👍🏾", "❤️", "🌻", "🚣‍♀️"),
}
_DRAWS: Final = 10


@dataclass(frozen=True, slots=True)
class TextSettings:
    """Share of posts that have an opening, an aside, a hashtag, an emoji, a mention in a reply.

    change: share of recycled texts that have one mark more at the end.
    """

    opener: float = 0.5
    aside: float = 0.5
    hashtag: float = 0.5
    emoji: float = 0.3
    mention: float = 0.8
    change: float = 0.3


@dataclass(frozen=True, slots=True)
class _Pieces:
    """All pieces of text in one array; the choices of a cell stand side by side.

    flat: (M,) of str, each with the space before it; the first is empty. first, size: by kind, the
    place of the first choice and the number of choices, (languages, cells).
    """

    flat: npt.NDArray[np.object_]
    first: dict[str, _Rows]
    size: dict[str, _Rows]

    def pick(self, kind: str, language: _Rows, cell: _Rows, u: _Uniform, share: float = 1) -> _Rows:
        """Places (N,) of one piece a post, by uniform numbers u (N,); none where u >= share."""
        size = self.size[kind][language, cell]
        # What is below the share is uniform in it, and chooses without a further number.
        place = self.first[kind][language, cell] + (u / max(share, 1e-9) * size).astype(np.int64)
        return place if share >= 1 else np.where(u < share, place, 0)


def texts(plan: Plan, posts: Posts, rng: np.random.Generator) -> list[str]:
    """What each post says (N,): its topic, opinion, frame, claim and link in its own language.

    A share says what it shares. Posts with the same number in ``recycled``, and the same language,
    topic and labels, say the same but for hashtag, emoji, link and, in some, a mark at the end.
    """
    if not len(posts):
        return []
    made = [text.strip() for text in map("".join, zip(*_columns(plan, posts, rng), strict=True))]
    said = source(posts)
    return [made[row] for row in said.tolist()] if (posts["relation"] == SHARE).any() else made


def address(number: int) -> str:
    """The link to an object: the same number, the same address."""
    return f"https://{HOSTS[number % 3]}/simulated/{number}"


def source(posts: Posts) -> _Rows:
    """The post (N,) whose words a post shows: that which it shares, at first hand; else itself."""
    parent = posts["parent"]
    shared = (posts["relation"] == SHARE) & (parent >= 0)
    said: _Rows = np.where(shared, parent, np.arange(len(posts)))
    while (shared[said]).any():
        said = said[said]
    return said


def repeated(plan: Plan, numbers: _Rows, draw: str) -> _Uniform:
    """Uniform numbers (N,), the same wherever the same number of a recycled thing occurs.

    draw: what they are for. SplitMix64 of the number, from a start of this world.
    """
    salt = plan.generator("repeated", draw).integers(0, 2**64, dtype=np.uint64)
    state = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    return uniform(state + salt)


def _columns(plan: Plan, posts: Posts, rng: np.random.Generator) -> list[list[str]]:
    """The parts of all texts, in order, each (N,)."""
    own = plan.of(TextSettings)
    pieces = _pieces()
    language, topic, frame, claim = (
        posts[name].astype(np.int64) for name in ("language", "topic", "frame", "claim")
    )
    tone, side = (posts[name].astype(np.int64) + 1 for name in ("sentiment", "stance"))
    none = np.zeros_like(topic)
    free = rng.random((4, len(posts)))
    fixed = rng.random((_DRAWS, len(posts)))
    again = np.flatnonzero(posts["recycled"] >= 0)
    for draw in range(_DRAWS if len(again) else 0):
        fixed[draw, again] = repeated(plan, posts["recycled"][again], f"text {draw}")

    answer = (posts["relation"] == REPLY) & (posts["parent"] >= 0)
    said = claim != NO_CLAIM
    aside = pieces.pick("asides", language, none, fixed[4], own.aside)
    middle = np.stack(
        (
            pieces.pick("frames", language, frame, fixed[5]),
            pieces.pick("sentiments", language, tone, fixed[6]),
            np.where(said, 0, aside),
        )
    )
    turn = (fixed[9] * 3).astype(np.int64)
    middle = np.take_along_axis(middle, (np.arange(3)[:, None] + turn) % 3, axis=0)
    detail = (language, none, fixed[7])
    places = [
        np.where(
            answer,
            pieces.pick("replies", language, none, fixed[0], own.opener),
            pieces.pick("openers", language, none, fixed[1], own.opener),
        ),
        np.where(
            said,
            pieces.pick("claims", language, claim, fixed[2]),
            pieces.pick("topics", language, topic, fixed[2]),
        ),
        *middle,
        pieces.pick("stances", language, side, fixed[3]),
        pieces.pick("before", *detail),
        pieces.first["numbers"][0, 0] + (fixed[8] * NUMBERS).astype(np.int64),
        pieces.pick("after", *detail),
        pieces.pick("hashtags", language, topic, free[0], own.hashtag),
        pieces.pick("emoji", none, tone, free[1], own.emoji),
    ]
    columns: list[list[str]] = [pieces.flat[place].tolist() for place in places]
    mentioned = answer & (free[2] < own.mention) & (posts["recycled"] < 0)
    columns.insert(0, _mentions(plan, posts, mentioned))
    columns.append(_links(posts))
    changed = (posts["recycled"] >= 0) & (free[3] < own.change)
    columns.append(np.where(changed, " …", "").astype(object).tolist())
    return columns


def _mentions(plan: Plan, posts: Posts, mentioned: npt.NDArray[np.bool_]) -> list[str]:
    """The handle (N,) of whom a reply answers."""
    told = [""] * len(posts)
    rows = np.flatnonzero(mentioned)
    accounts = posts["account"][posts["parent"][rows]]
    handles = society(plan).handles(accounts)
    gaps = [" " if sentences(language)["space"] == (("",),) else "" for language in LANGUAGES]
    spoken = posts["language"][rows].tolist()
    for row, handle, language in zip(rows.tolist(), handles, spoken, strict=True):
        told[row] = f"@{handle}{gaps[language]}"
    return told


def _links(posts: Posts) -> list[str]:
    """The address (N,) of the object that a post links."""
    return [f" {address(number)}" if number >= 0 else "" for number in posts["object"].tolist()]


@cache
def _pieces() -> _Pieces:
    """The sentences of all languages; details are cut at their number."""
    flat = [""]
    first: dict[str, list[list[int]]] = {}
    size: dict[str, list[list[int]]] = {}

    def add(kind: str, language: int, choices: list[str]) -> None:
        for place, value in ((first, len(flat)), (size, len(choices))):
            rows = place.setdefault(kind, [])
            rows.extend([] for _ in range(language + 1 - len(rows)))
            rows[language].append(value)
        flat.extend(choices)

    for place, language in enumerate(LANGUAGES):
        told = sentences(language)
        space = told["space"][0][0]
        for kind in KINDS:
            for cell in told[kind]:
                if kind == "details":
                    add("before", place, [space + text.split("{n}")[0] for text in cell])
                    add("after", place, [text.split("{n}")[1] for text in cell])
                elif kind == "hashtags":
                    add(kind, place, [f" {' '.join(some)}" for some in (cell[:1], cell[1:], cell)])
                else:
                    add(kind, place, [space + text if text else "" for text in cell])
    for tone in TONES:
        add("emoji", 0, [f" {emoji}" for emoji in _EMOJI[tone]])
    add("numbers", 0, [str(number + 1) for number in range(NUMBERS)])
    return _Pieces(
        np.array(flat, object),
        {kind: np.array(rows, np.int64) for kind, rows in first.items()},
        {kind: np.array(rows, np.int64) for kind, rows in size.items()},
    )
