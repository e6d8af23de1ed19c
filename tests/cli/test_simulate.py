"""`howfar simulate`: a world from the command line, and what of it the program reads."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from tests.cli.conftest import Call

from howfar.cli.simulate import posts_of
from howfar.simulate.scenarios import scenarios


def test_sizes() -> None:
    told = ("5000", "100k", "2M", "1.5k", "0.01M")
    assert [posts_of(size) for size in told] == [5_000, 100_000, 2_000_000, 1_500, 10_000]
    for wrong in ("", "many", "-5k", "10", "1e5", "5 k", "3G"):
        with pytest.raises(typer.BadParameter):
            posts_of(wrong)


def test_a_world_is_made_and_read_without_a_reject(howfar: Call, tmp_path: Path) -> None:
    out = tmp_path / "world"
    made = howfar(
        *("simulate", out, "--size", "2k", "--seed", "7"),
        *("--scenario", "plain,paid", "--scenario", "maturation", "--threads", "1", "--json"),
    )
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert told["simulated"] is True
    assert told["scenario"] == "plain-paid-maturation"
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    assert told["posts"] == truth["posts"]
    assert told["planted_rejects"] == 0
    read = json.loads(howfar("read", told["study"], "--json").out)
    assert [one["rejects"] for one in read["files"] if one["rejects"]] == []
    records = sum(truth["files"].values())
    assert sum(one["records"] for one in read["files"]) == records


def test_of_a_world_of_everything_only_the_planted_rejects_are_rejected(
    howfar: Call, tmp_path: Path
) -> None:
    out = tmp_path / "world"
    made = howfar("simulate", out, "--size", "2k", "--seed", "7", "--threads", "1", "--json")
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert told["scenario"] == "all"
    planted = pq.read_table(out / "truth" / "rejects.parquet").to_pylist()
    assert len(planted) == told["planted_rejects"] >= 5
    read = json.loads(howfar("read", told["study"], "--json").out)
    assert all(one["rejects_not_listed"] == 0 for one in read["files"])
    assert all(one["problem"] is None for one in read["files"])
    found = [
        (one["path"].partition("/raw/")[2], bad["line"], bad["reason"])
        for one in read["files"]
        for bad in one["rejects"]
    ]
    assert sorted(found) == sorted((bad["file"], bad["line"], bad["reason"]) for bad in planted)


def test_it_says_where_the_world_is_and_that_it_is_simulated(howfar: Call, tmp_path: Path) -> None:
    out = tmp_path / "world"
    told = howfar("simulate", out, "--size", "1k", "--scenario", "unmoved", "--threads", "1").out
    assert told.startswith(f"simulated world: {out} (")
    assert f"howfar read {out / 'study'}" in told


def test_an_occupied_folder_is_refused(howfar: Call, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    made = howfar("simulate", tmp_path, "--size", "1k", "--threads", "1")
    assert made.code == 3
    assert "there is something already" in made.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_scenario_is_named(howfar: Call, tmp_path: Path) -> None:
    made = howfar("simulate", tmp_path / "world", "--scenario", "nope")
    assert made.code == 3
    assert 'unknown scenario "nope"' in made.err
    assert not (tmp_path / "world").exists()


def test_a_wrong_command_line(howfar: Call, tmp_path: Path) -> None:
    assert howfar("simulate").code == 2
    assert howfar("simulate", tmp_path / "world", "--size", "three").code == 2


def test_the_list_tells_every_scenario(howfar: Call) -> None:
    lines = howfar("simulate", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == list(scenarios())
    told = json.loads(howfar("simulate", "--list", "--json").out)
    assert [one["name"] for one in told] == list(scenarios())
    assert all(one["mechanisms"] and one["says"] for one in told)
