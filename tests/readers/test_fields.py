"""Text fields to typed columns: what cannot be typed is named, not guessed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from howfar.readers.fields import (
    Faults,
    host_of,
    identifiers,
    nullable,
    raw_table,
    whole_numbers,
)
from howfar.schema.reader import Reject


def one_number(text: str | None, **options: bool) -> tuple[int | None, bool]:
    faults = Faults([1])
    value = whole_numbers([text], faults, "likes", missing=("", "NA"), **options)[0].as_py()
    return value, bool(faults.found)


def test_whole_numbers() -> None:
    assert one_number("0") == (0, False)
    assert one_number("007") == (7, False)
    assert one_number("123456789012") == (123456789012, False)
    for missing in ("", "NA", None):
        assert one_number(missing) == (None, False)


@pytest.mark.parametrize(
    "text",
    [
        *("1,2K", "1.2K", "3M", "1,234", "1.234", "3.7", "-1", "+1", "1e3", "1.7E+17", "true"),
        *(" 1", "٣", "1 ", "0x1", "NaN", "1\n", "9" * 19, "null", "-", "1_000"),
    ],
)
def test_what_is_no_whole_number(text: str) -> None:
    assert one_number(text) == (None, True)
    assert one_number(text, decimal_zero=True) == (None, True)


def test_floats_that_are_whole_are_taken_only_where_asked_for_and_exact() -> None:
    assert one_number("218.0") == (None, True)
    assert one_number("218.0", decimal_zero=True) == (218, False)
    assert one_number("218.00", decimal_zero=True) == (218, False)
    assert one_number("218.5", decimal_zero=True) == (None, True)
    assert one_number("1234567890123456.0", decimal_zero=True) == (None, True)


@pytest.mark.parametrize("text", ["1.23E+17", "1,23E+17", "1e18", "123E10", "12.0", "12."])
def test_ids_that_a_spreadsheet_has_rounded(text: str) -> None:
    faults = Faults([1])
    identifiers([text], faults, "id")
    assert faults.found[0][0] == "id"


@pytest.mark.parametrize("text", ["1700000000000000001", "1e", "e5", "at://x/1.2", "dQw4w9WgXcQ"])
def test_ids_that_are_whole(text: str) -> None:
    faults = Faults([1])
    assert identifiers([text], faults, "id", required=True).to_pylist() == [text]
    assert faults.found == {}


def test_missing_ids_count_only_where_required() -> None:
    optional, required = Faults([1, 2]), Faults([1, 2])
    assert identifiers(["", "?"], optional, "id", missing=("", "?")).to_pylist() == [None, None]
    identifiers(["", "?"], required, "id", missing=("", "?"), required=True)
    assert (len(optional.found), len(required.found)) == (0, 2)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Example.org/a?b#c", "example.org"),
        ("HTTP://user:pw@example.org:80", "example.org"),
        ("https://example.org?x=@evil.example", "example.org"),
        ("https://example.org/@name", "example.org"),
        ("https://www2.example.org", "www2.example.org"),
        ("ftp://example.org", None),
        ("example.org", None),
        ("", None),
        (None, None),
    ],
)
def test_hosts(url: str | None, host: str | None) -> None:
    assert host_of(pa.array([url], pa.string())).to_pylist() == [host]


def test_empty_is_missing_and_zero_is_not() -> None:
    assert nullable(["", "0", None, "?"]).to_pylist() == [None, "0", None, "?"]


def test_the_first_reason_of_a_row_stands_and_lines_stay_in_order() -> None:
    faults = Faults([10, 20, 30])
    faults.mark(np.array([False, True, False]), "number", "first")
    faults.mark(np.array([True, True, False]), "date", "second")
    before = [Reject(15, "columns", "")]
    batch = faults.apply(raw_table({"line": [10, 20, 30]}, 3), before)
    assert batch.posts["line"].to_pylist() == [30]
    assert [(r.line, r.reason) for r in batch.rejects] == [
        (10, "date"),
        (15, "columns"),
        (20, "number"),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [("999999999999", 999_999_999_999), ("1000000000000", None), ("9" * 18, None)],
)
def test_counts_that_no_post_can_have_are_rejected(text: str, value: int | None) -> None:
    assert one_number(text) == (value, value is None)
