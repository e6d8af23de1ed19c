"""Column mappings: right ones read any table, wrong ones are told with what there is."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import read_all

from howfar.errors import InputError
from howfar.readers import orange_tab, table_csv, table_jsonl
from howfar.readers.mapping import resolve
from howfar.readers.table_csv import delimiter_of
from howfar.schema.reader import ReadContext, Reader

MINIMAL = {"platform": "=x", "post_id": "Id", "created_at": "When"}


def read(
    path: Path,
    content: str,
    mapping: dict[str, str],
    reader: Reader = table_csv.READER,
    **told: Any,
) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    path.write_text(content, "utf-8")
    context = ReadContext(source="t", timezone=dt.UTC, mapping=mapping, **told)
    rows, rejects, _ = read_all(reader, path, context)
    return rows, [(r.line, r.reason) for r in rejects]


@pytest.mark.parametrize(
    ("change", "what", "expected"),
    [
        ({"likes": "Likes"}, "there is no field 'likes'", "reactions"),
        ({"reaction": "Likes"}, 'did you mean "reactions"', "reactions"),
        ({"reactions": "Like"}, 'did you mean "Likes"', "Id, When, Likes"),
        ({"reactions": "Likes "}, 'did you mean "Likes"', "Id, When, Likes"),
        ({"platform": "=facebok"}, 'did you mean "facebook"', "facebook"),
        ({"relation": "=retweets"}, 'did you mean "retweet"', "repost"),
        ({"reactions": "=5"}, "cannot be '=5' for all rows", "platform"),
        ({"post_id": "=5"}, "cannot be '=5' for all rows", "platform"),
        ({"created_at": "=2024"}, "cannot be '=2024' for all rows", "platform"),
        ({"author_handle": "="}, "cannot be '=' for all rows", "platform"),
        ({"country": "=Germany"}, "country cannot be 'Germany'", "DE"),
        ({"line": "Id"}, "there is no field 'line'", "post_id"),
    ],
)
def test_wrong_mappings_are_told_with_what_there_is(
    tmp_path: Path, change: dict[str, str], what: str, expected: str
) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path / "t.csv", "Id,When,Likes\n", MINIMAL | change)
    assert what in error.value.what
    assert expected in error.value.expected
    assert error.value.where == "t.csv"
    assert error.value.next


@pytest.mark.parametrize("missing", ["platform", "post_id", "created_at"])
def test_what_every_post_needs_must_be_mapped(tmp_path: Path, missing: str) -> None:
    mapping = {k: v for k, v in MINIMAL.items() if k != missing}
    with pytest.raises(InputError, match=f"which column is {missing}") as error:
        read(tmp_path / "t.csv", "Id,When,Likes\n", mapping)
    assert "Id, When, Likes" in error.value.expected


def test_no_mapping_at_all_names_the_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path / "t.csv", "Id,When,Likes\n1,2,3\n", {})
    assert "Id, When, Likes" in error.value.expected


def test_jsonl_names_the_paths_that_there_are(tmp_path: Path) -> None:
    mapping = {"platform": "=x", "post_id": "post.id", "created_at": "post.createdAt"}
    line = json.dumps({"post": {"id": "1", "created_at": "x"}, "@resident": 1})
    with pytest.raises(InputError, match=r'did you mean "post\.created_at"') as error:
        read(tmp_path / "t.jsonl", line, mapping, table_jsonl.READER)
    assert error.value.expected.endswith("post.id, post.created_at")
    assert "resident" not in str(error.value)


def test_jsonl_fields_may_be_rare_but_not_absent(tmp_path: Path) -> None:
    mapping = {"platform": "=x", "post_id": "id", "created_at": "at", "shares": "n"}
    lines = [{"id": str(i), "at": "2024-05-01T00:00:00Z"} for i in range(5)]
    lines[-1]["n"] = "7"
    text = "\n".join(map(json.dumps, lines))
    rows, rejects = read(tmp_path / "t.jsonl", text, mapping, table_jsonl.READER)
    assert [row.get("shares") for row in rows] == [None] * 4 + [7]
    assert rejects == []


def test_a_key_with_a_dot_in_it_and_an_item_of_a_list(tmp_path: Path) -> None:
    mapping = {"platform": "=x", "post_id": "a.b", "created_at": "at.1.t"}
    line = json.dumps({"a.b": "1", "a": {"b": "2"}, "at": [0, {"t": "2024-05-01T00:00:00Z"}]})
    rows, _ = read(tmp_path / "t.jsonl", line, mapping, table_jsonl.READER)
    assert (rows[0]["post_id"], rows[0]["created_at"]) == ("1", "2024-05-01T00:00:00Z")


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2;3\n", ";"),
        ("a\tb\tc\n1,5\t2;2\t3\n", "\t"),
        ('"a,x";b\n"1,2";3\n', ";"),
        ("a\n1\n", ","),
        ("", ","),
        ("a,b;c,d\n1,2;3,4\n", ","),
        ("text;likes\nHello, you, there;1\nOne, two;2\n", ";"),
    ],
)
def test_delimiters(head: str, delimiter: str) -> None:
    assert delimiter_of(head) == delimiter


def test_missing_is_not_zero_is_not_empty(tmp_path: Path) -> None:
    mapping = MINIMAL | {"reactions": "Likes", "text": "Text"}
    table = "Id,When,Likes,Text\n"
    table += "".join(
        f"{n},2024-05-01 00:00,{figure},{text}\n"
        for n, (figure, text) in enumerate([("0", "NA"), ("", ""), ("NA", "?"), ("nan", "0")])
    )
    rows, rejects = read(tmp_path / "t.csv", table, mapping)
    assert rejects == []
    assert [row.get("reactions") for row in rows] == [0, None, None, None]
    # A text that reads NA is a text.
    assert [row.get("text") for row in rows] == ["NA", None, "?", "0"]


@pytest.mark.parametrize(
    ("word", "relation"),
    [
        ("Retweet", "repost"),
        ("TRUE", "repost"),
        ("False", "original"),
        ("replied_to", "reply"),
        (" quote ", "quote"),
        ("", None),
    ],
)
def test_words_of_other_tools_for_relations(
    tmp_path: Path, word: str, relation: str | None
) -> None:
    table = f"Id,When,Kind\n1,2024-05-01 00:00,{word}\n"
    rows, rejects = read(tmp_path / "t.csv", table, MINIMAL | {"relation": "Kind"})
    assert rejects == []
    assert rows[0].get("relation") == relation


def test_platforms_by_row(tmp_path: Path) -> None:
    table = "Id,When,P\n1,2024-05-01 00:00,Twitter\n2,2024-05-01 00:00,friendster\n"
    table += "3,2024-05-01 00:00,\n4,2024-05-01 00:00,facebook\n"
    rows, rejects = read(tmp_path / "t.csv", table, MINIMAL | {"platform": "P"})
    assert [(row["post_id"], row["platform"]) for row in rows] == [("1", "x"), ("4", "facebook")]
    assert rejects == [(3, "type"), (4, "type")]


def test_ids_from_content_are_stable_and_tell_repeated_rows_apart(tmp_path: Path) -> None:
    mapping = {"platform": "=x", "post_id": "=content", "created_at": "When", "text": "T"}
    mapping |= {"author_handle": "U"}
    lines = [
        *("a,2024-05-01 00:00,x", "a,2024-05-01 00:00,x", "b,2024-05-01 00:00,x"),
        *("a,2024-05-01 00:01,x", "a,2024-05-01 00:00,y", "a,2024-05-01T00:00:00Z,x"),
    ]
    rows, _ = read(tmp_path / "t.csv", "\n".join(["U,When,T", *lines]), mapping)
    ids = [row["post_id"] for row in rows]
    assert len(set(ids)) == 6
    assert ids[1] == f"{ids[0]}-2"
    assert ids[5] == f"{ids[0]}-3"
    turned, _ = read(tmp_path / "u.csv", "\n".join(["U,When,T", *lines[::-1]]), mapping)
    assert sorted(ids) == sorted(row["post_id"] for row in turned)
    small, _ = read(tmp_path / "t.csv", "\n".join(["U,When,T", *lines]), mapping, batch_rows=1)
    assert [row["post_id"] for row in small] == ids


def test_a_rejected_row_takes_no_number_from_its_twins(tmp_path: Path) -> None:
    mapping = {"platform": "=x", "post_id": "=content", "created_at": "When", "shares": "N"}
    table = "When,N\n2024-05-01 00:00,bad\n2024-05-01 00:00,1\n"
    rows, rejects = read(tmp_path / "t.csv", table, mapping)
    assert rejects == [(2, "number")]
    assert "-" not in rows[0]["post_id"]


def test_links_are_addresses_or_hosts(tmp_path: Path) -> None:
    table = "Id,When,L\n" + "".join(
        f"{n},2024-05-01 00:00,{link}\n"
        for n, link in enumerate(["https://www.a.example/x", "WWW.b.example", "see below", ""])
    )
    rows, _ = read(tmp_path / "t.csv", table, MINIMAL | {"link": "L"})
    assert [row.get("link") for row in rows] == ["a.example", "b.example", None, None]


def test_orange_files_with_other_columns_go_through_the_mapping(tmp_path: Path) -> None:
    table = "When\tWho\tWhat\tHearts\ntime\tstring\tstring\tcontinuous\n\tmeta\tmeta\t\n"
    table += "2024-05-01 00:00:00\tresident\thello\t4.0\n"
    mapping = {"platform": "=mastodon", "post_id": "=content", "created_at": "When"}
    mapping |= {"author_handle": "Who", "text": "What", "reactions": "Hearts"}
    rows, rejects = read(tmp_path / "t.tab", table, mapping, orange_tab.READER)
    assert rejects == []
    assert (rows[0]["line"], rows[0]["platform"], rows[0]["reactions"]) == (4, "mastodon", 4)
    with pytest.raises(InputError) as error:
        read(tmp_path / "t.tab", table, {}, orange_tab.READER)
    assert "When, Who, What, Hearts" in error.value.expected


def test_columns_known_record_by_record_are_taken_on_trust() -> None:
    assert resolve(MINIMAL, None, "t").used == {"Id", "When"}
