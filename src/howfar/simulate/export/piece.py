"""Pieces of export files: made part by part in any order, written in the parts' order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Crawl:
    """One taking of all exports of a world.

    name: folder of its files ("main", "recheck"). at: when, UTC microseconds, a whole second:
    posts written at or after it, or removed until then, are not in it. star: parents are written
    as the root, as platforms do that hide who passed on from whom. use: as of a source in the study
    file.
    """

    name: str
    at: int
    star: bool = False
    use: Literal["main", "recheck"] = "main"


@dataclass(frozen=True, slots=True)
class Planted:
    """A record that no reader may keep: its line in the piece from 0, why, and what was done."""

    line: int
    reason: str
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What one part of a world adds to one file.

    data: whole lines but for the last line end. lines: how many. records: posts and other things
    in it that were not planted. head, tail: what stands around all pieces of the file; between:
    what stands between two.
    """

    data: bytes
    lines: int
    records: int
    planted: Sequence[Planted] = ()
    head: bytes = b""
    between: bytes = b"\n"
    tail: bytes = b"\n"


@dataclass(slots=True)
class _Open:
    file: BinaryIO
    between: bytes
    tail: bytes
    lines: int
    records: int = 0


@dataclass(slots=True)
class Writing:
    """The files of a world while they are written; some forty a crawl are open at once.

    folder: where crawl/platform/name are put. One object, in one process; its ``add`` is to be
    called in the order of the parts.
    """

    folder: Path
    _open: dict[str, _Open] = field(default_factory=dict)
    _rejects: list[tuple[str, int, str, str]] = field(default_factory=list)

    def add(self, pieces: Mapping[str, Piece]) -> None:
        """Append a part's pieces, by file."""
        for name, piece in pieces.items():
            if not piece.lines:
                continue
            known = self._open.get(name)
            if known is None:
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                known = _Open(path.open("wb"), piece.between, piece.tail, piece.head.count(b"\n"))
                known.file.write(piece.head)
                self._open[name] = known
            else:
                known.file.write(piece.between)
            known.file.write(piece.data)
            for bad in piece.planted:
                self._rejects.append((name, known.lines + bad.line + 1, bad.reason, bad.kind))
            known.lines += piece.lines
            known.records += piece.records

    def close(self) -> None:
        """Write the ends of all files."""
        for one in self._open.values():
            one.file.write(one.tail)
            one.file.close()

    @property
    def files(self) -> dict[str, int]:
        """Every file, and how many records it holds that were not planted."""
        return {name: self._open[name].records for name in sorted(self._open)}

    @property
    def rejects(self) -> pa.Table:
        """Planted rejects, for truth/rejects.parquet: file, line, reason, kind."""
        names = ("file", "line", "reason", "kind")
        types = (pa.string(), pa.int64(), pa.string(), pa.string())
        rows = [dict(zip(names, row, strict=True)) for row in sorted(self._rejects)]
        return pa.Table.from_pylist(rows, pa.schema(list(zip(names, types, strict=True))))
