"""`howfar demo`: from public data to a report; clear where the data cannot be had."""

import hashlib
import json
from pathlib import Path

import pytest
from tests.cli.conftest import STUDY, Call, posts_csv, registry_csv

from howfar.collect import ready


@pytest.fixture
def small_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ready study named 'small' whose data set is a file of this test; its data folder."""
    data = tmp_path / "data"
    (data / "small").mkdir(parents=True)
    posts = posts_csv(data / "small" / "posts.csv")
    study = tmp_path / "ready" / "small"
    study.mkdir(parents=True)
    source = 'path = "posts.csv"\ndataset = "small"'
    (study / "study.toml").write_text(
        STUDY.replace('path = "../posts.csv"', source), encoding="utf-8"
    )
    (study / "channels.csv").write_text(registry_csv(), encoding="utf-8")
    (study / "fetch.toml").write_text(
        f"""[dataset]
name = "small"
title = "Invented posts"
licence = "Apache-2.0"
citation = "The howfar developers, invented posts"
address = "https://data.invalid/{{path}}"

[[files]]
path = "posts.csv"
sha256 = "{hashlib.sha256(posts.read_bytes()).hexdigest()}"
size = {posts.stat().st_size}
""",
        encoding="utf-8",
    )
    monkeypatch.setattr(ready, "_PLACES", (tmp_path / "ready",))
    return data


def test_a_local_data_set_wins(
    howfar: Call, small_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOWFAR_DATASETS", str(small_demo))
    folder = tmp_path / "demo"
    done = howfar("demo", folder, "--study", "small")
    assert done.code == 0, done.err
    assert "177 posts read" in done.out
    assert str(folder / "results" / "report.html") in done.out
    # What the user changed in the meantime stays.
    channels = (folder / "channels.csv").read_text(encoding="utf-8").replace("Radio", "Funk")
    (folder / "channels.csv").write_text(channels, encoding="utf-8")
    again = howfar("demo", folder, "--study", "small", "--json")
    assert again.code == 0, again.err
    assert Path(json.loads(again.out)["report"]).exists()
    assert (folder / "channels.csv").read_text(encoding="utf-8") == channels
    methods = howfar("methods", folder).out
    assert "The howfar developers, invented posts; licence: Apache-2.0." in methods


def test_without_data_and_without_a_connection(
    howfar: Call, small_demo: Path, tmp_path: Path
) -> None:
    done = howfar("demo", tmp_path / "demo", "--study", "small")
    assert done.code == 6
    assert done.err.startswith("howfar: ")
    assert "next: " in done.err
    assert "HOWFAR_DATASETS" in done.err
    assert "Traceback" not in done.err


def test_the_default_demo_without_data(howfar: Call, tmp_path: Path) -> None:
    done = howfar("demo", tmp_path / "demo")
    assert done.code == 6
    assert "HOWFAR_OFFLINE" in done.err
    assert "Traceback" not in done.err


def test_an_altered_file_is_refused(
    howfar: Call, small_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (small_demo / "small" / "posts.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    monkeypatch.setenv("HOWFAR_DATASETS", str(small_demo))
    done = howfar("demo", tmp_path / "demo", "--study", "small")
    assert done.code == 6
    assert "SHA-256" in done.err


def test_a_folder_of_something_else_is_left_alone(
    howfar: Call, study: Path, small_demo: Path
) -> None:
    text = (study / "study.toml").read_bytes()
    done = howfar("demo", study, "--study", "small")
    assert done.code == 3
    assert "there is something already" in done.err
    assert (study / "study.toml").read_bytes() == text


def test_an_unknown_ready_study(howfar: Call, tmp_path: Path) -> None:
    done = howfar("demo", tmp_path / "demo", "--study", "elections")
    assert done.code == 3
    assert "elections-2016, newsrooms-2016" in done.err
    assert not (tmp_path / "demo").exists()
