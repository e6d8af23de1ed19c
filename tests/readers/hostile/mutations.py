"""Seeded damage to an export that keeps book of which records it did not touch."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.readers.hostile.sources import LINE_END, Source, Unit

CANARY = b"zq7!canary"
"""Stands in damaged places; a message that holds it tells what a post says."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a mutated file. unit: the record that they are, whole and untouched, else null.

    where: head, unit, gap. touched: the bytes are not as they were.
    """

    content: bytes
    where: str
    unit: Unit | None = None
    touched: bool = False
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutated file. doubtful: whether any record may be lost (its encoding is not told)."""

    source: Source
    kind: str
    pieces: tuple[Piece, ...]
    content: bytes
    doubtful: bool = False
    """The whole file is in an encoding that nothing declares."""

    @property
    def head_touched(self) -> bool:
        """Whether what says how the records are to be read is not as it was, or is missing."""
        head = self.source.head
        if not head:
            return False
        first = self.pieces[0] if self.pieces else None
        return first is None or first.where != "head" or first.touched

    @property
    def first_touched(self) -> bool:
        """Whether the first record, by which a format may be known, is not as it was."""
        units = [p for p in self.pieces if p.where == "unit"]
        return (
            not units or units[0].unit is None or units[0].content != self.source.units[0].content
        )


def pieces_of(source: Source) -> list[Piece]:
    """The undamaged file."""
    found = [Piece(source.head, "head")] if source.head else []
    for unit, gap in zip(source.units, source.gaps, strict=True):
        found.append(Piece(unit.content, "unit", unit))
        if gap:
            found.append(Piece(gap, "gap"))
    return found


def made(source: Source, kind: str, pieces: Sequence[Piece], **doubt: bool) -> Mutant:
    """A mutant of pieces; neighbours of damaged gaps count as damaged."""
    marked = list(pieces)
    for place, piece in enumerate(pieces):
        if piece.where != "gap" or not piece.touched:
            continue
        # Between records of a document a gap may hold the structure that all later ones rest on.
        plain = re.fullmatch(rb"\s*,?\s*", piece.content) is not None
        structural = source.family in ("json", "xml") and not plain and _later(pieces, place)
        for other in range(len(pieces)):
            if abs(other - place) == 1 or (structural and other > place):
                marked[other] = replace(marked[other], unit=None, touched=True)
    return Mutant(source, kind, tuple(marked), b"".join(p.content for p in marked), **doubt)


def _later(pieces: Sequence[Piece], place: int) -> bool:
    return any(p.where == "unit" for p in pieces[place + 1 :])


def edited(pieces: Sequence[Piece], a: int, b: int, payload: bytes) -> list[Piece]:
    """The bytes from a to b replaced; what they belonged to is damaged.

    What is inserted where a record begins or ends counts as a part of it.
    """
    found: list[Piece] = []
    at = 0
    hit: list[tuple[Piece, int]] = []
    for piece in pieces:
        end = at + len(piece.content)
        inside = at < b and end > a if a < b else at <= a <= end
        if inside:
            hit.append((piece, at))
        at = end
    if a == b and len(hit) > 1:
        hit = [h for h in hit if h[0].where == "unit"][:1] or hit[:1]
    if not hit:
        return list(pieces)
    first, start = hit[0]
    last, last_start = hit[-1]
    joined = first.content[: a - start] + payload + last.content[b - last_start :]
    kinds = {piece.where for piece, _ in hit}
    where = "head" if "head" in kinds else "unit" if "unit" in kinds else "gap"
    at = 0
    done = False
    hits = {id(piece): offset for piece, offset in hit}
    for piece in pieces:
        if hits.get(id(piece)) == at and id(piece) in hits:
            if not done:
                found.append(Piece(joined, where, None, True))
                done = True
        else:
            found.append(piece)
        at += len(piece.content)
    return found


def _offsets(source: Source) -> list[tuple[int, int]]:
    """Where each unit begins and ends in the file."""
    at, found = len(source.head), []
    for unit, gap in zip(source.units, source.gaps, strict=True):
        found.append((at, at + len(unit.content)))
        at += len(unit.content) + len(gap)
    return found


def truncate(source: Source, rng: random.Random) -> Mutant:
    """The end is missing."""
    content = source.content
    at = rng.randrange(len(content)) if rng.random() < 0.8 else rng.choice(_offsets(source))[1]
    kept: list[Piece] = []
    for piece in pieces_of(source):
        if at <= 0:
            break
        if at >= len(piece.content):
            kept.append(piece)
        else:
            # A gap that is cut ends the file; the record before it is whole.
            cut = Piece(piece.content[:at], piece.where, None, piece.where != "gap")
            kept.append(cut)
        at -= len(piece.content)
    if source.family in ("json", "xml"):
        # That its end is missing is said once more.
        kept.append(Piece(b"", "end", None, True))
    return made(source, "truncate", kept)


def flip(source: Source, rng: random.Random) -> Mutant:
    """Some bytes are others."""
    pieces = pieces_of(source)
    size = len(source.content)
    anywhere = rng.random() < 0.2
    offsets = _offsets(source)
    for _ in range(rng.choice((1, 1, 1, 3, 20))):
        start, end = (0, size) if anywhere else rng.choice(offsets)
        at = rng.randrange(start, end)
        old = source.content[at]
        new = rng.choice((rng.randrange(256), old ^ (1 << rng.randrange(8)), *b'",{}[]\r\n\\<&\t;'))
        pieces = edited(pieces, at, at + 1, bytes([new if new != old else old ^ 1]))
    return made(source, "flip", pieces)


def splice(source: Source, rng: random.Random) -> Mutant:
    """Two files run into one another: up to somewhere in one record, on from another."""
    if _several_lists(source):
        return flip(source, rng)
    offsets = _offsets(source)
    (a0, a1), (b0, b1) = rng.choice(offsets), rng.choice(offsets)
    a, b = rng.randrange(a0, a1), rng.randrange(b0 + 1, b1 + 1)
    before = list(edited(pieces_of(source), a, len(source.content), CANARY))
    after = list(edited(pieces_of(source), 0, b, b""))
    middle = Piece(before[-1].content + after[0].content, "unit", None, True)
    copies = [replace(p, copy=True) for p in after[1:]]
    return made(source, "splice", [*before[:-1], middle, *copies])


def duplicate(source: Source, rng: random.Random) -> Mutant:
    """A record stands twice, at another place than its own perhaps."""
    pieces = pieces_of(source)
    units = [p for p in pieces if p.where == "unit"]
    place = rng.randrange(len(units))
    chosen = units[place] if _several_lists(source) else rng.choice(units)
    gap = _gap(source)
    found: list[Piece] = []
    seen = 0
    for piece in pieces:
        if piece.where == "unit":
            if seen == place:
                found += [replace(chosen, copy=True), Piece(gap, "gap")]
            seen += 1
        found.append(piece)
    return made(source, "duplicate", found)


def _gap(source: Source) -> bytes:
    """What stands between two records."""
    if source.family == "json" and source.head:
        return b",\n" if LINE_END.search(source.content) else b","
    if source.family == "xml":
        return b"\n"
    return next((g for g in source.gaps if g and source.family != "json"), b"\n")


def _several_lists(source: Source) -> bool:
    """Whether what stands between records says something of those that follow."""
    plain = re.compile(rb"\s*,?\s*")
    return source.family in ("json", "xml") and not all(map(plain.fullmatch, source.gaps[:-1]))


def drop(source: Source, rng: random.Random) -> Mutant:
    """Some records are gone, or the order is another."""
    pieces = pieces_of(source)
    if rng.random() < 0.5 and not _several_lists(source):
        units = [p for p in pieces if p.where == "unit"]
        rng.shuffle(units)
        order = iter(units)
        return made(source, "shuffle", [next(order) if p.where == "unit" else p for p in pieces])
    if source.family in ("json", "xml"):
        offsets = _offsets(source)
        place = rng.randrange(len(offsets))
        end = offsets[place + 1][0] if place + 1 < len(offsets) else offsets[place][1]
        start = offsets[place][0]
        if place + 1 < len(offsets) and re.fullmatch(rb"\s*,?\s*", source.gaps[place]):
            return made(source, "drop", [p for p in edited(pieces, start, end, b"") if p.content])
        return made(source, "drop", pieces)
    gone = {id(u) for u in source.units if rng.random() < 0.4}
    found: list[Piece] = []
    skip = False
    for piece in pieces:
        if piece.where == "unit":
            skip = id(piece.unit) in gone
        if not (skip and piece.where != "head"):
            found.append(piece)
    return made(source, "drop", found)


ENCODINGS = ("utf-16", "utf-8-sig", "utf-32", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "big5")


def reencode(source: Source, rng: random.Random, encoding: str = "") -> Mutant:
    """Another encoding, with a byte order mark or without."""
    encoding = encoding or rng.choice(ENCODINGS)
    try:
        content = source.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return flip(source, rng)
    kind = f"reencode {encoding}"
    # Untouched by name only where the mark tells the encoding.
    told = encoding in ("utf-16", "utf-8-sig", "utf-32")
    if told:
        if re.match(r"\s*<\?xml[^>]*encoding", content) and encoding != "utf-8-sig":
            return replace(_whole(source, kind, content.encode(encoding)), doubtful=True)
        return _whole(source, kind, content.encode(encoding))
    if encoding.startswith("utf-16"):
        return replace(_whole(source, kind, content.encode(encoding)), doubtful=True)
    pieces = []
    for piece in pieces_of(source):
        text = piece.content.decode("utf-8-sig" if piece.where == "head" else "utf-8")
        new = text.encode(encoding, "replace")
        pieces.append(piece if new == piece.content else Piece(new, piece.where, None, True))
    return made(source, kind, pieces)


def _whole(source: Source, kind: str, content: bytes) -> Mutant:
    return Mutant(source, kind, tuple(pieces_of(source)), content)


def line_ends(source: Source, rng: random.Random) -> Mutant:
    """Records end in other ways than they did, and blank lines stand between them."""
    if source.family in ("json", "xml"):
        return replace(truncate(source, rng), kind="truncate")
    ends = (b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n")
    pieces = [Piece(rng.choice(ends), "gap") if p.where == "gap" else p for p in pieces_of(source)]
    return made(source, "line_ends", pieces)


PAYLOADS: tuple[bytes, ...] = (
    b"\x00",
    b"\x00" * 600,
    b"\\u0000",
    b"\\ud800",
    b"\xed\xa0\x80",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\x85",
    b'"',
    b'""',
    b'","',
    b"\\",
    b"\r",
    b"\n",
    b"\r\n",
    b"\n\n\r",
    b"NaN",
    b"-Infinity",
    b"1e400",
    b"-1",
    b"9" * 5_000,
    b"[" * 60_000,
    b'{"a":' * 30_000,
    b"{",
    b"}",
    b"]",
    b"]}",
    b"],[",
    b"}\n{",
    b"},{",
    b',"id":"1","id":"2"',
    b",,,,",
    b"\t\t;;",
    b"<",
    b"</item></entry></channel>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    b"]]>",
    b"&nope;",
    b"=cmd|' /C calc'!A0",
    b"2016-02-30T25:61:61Z",
    b"null",
    b"\x1b[31m",
    b"\x1f\x8b\x08",
    CANARY,
    CANARY * 40,
)

LARGE = (b"a" * 20_000_000, b"[" * 9_000_000, b'"' * 9_000_000, b"\x00" * 9_000_000)
"""Strings past the longest record."""

_NUMBER = re.compile(rb"(?<=[:,\s\[])-?[0-9]+(?:\.[0-9]+)?(?=[,\s}\]\r\n]|$)")
_CELL = re.compile(rb"(?:(?<=[,;\t])|^)[^,;\t\"\r\n]+(?=[,;\t]|$)")
_TEXT = re.compile(rb'(?<=")[^"\\]+(?=")|(?<=>)[^<]+(?=<)')
_VALUES = (
    *(b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1", b"3.7", b"true", b"null", b"[]", b"{}"),
    *(b"9" * 400, b"18446744073709551616", b"1.74e+18", b'"12"', b'"' + CANARY + b'"', b"0x10"),
    *(b"1_000", b"\xd9\xa3", b"-0", b"01", b"1e3", b"[" * 3_000 + b"]" * 3_000, CANARY),
    *(b"1.2K", b"2023-13-45", b"", b" ", b"\xf0\x9f\x98\x80", b"\\ud83d", b"%s%n", b"../../x"),
)


def inject(source: Source, rng: random.Random) -> Mutant:
    """Something hostile stands somewhere in a record."""
    a, b = rng.choice(_offsets(source))
    at = rng.randrange(a, b + 1)
    payload = rng.choice(PAYLOADS)
    return made(source, "inject", edited(pieces_of(source), at, at, payload))


def replace_value(source: Source, rng: random.Random) -> Mutant:
    """A figure, a text or a cell of a record is something else."""
    a, b = rng.choice(_offsets(source))
    unit = source.content[a:b]
    found = [m.span() for shape in (_NUMBER, _CELL, _TEXT) for m in shape.finditer(unit)]
    start, end = rng.choice(found) if found else (0, len(unit))
    pieces = edited(pieces_of(source), a + start, a + end, rng.choice(_VALUES))
    return made(source, "replace", pieces)


def duplicate_key(source: Source, rng: random.Random) -> Mutant:
    """A member of an object, a cell or a line of a record stands twice."""
    a, b = rng.choice(_offsets(source))
    unit = source.content[a:b]
    members = list(re.finditer(rb'"[^"\\]*"\s*:\s*(?:"[^"\\]*"|[0-9]+|null|true|false)', unit))
    if source.family in ("lines", "json") and members:
        twice = rng.choice(members)
        at, payload = a + twice.end(), b", " + twice[0]
    else:
        start = rng.randrange(len(unit))
        end = min(len(unit), start + rng.randrange(1, 60))
        at, payload = a + end, unit[start:end]
    return made(source, "duplicate_key", edited(pieces_of(source), at, at, payload))


def between(source: Source, rng: random.Random) -> Mutant:
    """A line of something else stands between two records of a file of lines."""
    if source.family in ("json", "xml"):
        return inject(source, rng)
    junk = (CANARY, b"{}", b"[]", b"null", b"\x00\x00", b"\xff" * 9, b'"' + CANARY, b"[" * 2_000)
    pieces = pieces_of(source)
    gaps = [
        place for place, p in enumerate(pieces) if p.where == "gap" and p.content.strip() == b""
    ]
    if not gaps:
        return inject(source, rng)
    place = rng.choice(gaps)
    end = pieces[place]
    extra = Piece(rng.choice(junk), "unit", None, True)
    return made(source, "between", [*pieces[: place + 1], extra, end, *pieces[place + 1 :]])


def head(source: Source, rng: random.Random) -> Mutant:
    """What stands before the first record is damaged or missing."""
    pieces = pieces_of(source)
    if not source.head:
        return flip(source, rng)
    way = rng.randrange(3)
    if way == 0:
        return made(source, "head", pieces[1:])
    at = rng.randrange(len(source.head))
    if way == 1:
        return made(source, "head", edited(pieces, at, at + 1, bytes([rng.randrange(256)])))
    return made(source, "head", edited(pieces, at, at, rng.choice(PAYLOADS)))


def large(source: Source, rng: random.Random) -> Mutant:
    """A text of many megabytes stands in a record."""
    a, b = rng.choice(_offsets(source))
    at = rng.randrange(a, b + 1)
    return made(source, "large", edited(pieces_of(source), at, at, rng.choice(LARGE)))


MUTATIONS: tuple[Callable[[Source, random.Random], Mutant], ...] = (
    *(truncate, flip, flip, splice, duplicate, drop, reencode, line_ends, inject, inject, inject),
    *(replace_value, replace_value, duplicate_key, between, head),
)


def mutant(source: Source, seed: str) -> Mutant:
    """The mutant of a seed; every two hundredth is a large one."""
    rng = random.Random(seed)
    if rng.randrange(200) == 0:
        return large(source, rng)
    return rng.choice(MUTATIONS)(source, rng)
