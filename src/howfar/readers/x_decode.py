"""Lines of posts decoded many at once; a line with the slightest doubt is left out.

The careful path sees every key of every object. This one drops a twin, and what x_shape does not
know, without a word; so it counts colons. What is decoded and encoded again has as many as the
text unless a key was dropped: colons inside texts stay, and none is written as an escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.readers.fields import raw_table
from howfar.readers.x_post_fast import Found, columns
from howfar.readers.x_shape import Line

_ESCAPED = re.compile(rb"\\u00(?:00|3[aA])")
"""A NUL, which no text may hold, or a colon."""

_PIECE = 128 * 1024
"""Bytes that are decoded at once. What they become fits into a processor's cache and is freed
before the next: pieces of 4 MiB take twice the time."""

_decoder = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


def posts_of(data: bytes, first: int) -> tuple[pa.Table, npt.NDArray[np.int64], list[int]]:
    r"""Raw posts (N,) of all certain lines, their line numbers (N,), numbers of doubtful lines.

    data: UTF-8 with line ends \n. first: number of the first line. Blank lines are doubtful.
    """
    found = Found()
    for piece in _pieces(data):
        found.add(_decoded(piece))
    numbers = np.array(found.lines, dtype=np.int64)
    given, certain = columns(found)
    doubtful = sorted(found.doubtful | set(numbers[~certain].tolist()))
    table = raw_table(given | {"line": pa.array(numbers + first), "platform": "x"}, len(numbers))
    if doubtful:
        # A page is taken as a whole or not at all.
        keep = ~np.isin(numbers, doubtful)
        table, numbers = table.filter(pa.array(keep)), numbers[keep]
    return table, numbers + first, [line + first for line in doubtful]


def _pieces(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + _PIECE) + 1 or data.find(b"\n", start) + 1
        yield data[start : end or len(data)]
        start = end or len(data)


def _decoded(data: bytes) -> list[Line | None]:
    """The lines of a piece; null for a doubtful or blank one."""
    if b"\0" not in data and not _ESCAPED.search(data):
        lines = _at_once(data)
        if lines is not None:
            return lines
    return [_one(line) for line in data.removesuffix(b"\n").split(b"\n")]


def _at_once(data: bytes) -> list[Line | None] | None:
    """All lines in one go; null unless each is exactly one object and no key was dropped."""
    # An object ends and the next begins at every line end, and nowhere else: then the objects
    # are the lines, if they are as many.
    view = np.frombuffer(data.removesuffix(b"\n"), np.uint8)
    ends = np.flatnonzero(view == ord("\n"))
    if not len(view) or view[0] != ord("{") or view[-1] != ord("}"):
        return None
    if (view[ends - 1] != ord("}")).any() or (view[ends + 1] != ord("{")).any():
        return None
    try:
        lines = _decoder.decode_lines(data)
    except (ValueError, RecursionError):
        return None
    if len(lines) != len(ends) + 1:
        return None
    again = np.frombuffer(_encoder.encode(lines), np.uint8)
    if np.count_nonzero(again == ord(":")) != np.count_nonzero(view == ord(":")):
        return None
    return list(lines)


def _one(line: bytes) -> Line | None:
    if b"\0" in line or _ESCAPED.search(line):
        return None
    try:
        value = _decoder.decode(line)
    except (ValueError, RecursionError):
        return None
    return value if _encoder.encode(value).count(b":") == line.count(b":") else None
