"""An experiment that came back stands on the path of a study, with the grade that it earned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import Call
from tests.cli.test_experiment import QUICK, came_back
from tests.cli.test_path import part_of, plain, write
from tests.improve.experiments.worlds import FIRST, SWITCHBACK, daily, table

PLAN = SWITCHBACK.replace("[power]\n", "[power]\n" + QUICK)
TABLE = '\n[[experiments]]\nregistration = "answers/registration.toml"\ndata = "answers.csv"\n'


@pytest.fixture
def study(tmp_path: Path, howfar: Call) -> Path:
    """A study that was read, with an experiment on two of its channels that is over."""
    made = write(tmp_path)
    names = {"nordwelle": "mars", "ostfunk": "venus"}
    past = daily(tuple(names.values()), 200, np.random.default_rng(1))
    (tmp_path / "plan.toml").write_text(_renamed(PLAN), encoding="utf-8")
    text = table(past, "channel", "date", FIRST.replace(year=2023))
    (tmp_path / "past.csv").write_text(text, encoding="utf-8")
    howfar(
        "experiment", "register", tmp_path / "plan.toml", "--past", tmp_path / "past.csv",
        "--out", made / "answers", "--on", "2023-12-01",
    )  # fmt: skip
    schedule = tmp_path / "schedule.csv"
    drawn = (made / "answers" / "schedule.csv").read_text(encoding="utf-8")
    for old, new in names.items():
        drawn = drawn.replace(new, old)
    schedule.write_text(drawn, encoding="utf-8")
    data = came_back(schedule, 0.6)
    (made / "answers.csv").write_text(_renamed(data), encoding="utf-8")
    file = made / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + TABLE, encoding="utf-8")
    return made


def _renamed(text: str) -> str:
    return text.replace("nordwelle", "mars").replace("ostfunk", "venus")


def document(study: Path) -> dict[str, Any]:
    run = (study / "results" / "latest").read_text(encoding="utf-8").strip()
    kept = study / "results" / "runs" / run / "provenance.json"
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def test_it_stands_first_with_grade_a_and_what_to_expect(study: Path, howfar: Call) -> None:
    for command in ("check", "read", "run", "report"):
        done = howfar(command, study)
        assert done.code == 0, done.err
    kept = document(study)
    assert len(kept["experiments_sha256"]) == 64
    first, second = kept["path"]["steps"][:2]
    assert (first["id"], first["grade"], first["turn"]) == ("faster", "A", "extend")
    assert first["expects"]
    assert {"registered", "lot-followed"} <= {check["id"] for check in first["checks"]}
    assert second["grade"] != "A"
    rows = pq.read_table(study / "results" / "results.parquet").to_pylist()
    mine = [row for row in rows if row["event"] == "faster"]
    (size,) = [row for row in mine if row["category"] == "relative"]
    assert size["measure"] == "effect_of_change"
    assert size["grade"] == "A"
    assert size["low"] < 0.6 < size["high"]
    page = (study / "results" / "path.html").read_text(encoding="utf-8")
    top = plain(part_of(page, "path"))
    assert "“answers within an hour”" in top
    words = howfar("path", study, "--step", 1).out
    assert "Grade A" in words
    assert "raised reactions by" in words


def test_a_registration_that_was_edited_keeps_no_gain(study: Path, howfar: Call) -> None:
    file = study / "answers" / "registration.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("washout = 1", "washout = 0"), encoding="utf-8")
    for command in ("read", "run"):
        assert howfar(command, study).code == 0
    (step,) = [s for s in document(study)["path"]["steps"] if s["id"] == "faster"]
    assert step["grade"] == "C"
    assert not step["expects"]


def test_other_data_are_another_run(study: Path, howfar: Call) -> None:
    for command in ("read", "run"):
        assert howfar(command, study).code == 0
    before = document(study)["run"]
    data = study / "answers.csv"
    data.write_text(data.read_text(encoding="utf-8").rsplit("\n", 2)[0] + "\n", encoding="utf-8")
    assert howfar("run", study).code == 0
    assert document(study)["run"] != before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('data = "answers.csv"', 'data = "nothing.csv"', "nothing.csv"),
        ('data = "answers.csv"', 'data = "../answers.csv"', "lies outside the study"),
        ('data = "answers.csv"', 'data = "a\\u0000b.csv"', "without control characters"),
        ('data = "answers.csv"', 'data = "answers.csv"\nsha256 = "abc"', "64 hexadecimal digits"),
        ('id = "night-shift"', 'id = "faster"', "'faster' is used twice"),
    ],
)
def test_what_is_wrong_is_told(study: Path, howfar: Call, old: str, new: str, said: str) -> None:
    file = study / "study.toml"
    text = file.read_text(encoding="utf-8").replace('after = ["night-shift"]\n', "")
    file.write_text(text.replace(old, new), encoding="utf-8")
    done = howfar("check", study)
    assert done.code != 0
    assert said in done.out + done.err
    assert "Traceback" not in done.out + done.err


def test_the_deposited_hash_is_part_of_the_run(study: Path, howfar: Call) -> None:
    for command in ("read", "run"):
        assert howfar(command, study).code == 0
    beside = study / "answers" / "registration.toml.sha256"
    told = beside.read_text(encoding="utf-8").split()[0]
    beside.unlink()
    assert howfar("run", study).code == 0
    (step,) = [s for s in document(study)["path"]["steps"] if s["id"] == "faster"]
    assert step["grade"] != "A"
    file = study / "study.toml"
    given = f'data = "answers.csv"\nsha256 = "{told.upper()}"'
    text = file.read_text(encoding="utf-8").replace('data = "answers.csv"', given)
    file.write_text(text, encoding="utf-8")
    assert howfar("run", study).code == 0
    (step,) = [s for s in document(study)["path"]["steps"] if s["id"] == "faster"]
    assert step["grade"] == "A"


@pytest.mark.parametrize("empty", ["change", "control", "both"])
def test_an_arm_in_which_nothing_was_counted_stops_nothing(
    study: Path, howfar: Call, empty: str
) -> None:
    file = study / "answers.csv"
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    place = head.split(",").index("reactions")
    rows = [line.split(",") for line in lines]
    for row in rows:
        if empty == "both" or row[-1] == empty:
            row[place] = "0"
    text = "\n".join([head, *(",".join(row) for row in rows)]) + "\n"
    file.write_text(text, encoding="utf-8")
    for command in ("check", "read", "run", "report"):
        done = howfar(command, study)
        assert done.code == 0, done.err


def test_an_experiment_on_other_channels_than_ours_is_refused(study: Path, howfar: Call) -> None:
    file = study / "channels.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [
        line.replace(",ours,", ",peer,") if line.startswith("venus") else line for line in lines
    ]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    text = (study / "study.toml").read_text(encoding="utf-8")
    head, _, _ = text.partition("[[changes]]")
    (study / "study.toml").write_text(head + TABLE, encoding="utf-8")
    done = howfar("check", study)
    assert done.code != 0
    assert "was done on venus, no channel of ours" in done.out + done.err


def test_changes_of_one_practice_are_one_step(tmp_path: Path, howfar: Call) -> None:
    made = write(tmp_path)
    file = made / "study.toml"
    text = file.read_text(encoding="utf-8")
    second = (
        '\n[[changes]]\nid = "night-shift-2"\ndate = 2024-05-20\nchannels = ["luna"]\n'
        'property = "latency"\nwhat = "a night shift there too"\npractice = "shifts"\n'
    )
    text = text.replace('id = "night-shift"\n', 'id = "night-shift"\npractice = "shifts"\n')
    file.write_text(text + second, encoding="utf-8")
    for command in ("check", "read", "run", "report"):
        done = howfar(command, made)
        assert done.code == 0, done.err
    steps = {step["id"]: step for step in document(made)["path"]["steps"]}
    assert "night-shift" not in steps
    assert steps["shifts"]["channels"] == ["mars", "luna"]
    assert steps["fewer-posts"]["after"] == [steps["shifts"]["place"]]
    rows = pq.read_table(made / "results" / "results.parquet").to_pylist()
    for event, design in (("night-shift", "its"), ("night-shift-2", "its"), ("shifts", "did")):
        (row,) = [r for r in rows if r["event"] == event and r["category"] == "relative"]
        assert f"design={design}" in row["params"]
    page = (made / "results" / "path.html").read_text(encoding="utf-8")
    assert 'id="step-shifts"' in page
    assert "from 2024-04-15 and 2024-05-20 on" in plain(page)
    told = howfar("path", made, "--step", steps["shifts"]["place"]).out
    assert "effect of change, night-shift-2, relative" in told
