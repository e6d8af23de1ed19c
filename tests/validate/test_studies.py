"""A rotating part of the stored validation is run anew: raw files, reading, figures, scores."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from howfar.cli.app import app
from howfar.errors import StudyError
from howfar.run import run_study
from howfar.simulate.plan import Plan
from howfar.simulate.scenarios import PLAIN
from howfar.simulate.world import World, simulate
from howfar.study.file import load_study
from howfar.validate import studies
from howfar.validate.external import COLUMNS, plan_of, score_file
from howfar.validate.judge import judged
from howfar.validate.results import load, results_of, store
from howfar.validate.scores import score
from howfar.validate.sources import studies_hash
from howfar.validate.studies import kept_studies, read_world, run_studies
from howfar.validate.trials import TRIALS

WORLDS = 40
ROTATING = int(studies_hash(), 16)
"""Other code, another part."""


def strict(text: str) -> Any:
    """JSON as the standard has it: without NaN and infinity."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One study of plain, of a seed that hangs on the code."""
    out = tmp_path_factory.mktemp("validate")
    run_studies(out, ["plain"], 1, first=ROTATING % TRIALS["plain"].studies)
    return out


def test_figures_stand_beside_their_truth(ran: Path) -> None:
    found = list(judged(ran, TRIALS["plain"], WORLDS))
    ((study, outcomes),) = found
    assert (study.rejects_missed, study.rejects_not_planted) == (0, 0)
    rows = score(outcomes, "plain")
    assert {row.measure for row in rows} >= {
        *("publishing_volume", "share_of_voice", "attention_inequality", "lorenz", "top_share"),
        *("engagement", "engagement_rate", "expected_performance", "path_mix", "reaction_mix"),
        *("reaction_distance", "talk_to_views", "profile", "coverage", "young_posts"),
    }
    counted = [row for row in rows if row.kind == "realised" and row.level is None]
    assert {row.measure for row in counted} == {"availability", "coverage", "young_posts"}
    assert [row.figure for row in counted if row.verdict != "exact"] == []
    short = {"top_share", "lorenz"}
    promised = [r for r in rows if r.level is not None and r.measure not in short and r.coverage]
    held = sum(r.measured * (r.coverage or 0.0) for r in promised)
    # Some 4,000 figures of one study, which chance moves together: 90 of 100 at least.
    assert held / sum(r.measured for r in promised) > 0.9


def test_a_study_that_was_run_is_not_run_again(ran: Path) -> None:
    path = next(ran.glob("plain/*/done.json"))
    before = path.stat().st_mtime_ns
    run_studies(ran, ["plain"], 1, first=ROTATING % TRIALS["plain"].studies)
    assert path.stat().st_mtime_ns == before
    assert not (path.parent / "world").exists()
    assert len(list(kept_studies(ran, "plain"))) == 1


def test_a_study_of_another_version_is_not_scored(ran: Path, tmp_path: Path) -> None:
    (folder := tmp_path / "plain" / "3").mkdir(parents=True)
    told = json.loads(next(ran.glob("plain/*/done.json")).read_text("utf-8"))
    del told["rejects_missed"]
    (folder / "done.json").write_text(json.dumps(told))
    assert list(kept_studies(tmp_path, "plain")) == []


def test_a_missed_reject_does_not_cancel_a_false_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = [("x/a.json", line, "no_id") for line in (3, 5, 5)]
    found = [("x/a.json", 3, "no_id"), ("x/a.json", 5, "no_id"), ("x/a.json", 6, "no_id")]

    def made(folder: Path, plan: Plan) -> World:
        (folder / "truth").mkdir(parents=True)
        names = ("file", "line", "reason")
        rows = [dict(zip(names, row, strict=True)) for row in planted]
        pq.write_table(pa.Table.from_pylist(rows), folder / "truth" / "rejects.parquet")
        return World(folder, 10, {"x/a.json": 13}, 3)

    result = SimpleNamespace(estimates=pa.table({name: [] for name in studies._COLUMNS}))
    monkeypatch.setattr(studies, "simulate", made)
    monkeypatch.setattr(studies, "read_world", lambda *_: (13, Counter(found)))
    monkeypatch.setattr(studies, "run_study", lambda *_, **__: result)
    studies.run_one(tmp_path, TRIALS["plain"], 0, "code")
    told = json.loads((tmp_path / "plain" / "0" / "done.json").read_text("utf-8"))
    assert (told["rejects_planted"], told["rejects_missed"], told["rejects_not_planted"]) == (
        *(3, 1, 1),
    )


def test_rejects_are_named_by_file_and_line(tmp_path: Path) -> None:
    name = "rejects"
    plan = Plan(3, 1_000, name, PLAIN | {name}, days=14)
    made = simulate(tmp_path / "world", plan)
    _, found = read_world(made, plan)
    planted = pq.read_table(made.folder / "truth" / "rejects.parquet").to_pylist()
    assert planted
    assert found == Counter((one["file"], one["line"], one["reason"]) for one in planted)


def test_scores_are_stored_and_read_again(ran: Path, tmp_path: Path) -> None:
    found = results_of(ran, ["plain", "alike"], WORLDS)
    assert [one["scenario"] for one in found["scenarios"]] == ["plain"]
    assert found["scenarios"][0]["rejects_missed"] == 0
    assert found["scenarios"][0]["rejects_not_planted"] == 0
    # One study has no Monte Carlo error: null, for JSON knows no infinity.
    assert {one["bias_error"] for one in found["rows"]} == {None}
    assert strict(json.dumps(found)) == found
    store(found, tmp_path / "scores.json")
    again = load(tmp_path / "scores.json")
    assert again["rows"][0]["measure"] == found["rows"][0]["measure"]
    assert again["not_built"][0]["measure"] == "response_time"
    (tmp_path / "other.json").write_text('{"format": "howfar-scores/0"}')
    with pytest.raises(StudyError, match="no scores"):
        load(tmp_path / "other.json")


def test_without_a_study_there_are_no_scores(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no study was run"):
        results_of(tmp_path, ["plain"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world on disk whose study was run."""
    plan = TRIALS["plain"].plan(1)
    made = simulate(tmp_path_factory.mktemp("world") / "w", plan)
    read_world(made, plan)
    assert load_study(made.study).about.simulated
    run_study(made.study, leave_out=frozenset({"attention_tail"}))
    return made


def test_another_tool_is_scored_against_the_same_truths(world: World, tmp_path: Path) -> None:
    assert plan_of(world.folder) == TRIALS["plain"].plan(1)
    run = CliRunner()
    given = ["validate", "--world", str(world.folder), "--worlds", str(WORLDS), "--json"]
    told = run.invoke(app, [*given, "--truths", str(tmp_path / "truths.csv")])
    assert told.exit_code == 0, told.output
    rows = list(csv.DictReader((tmp_path / "truths.csv").read_text("utf-8").splitlines()))
    assert strict(told.output)["figures"] == len(rows) > 1_000
    wanted = [r for r in rows if r["measure"] in ("engagement", "publishing_volume")]
    with (tmp_path / "tool.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in wanted:
            value = float(one["truth"])
            writer.writerow([one["measure"], one["scope"], value + 1, value - 0.5, value + 2])
    told = run.invoke(app, [*given, "--score", str(tmp_path / "tool.csv")])
    assert told.exit_code == 0, told.output
    for row in strict(told.output)["rows"]:
        assert (row["bias_error"], row["coverage_error"]) == (None, None)
        assert row["verdict"] == "too few"
        assert row["bias"] == pytest.approx(1.0)
        assert row["rmse"] == pytest.approx(1.0)
        assert row["coverage"] == 1.0


def test_what_is_no_figure_is_named_by_file_and_line(world: World, tmp_path: Path) -> None:
    path = tmp_path / "tool.csv"
    path.write_text("measure,scope,estimate,lower,upper\nengagement,channel=a,much,1,2\n")
    with pytest.raises(StudyError, match="no figure") as caught:
        score_file(path, world.folder, WORLDS)
    assert f"{path}:2" in str(caught.value)
    path.write_text("measure,estimate\n")
    with pytest.raises(StudyError, match="not a table of figures"):
        score_file(path, world.folder, WORLDS)
    path.write_text("measure,scope,estimate,lower,upper\nunheard,channel=a,1,1,2\n")
    with pytest.raises(StudyError, match="stated truth"):
        score_file(path, world.folder, WORLDS)
