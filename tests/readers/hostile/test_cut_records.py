"""Damaged documents of which a fuzzer found that intact records were lost, in their least form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from howfar.readers.delimited import delimited_batches
from howfar.readers.json_records import json_records
from howfar.schema.reader import Tally


def is_record(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # The first record has lost the end of its list, and takes that of the document for it.
        (
            '{"items": [\n  {"id": 1, "a": [{"b": 2},\n  {"id": 3}\n ]\n}\n',
            [(2, None, "json"), (3, {"id": 3}, "")],
        ),
        # It has lost the beginning of an object, so that it ends too early, on a deeper line.
        (
            '{"items": [\n  {\n    "id": 1},\n    "b": 2\n  },\n  {\n    "id": 3\n  }\n]}\n',
            [(2, {"id": 1}, ""), (4, None, "json"), (6, {"id": 3}, "")],
        ),
        # The only record of a page is broken; the next page begins with its first.
        (
            '[\n{"n": 1, "items": [{"id" 1}]},\n{"n": 2, "items": [{"id": 3}]},\n'
            '{"n": 4, "items": [{"id": 5}]}\n]\n',
            [(2, None, "json"), (3, {"id": 3}, ""), (4, {"id": 5}, "")],
        ),
        # An honest end that is missing: the record before it is whole.
        (
            '{"items": [\n  {"id": 1, "a": [{"id": 2}]}\n',
            [(2, {"id": 1, "a": [{"id": 2}]}, ""), (2, None, "json")],
        ),
    ],
)
def test_the_next_record_is_kept(tmp_path: Path, text: str, found: list[Any]) -> None:
    path = tmp_path / "document.json"
    path.write_text(text)
    records = json_records(path, ("items", "*.items"), is_record)
    assert [(r.line, r.value, r.reason) for r in records] == found


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_blank_lines_of_a_table_count_as_lines_alone(tmp_path: Path, end: str) -> None:
    path, tally = tmp_path / "table.csv", Tally()
    path.write_bytes(
        end.join(["", "a,b", "", "", "1,2", "", '"x"y,', "", '"3', '",4', ""]).encode()
    )
    (batch,) = delimited_batches(path, tally, batch_rows=10)
    assert batch.columns == {"a": ["1", f"3{end}"], "b": ["2", "4"]}
    assert batch.lines == [5, 9]
    assert [(r.line, r.reason) for r in batch.rejects] == [(7, "quote")]
    assert tally.records == 3
