"""Good exports cut into their records, so that a fuzzer knows which ones it has not touched.

Nothing of the readers' own parsing is used to cut: lines and quotes are found here, and where
records lie inside of a JSON or XML document is found by taking elements out one at a time and
seeing which rows are gone.
"""

from __future__ import annotations

import bisect
import dataclasses
import datetime as dt
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from howfar.errors import InputError
from howfar.schema.reader import ReadContext, Reader, Reject, Tally

LINE_END = re.compile(rb"\r\n|\n|\r")
Row = tuple[str, str]
"""The table that a row belongs to, and the row without its line as sorted JSON."""


@dataclass(frozen=True, slots=True)
class MemoryDocument:
    """Bytes as a reader gets them."""

    name: str
    content: bytes

    def open(self) -> BinaryIO:
        """The bytes from the start."""
        return io.BytesIO(self.content)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a file: rows and rejects with their lines, or the refusal."""

    rows: list[tuple[int, Row]]
    rejects: list[Reject]
    tally: Tally
    kept: int
    refusal: InputError | None = None


def read(reader: Reader, document: Any, context: ReadContext) -> Reading:
    """All that a reader gives of a document; only InputError is caught."""
    tally, kept = Tally(), 0
    rows: list[tuple[int, Row]] = []
    rejects: list[Reject] = []
    try:
        for batch in reader.read(document, context, tally):
            for table, part in (("posts", batch.posts), *batch.others.items()):
                rows += [(row.pop("line"), (table, _plain(row))) for row in part.to_pylist()]
            rejects += batch.rejects
            kept += batch.kept
    except InputError as error:
        return Reading(rows, rejects, tally, kept, error)
    return Reading(rows, rejects, tally, kept)


def _plain(row: dict[str, Any]) -> str:
    given = {name: value for name, value in row.items() if value is not None}
    # An id made of the content counts the appearances of the same content.
    if isinstance(given.get("post_id"), str):
        given["post_id"] = re.sub(r"^([0-9a-f]{32})-[0-9]+$", r"\1", given["post_id"])
    return json.dumps(given, default=str, sort_keys=True, ensure_ascii=True)


@dataclass(frozen=True, slots=True)
class Unit:
    """Bytes that stand for one record, or for those of one line; what they give, lines from 0."""

    content: bytes
    rows: tuple[tuple[int, Row], ...]
    rejects: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A file as head, units with gaps between them, and tail; gaps[i] follows units[i].

    family: lines (JSON Lines), delimited, json or xml. summed: rows are sums over several
    records, so that a record has none of its own. ordered: what a record means hangs on what
    stands before it (a table in sections). tailed: on what stands behind all records (whose page
    they are of).
    """

    reader: Reader
    context: ReadContext
    name: str
    family: str
    head: bytes
    units: tuple[Unit, ...]
    gaps: tuple[bytes, ...]
    summed: bool = False
    ordered: bool = False
    tailed: bool = False

    @property
    def content(self) -> bytes:
        """The file itself."""
        return self.head + b"".join(
            unit.content + gap for unit, gap in zip(self.units, self.gaps, strict=True)
        )


def source_of(
    reader: Reader, name: str, content: bytes, context: ReadContext, *, most_probed: int = 400
) -> Source | None:
    """A file cut into units; null where it has no records or its form is not one of text."""
    family = _family(name, content)
    whole = read(reader, MemoryDocument(name, content), context)
    if not family or whole.refusal or not (whole.rows or whole.rejects):
        return None
    if family in ("lines", "delimited"):
        spans = _lines(content) if family == "lines" else _records(content, whole)
        owners = _by_line(content, spans, whole)
    else:
        spans, owners = _probed(reader, name, content, context, family, whole, most_probed)
    if sum(len(rows) for rows, _ in owners) + sum(len(r) for _, r in owners) < len(
        whole.rows
    ) + len(whole.rejects):
        # Records that lie inside of one another: the document can only be taken as a whole.
        rows = tuple((line - 1, row) for line, row in whole.rows)
        spans, owners = (
            [(0, len(content))],
            [(rows, tuple((r.line - 1, r.reason) for r in whole.rejects))],
        )
    starts, ends = [a for a, _ in spans], [b for _, b in spans]
    units = tuple(Unit(content[a:b], *owned) for (a, b), owned in zip(spans, owners, strict=True))
    gaps = tuple(content[b:a] for b, a in zip(ends, [*starts[1:], len(content)], strict=True))
    source = Source(reader, context, name, family, content[: starts[0]], units, gaps)
    return dataclasses.replace(
        source, summed=_summed(source), ordered=_ordered(source), tailed=_tailed(source)
    )


def _tailed(source: Source) -> bool:
    """Whether the records have other rows where the file ends behind the last of them."""
    if source.family not in ("json", "xml"):
        return False
    content = source.content[: len(source.content) - len(source.gaps[-1])]
    found = read(source.reader, MemoryDocument(source.name, content), source.context)
    before = Counter(row for unit in source.units for _, row in unit.rows)
    return Counter(row for _, row in found.rows) != before


def _ordered(source: Source) -> bool:
    """Whether records that change places with others have other rows."""
    if source.family != "delimited" or len(source.units) < 2:
        return False
    turned = [unit.content for unit in reversed(source.units)]
    gaps = [gap or b"\n" for gap in source.gaps]
    content = source.head + b"".join(a + b for a, b in zip(turned, gaps, strict=True))
    found = read(source.reader, MemoryDocument(source.name, content), source.context)
    before = Counter(row for unit in source.units for _, row in unit.rows)
    return Counter(row for _, row in found.rows) != before


def _summed(source: Source) -> bool:
    """Whether a record that stands twice changes rows instead of adding its own."""
    if source.family not in ("lines", "delimited"):
        return False
    unit, gap = source.units[0], source.gaps[0] or b"\n"
    twice = source.head + unit.content + gap + source.content[len(source.head) :]
    found = read(source.reader, MemoryDocument(source.name, twice), source.context)
    once = Counter(row for owned in source.units for _, row in owned.rows)
    return once - Counter(row for _, row in found.rows) != Counter()


def _family(name: str, content: bytes) -> str:
    suffix = Path(name).suffix.lower()
    text = content.lstrip(b"\xef\xbb\xbf \r\n\t")
    if suffix in (".jsonl", ".ndjson"):
        return "lines"
    if text[:1] in (b"{", b"["):
        try:
            json.loads(content.decode("utf-8-sig"))
        except ValueError:
            return "lines"
        return "json"
    if text[:1] == b"<":
        return "xml"
    return "delimited" if b"\x00" not in content and suffix != ".yaml" else ""


def _lines(content: bytes) -> list[tuple[int, int]]:
    spans, start = [], 3 if content.startswith(b"\xef\xbb\xbf") else 0
    for end in LINE_END.finditer(content + b"\n"):
        if content[start : end.start()].strip():
            spans.append((start, end.start()))
        start = end.end()
    return spans


def _records(content: bytes, whole: Reading) -> list[tuple[int, int]]:
    """Records of a table: from the first line of one to that of the next."""
    begins = [0, *(end.end() for end in LINE_END.finditer(content))]
    lines = sorted({line for line, _ in whole.rows} | {r.line for r in whole.rejects})
    starts = [begins[line - 1] for line in lines]
    spans = []
    for a, b in zip(starts, [*starts[1:], len(content)], strict=True):
        spans.append((a, a + len(content[a:b].rstrip(b"\r\n"))))
    return spans


def line_of(content: bytes, offset: int) -> int:
    """Number of the line, from 1, in which a byte stands."""
    before = content[:offset]
    if before.endswith(b"\r") and content[offset : offset + 1] == b"\n":
        before = before[:-1]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


Owned = tuple[tuple[tuple[int, Row], ...], tuple[tuple[int, str], ...]]


def _by_line(content: bytes, spans: Sequence[tuple[int, int]], whole: Reading) -> list[Owned]:
    firsts = [line_of(content, a) for a, _ in spans]
    rows: list[list[tuple[int, Row]]] = [[] for _ in spans]
    rejects: list[list[tuple[int, str]]] = [[] for _ in spans]
    for line, row in whole.rows:
        place = bisect.bisect_right(firsts, line) - 1
        rows[place].append((line - firsts[place], row))
    for reject in whole.rejects:
        place = bisect.bisect_right(firsts, reject.line) - 1
        rejects[place].append((reject.line - firsts[place], reject.reason))
    return [(tuple(a), tuple(b)) for a, b in zip(rows, rejects, strict=True)]


@dataclass(slots=True)
class _Node:
    start: int
    end: int = 0
    inner: list[_Node] = dataclasses.field(default_factory=list)


_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_XML_ELEMENT = re.compile(rb"<(item|entry)\b.*?</\1\s*>", re.DOTALL)


def _elements(content: bytes) -> list[_Node]:
    """Objects that are elements of arrays (or stand at the top), nested as they are."""
    top: list[_Node] = []
    stack: list[tuple[bytes, _Node | None]] = []
    open_nodes: list[_Node] = []
    for token in _JSON_TOKEN.finditer(content):
        sign = token[0]
        if sign == b"{" and (not stack or stack[-1][0] == b"["):
            node = _Node(token.start())
            (open_nodes[-1].inner if open_nodes else top).append(node)
            open_nodes.append(node)
            stack.append((sign, node))
        elif sign in (b"{", b"["):
            stack.append((sign, None))
        elif sign in (b"}", b"]"):
            _, closed = stack.pop()
            if closed is not None:
                closed.end = token.end()
                open_nodes.pop()
    return top


def _probed(
    reader: Reader,
    name: str,
    content: bytes,
    context: ReadContext,
    family: str,
    whole: Reading,
    most: int,
) -> tuple[list[tuple[int, int]], list[Owned]]:
    """The elements without which exactly their own rows are missing; the innermost such."""
    before = Counter(row for _, row in whole.rows)
    tried = 0

    def lost(node: _Node) -> Counter[Row] | None:
        nonlocal tried
        tried += 1
        a, b = _with_comma(content, node.start, node.end)
        after = read(reader, MemoryDocument(name, content[:a] + content[b:]), context)
        left = Counter(row for _, row in after.rows)
        if after.refusal or left - before or len(after.rejects) > len(whole.rejects):
            return None
        return before - left

    def units(node: _Node) -> list[tuple[_Node, Counter[Row]]]:
        if tried > most:
            return []
        inner = [found for child in node.inner for found in units(child)]
        covered = sum((rows for _, rows in inner), Counter[Row]())
        own = lost(node)
        if own is None or not own:
            return inner
        return inner if inner and covered == own else [(node, own)]

    if family == "xml":
        top = [_Node(*found.span()) for found in _XML_ELEMENT.finditer(content)]
    else:
        top = _elements(content)
    if len(top) == 1 and family == "json" and content.strip()[:1] == b"{":
        # The document itself: without it the file is empty.
        found = [unit for child in top[0].inner for unit in units(child)]
    else:
        found = [unit for node in top for unit in units(node)]
    found.sort(key=lambda unit: unit[0].start)
    spans, owners = [], []
    for node, rows in found:
        first = line_of(content, node.start)
        given = [(line - first, row) for line, row in whole.rows if row in rows]
        # Rows alike in several elements cannot be told apart by their content.
        if Counter(row for _, row in given) != rows:
            last = line_of(content, node.end)
            given = [g for g in given if 0 <= g[0] <= last - first][: rows.total()]
        spans.append((node.start, node.end))
        owners.append((tuple(given), ()))
    return spans, owners


def _with_comma(content: bytes, start: int, end: int) -> tuple[int, int]:
    """An element with the comma after it, or else the one before it."""
    after = re.compile(rb"\s*,\s*").match(content, end)
    if after:
        return start, after.end()
    before = re.search(rb",\s*$", content[:start])
    return (before.start() if before else start), end


def context_of(reader: Reader, told: Mapping[str, Any] | None = None) -> ReadContext:
    """What a study would have to declare for a file of this format."""
    given: dict[str, Any] = {"source": "fuzz"}
    given |= {"timezone": dt.UTC, "observed_at": dt.datetime(2024, 6, 1, tzinfo=dt.UTC)}
    if "platform" in reader.declaration.needs:
        given["platform"] = "x"
    return ReadContext(**(given | dict(told or {})))
