"""Lines of posts decoded many at once; a line with the slightest doubt is left out.

The careful path sees every key of every object. This one drops a twin, and what x_shape does not
know, without a word; so members are counted (json_members), and where that does not settle it,
colons. What is decoded and encoded again has as many as the text unless a key was dropped: colons
inside texts stay, and none is written as an escape.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.readers.fields import raw_table
from howfar.readers.json_members import MembersKept, are_all
from howfar.readers.x_post_fast import Found, columns
from howfar.readers.x_shape import Line, Object

_ESCAPED = re.compile(rb"\\u00(?:00|3[aA])")
"""A NUL, which no text may hold, or a colon."""

_AT_ONCE = 4 * 1024 * 1024
"""Bytes of lines whose columns are made at once."""

_LARGE, _MOST_OBJECTS = 1024 * 1024, 100_000
"""Of a longer line, the objects that it may have: each takes some hundred bytes of memory."""

_decoder = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()
_members = MembersKept(Object)


@dataclass(slots=True)
class Lines:
    """Lines that were decoded, and wait for their columns to be made.

    first: number of the first of them. doubtful: texts of lines, by number, that are for the
    careful path; blank ones are among them.
    """

    first: int = 1
    found: Found = field(default_factory=Found)
    texts: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def next(self) -> int:
        """Number of the line after the last."""
        return self.first + self.found.total

    @property
    def full(self) -> bool:
        """Whether there are enough."""
        return sum(len(data) for _, data in self.texts) >= _AT_ONCE

    def add(self, data: bytes) -> None:
        r"""Take further lines, UTF-8 with line ends \n."""
        self.texts.append((self.next, data))
        self.found.add(_decoded(data))

    def out(self) -> tuple[pa.Table, npt.NDArray[np.int64], list[tuple[int, bytes]]]:
        """Raw posts (N,) of all certain lines, their lines (N,), number and text of the others."""
        found, texts, first = self.found, self.texts, self.first
        self.first, self.found, self.texts = self.next, Found(), []
        numbers = np.array(found.lines, dtype=np.int64)
        given, certain = columns(found)
        doubtful = sorted(found.doubtful | set(numbers[~certain].tolist()))
        given |= {"line": pa.array(numbers + first), "platform": "x"}
        table = raw_table(given, len(numbers))
        if doubtful:
            # A page is taken as a whole or not at all.
            keep = ~np.isin(numbers, doubtful)
            table, numbers = table.filter(pa.array(keep)), numbers[keep]
        return table, numbers + first, list(_named(texts, [line + first for line in doubtful]))


def _named(pieces: list[tuple[int, bytes]], wanted: list[int]) -> Iterator[tuple[int, bytes]]:
    """Number and text of the wanted lines; pieces: number of the first line, lines."""
    starts = [first for first, _ in pieces]
    at, lines = -1, [b""]
    for number in wanted:
        place = bisect_right(starts, number) - 1
        if place != at:
            at, lines = place, pieces[place][1].split(b"\n")
        yield number, lines[number - starts[place]]


def _decoded(data: bytes) -> Sequence[Line | None]:
    """The lines of a piece; null for a doubtful or blank one."""
    if not _suspicious(data):
        lines = _at_once(data)
        if lines is not None:
            return lines
    return [_one(line) for line in data.removesuffix(b"\n").split(b"\n")]


def _suspicious(data: bytes) -> bool:
    if len(data) > _LARGE and data.count(b"{") > _MOST_OBJECTS:
        return True
    # A bare NUL, as any control character, is nothing that the decoder takes.
    return b"\\" in data and _ESCAPED.search(data) is not None


def _at_once(data: bytes) -> Sequence[Line | None] | None:
    """All lines in one go; null unless each is exactly one object and no key was dropped."""
    # An object ends and the next begins at every line end, and nowhere else: then the objects
    # are the lines, if they are as many.
    view = np.frombuffer(data, np.uint8)
    view = view[: len(view) - data.endswith(b"\n")]
    ends = np.flatnonzero(view == ord("\n"))
    if not len(view) or view[0] != ord("{") or view[-1] != ord("}"):
        return None
    if (view[ends - 1] != ord("}")).any() or (view[ends + 1] != ord("{")).any():
        return None
    before = _members.now()
    try:
        lines = _decoder.decode_lines(data)
    except (ValueError, RecursionError):
        return None
    kept = _members.now() - before
    if len(lines) != len(ends) + 1:
        return None
    if are_all(kept, view):
        return lines
    again = np.frombuffer(_encoder.encode(lines), np.uint8)
    if np.count_nonzero(again == ord(":")) != np.count_nonzero(view == ord(":")):
        return None
    return lines


def _one(line: bytes) -> Line | None:
    if _suspicious(line):
        return None
    try:
        value = _decoder.decode(line)
    except (ValueError, RecursionError):
        return None
    return value if _encoder.encode(value).count(b":") == line.count(b":") else None
