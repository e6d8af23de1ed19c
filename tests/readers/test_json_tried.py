"""What was read in vain is not read again: the work is bounded, and no outcome differs."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from howfar.readers import json_records as module
from howfar.readers.json_records import json_records
from howfar.readers.json_tried import Tried

DEPTH = 120
FILLING = f'"p": "{"x" * 2_000}",\n"q": [1, 2],\n'


def is_record(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value


def nested(core: str, before: str, after: str) -> bytes:
    """A list flush left: a broken record, objects inside of one another, an intact record."""
    text = '[\n{"id": 1,,},\n' + before * DEPTH + core + after * DEPTH + ',\n{"id": 2}\n]\n'
    return text.encode("utf-8", "surrogateescape")


DEEPER = "{" + FILLING + '"a":\n'
SHAPES = {
    "objects": nested('{"z": 1}', DEEPER, "}"),
    "records beside": nested('{"z": 1}', '{"r": {"id": 7},\n' + FILLING + '"a":\n', "}"),
    "a record at the bottom": nested(' {"id": 7}', DEEPER, "}"),
    "broken at the bottom": nested('{"z":,}', DEEPER, "}"),
    "damaged at the bottom": nested('{"z": "\udcff"}', DEEPER, "}"),
    "damaged at each": nested('{"z": 1}', DEEPER, ',"t": "\udcff"}'),
    "never closed": nested('{"z": 1}', DEEPER, ""),
    "in lists of one line": nested('{"z": 1}', '{"p": 1, "a": [0,', "]}"),
}


@pytest.fixture
def characters(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many characters each attempt to read a value went through."""
    counted: list[int] = []
    parse_at = module.parse_at

    def counting(text: str, at: int) -> tuple[Any, int, str]:
        value, end, reason = parse_at(text, at)
        counted.append(end - at)
        return value, end, reason

    monkeypatch.setattr(module, "parse_at", counting)
    return counted


@pytest.mark.parametrize("shape", SHAPES)
def test_what_stands_inside_of_one_another_is_not_read_as_often_as_it_is_deep(
    shape: str, tmp_path: Path, characters: list[int]
) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(SHAPES[shape])
    found = list(json_records(path, ("",), is_record))
    assert [(r.value, r.reason) for r in found] == [(None, "json"), ({"id": 2}, "")]
    # In vain from the outermost object, and from there again; each object once would be 60 times.
    assert sum(characters) < 8 * len(SHAPES[shape])
    assert len(characters) < 20


def test_values_that_are_too_long_end_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, characters: list[int]
) -> None:
    monkeypatch.setattr(module, "LONGEST", 50_000)
    monkeypatch.setattr(module, "_MOST_RETRIED", 400_000)
    monkeypatch.setattr(module, "_REREAD_EACH", 2)
    path = tmp_path / "document.json"
    path.write_bytes(SHAPES["objects"])
    whole = len(SHAPES["objects"])
    list(json_records(path, ("",), is_record))
    assert sum(characters) < 2 * whole + 400_000 + 2 * whole


def damaged(rng: random.Random) -> str:
    """A document of records inside of others, changed at a few places."""

    def value(depth: int) -> Any:
        kind = rng.random()
        if depth > 4 or kind < 0.2:
            return rng.choice([0, None, "a", 'b,{"c', "[{", "é", "\udcff"])
        inner = [value(depth + 1) for _ in range(rng.randrange(4))]
        if kind < 0.5:
            return inner
        names = rng.sample(["id", "a", "b", "items"], len(inner))
        return dict(zip(names, inner, strict=True))

    rows = [{"id": n, "x": value(0)} for n in range(rng.randrange(1, 8))]
    whole: Any = rng.choice([rows, {"items": rows}])
    text = json.dumps(whole, indent=rng.choice([None, 0, 0, 1]), ensure_ascii=False)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text))
        put = rng.choice(["", "", "{", "}", "[", "]", ",", '"', "\n", "\n{", "x", '"id": 1,'])
        text = text[:at] + put + text[at + rng.randrange(3) :]
    return text


@pytest.mark.parametrize("lists", [("",), ("items", "")])
def test_no_outcome_differs_from_that_of_reading_all_again(
    lists: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, answered = random.Random(7), 0
    remembered = Tried.is_record

    def counting(self: Tried, place: int) -> bool | None:
        nonlocal answered
        answered += remembered(self, place) is not None
        return remembered(self, place)

    path = tmp_path / "document.json"
    for number in range(600):
        path.write_bytes(damaged(rng).encode("utf-8", "surrogateescape"))
        monkeypatch.setattr(Tried, "is_record", counting)
        quick = list(json_records(path, lists, is_record))
        monkeypatch.setattr(Tried, "is_record", lambda self, place: None)
        assert quick == list(json_records(path, lists, is_record)), number
    assert answered > 100


def test_a_broken_line_behind_a_broken_brace_has_a_reason_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text('[\n{\n{"id": 1,}\n{"a":{"b":\n{"id": 2}\n]')
    found = [(r.line, r.value, r.reason) for r in json_records(path, ("",), is_record)]
    assert found[1:] == [(4, None, "json"), (5, {"id": 2}, "")]
