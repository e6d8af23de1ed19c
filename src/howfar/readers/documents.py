"""What lies in a file that a user names: itself, what it unpacks to, or an archive's members.

Unpacking is streamed and bounded, and nothing is ever written: of a member's name only the
suffix is used.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from howfar.readers.archives import Member, check_spreadsheet, member_chunks, members
from howfar.readers.spreadsheet import sheet_csv, sheets
from howfar.readers.unpacking import DamagedError, packing_of, unpacked
from howfar.schema.reader import Document, Reject

_CHUNK = 1 << 18
_PACKED = ("gzip", "zstandard")


@dataclass(slots=True)
class FileDocument:
    """One file, plain or packed by gzip or zstandard; one member of a zip archive; or one sheet.

    member: null for the file itself. sheet: of a spreadsheet, from 0; many: it has others that
    hold anything. A sheet is given out as CSV. damaged: whether packed data turned out to be
    damaged or cut when it was read; what stood before was given out. lines: line ends given out
    of packed data.
    """

    path: Path
    member: Member | None = None
    damaged: bool = False
    lines: int = 0
    sheet: int = 0
    many: bool = False

    @property
    def name(self) -> str:
        """File name without .gz or .zst; a member's is its place in the archive, from 1.

        Names of members can be those of persons: a data package has a folder a correspondent.
        """
        if self.member is not None:
            return f"{self.path.name}#{self.member.place + 1}{self.member.suffix}"
        if self.many:
            return f"{self.path.name}#{self.sheet + 1}"
        stem, _, last = self.path.name.rpartition(".")
        return stem if stem and last.lower() in ("gz", "zst", "zstd") else self.path.name

    @property
    def part(self) -> int | None:
        """Place of an archive's member, or of one of several sheets; null for a whole file."""
        if self.member is not None:
            return self.member.place
        return self.sheet if self.many else None

    @property
    def refusal(self) -> Reject | None:
        """Why a member of an archive is not read."""
        if self.member is None or not self.member.reason:
            return None
        return Reject(1, self.member.reason, self.member.detail)

    def open(self) -> BinaryIO:
        """The bytes from the start. InputError 'ratio' where they unpack beyond all measure."""
        if self.member is None:
            file = self.path.open("rb")
            packing = packing_of(file.peek(8))
            if packing == "zip":
                file.close()
                check_spreadsheet(self.path)
                if members(self.path) is None:
                    return self._stream(sheet_csv(self.path, self.sheet))
                return self.path.open("rb")
            if packing not in _PACKED:
                return file
            return self._stream(unpacked(file, packing, self.name))
        place = self.member.place
        packing = packing_of(b"".join(_first(member_chunks(self.path, place, self.name))))
        chunks = member_chunks(self.path, place, self.name)
        if packing in _PACKED:
            inner = _Chunks(chunks, lambda _: None, self._mark)
            chunks = unpacked(cast(BinaryIO, io.BufferedReader(inner)), packing, self.name)
        return self._stream(chunks)

    def _stream(self, chunks: Iterator[bytes]) -> BinaryIO:
        given = 0

        def count(chunk: bytes) -> None:
            nonlocal given
            given += chunk.count(b"\n")
            self.lines = max(self.lines, given)

        return cast(BinaryIO, io.BufferedReader(_Chunks(chunks, count, self._mark), _CHUNK))

    def _mark(self) -> None:
        self.damaged = True


def documents(path: Path) -> list[FileDocument]:
    """The documents of a file: one, a zip archive's members, refused ones included, or sheets.

    Raises InputError where an archive's list of members, or a spreadsheet, cannot be read.
    """
    with path.open("rb") as file:
        packing = packing_of(file.read(8))
    if packing != "zip":
        return [FileDocument(path)]
    found = members(path)
    if found is None:
        check_spreadsheet(path)
        filled = sheets(path)
        return [FileDocument(path, sheet=n, many=len(filled) > 1) for n in filled]
    return [FileDocument(path, member) for member in found]


def open_bytes(document: Document | Path) -> BinaryIO:
    """The bytes of a document, or of a file as it stands."""
    return document.open("rb") if isinstance(document, Path) else document.open()


def head_of(document: Document | Path, size: int) -> bytes:
    """The first bytes of a document."""
    with open_bytes(document) as file:
        return file.read(size)


def _first(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The first chunk, if the data begins intact."""
    try:
        yield from (chunk for _, chunk in zip(range(1), chunks, strict=False))
    except DamagedError:
        return
    finally:
        cast(Any, chunks).close()


class _Chunks(io.RawIOBase):
    """Chunks as a stream; it ends, marked, where the packed data is damaged."""

    def __init__(
        self,
        chunks: Iterator[bytes],
        given: Callable[[bytes], None],
        damaged: Callable[[], None],
    ) -> None:
        self._chunks = chunks
        self._given = given
        self._damaged = damaged
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the next chunk."""
        try:
            while not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return 0
                self._given(chunk)
                self._rest = memoryview(chunk)
        except DamagedError:
            self._damaged()
            return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def close(self) -> None:
        """Close what the chunks come from, too."""
        if not self.closed:
            cast(Any, self._chunks).close()
        super().close()
