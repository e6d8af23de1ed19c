"""What must hold of a reader on a damaged file, whatever the damage is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from contextlib import suppress

from tests.readers.hostile.mutations import CANARY, Mutant, pieces_of
from tests.readers.hostile.sources import LINE_END, Reading, line_of

from howfar.schema.reader import NOTES, REASONS

_REFUSED_FOR_ITS_HEAD = {
    "lines": {"format", "empty"},
    "delimited": {"header", "duplicate_header", "encoding", "format", "empty", "too_long"},
    "json": {"format", "empty", "json", "encoding"},
    "xml": {"format", "empty", "xml", "entity", "encoding"},
}
"""Reasons for which a file may be refused as a whole once its head is damaged."""


def faults(mutant: Mutant, reading: Reading) -> list[str]:
    """Everything that is wrong; empty where nothing was lost, invented, doubled or told."""
    found = _told(mutant, reading)
    if reading.refusal is not None:
        if not _may_refuse(mutant, reading.refusal.reason):
            found.append(f"refused the whole file: {reading.refusal.reason}")
        return found
    records, rejects = reading.tally.records, len(reading.rejects)
    if reading.kept + rejects != records:
        found.append(f"{reading.kept} read + {rejects} rejected is not {records} records")
    last = len(LINE_END.findall(mutant.content)) + 1
    lines = [line for line, _ in reading.rows] + [r.line for r in reading.rejects]
    if "utf-16" not in mutant.kind and "utf-32" not in mutant.kind:
        found += [f"line {line} is not in the file" for line in lines if not 1 <= line <= last]
    found += [f"no reason is {r.reason!r}" for r in reading.rejects if r.reason not in REASONS]
    found += [f"no note is {code!r}" for code in reading.tally.notes if code not in NOTES]
    if mutant.head_touched or (mutant.source.tailed and any(p.touched for p in mutant.pieces)):
        return found
    if mutant.doubtful:
        return found + _nothing_invented(mutant, reading)
    if mutant.source.summed:
        return found + _counted(mutant, reading)
    return found + _untouched(mutant, reading)


def _counted(mutant: Mutant, reading: Reading) -> list[str]:
    """Untouched records that a reader of sums did not count."""
    must = sum(p.unit is not None and not p.unit.rejects for p in mutant.pieces)
    return [f"{reading.kept} records kept of {must} untouched"] if reading.kept < must else []


def untouched(mutant: Mutant) -> int:
    """Number of rows that must be there."""
    tailed = mutant.source.tailed and any(p.touched for p in mutant.pieces)
    if mutant.head_touched or mutant.doubtful or tailed:
        return 0
    return sum(len(p.unit.rows) for p in mutant.pieces if p.unit is not None)


def _told(mutant: Mutant, reading: Reading) -> list[str]:
    """Messages that repeat what a record says."""
    told = [r.detail for r in reading.rejects] + list(reading.tally.unknown_columns)
    if reading.refusal is not None:
        told.append(str(reading.refusal))
    return [f"a message tells the record: {t[:80]!r}" for t in told if CANARY.decode() in t]


def _may_refuse(mutant: Mutant, reason: str) -> bool:
    family = mutant.source.family
    if not mutant.content.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        return reason in ("empty", "header")
    if mutant.doubtful:
        return reason in ("header", "encoding", "format", "duplicate_header", "json", "xml")
    if not any(p.unit is not None for p in mutant.pieces):
        # No record is whole: nothing is lost that was intact.
        return reason in _REFUSED_FOR_ITS_HEAD[family]
    if mutant.head_touched or (family == "lines" and mutant.first_touched):
        return reason in _REFUSED_FOR_ITS_HEAD[family]
    if family == "lines" and mutant.source.context.mapping:
        return reason == "format" and _mapped_is_gone(mutant)
    if family == "xml" and b"<!ENTITY" in mutant.content:
        return reason == "entity"
    return False


def _mapped_is_gone(mutant: Mutant) -> bool:
    """Whether a field that the study maps stands in no untouched record: it looks misspelt."""
    whole = b"".join(p.content for p in mutant.pieces if p.unit is not None)
    paths = [p for p in mutant.source.context.mapping.values() if not p.startswith("=")]
    names = [[n for n in path.split(".") if not n.isdecimal()][-1] for path in paths]
    return any(f'"{name}"'.encode() not in whole for name in names)


def _nothing_invented(mutant: Mutant, reading: Reading) -> list[str]:
    known = {row for unit in mutant.source.units for _, row in unit.rows}
    return ["a row of no record" for _, row in reading.rows if row not in known]


def _untouched(mutant: Mutant, reading: Reading) -> list[str]:
    """Untouched records that are missing, changed or rejected; rows and rejects from nowhere."""
    plain = b"".join(piece.content for piece in mutant.pieces)
    rows = Counter(reading.rows)
    rejects = Counter((r.line, r.reason) for r in reading.rejects)
    hidden = _hidden(mutant, plain)
    whole = _another_document(mutant)
    plain_pieces = iter([piece.content for piece in pieces_of(mutant.source)])
    ordered, changed = mutant.source.ordered, False
    swallowed = _swallowed(mutant, plain)
    ours: set[int] = set()
    seen: set[int] = set()
    others: set[int] = set()
    missing = unwanted = at = 0
    for piece in mutant.pieces:
        end = at + len(piece.content)
        lines = range(line_of(plain, at), line_of(plain, max(at, end - 1)) + 1)
        changed = changed or piece.content != next(plain_pieces, None)
        unclear = whole or hidden & set(lines) or at in swallowed or (changed and ordered)
        if piece.unit is not None and unclear:
            others |= set(lines)
            at = end
            continue
        if piece.unit is None:
            if piece.touched:
                others |= set(lines) | {line_of(plain, end)}
            at = end
            continue
        ours |= set(lines)
        twice, seen = piece.copy or id(piece.unit) in seen, {*seen, id(piece.unit)}
        for shift, row in piece.unit.rows:
            here = (lines[0] + shift, row)
            if rows[here]:
                rows[here] -= 1
            elif twice and rejects[(here[0], "repeated")]:
                rejects[(here[0], "repeated")] -= 1
            else:
                missing += 1
        for shift, reason in piece.unit.rejects:
            if mutant.source.family == "lines" and piece.content[:1] not in (b"{", b"["):
                # Behind a broken stretch such a line is a part of it: no record begins so.
                others |= set(lines)
                continue
            here_rejected = (lines[0] + shift, reason)
            missing += not rejects[here_rejected]
            rejects[here_rejected] -= rejects[here_rejected] > 0
        at = end
    only_ours = ours - others
    unwanted += sum(n for (line, _), n in (+rows).items() if line in only_ours)
    doubled = sum(n for (line, _), n in (+rejects).items() if line in only_ours)
    found = [f"{missing} untouched rows are missing or changed"] if missing else []
    found += [f"{unwanted} rows too many on untouched lines"] if unwanted else []
    found += [f"{doubled} rejects on untouched lines"] if doubled else []
    return found


def _hidden(mutant: Mutant, plain: bytes) -> set[int]:
    """Lines of records that a damaged quote makes part of a longer record, well-formed too.

    Such a table says something else than it did, and nothing in it says so: it begins in a
    damaged place, and has the header's number of fields or ends in a damaged place, too.
    """
    if mutant.source.family != "delimited":
        return set()
    text = plain.decode("utf-8", "replace")
    delimiter = max(",;\t", key=mutant.source.head.decode("utf-8", "replace").count)
    lines = io.StringIO(text, newline="").readlines()
    try:
        width = len(next(csv.reader(lines[:1], delimiter=delimiter), []))
    except csv.Error:
        return set()
    found: set[int] = set()
    damaged: set[int] = set()
    at = 0
    for piece in mutant.pieces:
        end = at + len(piece.content)
        if piece.touched:
            damaged |= set(range(line_of(plain, at), line_of(plain, end) + 1))
        at = end
    at = 0
    for piece in mutant.pieces:
        end = at + len(piece.content)
        if piece.touched:
            for start in range(line_of(plain, at), line_of(plain, max(at, end - 1)) + 1):
                parsed = csv.reader(iter(lines[start - 1 :]), delimiter=delimiter, strict=True)
                try:
                    whole = len(next(parsed)) == width
                    if whole or start + parsed.line_num - 1 in damaged:
                        found |= set(range(start + 1, start + parsed.line_num))
                except (csv.Error, StopIteration):
                    continue
        at = end
    return found


def _swallowed(mutant: Mutant, plain: bytes) -> set[int]:
    """Where records begin that a damaged one before them holds, as a well-formed value.

    What ran into them had lists open, which they now stand in. Only in one and the same line:
    elsewhere their indents tell whose they are.
    """
    if mutant.source.family != "json":
        return set()
    # Every byte one character, so that places are those of the bytes.
    text = plain.decode("latin-1")
    found: set[int] = set()
    at = held = 0
    for piece in mutant.pieces:
        if at < held:
            found.add(at)
        elif piece.touched and piece.content.startswith(b"{"):
            with suppress(ValueError, RecursionError):
                _, end = json.JSONDecoder().raw_decode(text, at)
                held = 0 if LINE_END.search(plain[at:end]) else end
        at += len(piece.content)
    return found


def _another_document(mutant: Mutant) -> bool:
    """Whether a line end was put into a document of one line, before what begins a value.

    It then reads as lines of JSON, of which the second is broken from its beginning.
    """
    if mutant.source.family != "json" or LINE_END.search(mutant.source.content.strip()):
        return False
    touched = b"".join(p.content for p in mutant.pieces if p.touched)
    return re.search(rb"[\r\n]\s*[\[{]", touched) is not None
