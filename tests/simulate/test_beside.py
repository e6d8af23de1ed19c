"""Labels and pictures in a whole world: each belongs to a post that the truth knows."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from howfar.simulate.annotation import CODINGS, LABELS, VALUES
from howfar.simulate.places import TOPICS
from howfar.simulate.plan import Plan
from howfar.simulate.recycling import MEDIA
from howfar.simulate.scenarios import together
from howfar.simulate.world import simulate


def _world(folder: Path, *names: str) -> Path:
    scenario = together(names)
    simulate(folder, Plan(7, 2_000, scenario.name, scenario.mechanisms, settings=scenario.settings))
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _world(tmp_path_factory.mktemp("told") / "world", "annotation", "recycling")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_label_and_picture_is_of_a_post_of_the_world(told: Path) -> None:
    posts = pq.read_table(told / "truth" / "posts.parquet").to_pylist()
    known = {(post["platform"], post["post_id"]) for post in posts}
    assert len(known) == len(posts) > 1_500
    for name in (LABELS, CODINGS, MEDIA):
        rows = _rows(told / "study" / name)
        assert len(rows) > 50
        assert {(row["platform"], row["post_id"]) for row in rows} <= known
    labelled = _rows(told / "study" / LABELS)
    assert {(row["platform"], row["post_id"]) for row in labelled} == known
    assert len(labelled) == len(VALUES) * len(known)


def test_every_picture_of_the_list_is_a_file_and_no_other_is(told: Path) -> None:
    study = told / "study"
    listed = {row["file"] for row in _rows(study / MEDIA)}
    assert listed == {f"media/{path.name}" for path in (study / "media").glob("*.png")}


def test_texts_of_the_truth_go_with_its_columns(told: Path) -> None:
    """An English post about the weather names nothing of sport; Arabic is written in Arabic."""
    posts = pq.read_table(told / "truth" / "posts.parquet").to_pylist()
    assert {post["topic"] for post in posts} <= set(TOPICS)
    for post in posts:
        arabic = sum("\u0600" <= letter <= "\u06ff" for letter in post["text"])
        assert (arabic > 20) == (post["language"] == "ar")
        if post["language"] == "en" and post["topic"] == "climate":
            assert "#rowing" not in post["text"]


def test_without_the_mechanisms_there_is_neither_label_nor_picture(tmp_path: Path) -> None:
    study = _world(tmp_path / "world", "plain") / "study"
    assert not (study / "labels").exists()
    assert not (study / "media").exists()


def test_annotation_comes_with_opinions_to_annotate() -> None:
    assert "opinions" in together(["annotation"]).mechanisms
    assert "opinions" not in together(["plain"]).mechanisms
