"""The posts of a simulated world, as columns: what the mechanisms make and the exports write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]

ORIGINAL, REPLY, SHARE, QUOTE = range(4)
"""What a post is to its parent."""

NO_CLAIM, CLAIM, CORRECTION = range(3)

FIGURES: Final = ("views", "likes", "comments", "shares")

COLUMNS: Final[Mapping[str, tuple[type[np.generic], int]]] = {
    "number": (np.int64, -1),  # set by the world: unique in it; ids in exports are made of it
    "platform": (np.uint8, 0),  # place in places.PLATFORMS
    "account": (np.int64, -1),  # channels first, then persons
    "created": (np.int64, 0),  # UTC microseconds since 1970
    "parent": (np.int64, -1),  # row in the same part
    "root": (np.int64, -1),  # row in the same part; its own for an original
    "generation": (np.int16, 0),
    "relation": (np.uint8, ORIGINAL),
    "language": (np.uint8, 0),  # place in places.LANGUAGES
    "country": (np.uint8, 0),  # place in places.COUNTRIES
    "topic": (np.uint8, 0),
    "sentiment": (np.int8, 0),  # -1, 0, 1
    "stance": (np.int8, 0),  # -1, 0, 1
    "frame": (np.uint8, 0),
    "story": (np.int64, -1),
    "news": (np.int64, -1),  # piece of outside news that the background answers; no story
    "group": (np.int64, -1),  # synchronised group
    "lookalike": (np.int64, -1),  # organic event that looks like a group
    "claim": (np.uint8, NO_CLAIM),
    "paid": (np.bool_, False),
    "object": (np.int64, -1),  # what is linked: the same number, the same address
    "picture": (np.int64, -1),  # the same number, the same picture but for what was done to it
    "altered": (np.uint8, 0),  # what was done to the picture: place in pictures.VARIANTS
    "recycled": (np.int64, -1),  # text: the same number, the same text but for small changes
    "views": (np.int64, -1),  # final figures; -1 until they are drawn
    "likes": (np.int64, -1),
    "comments": (np.int64, -1),
    "shares": (np.int64, -1),
    "removed": (np.int64, 0),  # when, UTC microseconds; 0 never
    "withheld": (np.int16, -1),  # place in places.COUNTRIES where it is not shown
    "captured": (np.bool_, True),  # whether the export of its platform holds it
    "labelled": (np.bool_, False),  # the platform put a label on it
}
"""Every column: type, and the value where a mechanism says nothing."""


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts of one part of a world; columns (N,), all of them, of the declared types."""

    columns: Mapping[str, Column]

    @classmethod
    def of(cls, rows: int, **given: Column | int | bool) -> Posts:
        """Posts with the given columns, each (N,) or one value for all; others by default."""
        unknown = given.keys() - COLUMNS.keys()
        if unknown:
            raise KeyError(f"no columns of posts: {sorted(unknown)}")
        made = {name: _column(name, given.get(name), rows) for name in COLUMNS}
        return cls(made)

    def __len__(self) -> int:
        return len(self.columns["created"])

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def with_columns(self, **given: Column) -> Posts:
        """The same posts, some columns replaced."""
        unknown = given.keys() - COLUMNS.keys()
        if unknown:
            raise KeyError(f"no columns of posts: {sorted(unknown)}")
        replaced = {name: _column(name, values, len(self)) for name, values in given.items()}
        return Posts({**self.columns, **replaced})

    def take(self, rows: Column) -> Posts:
        """Some rows (M,), in this order. Parents and roots are then rows among those taken.

        Raises ValueError where a parent or root is left behind.
        """
        place = np.full(len(self) + 1, -2, np.int64)  # the last is for -1, no parent
        place[-1] = -1
        place[rows] = np.arange(len(rows))
        taken = {name: values[rows] for name, values in self.columns.items()}
        for name in ("parent", "root"):
            taken[name] = place[taken[name]]
            if (taken[name] == -2).any():
                raise ValueError(f"a post is taken without its {name}")
        return Posts(taken)


def _column(name: str, values: Column | int | bool | None, rows: int) -> Column:
    """A column (rows,) of its declared type, from as many values, one for all, or none."""
    kind, default = COLUMNS[name]
    if values is None or np.ndim(values) == 0:
        return np.full(rows, default if values is None else values, dtype=kind)
    column = np.ascontiguousarray(values, dtype=kind)
    if column.shape != (rows,):
        raise ValueError(f"{name}: {column.shape} values for {rows} posts")
    return column


def together(parts: Sequence[Posts]) -> Posts:
    """All posts of several parts; parents and roots are then rows among them all."""
    if not parts:
        return Posts.of(0)
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    moved = []
    for start, part in zip(starts, parts, strict=True):
        family = {n: np.where(part[n] < 0, -1, part[n] + start) for n in ("parent", "root")}
        moved.append(part.with_columns(**family))
    return Posts({name: np.concatenate([part[name] for part in moved]) for name in COLUMNS})
