"""Columns of a regression of posts: what is asked of each property, and what is held still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.association import AS_IT_IS, TWICE
from howfar.improve.post_table import PostTable
from howfar.stats.blocks import FloatArray, IntArray
from howfar.study.problems import suggest

MIN_POSTS = 30
"""A level with fewer posts is put with the other rare ones, of which nothing is told."""

MIN_PLACES = 3
"""Channels (or their weeks) in which a property has to vary, for anything to be told of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One comparison: a level of a property beside its reference, or twice as much of it.

    values: (n,) the column. here: (n,) posts of the level (of a figure all that have some).
    n_reference: posts of the reference.
    """

    name: str
    level: str
    reference: str
    values: FloatArray
    here: npt.NDArray[np.bool_]
    n_reference: int

    @property
    def n_posts(self) -> int:
        """Posts of the level."""
        return int(self.here.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What is asked, what is held still beside it (n, q), and what nothing can be told of."""

    asked: tuple[Asked, ...]
    beside: FloatArray
    absent: tuple[tuple[str, str, str], ...]


def columns_of(
    posts: PostTable,
    properties: Sequence[str] | None,
    places: IntArray,
    called: str,
    weeks: bool,
    min_posts: int = MIN_POSTS,
) -> Columns:
    """The columns of a regression.

    Words: one column a level against the most frequent one; rare levels and posts without the
    property get columns that hold them still and are not told. Figures x: log2(x), so that the
    coefficient is of twice as much, and a column for 0. places: (n,) code of each post's channel or
    channel and week, in at least three of which a level must stand beside others. weeks: whether
    weeks get columns.

    Raises StudyError for a property that the posts do not have.
    """
    names = list(posts.properties) if properties is None else list(dict.fromkeys(properties))
    asked: list[Asked] = []
    absent: list[tuple[str, str, str]] = []
    beside: list[FloatArray] = []
    if weeks:
        levels = np.unique(posts.week)
        beside += [(posts.week == week).astype(np.float64) for week in levels[1:]]
    for name in names:
        if name not in posts.properties:
            raise StudyError(
                f"posts have no property {name!r}",
                "associations",
                "one of " + ", ".join(posts.properties),
                suggest(name, posts.properties),
            )
        column = posts.properties[name]
        if column.dtype.kind == "f":
            found = _of_figures(name, np.asarray(column, dtype=np.float64))
        else:
            found = _of_words(name, np.asarray(column, dtype=object), min_posts)
        beside += found.held
        absent += found.absent
        for one in found.asked:
            if (why := _untold(one, places, called)) is None:
                asked.append(one)
            else:
                absent.append((one.name, one.level, why))
                beside.append(one.values)
    held = np.column_stack(beside) if beside else np.zeros((len(posts.counts), 0))
    return Columns(tuple(asked), held, tuple(absent))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    asked: list[Asked]
    held: list[FloatArray]
    absent: list[tuple[str, str, str]]


def _of_words(name: str, column: npt.NDArray[np.object_], min_posts: int) -> _Found:
    known = np.array([value is not None for value in column], dtype=bool)
    words = np.array([str(v) if v is not None else "" for v in column], dtype=object)
    levels, sizes = np.unique(words[known].astype(str), return_counts=True)
    found = _Found([], [], [])
    if not known.all():
        found.held.append((~known).astype(np.float64))
    if len(levels) < 2:
        found.absent.append((name, "", "all posts are alike" if len(levels) else "not known"))
        return found
    order = sorted(zip(-sizes, levels, strict=True))
    reference, least = str(order[0][1]), int(-order[0][0])
    rare = [str(level) for size, level in order if -size < min_posts]
    if reference in rare:
        found.absent.append((name, "", f"no level has {min_posts} posts"))
        return found
    if rare:
        found.held.append(np.isin(words, rare).astype(np.float64))
        found.absent.extend((name, level, f"fewer than {min_posts} posts") for level in rare)
    for _, level in order[1:]:
        if level not in rare:
            here = (words == level) & known
            found.asked.append(
                Asked(name, str(level), reference, here.astype(np.float64), here, least)
            )
    return found


def _of_figures(name: str, column: FloatArray) -> _Found:
    known, found = np.isfinite(column), _Found([], [], [])
    if (column[known] < 0).any():
        raise StudyError(f"{name!r} has figures below 0, of which nothing is twice as much",
                         "associations")  # fmt: skip
    some = known & (np.nan_to_num(column) > 0)
    if not known.all():
        found.held.append((~known).astype(np.float64))
    if np.unique(column[some]).size < 2:
        found.absent.append((name, "", "all posts are alike"))
        return found
    zero = known & ~some
    if zero.any():
        found.held.append(zero.astype(np.float64))
    logs = np.where(some, np.log2(np.where(some, column, 1.0)), 0.0)
    found.asked.append(Asked(name, TWICE, AS_IT_IS, logs, some, int(some.sum())))
    return found


def _untold(one: Asked, places: IntArray, called: str) -> str | None:
    """Why nothing can be told of a comparison within channels; null where something can."""
    size = int(places.max()) + 1
    n = np.bincount(places, minlength=size)
    mean = np.bincount(places, weights=one.values, minlength=size) / np.maximum(n, 1)
    varies = np.bincount(places, weights=(one.values - mean[places]) ** 2, minlength=size) > 1e-9
    if int(varies.sum()) >= min(MIN_PLACES, size):
        return None
    return f"it varies within {int(varies.sum())} {called}s; at least {MIN_PLACES} are needed"
