"""`howfar read FILE...`: guessed, checked to the last record, kept where there is a study."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.cli.conftest import Call
from tests.readers.reader_cases import FIXTURES

from howfar.schema.reader import REASONS
from howfar.store.tables import TableStore
from howfar.study.file import load_study

GOOD = FIXTURES / "x-api-v2" / "good.jsonl"
HOSTILE = FIXTURES / "x-api-v2" / "hostile.jsonl"
EXPECTED = json.loads((FIXTURES / "x-api-v2" / "expected.json").read_text())


def told(call: Call, *arguments: object, code: int = 0) -> dict[str, Any]:
    outcome = call("read", *arguments, "--json")
    assert outcome.code == code, outcome
    found: dict[str, Any] = json.loads(outcome.out)
    for file in found["files"]:
        assert file["records"] == file["read"] + file["rejected"]
        assert len(file["rejects"]) == file["rejected"]
        assert {r["reason"] for r in file["rejects"]} <= set(REASONS)
    return found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_without_a_study_every_record_is_looked_at_and_nothing_kept(
    here: Path, howfar: Call
) -> None:
    found = told(howfar, HOSTILE)
    (file,) = found["files"]
    assert found["study"] is None
    assert (file["path"], file["format"]) == (str(HOSTILE), "x-api-v2")
    assert file["why"]
    expected = EXPECTED["hostile"]
    assert [[r["line"], r["reason"]] for r in file["rejects"]] == expected["rejects"]
    assert file["read"] == len(expected["kept_lines"])
    assert list(here.iterdir()) == []
    said = howfar("read", HOSTILE)
    assert "nothing was kept" in said.out
    assert "howfar new my-study --from" in said.out


def test_packed_files_and_archives_are_what_they_hold(here: Path, howfar: Call) -> None:
    content = GOOD.read_bytes()
    posts = len(EXPECTED["files"]["good.jsonl"])
    (here / "a.jsonl.gz").write_bytes(gzip.compress(content))
    (here / "b.jsonl.zst").write_bytes(zstandard.compress(content))
    (here / "c.jsonl.gz").write_bytes(gzip.compress(content)[:-20])
    with zipfile.ZipFile(here / "d.zip", "w") as archive:
        archive.writestr("messages/some-person/posts.jsonl", content)
        archive.writestr("../../outside.jsonl", content)
        archive.writestr("readme.txt", "what this is")
        archive.writestr("packed.jsonl.gz", gzip.compress(content))
    found = told(howfar, *sorted(here.iterdir()))
    rows = {f["file"]: f for f in found["files"]}
    assert rows["a.jsonl"]["read"] == rows["b.jsonl"]["read"] == posts
    cut = rows["c.jsonl"]
    assert cut["rejects"][-1]["reason"] == "compression"
    assert cut["read"] >= posts - 2
    assert rows["d.zip#1.jsonl"]["read"] == rows["d.zip#4.jsonl"]["read"] == posts
    assert rows["d.zip#2.jsonl"]["rejects"][0]["reason"] == "member_path"
    assert rows["d.zip#3.txt"]["rejects"][0]["reason"] == "format"
    assert "some-person" not in json.dumps(found)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "format"),
        (b"status_id,status_id,status_published\n1,2,3\n", "format"),
    ],
)
def test_a_file_that_cannot_be_read_counts_as_one_record(
    here: Path, howfar: Call, content: bytes, reason: str
) -> None:
    (here / "thing").write_bytes(content)
    (file,) = told(howfar, here / "thing", code=4)["files"]
    assert (file["format"], file["records"], file["rejected"]) == (None, 1, 1)
    assert [(r["line"], r["reason"]) for r in file["rejects"]] == [(1, reason)]
    assert file["problem"]


def test_in_a_study_an_export_becomes_a_source(here: Path, howfar: Call) -> None:
    assert howfar("new", here / "study").code == 0
    study = here / "study"
    found = told(howfar, GOOD, "--study", study, "--capture", "complete")
    assert found["new_sources"] == ["good"]
    posts = len(EXPECTED["files"]["good.jsonl"])
    assert TableStore(study).read("posts").num_rows == posts
    source = load_study(study).sources[0]
    assert (source.name, source.capture, source.format) == ("good", "complete", "x-api-v2")
    again = told(howfar, GOOD, "--study", study)
    assert again["new_sources"] == []
    assert again["files"][0]["state"] == "known, unchanged"
    # The same content under another name is another file of another source.
    other = here / "good.jsonl.gz"
    other.write_bytes(gzip.compress(GOOD.read_bytes()))
    assert told(howfar, other, "--study", study)["new_sources"] == ["good-jsonl"]
    assert told(howfar, study)["files"][1]["read"] == posts


def test_a_bad_file_stops_no_other(here: Path, howfar: Call) -> None:
    assert howfar("new", here / "study").code == 0
    (here / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    study = here / "study"
    found = told(howfar, here / "picture.png", GOOD, "--study", study, code=4)
    assert [f["format"] for f in found["files"]] == [None, "x-api-v2"]
    assert TableStore(study).read("posts").num_rows > 0


def test_what_is_missing_is_said_before_anything_changes(here: Path, howfar: Call) -> None:
    assert howfar("new", here / "study").code == 0
    study = here / "study"
    before = (study / "study.toml").read_bytes()
    missing = howfar("read", here / "nothing.jsonl", "--study", study)
    assert missing.code == 4
    assert "there is no such file" in missing.err
    page = FIXTURES / "facebook-page-csv" / "good.csv"
    undeclared = howfar("read", page, "--study", study)
    assert undeclared.code == 3
    assert "must declare" in undeclared.err
    assert "--timezone ... --observed-at ..." in undeclared.err
    wrong = howfar("read", GOOD, "--study", study, "--capture", "everything")
    assert wrong.code == 3
    assert "capture" in wrong.err
    assert (study / "study.toml").read_bytes() == before
    declared = ("--timezone", "UTC-05:00", "--observed-at", "2016-03-01T00:00:00")
    found = told(howfar, page, "--study", study, *declared)
    assert found["files"][0]["rejected"] == 0


def test_a_study_may_be_made_from_an_archive(here: Path, howfar: Call) -> None:
    with zipfile.ZipFile(here / "export.zip", "w") as archive:
        archive.writestr("readme.txt", "what this is")
        archive.writestr("posts.jsonl", GOOD.read_bytes())
    assert howfar("new", here / "study", "--from", here / "export.zip").code == 0
    found = told(howfar, here / "study")
    assert [f["format"] for f in found["files"]] == [None, "x-api-v2"]
    assert howfar("check", here / "study").code == 0
