"""What holds of every reader; a new one needs a fixture folder and nothing else here."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import FIXTURES, READER_IDS, Case, case, read_all

from howfar.errors import InputError
from howfar.readers.describe import describe
from howfar.readers.discovery import HEAD_BYTES, SURE, guess, reader_for, readers
from howfar.schema.reader import NOTES, RAW_OTHERS, REASONS, ReaderDeclaration
from howfar.schema.tables import METRICS, TABLES

GENERIC = {"table-csv", "table-jsonl"}


@pytest.fixture(params=READER_IDS)
def each(request: pytest.FixtureRequest) -> Case:
    return case(request.param)


def test_every_fixture_folder_has_its_reader() -> None:
    assert {p.name for p in FIXTURES.iterdir() if p.is_dir()} == set(READER_IDS)


def test_declares_everything(each: Case) -> None:
    told = each.reader.declaration
    assert isinstance(told, ReaderDeclaration)
    for name in ("id", "title", "platform", "exported_by", "lacks", "how_to_obtain"):
        assert getattr(told, name).strip(), name
    assert told.version >= 1
    assert told.supplies
    for supplied in told.supplies:
        table, _, metric = supplied.partition(".")
        if each.reader.declaration.id in GENERIC:
            continue
        assert table in TABLES, supplied
        if table == "counts":
            assert any(m.startswith(metric.rstrip("*")) for m in METRICS), supplied


def test_good_files_give_exactly_the_expected_rows(each: Case) -> None:
    for path, expected in each.good():
        reading = read_all(each.reader, path, each.context())
        rows, rejects, tally = reading
        assert rejects == []
        assert rows == expected
        assert reading.others == each.others(path)
        assert tally.records == len(expected) + reading.other_records
        assert tally.unknown_columns == each.counted("unknown", path)
        assert tally.notes == each.counted("notes", path)


def test_every_promised_figure_is_in_the_good_files(each: Case) -> None:
    given = {name for _, rows in each.good() for row in rows for name in row}
    others = {
        (table, row.get("metric"))
        for path, _ in each.good()
        for table, rows in each.others(path).items()
        for row in rows
    }
    for supplied in each.reader.declaration.supplies:
        table, _, metric = supplied.partition(".")
        if table == "counts":
            assert any(name.startswith(metric.rstrip("*")) for name in given), supplied
        if table == "account_counts":
            assert "author_followers" in given or (table, metric) in others
        if table in RAW_OTHERS and table != "account_counts":
            assert table in {name for name, _ in others}


def test_hostile_file_keeps_the_intact_and_names_the_bad(each: Case) -> None:
    path, kept, expected = each.hostile()
    reading = read_all(each.reader, path, each.context())
    rows, rejects, tally = reading
    assert reading.kept_lines() == kept
    assert [(r.line, r.reason) for r in rejects] == expected
    assert len(rows) + reading.other_records + len(rejects) == tally.records


def test_rejects_say_nothing_of_the_record(each: Case) -> None:
    path, _, _ = each.hostile()
    _, rejects, _ = read_all(each.reader, path, each.context())
    lines = path.read_bytes().decode("utf-8", "replace").replace("\x00", "").splitlines()
    for reject in rejects:
        assert reject.reason in REASONS
        # A detail is made of our own words and of names of fields, which the header or every
        # line holds; the same details must come out whatever the record says.
        told = set(reject.detail.replace(":", " ").replace(",", " ").split())
        record = set(lines[reject.line - 1].replace(";", " ").replace(",", " ").split())
        assert not {word for word in told & record if len(word) > 12}, reject


def test_detail_is_the_same_whatever_the_record_says(each: Case, tmp_path: Path) -> None:
    path, _, _ = each.hostile()
    content = path.read_bytes()
    for word, other in ((b"resident", b"somebody"), (b"harbour", b"mermaid"), (b"never", b"seven")):
        content = content.replace(word, other)
    changed = tmp_path / path.name
    changed.write_bytes(content)
    before = read_all(each.reader, path, each.context())[1]
    after = read_all(each.reader, changed, each.context())[1]
    assert {(r.reason, r.detail) for r in after} == {(r.reason, r.detail) for r in before}


def test_sniffing_chooses_it_and_no_other(each: Case) -> None:
    for path in [path for path, _ in each.good()] + [each.hostile()[0]]:
        (first, sure), (_, unsure), *_ = guess(path)
        assert first.declaration.id == each.reader.declaration.id
        assert unsure.confidence < SURE
        assert unsure.confidence < sure.confidence
        assert sure.why
        if each.reader.declaration.id in GENERIC:
            assert sure.confidence < SURE
            with pytest.raises(InputError, match="no reader knows this format"):
                reader_for(path, "auto")
        else:
            assert sure.confidence >= SURE
            assert reader_for(path, "auto") is first


def test_sniffing_survives_any_head(each: Case) -> None:
    rng = random.Random(1)
    heads = [b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"{", b"[", b"\n\n\n"]
    heads += [rng.randbytes(300) for _ in range(50)]
    heads += [b"{" * HEAD_BYTES, b'"' * HEAD_BYTES, b"," * HEAD_BYTES, b"\t\n" * 1_000]
    for head in heads:
        assert each.reader.sniff("any", head).confidence < SURE


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 1_000])
def test_batch_size_changes_nothing(each: Case, batch_rows: int) -> None:
    for path in [path for path, _ in each.good()] + [each.hostile()[0]]:
        whole = read_all(each.reader, path, each.context())
        parts = read_all(each.reader, path, each.context(batch_rows=batch_rows))
        assert parts == whole
        assert parts.others == whole.others


def _survives(each: Case, path: Path) -> None:
    """Nothing but InputError, nothing lost, every line a line of the file."""
    try:
        reading = read_all(each.reader, path, each.context(batch_rows=2))
    except InputError:
        return
    rows, rejects, tally = reading
    assert len(rows) + reading.other_records + len(rejects) == tally.records
    content = path.read_bytes()
    last = content.count(b"\n") + content.count(b"\r") + 1
    told = reading.kept_lines() + [r.line for r in rejects]
    assert all(1 <= line <= last for line in told)
    assert all(r.reason in REASONS for r in rejects)
    assert set(tally.notes) <= set(NOTES)


def test_truncated_anywhere(each: Case, tmp_path: Path) -> None:
    for source, expected in each.good():
        content = source.read_bytes()
        for end in range(0, len(content), 97):
            path = tmp_path / source.name
            path.write_bytes(content[:end])
            _survives(each, path)
            # What stands before the cut is read as if nothing had been cut.
            try:
                rows, _, _ = read_all(each.reader, path, each.context())
            except InputError:
                continue
            whole_lines = content[:end].count(b"\n")
            # A quoted field of a table may hold a line end.
            spare = 1 if source.suffix in (".csv", ".tab") else 0
            intact = [row for row in expected if row["line"] + spare <= whole_lines]
            assert rows[: len(intact)] == intact


def test_flipped_bytes(each: Case, tmp_path: Path) -> None:
    rng = random.Random(20160224)
    sources = [path for path, _ in each.good()] + [each.hostile()[0]]
    for source in sources:
        content = source.read_bytes()[:20_000]
        for _ in range(60):
            damaged = bytearray(content)
            for _ in range(rng.choice((1, 1, 3, 20))):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            path = tmp_path / source.name
            path.write_bytes(damaged)
            _survives(each, path)


def test_lines_shuffled_doubled_and_dropped(each: Case, tmp_path: Path) -> None:
    rng = random.Random(7)
    for source, _ in each.good():
        first, *rest = source.read_bytes().splitlines(keepends=True)
        for _ in range(30):
            chosen = [rng.choice(rest) for _ in range(rng.randrange(12))]
            path = tmp_path / source.name
            path.write_bytes(first + b"".join(chosen))
            _survives(each, path)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_any_line_end(each: Case, end: bytes, tmp_path: Path) -> None:
    for source, expected in each.good():
        content = source.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", end)
        path = tmp_path / source.name
        path.write_bytes(content)
        rows, rejects, _ = read_all(each.reader, path, each.context())
        assert rejects == []
        assert [_but_text(r) for r in rows] == [_but_text(r) for r in expected]


def test_utf_16_with_a_byte_order_mark(each: Case, tmp_path: Path) -> None:
    for source, expected in each.good():
        path = tmp_path / source.name
        path.write_bytes(source.read_bytes().decode("utf-8-sig").encode("utf-16"))
        rows, rejects, _ = read_all(each.reader, path, each.context())
        assert rejects == []
        assert rows == expected


def _but_text(row: dict[str, Any]) -> dict[str, Any]:
    # A line end inside a text is part of it, and of an id made of the text.
    return {name: v for name, v in row.items() if name not in ("text", "post_id")}


def test_empty_file(each: Case, tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        reader_for(path, "auto")
    _survives(each, path)


def test_described_as_it_is(each: Case) -> None:
    for path, expected in each.good():
        found = describe(path, each.context(), each.reader.declaration.id)
        assert (found.format, found.problem) == (each.reader.declaration.id, None)
        alone = read_all(each.reader, path, each.context()).other_records
        assert (found.records, found.read) == (len(expected) + alone, len(expected) + alone)
        created = [dt.datetime.fromisoformat(row["created_at"]) for row in expected]
        if created:
            assert (found.first_post, found.last_post) == (min(created), max(created))
    path, kept, expected = each.hostile()
    found = describe(path, each.context(), each.reader.declaration.id)
    assert found.read == len(kept)
    assert sum(found.rejected.values()) == len(expected)


def test_a_reader_that_does_not_exist_is_named(each: Case) -> None:
    path, _ = each.good()[0]
    with pytest.raises(InputError, match="there is no reader 'nope'") as error:
        reader_for(path, "nope")
    assert set(readers()) <= set(error.value.expected.split(", "))
