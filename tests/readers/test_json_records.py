"""Whole JSON documents: the same records as a plain parser gives, and broken ones alone lost."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.readers import json_records as module
from howfar.readers import json_window
from howfar.readers.json_records import json_records

Row = tuple[int, Any, str]

TEXTS = st.text(max_size=12).filter(lambda t: "\x00" not in t and t.isprintable())
INNER = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | TEXTS,
    lambda v: st.lists(v, max_size=3) | st.dictionaries(TEXTS, v, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 10**18), "x": INNER}), max_size=6)


def is_record(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value


def records(path: Path, content: str | bytes, *lists: str) -> list[Row]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [(r.line, r.value, r.reason) for r in json_records(path, lists, is_record)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "document.json"


@given(rows=RECORDS, indent=st.sampled_from((None, 0, 1, 2, "\t")), form=st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_every_form_gives_the_records_of_a_plain_parser(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], indent: Any, form: int
) -> None:
    path = tmp_path_factory.mktemp("forms") / "document.json"
    text = {
        0: lambda: json.dumps({"kind": "page", "items": rows, "next": {"a": [1]}}, indent=indent),
        1: lambda: json.dumps(rows, indent=indent),
        2: lambda: "\n".join(json.dumps(row) for row in rows),
        3: lambda: json.dumps({"a": {"list": [{"n": 1, "items": rows}, 3]}}, indent=indent),
    }[form]()
    found = records(path, text, "items", "", "a.list.*.items")
    assert [value for _, value, _ in found] == rows
    assert {reason for _, _, reason in found} <= {""}
    if form == 2:
        assert [line for line, _, _ in found] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("victim", [0, 3, 7])
def test_a_broken_record_costs_only_itself(file: Path, indent: int | None, victim: int) -> None:
    rows = [{"id": n, "list": [{"id": 99}], "t": 'a "{b}, [c' * 3} for n in range(8)]
    text = json.dumps({"items": rows, "paging": {"next": None}}, indent=indent)
    draw = random.Random(victim)
    for breaker in ("}", "{", '"', ",,", "\x01", "nope"):
        at = text.index(f'"id": {victim}') + draw.choice((0, 6, 7))
        found = records(file, text[:at] + breaker + text[at:], "items")
        kept = [value for _, value, reason in found if not reason]
        assert [row for row in rows if row["id"] != victim] == [
            value for value in kept if value["id"] != victim
        ], breaker
        assert len([r for r in found if r[2]]) <= 1
        if len(kept) != len(rows):
            assert len([r for r in found if r[2]]) == 1


def test_broken_lines_of_json_lines_give_no_inner_objects(file: Path) -> None:
    text = '{"id":1,"in":[{"id":8},{"id":9}],}\n{"id":2}\n\n{"id":3,"id":3}\n{"id":4}\n{"id":'
    assert records(file, text, "items") == [
        (1, None, "json"),
        (2, {"id": 2}, ""),
        (4, None, "duplicate_key"),
        (5, {"id": 4}, ""),
        (6, None, "json"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"id":1},{"id":NaN},{"id":2}]', "number"),
        ('[{"id":1},{"id":%s},{"id":2}]' % ("9" * 5_000), "number"),
        ('[{"id":1},{"id":0,"id":0},{"id":2}]', "duplicate_key"),
        ('[{"id":1},{"id":0,"x":%s},{"id":2}]' % ("[" * 20_000), "depth"),
        ('[{"id":1},{"id":"\x00"},{"id":2}]', "nul"),
        ('[{"id":1},{"id":"\t"},{"id":2}]', "json"),
    ],
)
def test_reasons(file: Path, text: str, reason: str) -> None:
    found = records(file, text, "")
    assert [(value or {}).get("id") for _, value, _ in found] == [1, None, 2]
    assert [why for _, _, why in found] == ["", reason, ""]


def test_damaged_bytes_cost_their_record(file: Path) -> None:
    found = records(file, b'{"items":[{"id":1},{"id":2,"t":"\xff"},{"id":3}]}', "items")
    assert found == [(1, {"id": 1}, ""), (1, None, "encoding"), (1, {"id": 3}, "")]


def test_a_document_that_ends_early_says_so_once(file: Path) -> None:
    whole = json.dumps({"items": [{"id": n} for n in range(3)]}, indent=1)
    for end in range(len(whole) - 1, whole.index('"id": 0'), -1):
        found = records(file, whole[:end], "items")
        kept = [value["id"] for _, value, reason in found if not reason]
        assert kept == list(range(len(kept)))
        assert [reason for _, _, reason in found][-1] == "json", end
        assert len(found) == len(kept) + 1


def test_lines_count_any_line_end(file: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        text = json.dumps([{"id": 1}, {"id": 2}], indent=1).replace("\n", end)
        assert [line for line, _, _ in records(file, text, "")] == [2, 5]


def test_what_stood_around(file: Path) -> None:
    text = '{"name":"a","n":{"x":1},"chats":[{"id":7,"messages":[{"id":1}],"late":1},'
    text += '{"messages":[{"id":2}]}]}'
    file.write_text(text)
    found = list(json_records(file, ("chats.*.messages",), is_record))
    assert [(r.value["id"], dict(r.around)) for r in found] == [
        (1, {"name": "a", "id": 7}),
        (2, {"name": "a"}),
    ]


def test_a_broken_message_does_not_lend_its_chat_to_the_next(file: Path) -> None:
    chats = [{"id": c, "messages": [{"id": 10 * c + n} for n in range(2)]} for c in (1, 2)]
    text = json.dumps({"chats": chats}, indent=1).replace('"id": 11', '"id": 11,,')
    file.write_text(text)
    found = list(json_records(file, ("chats.*.messages",), is_record))
    assert [(r.value and r.value["id"], r.reason, r.around.get("id")) for r in found] == [
        (10, "", 1),
        (None, "json", None),
        (20, "", 2),
        (21, "", 2),
    ]


def test_records_past_the_limit_are_named_and_passed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 5_000)
    monkeypatch.setattr(json_window, "PIECE", 500)
    text = '[{"id":1},{"id":2,"t":"%s"},{"id":3}]' % ("x" * 9_000)
    assert [(line, why) for line, _, why in records(file, text, "")] == [
        (1, ""),
        (1, "too_long"),
        (1, ""),
    ]


def test_small_pieces_change_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": n, "t": 'é{}[],"\\' * (n % 7), "e": [{"a": 1.5}] * (n % 5)} for n in range(200)]
    for indent in (None, 2):
        text = json.dumps({"k": 1, "items": rows}, indent=indent).replace('"id": 70,', '"id": 70;')
        whole = records(file, text, "items")
        for piece in (1, 7, 300, 1_000):
            monkeypatch.setattr(json_window, "PIECE", max(piece, 300))
            assert records(file, text, "items") == whole
        assert [why for _, _, why in whole].count("json") == 1
        assert len(whole) == 200


def test_no_document_takes_longer_than_its_size_justifies(file: Path) -> None:
    # Each comma might begin a record; every attempt runs into the depth limit.
    text = "[" + ',{"a":[' * 200_000
    found = records(file, text, "")
    assert 1 <= len(found) <= 3
    assert {reason for _, _, reason in found} <= {"depth", "json"}


CUT = ('"uri"', '"uri":', "", '"a": "x', '"a": {"b": 1', '"a": [1,')


@pytest.mark.parametrize("cut", CUT)
def test_a_cut_line_does_not_take_the_next_one_for_its_end(file: Path, cut: str) -> None:
    text = f'{{"id": 1, {cut}\n{{"id": 2}}\n7\n{{"id": 3}}\n"x"\n'
    first, *others = records(file, text, "data")
    assert first == (1, None, "json")
    assert others == [(2, {"id": 2}, ""), (3, 7, ""), (4, {"id": 3}, ""), (5, "x", "")]


def test_lines_behind_a_lone_bracket_are_lines(file: Path) -> None:
    page = {"data": [{"id": 3}, {"id": 4}]}
    lines = [*({"id": n} for n in range(3)), page, {"id": 5}]
    text = "\n".join(["[", *map(json.dumps, lines)]) + "\n"
    expected = [(n + 2, {"id": n}, "") for n in range(3)]
    expected += [(5, {"id": 3}, ""), (5, {"id": 4}, ""), (6, {"id": 5}, "")]
    assert records(file, text, "data", "") == [(1, None, "json"), *expected]
    # One comma that is lost does not make lines of a list, nor does a record over several lines.
    rows = '[\n{"id": 1},\n{"id": 2}\n{"id": 3},\n{"id": 4}\n]\n'
    assert [value for _, value, _ in records(file, rows, "")] == [
        {"id": 1},
        None,
        {"id": 3},
        {"id": 4},
    ]
    assert records(file, '[]\n{"id": 1}\n{"id": 2}\n', "") == [
        (2, {"id": 1}, ""),
        (3, {"id": 2}, ""),
    ]


def test_a_page_behind_a_line_that_is_cut_at_a_comma(file: Path) -> None:
    text = '{"id": 1, "t": "a,\n{"data": [{"id": 2}, {"id": 3}]}\n{"id": 4}\n'
    assert records(file, text, "data") == [
        (1, None, "json"),
        (2, {"id": 2}, ""),
        (2, {"id": 3}, ""),
        (3, {"id": 4}, ""),
    ]


def test_a_brace_that_is_left_over_is_broken_on_its_own_line(file: Path) -> None:
    page = '{"data": [{"id": 1}]}'
    assert records(file, f"{page}{{\n{page}\n", "data") == [
        (1, {"id": 1}, ""),
        (1, None, "json"),
        (2, {"id": 1}, ""),
    ]
