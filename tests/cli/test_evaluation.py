"""A world with surveys, insights, costs and losses: what the program reads is what is captured."""

import csv
import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Call

BESIDE = ("surveys/wave_1.sav", "surveys/wave_3.csv", "surveys/codebook.csv", "costs.csv")


@pytest.fixture
def world(howfar: Call, tmp_path: Path) -> Path:
    out = tmp_path / "world"
    names = "agenda,practice,capture,surveys,insights,costs"
    told = howfar("simulate", out, "--size", "3k", "--scenario", names, "--threads", "1")
    assert told.code == 0, told.err
    return out


def test_what_is_read_is_what_is_captured(howfar: Call, world: Path) -> None:
    told = howfar("read", world / "study", "--json")
    assert told.code == 0, told.err
    files = json.loads(told.out)["files"]
    assert [one["rejects"] for one in files if one["rejects"]] == []
    read: Counter[str] = Counter()
    for one in files:
        read[one["source"]] += one["read"]
    posts = pq.read_table(world / "truth" / "posts.parquet", columns=["platform", "captured"])
    held = Counter(row["platform"] for row in posts.to_pylist() if row["captured"])
    everything = Counter(posts["platform"].to_pylist())
    for platform in ("x", "telegram", "mastodon"):
        assert 0 < held[platform] < everything[platform]
        assert read[platform] == held[platform]
    assert read["facebook"] + read["facebook-table"] == held["facebook"] < everything["facebook"]
    assert held["youtube"] == everything["youtube"]
    # All countries and what has no place; six bands of age.
    insights = {name: n for name, n in read.items() if name.startswith("insights")}
    assert set(insights.values()) == {21, 6}


def test_files_beside_the_posts(world: Path) -> None:
    study = world / "study"
    assert [name for name in BESIDE if not (study / name).is_file()] == []
    assert len(list((study / "insights").iterdir())) == 6
    with (study / "costs.csv").open(encoding="utf-8", newline="") as file:
        items = {line["item"] for line in csv.DictReader(file)}
    assert items == {"staff", "production", "change"}
    planted = json.loads((world / "truth.json").read_text(encoding="utf-8"))["planted"]
    assert {"agenda", "practice", "capture", "surveys", "insights", "costs"} <= planted.keys()
    # Changes of practice are events of the study.
    assert (study / "study.toml").read_text(encoding="utf-8").count('category = "practice"') == 4


def test_without_the_mechanisms_there_is_nothing_beside(howfar: Call, tmp_path: Path) -> None:
    out = tmp_path / "plain"
    howfar("simulate", out, "--size", "1k", "--scenario", "plain", "--threads", "1")
    assert sorted(path.name for path in (out / "study").iterdir()) == [
        *("channels.csv", "study.toml")
    ]
    for name in ("agenda", "practice", "surveys", "insights", "costs"):
        assert not (out / "truth" / f"{name}.parquet").exists()
    captured = pq.read_table(out / "truth" / "posts.parquet", columns=["captured"])["captured"]
    assert set(captured.to_pylist()) == {True}
