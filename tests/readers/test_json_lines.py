"""JSON Lines: the fast parser gives what the careful one gives, or leaves it to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from howfar.readers import json_lines as module
from howfar.readers import text_lines
from howfar.readers.json_lines import json_lines, parse, parse_carefully

KEYS = st.sampled_from(["a", "b", 'q"', 'c":', "\\", "d\\", "", "e :"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def same(left: Any, right: Any) -> bool:
    """Equal with types: 1, 1.0 and true are three things to a count."""
    return repr(left) == repr(right)


@given(VALUES, st.booleans(), st.sampled_from([None, (",", ":"), (" ,", " : "), (", ", "\t:")]))
@settings(max_examples=300, deadline=None)
def test_fast_equals_careful_on_valid_json(value: Any, escaped: bool, marks: Any) -> None:
    text = json.dumps(value, ensure_ascii=escaped, separators=marks)
    assert same(parse(text), parse_carefully(text))


@given(
    st.lists(
        st.sampled_from(
            [
                '{"a":1',
                ',"a":2',
                '"a" :3',
                "}",
                "{",
                '"b"',
                ":",
                ",",
                "[",
                "]",
                '"\\u0022:"',
                '"\\":"',
                "1",
                " ",
                "NaN",
                "\\ud800",
                '"',
            ]
        )
    )
)
@settings(max_examples=500, deadline=None)
@example(['{"a":1', ',"a":2', "}"])
@example(['{"a":1', ",", '"a" :3', "}"])
@example(['{"a":1', ',"a":2', ",", '"b"', ":", '"\\u0022:"', "}"])
def test_fast_equals_careful_on_debris(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert same(parse(text), parse_carefully(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":1,"a":1}', "duplicate_key"),
        ('{"x":[{"a":1,"b":2,"a":3}]}', "duplicate_key"),
        ('{"a":1, "a" :2}', "duplicate_key"),
        ('{"a":1,"\\u0061":2}', "duplicate_key"),
        ('{"a":NaN}', "number"),
        ('{"a":-Infinity}', "number"),
        ("[" * 100_000, "depth"),
        ('{"a":' * 100_000, "depth"),
        ('{"a":"x', "json"),
        ('{"a":1}}', "json"),
        ("{'a':1}", "json"),
        ('{"a":01}', "json"),
        ('{"a":"\t"}', "json"),
        ("9" * 5_000, "number"),
        ('{"a":"\x00"}', "nul"),
        ('{"a":"\udc80"}', "encoding"),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    assert parse(text) == (None, reason)


def test_numbers_keep_their_kind_and_every_digit() -> None:
    value, _ = parse('{"a":1742000000000000001,"b":1742000000000000001.0,"c":true,"d":3.7}')
    assert same(value, {"a": 1742000000000000001, "b": 1.742e18, "c": True, "d": 3.7})


def test_lines_blank_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\r\n\r\n  \n[2]\r{"a":3')
    assert list(json_lines(path)) == [(1, {"a": 1}, ""), (4, [2], ""), (5, None, "json")]


def test_a_line_past_the_limit_is_one_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 50)
    monkeypatch.setattr(text_lines, "LONGEST", 50)
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":1}\n{"b":"' + "x" * 500 + '"}\n{"c":2}\n', "utf-8")
    assert list(json_lines(path)) == [(1, {"a": 1}, ""), (2, None, "too_long"), (3, {"c": 2}, "")]
