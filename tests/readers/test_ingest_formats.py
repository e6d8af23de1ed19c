"""All formats through the whole of reading: study file, reader, protection, tables."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.readers.reader_cases import FIXTURES, READER_IDS, case, read_all

from howfar.errors import HowfarError, InputError, StudyError
from howfar.readers.ingest import Outcome, ingest, source_files
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study

KEY = bytes(range(32))
ABOUT = """\
[study]
id = "formats"
title = "Formats"
question = "Does every format arrive?"
objectives_unknown = "a test has none"

[window]
start = 2016-01-01
end = 2025-01-01
"""
CHANNELS = """\
channel,name,organisation,platform,handle,account_id,country,paths,role,basis,evidence
harbour,Harbour,Harbour Town,x,harbour,11,NZ,official,ours,organisation,https://example.org/a
town,Town,Harbour Town,x,harbourtown,,NZ,official,ours,organisation,https://example.org/b
page,Page,Harbour Town,facebook,,900,NZ,official,ours,organisation,https://example.org/c
"""


def source(reader_id: str, **changes: Any) -> str:
    """A source of a study file that reads the good file of a reader."""
    told = case(reader_id)
    lines: dict[str, Any] = {
        "name": reader_id,
        "path": told.good()[0][0].as_posix(),
        "capture": "complete",
        "observed_at": "2024-12-01",
    }
    context = told.expected["context"]
    lines |= {k: context[k] for k in ("timezone", "date_format") if k in context}
    if "mapping" in context:
        lines["format"] = reader_id
    needs = told.reader.declaration.needs
    if "platform" in needs and "mapping" not in context:
        context = {**context, "mapping": {"platform": "=x"}}
        lines["format"] = reader_id
    if "channel" in needs:
        lines["channel"] = "page"
    lines |= changes
    text = "".join(f"{k} = {json.dumps(v)}\n" for k, v in lines.items() if v is not None)
    text = text.replace('observed_at = "2024-12-01"', "observed_at = 2024-12-01")
    mapping = changes.get("mapping", context.get("mapping"))
    if mapping and "mapping" not in changes:
        pairs = ", ".join(f"{k} = {json.dumps(v)}" for k, v in mapping.items())
        text += f"mapping = {{ {pairs} }}\n"
    return f"\n[[sources]]\n{text}"


def read(folder: Path, *sources: str) -> tuple[list[Outcome], TableStore]:
    (folder / "study.toml").write_text(ABOUT + "".join(sources), "utf-8")
    (folder / "channels.csv").write_text(CHANNELS, "utf-8")
    study, store = load_study(folder), TableStore(folder)
    files = source_files(study, folder, lambda name: folder)
    return ingest(study, load_channels(folder), store, files, KEY), store


def expected_of(reader_id: str, path: Path) -> tuple[int, int, Counter[str], int]:
    """Of a file read by its reader alone: records, records kept, rejects by reason, posts.

    Posts of which neither the file nor the source says who wrote them are rejected on the way.
    """
    told = case(reader_id)
    context = told.context()
    reading = read_all(told.reader, path, context)
    rows, rejects, tally = reading
    declared = "channel" in told.reader.declaration.needs
    posts = sum(declared or "author_id" in r or "author_handle" in r for r in rows)
    reasons = Counter(r.reason for r in rejects)
    reasons["author"] += len(rows) - posts
    return tally.records, posts + reading.other_records, +reasons, posts


def test_all_formats_in_one_study(tmp_path: Path) -> None:
    outcomes, store = read(tmp_path, *(source(reader_id) for reader_id in READER_IDS))
    expected = {i: expected_of(i, case(i).good()[0][0]) for i in READER_IDS}
    assert {o.format: (o.records, o.read, o.rejected) for o in outcomes} == {
        i: (records, kept, sum(reasons.values()))
        for i, (records, kept, reasons, _) in expected.items()
    }
    notes = {o.format: dict(o.notes) for o in outcomes if o.notes}
    assert {name: notes[name] for name in ("orange-tab", "table-csv", "x-api-v2")} == {
        "orange-tab": {"identical_row": 1},
        "table-csv": {"ambiguous_time": 1},
        "x-api-v2": {"views_not_given": 1},
    }
    posts = store.read("posts").to_pylist()
    number = Counter(post["source"] for post in posts)
    assert number == Counter({i: n for i, (_, _, _, n) in expected.items() if n})
    by_channel = Counter(
        post["channel"]
        for post in posts
        if post["source"] in ("x-api-v2", "facebook-page-csv", "table-csv", "table-jsonl")
    )
    assert by_channel["harbour"]
    assert by_channel["page"]
    coverage = {row["format"]: row for row in store.read("coverage").to_pylist()}
    assert set(coverage) == set(READER_IDS)
    assert coverage["x-api-v2"]["unknown_columns"] == ["brand_new_field"]
    views = [
        c
        for c in store.read("counts").to_pylist()
        if c["metric"] == "views" and c["source"] == "x-api-v2"
    ]
    assert 12_345 in [c["value"] for c in views]
    assert not any(c["observed_declared"] for c in views)
    followers = [
        row["value"]
        for row in store.read("account_counts").to_pylist()
        if (row["account"], row["source"]) == ("harbour", "x-api-v2")
    ]
    assert sorted(followers) == [5_000, 5_001]


def test_hostile_files_arrive_as_rejects_without_their_text(tmp_path: Path) -> None:
    sources = [source(i, path=case(i).hostile()[0].as_posix(), format=i) for i in READER_IDS]
    outcomes, store = read(tmp_path, *sources)
    expected = {i: expected_of(i, case(i).hostile()[0]) for i in READER_IDS}
    for outcome in outcomes:
        records, kept, reasons, _ = expected[outcome.format]
        found = (outcome.records, outcome.read, outcome.rejected)
        assert found == (records, kept, sum(reasons.values())), outcome.format
    rows = store.read("rejects").to_pylist()
    for reader_id, (_, _, reasons, _) in expected.items():
        assert Counter(r["reason"] for r in rows if r["source"] == reader_id) == reasons
    told = {r["detail"] for r in rows}
    assert not any(word in detail for detail in told for word in ("caf", "Atlantis", "1.2K"))


def test_a_source_must_declare_what_its_format_does_not_say(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="must declare timezone"):
        read(tmp_path, source("orange-tab", timezone=None))
    with pytest.raises(StudyError, match="must declare mapping"):
        read(tmp_path, source("table-csv", mapping=None))


def test_a_table_without_format_is_told_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no reader knows this format") as error:
        read(tmp_path, source("table-csv", format="auto"))
    assert "table-csv" in error.value.next


def test_a_table_without_authors_needs_the_sources_channel(tmp_path: Path) -> None:
    table = tmp_path / "posts.csv"
    table.write_text("Id,When\n1,2024-05-01T00:00:00Z\n", "utf-8")
    text = (
        f'\n[[sources]]\nname = "t"\npath = "{table.as_posix()}"\nformat = "table-csv"\n'
        'capture = "complete"\nmapping = { platform = "=x", post_id = "Id", created_at = "When" }\n'
    )
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    (outcome,), store = read(one, text)
    assert (outcome.read, outcome.rejected) == (0, 1)
    assert store.read("rejects")["reason"].to_pylist() == ["author"]
    (outcome,), store = read(two, text + 'channel = "harbour"\n')
    assert (outcome.read, outcome.rejected) == (1, 0)
    assert store.read("posts")["channel"].to_pylist() == ["harbour"]


def test_a_file_of_another_kind_leaves_the_tables_as_they_were(tmp_path: Path) -> None:
    users = tmp_path / "users.jsonl"
    users.write_text('{"data": [{"id": "1", "username": "resident", "public_metrics": {}}]}\n')
    with pytest.raises(HowfarError, match="user profiles"):
        read(tmp_path, source("x-api-v2", path=users.as_posix()))
    assert TableStore(tmp_path).manifest().inputs == ()


def test_fixture_files_are_kept_byte_by_byte() -> None:
    """Line ends and damage are what these files are for: git must not touch them."""
    assert (FIXTURES / ".gitattributes").read_text().split() == ["*", "-text"]
    assert b"\r\n" in (FIXTURES / "facebook-page-csv" / "good.csv").read_bytes()
    assert b"caf\xe9" in (FIXTURES / "x-api-v2" / "hostile.jsonl").read_bytes()
