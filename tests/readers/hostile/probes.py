"""The least readers on the shared decoders, to damage what no format's fixture happens to hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from tests.readers.hostile.sources import Source, source_of

from howfar.readers.delimited import delimited_batches
from howfar.readers.json_lines import DETAIL
from howfar.readers.json_records import json_records
from howfar.schema.reader import (
    Document,
    RawBatch,
    ReadContext,
    ReaderDeclaration,
    Reject,
    Sniff,
    Tally,
)


def _declared(id: str) -> ReaderDeclaration:
    return ReaderDeclaration(id, id, "web", "a test", ("posts",), "all else", "documentation")


PROBE_JSON = _declared("probe-json")
PROBE_DELIMITED = _declared("probe-delimited")


def _table(lines: Sequence[int], texts: Sequence[str]) -> pa.Table:
    return pa.table({"line": pa.array(lines, pa.int64()), "text": pa.array(texts, pa.string())})


@dataclass(frozen=True)
class JsonProbe:
    """Every object with an id among the listed arrays is a row; its text is the whole object."""

    lists: tuple[str, ...]
    declaration: ReaderDeclaration = PROBE_JSON

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Never asked."""
        return Sniff(0.0, "")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """One batch a record."""
        for record in json_records(document, self.lists, _is_record):
            tally.records += 1
            if record.reason:
                yield RawBatch(
                    _table([], []), [Reject(record.line, record.reason, DETAIL[record.reason])]
                )
            elif not _is_record(record.value):
                reject = Reject(record.line, "not_a_post", "expected an object with an id")
                yield RawBatch(_table([], []), [reject])
            else:
                yield RawBatch(_table([record.line], [json.dumps(record.value, sort_keys=True)]))


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value


@dataclass(frozen=True)
class DelimitedProbe:
    """Every row is a row."""

    delimiter: str
    declaration: ReaderDeclaration = PROBE_DELIMITED

    def sniff(self, name: str, head: bytes) -> Sniff:
        """Never asked."""
        return Sniff(0.0, "")

    def read(self, document: Document, context: ReadContext, tally: Tally) -> Iterator[RawBatch]:
        """Batches as the decoder makes them."""
        for batch in delimited_batches(document, tally, delimiter=self.delimiter, batch_rows=2):
            texts = [repr(row) for row in zip(*batch.columns.values(), strict=True)]
            yield RawBatch(_table(batch.lines, texts), batch.rejects)


def _records(count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": str(10**17 + n),
            "text": ["plain", 'with "quotes" and {braces}', "zwei\nZeilen, []", "新闻 été", ""][
                n % 5
            ],
            "count": n,
            "rate": None if n % 2 else 0.5,
            "author": {"id": f"a{n}", "names": [{"id": "n1"}, {"id": "n2"}]},
            "entities": [{"id": "x", "in": [1, 2]}, {"text": "y"}],
        }
        for n in range(count)
    ]


_PLAIN: Callable[[Any], str] = lambda value: json.dumps(value)  # noqa: E731
_PRETTY: Callable[[Any], str] = lambda value: json.dumps(value, indent=1, ensure_ascii=False)  # noqa: E731

_ROWS = (
    ("1", "plain", "x"),
    ("2", '", begins with a comma', "x"),
    ("3", "\nbegins with a line end", ""),
    ("4", '"quoted" twice ""', "y\n\nz"),
    ("5", "", ""),
    ("6", '"', '""'),
    ("7", "新闻, été", "\r\n"),
    ("8", "last", "end"),
)


def probe_sources(context: ReadContext) -> list[Source]:
    """Documents of every shape that the shared decoders know."""
    made = {
        "list.json": (JsonProbe(("",)), _PRETTY(_records(6))),
        "line.json": (JsonProbe(("",)), _PLAIN(_records(6))),
        "items.json": (
            JsonProbe(("items",)),
            _PRETTY({"kind": "list", "etag": "e", "items": _records(5), "page": {"total": 5}}),
        ),
        "items-line.json": (
            JsonProbe(("items",)),
            _PLAIN({"kind": "list", "items": _records(5), "page": {"total": 5}}),
        ),
        "inner.json": (
            JsonProbe(("chats.list.*.messages",)),
            _PRETTY(
                {
                    "about": "x",
                    "chats": {
                        "list": [
                            {"name": "a", "messages": _records(3)},
                            {"name": "b", "messages": _records(4)},
                        ]
                    },
                }
            ),
        ),
        "records.jsonl": (JsonProbe(("data",)), "\n".join(map(_PLAIN, _records(6))) + "\n"),
        "pages.jsonl": (
            JsonProbe(("data",)),
            "\n".join(_PLAIN({"data": _records(3), "meta": {"n": n}}) for n in range(3)) + "\n",
        ),
        "commas.csv": (DelimitedProbe(","), _csv(",")),
        "tabs.tsv": (DelimitedProbe("\t"), _csv("\t")),
    }
    sources = []
    for name, (reader, text) in made.items():
        source = source_of(reader, name, text.encode(), context)
        assert source is not None, name
        sources.append(source)
    return sources


def _csv(delimiter: str) -> str:
    def cell(text: str) -> str:
        special = set(text) & {'"', "\n", "\r", delimiter}
        return '"' + text.replace('"', '""') + '"' if special else text

    rows = (("id", "text", "more"), *_ROWS)
    return "".join(delimiter.join(map(cell, row)) + "\n" for row in rows)
