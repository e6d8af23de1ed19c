"""Posts of X taken many at once: exactly what the careful path gives, on whatever file."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.readers.reader_cases import FIXTURES

from howfar.errors import InputError
from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.readers import x_api_v2, x_decode
from howfar.readers.documents import FileDocument
from howfar.readers.line_chunks import line_chunks
from howfar.readers.protect import Origin, Protector
from howfar.readers.text_lines import text_lines
from howfar.readers.x_api_v2 import XApiV2
from howfar.readers.x_decode import Lines
from howfar.schema.reader import ReadContext, Reject, Tally
from howfar.schema.tables import TIME
from howfar.store.segments import SegmentSet
from howfar.study.registry import Registry

CAREFUL = XApiV2(careful=True)
CHUNKS = (300, 5_000, 128 * 1024)
USER = {"id": "7", "username": "resident", "name": "A B", "public_metrics": {"followers_count": 3}}
POST: dict[str, Any] = {
    "id": "170",
    "text": "Ferries: again https://t.co/a",
    "author_id": "7",
    "created_at": "2023-09-08T06:00:00.000Z",
    "lang": "en",
    "conversation_id": "169",
    "in_reply_to_user_id": "8",
    "public_metrics": {"like_count": 4, "retweet_count": 0, "impression_count": 90},
    "entities": {
        "urls": [
            {"start": 1, "end": 5, "expanded_url": "https://x.com/a/status/1"},
            {"expanded_url": "https://t.co/b", "unwound_url": "https://www.example.org/a:b"},
        ],
        "mentions": [{"start": 0, "end": 3, **USER}],
    },
    "referenced_tweets": [
        {"type": "quoted", "id": "5"},
        {"type": "replied_to", "id": "6", "author_id": "8", "author": {"username": "harbour"}},
    ],
    "geo": {"place_id": "p1", "country_code": "NZ"},
    "attachments": {"media_keys": ["3_1"], "media": [{"media_key": "3_1", "type": "photo"}]},
    "author": USER,
    "__twarc": {"retrieved_at": "2023-09-10T00:00:00+00:00"},
}
PAGE: dict[str, Any] = {
    "data": [
        {
            **{k: v for k, v in POST.items() if k not in ("author", "geo", "attachments")},
            "id": "1",
            "referenced_tweets": [{"type": "quoted", "id": "5"}, {"type": "replied_to", "id": "6"}],
        },
        {
            "id": "2",
            "text": "",
            "author_id": "7",
            "created_at": "2020-01-01T00:00:00.000Z",
            "public_metrics": {"impression_count": 0},
            "geo": {"place_id": "p1"},
            "attachments": {"media_keys": ["3_1"]},
            "referenced_tweets": [{"type": "retweeted", "id": "9"}],
            "withheld": {"copyright": False, "country_codes": ["DE", "FR"]},
        },
    ],
    "includes": {
        "users": [USER, {"id": "8", "username": "harbour"}],
        "tweets": [{"id": "9", "text": "t", "author_id": "8"}],
        "places": [{"id": "p1", "country_code": "KE"}],
        "media": [{"media_key": "3_1", "type": "video"}],
    },
    "meta": {"result_count": 2},
    "__twarc": {"retrieved_at": "2023-09-10T00:00:00+00:00"},
}


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _without(*names: str, **changes: Any) -> bytes:
    return _line({k: v for k, v in (POST | changes).items() if k not in names})


def _read(reader: XApiV2, path: Path, rows: int) -> Any:
    """All that a reader gives: batch by batch, with the records counted so far."""
    tally = Tally()
    batches: list[Any] = []
    try:
        for batch in reader.read(FileDocument(path), ReadContext("x", batch_rows=rows), tally):
            kept = {
                name: batch.posts[name].to_pylist() for name in sorted(batch.posts.schema.names)
            }
            types = [batch.posts.schema.field(name).type for name in kept]
            posts = (kept, types) if len(batch.posts) else ()
            batches.append((posts, batch.rejects, tally.records))
    except InputError as error:
        batches.append(str(error))
    return batches, tally.records, list(tally.unknown_columns.items()), tally.notes


def _agree(path: Path) -> Any:
    for rows in (3, 50_000):
        expected = _read(CAREFUL, path, rows)
        for chunk in CHUNKS:
            assert _read(XApiV2(chunk=chunk), path, rows) == expected
    return expected


@pytest.mark.parametrize("name", ["good.jsonl", "hostile.jsonl"])
def test_fixtures_are_read_alike(name: str) -> None:
    _agree(FIXTURES / "x-api-v2" / name)


def test_real_samples_are_read_alike(shared: Path) -> None:
    folder = shared / "samples" / "x-api-v2"
    if not folder.is_dir():
        pytest.skip("the samples of X API v2 are not in the folder of real data")
    for path in sorted(folder.glob("*.json*")):
        _agree(path)


def test_what_is_known_is_taken_at_once() -> None:
    """Else the comparisons here would compare the careful path with itself."""
    lines = Lines()
    lines.add(b"\n".join([_line(POST), _line(PAGE), _line(PAGE | {"data": PAGE["data"][0]})]))
    posts, numbers, doubtful = lines.out()
    assert posts["post_id"].to_pylist() == ["170", "1", "2", "1"]
    assert numbers.tolist() == [1, 2, 2, 3]
    assert doubtful == []
    assert posts["relation"].to_pylist() == ["reply", "reply", "repost", "reply"]
    assert posts["parent_author_handle"].to_pylist() == ["harbour"] * 4
    assert posts["link"].to_pylist() == ["example.org", "example.org", None, "example.org"]
    assert posts["country"].to_pylist() == ["NZ", None, "KE", None]
    assert posts["kind"].to_pylist() == ["photo", "link", "video", "link"]
    assert posts["withheld_in"].to_pylist() == [None, None, ["DE", "FR"], None]


LINES = {
    "twins far inside": _line(POST).replace(
        b'"username":"resident"', b'"username":"a","username":"b"'
    ),
    "a twin and a colon as an escape": _line(POST)
    .replace(b'"lang":"en",', b'"lang":"en","lang":"en",')
    .replace(b"Ferries:", b"Ferries\\u003a"),
    "twin with space before the colon": _line(POST).replace(b'"lang"', b'"lang" :"de","lang"'),
    "two objects": _line(POST) + _line(POST),
    "an object over two lines": _line(POST).replace(b',"lang"', b',\n"lang"'),
    "a blank line more, an object less": b"\n" + _line(POST) + b" " + _line(POST),
    "cut": _line(POST)[:-9],
    "float": _line(POST).replace(b'"like_count":4', b'"like_count":4.0'),
    "exponent": _line(POST).replace(b'"like_count":4', b'"like_count":4e0'),
    "true": _line(POST).replace(b'"like_count":4', b'"like_count":true'),
    "negative": _line(POST).replace(b'"like_count":4', b'"like_count":-4'),
    "minus zero": _line(POST).replace(b'"like_count":4', b'"like_count":-0'),
    "too many": _line(POST).replace(b'"like_count":4', b'"like_count":1000000000000'),
    "NaN": _line(POST).replace(b'"like_count":4', b'"like_count":NaN'),
    "id as a number": _without(id=170),
    "id as text": _without(id="17x"),
    "id empty": _without(author_id=""),
    "id in other digits": _without(author_id="١٢"),
    "id null": _without(author_id=None),
    "no id": _without("id"),
    "parent without id": _without(referenced_tweets=[{"type": "replied_to"}]),
    "parent of no kind": _without(referenced_tweets=[{"id": "1"}]),
    "no such day": _without(created_at="2023-02-30T00:00:00.000Z"),
    "leap second": _without(created_at="2016-12-31T23:59:60.000Z"),
    "hour 24": _without(created_at="2016-12-31T24:00:00.000Z"),
    "no zone": _without(created_at="2023-02-20T00:00:00.000"),
    "another zone": _without(created_at="2023-02-20T00:00:00+02:00"),
    "before the platform": _without(created_at="1970-01-01T00:00:00.000Z"),
    "no time": _without("created_at"),
    "new field": _without(fresh=1),
    "new field deep inside": _without(author=USER | {"fresh": {"a": {"b": 1}}}),
    "nul": _without(text="a\x00b"),
    "nul where it is not read": _without(source="a\x00b"),
    "raw nul": _line(POST).replace(b"again", b"a\0n"),
    "half a character": _line(POST).replace(b"again", b"\\ud83d"),
    "a character in two escapes": _line(POST).replace(b"again", b"\\ud83d\\ude00"),
    "bad bytes": _line(POST).replace(b"again", b"\xff"),
    "bad bytes where it is not read": _without(source="@").replace(b"@", b"\xff"),
    "mark in front": b"\xef\xbb\xbf" + _line(POST),
    "explicit nulls": _line(dict.fromkeys(POST, None) | {"id": "1", "text": None}),
    "empty objects": _without(author={}, geo={}, withheld={}, note_tweet={}, attachments={}),
    "long text": _without(note_tweet={"text": "long"}),
    "poll": _without(attachments={"poll_ids": ["1"]}),
    "withheld": _without(withheld={"country_codes": None}),
    "wrong kinds": _without(entities=[], geo="NZ"),
    "list": b"[]",
    "error": _line({"errors": [{"title": "Not Found"}]}),
    "page without posts": _line({"meta": {"result_count": 0}}),
    "page with a twin": _line({"data": [{"id": "1", "text": "a"}, {"id": "1", "text": "b"}]}),
    "page with a bad post": _line(PAGE | {"data": [*PAGE["data"], {"id": "x", "text": ""}]}),
    "page with a stranger": _line(PAGE | {"data": [*PAGE["data"], {"id": "1", "username": "a"}]}),
    "page with an inlined author": _line(PAGE | {"data": [POST | {"author": {}}]}),
    "page with an account without id": _line(
        PAGE | {"data": [{"id": "1", "text": "a"}], "includes": {"users": [USER | {"id": ""}]}}
    ),
    "an object with an id and a time": _line({"id": "3", "created_at": POST["created_at"]}),
    "page with an object with an id": _line(PAGE | {"data": [*PAGE["data"], {"id": "3"}]}),
    "text alone": _line({"id": "3", "created_at": POST["created_at"], "text": "a"}),
    "history alone": _without("text", "author_id", edit_history_tweet_ids=["170"]),
    "page with an endless name": _line(
        PAGE | {"includes": {"users": [USER | {"name": "n" * 1_001}, {"id": "8", "username": "b"}]}}
    ),
    "page with an endless handle of a parent": _line(
        PAGE | {"includes": {"users": [USER, {"id": "8", "username": "b" * 1_001}]}}
    ),
    "page with an endless place": _line(
        PAGE | {"includes": {"places": [{"id": "p1", "country_code": "N" * 1_001}]}}
    ),
    "page retrieved at no time": _line(PAGE | {"__twarc": {"retrieved_at": "2" * 1_001}}),
    "deep": b'{"id":"1","text":"a","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
}


@pytest.mark.parametrize("name", LINES)
def test_doubtful_lines_among_plain_ones(tmp_path: Path, name: str) -> None:
    path = tmp_path / "posts.jsonl"
    plain = [_without(id=str(n)) for n in range(200, 209)]
    for place in (0, 4, 9):
        path.write_bytes(b"\n".join([*plain[:place], LINES[name], *plain[place:]]) + b"\n")
        batches, records, _, _ = _agree(path)
        rows = sum(len(posts[0]["line"]) for posts, _, _ in batches if posts)
        rejects = sum(len(rejects) for _, rejects, _ in batches)
        assert rows + rejects == records
        assert rows >= 9


def test_what_a_page_includes_is_not_made_to_fill_the_memory() -> None:
    """A name of five million letters beside each of three hundred posts."""
    users = [{"id": "7", "username": "u" * 2_500_000, "name": "n" * 2_500_000}]
    data = [{"id": str(n), "text": "a", "author_id": "7"} for n in range(1, 301)]
    lines = Lines()
    lines.add(_line({"data": data, "includes": {"users": users}}))
    posts, _, doubtful = lines.out()
    assert len(posts) == 0
    assert [number for number, _ in doubtful] == [1]


def test_a_name_beyond_all_measure_is_nobodys(tmp_path: Path) -> None:
    page = PAGE | {"includes": {"users": [USER | {"name": "n" * 1_001}]}}
    path = tmp_path / "posts.jsonl"
    path.write_bytes(_line(PAGE) + b"\n" + _line(page) + b"\n")
    batches, _, _, _ = _agree(path)
    (kept, _), _, _ = batches[0]
    assert kept["author_name"] == [USER["name"], USER["name"], None, None]
    assert kept["author_id"] == ["7"] * 4


def test_what_is_plain_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members are counted; the slow comparison is for what that does not settle."""

    class Never:
        def encode(self, value: object) -> bytes:
            raise AssertionError("encoded again")

    monkeypatch.setattr(x_decode, "_encoder", Never())
    assert x_decode._at_once(b"\n".join([_line(POST), _line(PAGE), _line(POST)])) is not None
    twin = _line(POST).replace(b'"lang":"en"', b'"lang":"en","lang":"en"')
    with pytest.raises(AssertionError, match="encoded again"):
        x_decode._at_once(twin)


def test_nothing_gives_empty_columns() -> None:
    posts, numbers, doubtful = Lines().out()
    assert len(posts) == len(numbers) == len(doubtful) == 0
    assert "created_at" in posts.column_names


VALUES = (b"null", b'""', b"1", b'"5"', b"[]", b"{}", b"1.5", b"true", b'"a:b"', b'"x\\u003ay"')
PIECES = (
    *(b"\0", b"\xff", b"\r", b"\r\n", b"\n", b" ", b'"', b"\\", b"{", b"}", b",", b":", b"NaN"),
    *(b'"id":"1",', b'"text":null,', b'"data":[],', b'"meta":{},', b'"fresh":1,', b'"x" : 1,'),
    *(b'"lang":"",', b'"withheld":{},', b'"author":{},', b"\xe2\x80\xa8", b"\xc2\x85", b"\x0c"),
)


def _mutated(line: bytes, draw: random.Random) -> bytes:
    """A line with something done to it: cut, flipped, spliced, doubled, a value or name changed."""
    kind, at = draw.randrange(8), draw.randrange(len(line) + 1)
    if kind == 0:
        return line[:at]
    if kind == 1:
        flipped = line[at - 1] ^ (1 << draw.randrange(8)) if line else 0
        return line[: at - 1] + bytes([flipped]) + line[at:]
    if kind == 2:
        return line[:at] + draw.choice(PIECES) + line[at:]
    marks = {3: rb"\{", 4: rb'(?<=":)(?:"[^"]*"|\d+|true|null)', 5: rb'(?<=")\w+(?=":)'}
    marks |= {6: rb'"\w+":(?:"[^"]*"|\d+),', 7: rb":"}
    found = list(re.finditer(marks[kind], line))
    if not found:
        return line + line
    one = draw.choice(found)
    new = {
        3: b"{" + draw.choice(PIECES),
        4: draw.choice(VALUES),
        5: draw.choice((b"id", b"data", b"fresh", b"errors", b"author_id")),
        6: one[0] * 2,
        7: draw.choice((b" :", b": ", b"\t:")),
    }[kind]
    return line[: one.start()] + new + line[one.end() :]


@pytest.mark.parametrize("seed", range(60))
def test_mutated_files_are_read_alike(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    fixture = FIXTURES / "x-api-v2"
    pool = [_line(POST), _line(PAGE)] * 20 + [
        line
        for name in ("good.jsonl", "hostile.jsonl")
        for line in (fixture / name).read_bytes().split(b"\n")
        if line and len(line) < 10_000
    ]
    lines = [_line(POST)]
    for _ in range(draw.randint(1, 30)):
        line = draw.choice(pool)
        for _ in range(draw.choice((0, 0, 0, 1, 1, 2))):
            line = _mutated(line, draw)
        lines.append(line)
    path = tmp_path / "posts.jsonl"
    path.write_bytes(draw.choice((b"\n", b"\n", b"\r\n", b"\n\n")).join(lines))
    _agree(path)


def test_tables_are_the_same_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    odd = [LINES[name] for name in ("new field", "no such day", "cut", "page with a bad post")]
    lines = [_without(id=str(n)) if n % 7 else odd[n % 4] for n in range(1, 400)]
    path.write_bytes(b"\n".join(lines))
    protector = Protector(Pseudonymiser(b"k" * 32), Registry())
    origin = Origin("x", 1, path.name, None, "unknown", pa.scalar(None, TIME), False)

    def written(name: str, reader: XApiV2) -> dict[str, str]:
        (tmp_path / name).mkdir()
        segments = SegmentSet(tmp_path / name, 1, 1)
        context = ReadContext("x", batch_rows=50)
        for batch in reader.read(FileDocument(path), context, Tally()):
            for table, rows in protector.tables(batch, origin).items():
                segments.write(table, rows)
        return {table: segment.sha256 for table, segment in segments.close().items()}

    expected = written("careful", CAREFUL)
    assert set(expected) == {"posts", "counts", "account_counts", "rejects"}
    for chunk in (*CHUNKS, 1_000):
        assert written(f"chunk{chunk}", XApiV2(chunk=chunk)) == expected


def test_a_page_of_a_million_empty_objects_is_not_made_into_posts() -> None:
    lines = Lines()
    lines.add(b'{"data":[' + b"{}," * 1_000_000 + b"{}]}")
    assert lines.out()[2][0][0] == 1
    assert lines.first == 2


SNIPPETS = st.sampled_from(
    [b"a", b"\n", b"\r", b"\r\n", b"\xff", b"\xe4\xb8", b"\xe4\xb8\xad", b"\0", b" ", b"long " * 9]
)


@settings(deadline=None)
@given(
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"]),
    st.lists(SNIPPETS, max_size=30).map(b"".join),
    st.sampled_from([1, 5, 40, 1_000]),
)
def test_chunks_hold_the_lines_of_the_text(
    tmp_path_factory: pytest.TempPathFactory, mark: bytes, data: bytes, size: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.txt"
    path.write_bytes(mark + data)
    lines: list[str] = []
    for chunk in line_chunks(path, size):
        if chunk.text is not None:
            lines += chunk.text
        else:
            text = chunk.data.decode("utf-8", "howfar-mark")
            lines += re.findall(r"[^\n]*\n|[^\n]+", text)
    assert [line.rstrip("\r\n") for line in lines] == [
        line.rstrip("\r\n") for line in text_lines(path)
    ]


def test_a_line_beyond_all_measure_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("text_lines", "json_lines", "line_chunks"):
        monkeypatch.setattr(f"howfar.readers.{module}.LONGEST", 5_000)
    monkeypatch.setattr("howfar.readers.line_chunks._MOST_BYTES", 20_000)
    path = tmp_path / "posts.jsonl"
    for length in (5_000, 25_000, 200_000):
        for end in (b"\n", b"\r", b"\r\n"):
            lines = [_line(POST), _without(text="x" * length), _line(POST)]
            path.write_bytes(end.join(lines))
            batches, records, _, _ = _agree(path)
            assert records == 3
            assert [r for _, rejects, _ in batches for r in rejects] == [
                Reject(2, "too_long", "expected a line of at most 8 Mi characters")
            ]


def test_chunks_of_blank_lines_are_passed_over_at_once(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(b"\n" * 3000 + _without(id="200") + b"\n" * 3000 + b"{broken\n" + b"\n" * 3000)
    expected = _read(CAREFUL, path, 50_000)
    seen: list[int] = []
    one_by_one = x_api_v2._Reading._line

    def counted(self: Any, number: int, text: bytes) -> Any:
        seen.append(number)
        return one_by_one(self, number, text)

    monkeypatch.setattr(x_api_v2._Reading, "_line", counted)
    assert _read(XApiV2(chunk=500), path, 50_000) == expected
    assert {3001, 6001} <= set(seen)
    assert len(seen) < 3_000
