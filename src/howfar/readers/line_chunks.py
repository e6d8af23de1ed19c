"""A file of lines in chunks of bytes, for readers that take many lines at once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from howfar.readers.documents import open_bytes
from howfar.readers.text_lines import LONGEST, MARK, encoding_of, lines_in, text_lines
from howfar.schema.reader import Document

CHUNK = 128 * 1024
"""Bytes that are taken at once; a line may be longer. What lines become then fits into a
processor's cache and is freed before the next come: chunks of 4 MiB take twice the time."""

_MOST_BYTES = 4 * LONGEST
"""A line of more bytes than this has more characters than are kept."""


@dataclass(frozen=True, slots=True)
class Chunk:
    r"""Whole lines, each with its end but perhaps the file's last.

    data: UTF-8 with line ends \n. text: given instead where the lines are to be taken one by one:
    they are in another encoding, end in a single \r, or one is beyond all measure. ends: of text,
    its line ends.
    """

    data: bytes = b""
    text: Iterator[str] | None = None
    ends: int = 0


def line_chunks(document: Document | Path, size: int = CHUNK) -> Iterator[Chunk]:
    """All lines of a document in order; decoded, they are those that text_lines gives."""
    with open_bytes(document) as file:
        waiting = file.read(4)
        encoding = encoding_of(waiting)
        if encoding not in ("utf-8", "utf-8-sig"):
            yield Chunk(text=text_lines(document))
            return
        if encoding == "utf-8-sig":
            waiting = waiting[3:]
        while read := file.read(size):
            end = read.rfind(b"\n") + 1
            if end:
                data = b"".join((waiting, memoryview(read)[:end]))
                waiting = read[end:]
                yield _chunk(data)
                continue
            waiting += read
            if len(waiting) > _MOST_BYTES:
                yield Chunk(text=_text(io.BufferedReader(_Joined(waiting, file))))
                return
        if waiting:
            yield _chunk(waiting)


def _chunk(data: bytes) -> Chunk:
    if len(data) <= LONGEST and b"\r" not in data:
        return Chunk(data)
    pairs, returns = data.count(b"\r\n"), data.count(b"\r")
    if len(data) <= LONGEST and pairs == returns:
        return Chunk(data.replace(b"\r\n", b"\n"))
    ends = data.count(b"\n") + returns - pairs
    return Chunk(text=_text(io.BytesIO(data)), ends=ends)


def _text(data: Any) -> Iterator[str]:
    with io.TextIOWrapper(data, "utf-8", errors=MARK, newline="") as text:
        yield from lines_in(text)


class _Joined(io.RawIOBase):
    """Bytes that were read already, and what follows them."""

    def __init__(self, first: bytes, file: BinaryIO) -> None:
        self._first = memoryview(first)
        self._file = file

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, from the first bytes as long as there are any."""
        read = self._first[: len(buffer)] or self._file.read(len(buffer))
        self._first = self._first[len(read) :]
        buffer[: len(read)] = read
        return len(read)
