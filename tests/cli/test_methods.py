"""The methods section says what was done, in whole sentences, from declarations and provenance."""

import json
from importlib import metadata
from pathlib import Path

import pytest
from tests.cli.conftest import Call

from howfar import __version__
from howfar.schema.measure import registry


@pytest.fixture
def paragraphs(howfar: Call, study: Path) -> dict[str, str]:
    howfar("read", study)
    howfar("run", study)
    told: dict[str, str] = json.loads(howfar("methods", study, "--json").out)["paragraphs"]
    return told


def test_the_data_paragraph(paragraphs: dict[str, str]) -> None:
    assert paragraphs["data"] == (
        "The study asks: How strongly do people react to three stations? "
        "It covers the time from 2024-01-01 to 2024-03-11 (end exclusive, UTC). "
        "The data come from 1 file (Any CSV or TSV table) with 177 records, of which 0 could not "
        "be read and were left out. "
        "After 0 repeated rows and 0 posts outside the window were set aside, "
        "177 distinct posts remained. "
        "3 channels (role: peer) are compared."
    )


def test_every_measure_that_was_taken_is_stated_as_declared(
    howfar: Call, study: Path, paragraphs: dict[str, str]
) -> None:
    taken = 0
    for name, one in registry().items():
        figures = json.loads(howfar("explain", name, "--study", study, "--json").out)["figures"]
        measured = any(row["status"] == "measured" for row in figures)
        head = f"({name}, version {one.declaration.version})"
        assert (head in paragraphs["measures"]) is measured
        if measured:
            taken += 1
            assert one.declaration.formula in paragraphs["measures"]
            assert one.declaration.source.rstrip(".") in paragraphs["measures"]
        else:
            assert name in paragraphs["limits"]
    assert taken > 4


def test_intervals_seed_and_versions(howfar: Call, study: Path, paragraphs: dict[str, str]) -> None:
    assert "95% confidence intervals from 200 bootstrap replicates" in paragraphs["uncertainty"]
    assert "The seed of all random numbers is 1." in paragraphs["uncertainty"]
    run = json.loads(howfar("status", study, "--json").out)["latest"]
    assert f"Run {run}:" in paragraphs["software"]
    assert f"howfar {__version__}" in paragraphs["software"]
    assert f"duckdb {metadata.version('duckdb')}" in paragraphs["software"]


def test_the_limits_are_named(paragraphs: dict[str, str]) -> None:
    assert 'The capture of the source "posts" is declared as complete' in paragraphs["limits"]
    assert "declared by the study, not told by the files" in paragraphs["limits"]
    assert "Not measured: " in paragraphs["limits"]
    assert "fewer than 10" in paragraphs["protection"]


def test_whole_sentences(paragraphs: dict[str, str]) -> None:
    for text in paragraphs.values():
        for line in text.split("\n"):
            assert line.lstrip("- ")[0].isupper()
            assert line.endswith((".", "?"))
            for slip in ("..", " .", ",,", "None", "  ", "1 files", "1 records", "1 posts"):
                assert slip not in line, (slip, line)


def test_a_study_that_changed_since_is_told(howfar: Call, study: Path) -> None:
    howfar("read", study)
    howfar("run", study)
    file = study / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    told = howfar("methods", study)
    assert "changed after this run" in " ".join(told.err.split())
    assert f"next: howfar run {study}" in " ".join(told.err.split())
    assert json.loads(howfar("methods", study, "--json").out)["study_changed"] is True
