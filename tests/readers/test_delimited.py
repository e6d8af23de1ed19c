"""Delimited text: every intact record, every bad one by its line, and nothing swallowed."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.errors import InputError
from howfar.readers import delimited, text_lines
from howfar.readers.delimited import delimited_batches, header_of
from howfar.schema.reader import Tally


def read(
    path: Path, content: bytes | str, delimiter: str = ",", batch_rows: int = 100
) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    tally = Tally()
    rows: list[tuple[int, list[str]]] = []
    rejects: list[tuple[int, str]] = []
    for batch in delimited_batches(path, tally, delimiter=delimiter, batch_rows=batch_rows):
        values = zip(*batch.columns.values(), strict=True)
        rows += [(line, list(v)) for line, v in zip(batch.lines, values, strict=True)]
        rejects += [(r.line, r.reason) for r in batch.rejects]
    assert len(rows) + len(rejects) == tally.records
    return rows, rejects


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_lines_are_exact_after_fields_of_several_lines(path: Path) -> None:
    rows, rejects = read(path, 'a,b\n1,"x\ny\nz"\n2,"\n"\n3\n4,w\n')
    assert rows == [(2, ["1", "x\ny\nz"]), (5, ["2", "\n"]), (8, ["4", "w"])]
    assert rejects == [(7, "columns")]


def test_a_header_of_several_lines_is_counted(path: Path) -> None:
    assert read(path, '"a\nb",c\n1,2\n')[0] == [(3, ["1", "2"])]


def test_a_closed_field_of_several_lines_may_end_the_file(path: Path) -> None:
    for end in ("", "\n", "\r\n"):
        rows, rejects = read(path, 'a,b\n1,"x\ny"' + end)
        assert (rows, rejects) == ([(2, ["1", "x\ny"])], [])


def test_an_unterminated_quote_swallows_nothing(path: Path) -> None:
    lines = ["a,b", '1,"open', *(f"{n},x" for n in range(2, 200))]
    rows, rejects = read(path, "\n".join(lines))
    assert rejects == [(2, "unterminated_quote")]
    assert [line for line, _ in rows] == list(range(3, 201))


def test_an_unterminated_quote_does_not_pair_with_a_later_one(path: Path) -> None:
    rows, rejects = read(path, 'a,b\n1,"open\n2,x\n3,"quoted"\n4,"open again\n5,y\n')
    assert rejects == [(2, "unterminated_quote"), (5, "unterminated_quote")]
    assert [line for line, _ in rows] == [3, 4, 6]


def test_text_after_a_closing_quote_rejects_that_line_alone(path: Path) -> None:
    rows, rejects = read(path, 'a,b\n1,"say "hi" now"\n2,"say ""hi"""\n')
    assert rejects == [(2, "quote")]
    assert rows == [(3, ["2", 'say "hi"'])]


def test_a_quote_inside_a_plain_field_is_text(path: Path) -> None:
    assert read(path, 'a,b\n5" pipe,x"y\n')[0] == [(2, ['5" pipe', 'x"y'])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(path: Path, end: str) -> None:
    rows, rejects = read(path, end.join(["a,b", "1,2", "", "3,4", ""]))
    assert (rows, rejects) == ([(2, ["1", "2"]), (4, ["3", "4"])], [])


def test_separators_of_other_kinds_do_not_end_lines(path: Path) -> None:
    text = "a,b\n1,x\u2028y\x0bz\x85\n2,w\n"
    assert read(path, text)[0] == [(2, ["1", "x\u2028y\x0bz\x85"]), (3, ["2", "w"])]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"], ids=["plain", "bom", "16", "32"]
)
def test_encodings(path: Path, encoding: str) -> None:
    rows, rejects = read(path, "a,b\n1,дом 🏠\n".encode(encoding))
    assert (rows, rejects) == ([(2, ["1", "дом 🏠"])], [])


def test_damage_rejects_its_own_record_only(path: Path) -> None:
    content = b"a,b\n1,caf\xe9\n2,\xf0\x9f\n3,x\x00y\n4,\xed\xa0\x80\n5,ok\n6,\xc0\xaf\n"
    rows, rejects = read(path, content)
    assert rows == [(6, ["5", "ok"])]
    assert rejects == [
        (2, "encoding"),
        (3, "encoding"),
        (4, "nul"),
        (5, "encoding"),
        (7, "encoding"),
    ]


def test_damaged_utf_16_is_named_not_replaced(path: Path) -> None:
    whole = "a,b\n1,x\n2,y\n3,z".encode("utf-16-le")
    lone = whole.replace("y".encode("utf-16-le"), b"\x00\xd8")
    rows, rejects = read(path, b"\xff\xfe" + lone)
    assert (rows, rejects) == ([(2, ["1", "x"]), (4, ["3", "z"])], [(3, "encoding")])
    rows, rejects = read(path, b"\xff\xfe" + whole[:-1])
    assert rejects == [(4, "encoding")]


def test_ragged_rows(path: Path) -> None:
    rows, rejects = read(path, "a,b\n1\n1,2,3\n,\n1,2\n")
    assert rows == [(4, ["", ""]), (5, ["1", "2"])]
    assert rejects == [(2, "columns"), (3, "columns")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"a,b,a\n1,2,3\n", "'a' stands twice"),
        (b'"a,b\n1,2\n', "header line cannot be read"),
        (b"a,caf\xe9\n1,2\n", "not text"),
        (b"a,\x00b\n1,2\n", "not text"),
    ],
)
def test_headers_that_stop_the_file(path: Path, content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        read(path, content)
    assert path.name in error.value.where


def test_nameless_columns_are_numbered(path: Path) -> None:
    path.write_text("a,b,,\n1,2,,\n")
    (batch,) = delimited_batches(path, Tally(), batch_rows=10)
    assert batch.columns == {"a": ["1"], "b": ["2"], "column 3": [""], "column 4": [""]}


def test_header_only_gives_its_columns_and_no_record(path: Path) -> None:
    path.write_text("a,b\n")
    (batch,) = delimited_batches(path, Tally(), batch_rows=10)
    assert batch.columns == {"a": [], "b": []}


def test_very_long_fields_are_kept(path: Path) -> None:
    long = "x" * 3_000_000
    assert read(path, f'a,b\n1,{long}\n2,"{long}"\n')[0] == [(2, ["1", long]), (3, ["2", long])]


def test_records_past_the_limit_are_named_and_passed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "LONGEST", 100)
    monkeypatch.setattr(text_lines, "LONGEST", 100)
    long = "x" * 950
    rows, rejects = read(path, f"a,b\n1,{long}\n2,y\n" + '3,"' + "z\n" * 90 + '"\n4,w\n')
    assert rows[0] == (3, ["2", "y"])
    assert rows[-1] == (95, ["4", "w"])
    assert rejects[:2] == [(2, "too_long"), (4, "unterminated_quote")]


def test_memory_is_bounded_by_the_batch(path: Path) -> None:
    with path.open("w") as file:
        file.write("a,b\n")
        file.writelines(f"{n},{'x' * 80}\n" for n in range(30_000))
    tracemalloc.start()
    for _ in delimited_batches(path, Tally(), batch_rows=1_000):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 2_400_000
    assert peak < 1_000_000


def test_many_open_quotes_cost_no_more_than_their_lines(path: Path) -> None:
    """Lines put back must not pile up: neither time nor stack may grow with the rejects."""
    content = "a,b\n" + "1,\"open\n2,'x\n" + '3,"y"\n' * 2
    rows, rejects = read(path, content + content.split("\n", 1)[1] * 50_000, batch_rows=1_000)
    assert len(rows) == 3 * 50_001
    assert len(rejects) == 50_001
    assert {reason for _, reason in rejects} == {"unterminated_quote"}


@given(
    st.lists(
        st.tuples(
            *[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))] * 2
        ),
        max_size=8,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=150, deadline=None)
def test_what_a_csv_writer_wrote_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[tuple[str, str]],
    delimiter: str,
    end: str,
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *records])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    rows, rejects = read(path, out.getvalue(), delimiter)
    assert rejects == []
    assert [tuple(row) for _, row in rows] == records


def test_header_of_a_cut_or_broken_head() -> None:
    assert header_of(b"a,b\n1,2", ",") == ["a", "b"]
    assert header_of(b"a;b\r1;2", ";") == ["a", "b"]
    assert header_of(b"", ",") == []
    assert header_of(b'"a"x,b\n', ",") == []
