"""Any JSON Lines file of one post a line, through the study's column mapping."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from howfar.readers.fields import Faults
from howfar.readers.json_lines import DETAIL, json_lines, parse
from howfar.readers.mapping import MappedRows, Resolved, resolve
from howfar.readers.text_lines import damage, decoded_head
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Reject,
    Sniff,
    Tally,
)

PROBED_RECORDS = 1_000
"""A mapped path must occur in one of the first so many records; else it is misspelt."""

_LARGEST = 10**30
_PLAIN = re.compile(r"[\w-]{1,64}")


class TableJsonl:
    """One post a line; which field is what, the study's mapping says, in dotted paths."""

    declaration = ReaderDeclaration(
        id="table-jsonl",
        title="Any JSON Lines file",
        platform="any",
        exported_by="any tool that writes one JSON object a line, one post each",
        supplies=("whatever the mapping names",),
        lacks="whatever the mapping does not name",
        tested_on="documentation",
        needs=("mapping",),
        how_to_obtain=(
            'In study.toml: format = "table-jsonl" and mapping = { platform = "=bluesky", '
            'post_id = "uri", created_at = "record.createdAt", author_handle = "author.handle" }.'
        ),
    )

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Never sure: an object says nothing of what its fields mean."""
        first, *more = decoded_head(head).lstrip().split("\n", 1)
        if not first.startswith("{"):
            return Sniff(0.0, "the first line is no JSON object")
        value, _ = parse(first)
        if more and not isinstance(value, dict):
            return Sniff(0.0, "the first line is no whole JSON object")
        return Sniff(0.2, "JSON objects, one a line, which need a mapping in study.toml")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Objects in the file's order, under the mapping; a path that an object lacks is missing.

        Raises InputError where no object of the first thousand has a field that is mapped.
        """
        resolved = resolve(context.mapping, _probed(document, context.mapping), document.name)
        rows = MappedRows(resolved, context, tally)
        batch = _Batch(resolved)
        for line, value, reason in json_lines(document):
            tally.records += 1
            if reason:
                batch.rejects.append(Reject(line, reason, DETAIL[reason]))
            elif not isinstance(value, dict):
                batch.rejects.append(Reject(line, "type", "expected a JSON object"))
            else:
                batch.add(line, value)
                for name in sorted(value.keys() - batch.roots):
                    tally.unknown(name)
            if len(batch.lines) + len(batch.rejects) >= context.batch_rows:
                yield batch.out(rows)
                batch = _Batch(resolved)
        if batch.lines or batch.rejects:
            yield batch.out(rows)


@dataclass(slots=True)
class _Batch:
    resolved: Resolved
    cells: dict[str, list[str | None]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    bad: dict[int, tuple[str, str]] = field(default_factory=dict)
    roots: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.cells = {path: [] for path in self.resolved.used}
        self.roots = self.resolved.used | {path.split(".")[0] for path in self.resolved.used}

    def add(self, line: int, value: Mapping[str, Any]) -> None:
        for path in sorted(self.resolved.used):
            text, reason = _cell(_at(value, path)[0])
            self.cells[path].append(text)
            if reason:
                self.bad.setdefault(len(self.lines), (reason, f"{path}: {_EXPECTED[reason]}"))
        self.lines.append(line)

    def out(self, rows: MappedRows) -> RawBatch:
        faults = Faults(self.lines, self.bad)
        return rows.batch(self.cells.__getitem__, self.lines, self.rejects, faults)


_EXPECTED = {
    "type": "expected a text or a number",
    "encoding": "expected whole characters",
    "nul": "expected no NUL",
    "number": "expected a number of a sensible size",
}


def _at(value: Any, path: str) -> tuple[Any, bool]:
    """What stands at a dotted path, and whether the path is there; list items go by number."""
    if isinstance(value, dict) and path in value:
        return value[path], True
    head, dot, rest = path.partition(".")
    if isinstance(value, list) and head.isdecimal() and int(head) < len(value):
        return _at(value[int(head)], rest) if dot else (value[int(head)], True)
    if dot and isinstance(value, dict) and head in value:
        return _at(value[head], rest)
    return None, False


def _cell(value: Any) -> tuple[str | None, str]:
    """A JSON value as the text that a table would hold, or null and the reason why not."""
    if value is None:
        return None, ""
    if isinstance(value, bool):
        return str(value).lower(), ""
    if isinstance(value, int):
        return (str(value), "") if abs(value) < _LARGEST else (None, "number")
    if isinstance(value, float):
        return repr(value), ""
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        value = ";".join(value)
    if not isinstance(value, str):
        return None, "type"
    reason = damage(value)
    return (None, reason) if reason else (value, "")


def _probed(document: Document, mapping: Mapping[str, str]) -> Sequence[str] | None:
    """The paths of the first records, and of the mapped ones those that occur."""
    found: dict[str, None] = {}
    objects = (value for _, value, _ in json_lines(document) if isinstance(value, dict))
    for value in itertools.islice(objects, PROBED_RECORDS):
        found.update(dict.fromkeys(p for p in mapping.values() if _at(value, p)[1]))
        if len(found) < PROBED_RECORDS:
            found.update(dict.fromkeys(paths_of(value)))
    return tuple(found) if found else None


def paths_of(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[str]:
    """Dotted paths of an object's fields, four levels deep, those of plain names only.

    Keys can be content (objects keyed by account), and these paths are shown.
    """
    for key, inner in value.items():
        if _PLAIN.fullmatch(key):
            if isinstance(inner, dict) and inner and depth < 4:
                yield from paths_of(inner, f"{prefix}{key}.", depth + 1)
            else:
                yield prefix + key


READER = TableJsonl()
