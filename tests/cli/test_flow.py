"""From nothing to a report: every command in the order in which a newcomer types them."""

import csv
import json
import re
from pathlib import Path

from tests.cli.conftest import CHANNELS, Call, posts_csv


def test_a_study_from_one_export_is_read_and_measured(howfar: Call, tmp_path: Path) -> None:
    """No registry, no labels: the guesses of `new --from` suffice to measure something."""
    export, folder = posts_csv(tmp_path / "posts.csv"), tmp_path / "mine"
    made = howfar("new", folder, "--from", export)
    assert made.code == 0, made.err
    text = (folder / "study.toml").read_text(encoding="utf-8")
    assert text.startswith("#:schema study.schema.json\n")
    assert (folder / "study.schema.json").exists()
    assert "start = 2024-01-01" in text
    assert "end = 2024-03-09" in text  # the day after the last post, 8 March
    for decision in ("timezone", "observed_at", "capture", "channels.csv", "mapping"):
        assert f"to decide - {decision}" in text
        assert decision in made.out
    assert "3 accounts" in made.out

    assert howfar("check", folder).code == 0
    read = howfar("read", folder)
    assert read.code == 0, read.err
    assert "177 records = 177 kept + 0 rejected" in read.out
    can = howfar("can", folder)
    assert "publishing_volume" in can.out
    assert "no channel is named yet" in can.out
    done = howfar("run", folder)
    assert done.code == 0, done.err
    # Three persons are fewer than ten: not one of their figures may be shown.
    rows = json.loads(howfar("explain", "publishing_volume", "--study", folder, "--json").out)
    assert rows["figures"]
    assert {row["status"] for row in rows["figures"]} == {"suppressed"}
    assert howfar("report", folder).code == 0
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    for account in CHANNELS:
        assert account not in page


def test_a_study_of_three_channels(howfar: Call, study: Path) -> None:
    assert "study three: study.toml and channels.csv (3) read" in howfar("check", study).out
    assert howfar("read", study).code == 0
    assert "known, unchanged" in howfar("read", study).out
    done = howfar("run", study)
    assert re.search(r"run [0-9a-f]{12}: [\d,]+ figures measured", done.out)
    assert "nothing changed since this run" in howfar("run", study).out
    assert howfar("report", study).code == 0
    results = study / "results"
    for name in ("report.html", "results.parquet", "results.csv", "results.xlsx"):
        assert (results / name).stat().st_size > 1000
    with (results / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["measure"] == "publishing_volume"]
    # 59 posts in the 70 days of the window, each day of which the crawl of 15 March covers.
    whole = {r["channel"]: r for r in rows if not r["category"] and not r["language"]}
    assert set(whole) == set(CHANNELS)
    for row in whole.values():
        assert float(row["value"]) == 59 / 70
        assert float(row["low"]) < 59 / 70 < float(row["high"])

    shown = howfar("explain", "publishing_volume", "--study", study)
    assert "0.8429 (95% confidence interval" in shown.out
    status = howfar("status", study)
    assert "177 of 177 records kept" in status.out


def test_diff_says_why_a_figure_changed(howfar: Call, study: Path) -> None:
    howfar("read", study)
    first = json.loads(howfar("run", study, "--json").out)["run"]
    file = study / "study.toml"
    text = file.read_text(encoding="utf-8").replace("replicates = 200", "replicates = 300")
    file.write_text(text, encoding="utf-8")
    second = json.loads(howfar("run", study, "--json").out)["run"]
    assert first != second
    told = howfar("diff", first, second, study)
    assert told.code == 0
    assert "replicates" in told.out
    assert json.loads(howfar("diff", first, second, study, "--json").out)["changes"]
    same = howfar("diff", first, first, study)
    assert "nothing that the runs rest on differs" in same.out
    assert "0 figures changed" in same.out


def test_json_is_json(howfar: Call, study: Path, tmp_path: Path) -> None:
    """Each command with --json prints one JSON value and nothing else to standard output."""
    told = {}
    for command in ("check", "read", "can", "status", "run", "report", "methods"):
        done = howfar(command, study, "--json")
        assert done.code == 0, done.err
        told[command] = json.loads(done.out)
    assert told["check"][0]["files"][0]["read"] == 177
    assert told["read"]["files"][0]["rejected"] == 0
    assert {row["can"] for row in told["can"]} == {"yes", "no", "not built"}
    assert json.loads(howfar("explain", "engagement", "--json").out)["kind"] == "measure"
    made = json.loads(howfar("new", tmp_path / "new", "--json").out)
    assert made["study"] == str(tmp_path / "new")


def test_new_without_export_makes_a_study_that_checks(howfar: Call, tmp_path: Path) -> None:
    folder = tmp_path / "My Study"
    assert howfar("new", folder).code == 0
    assert 'id = "my-study"' in (folder / "study.toml").read_text(encoding="utf-8")
    told = howfar("check", folder)
    assert told.code == 0, told.out
    assert "names no source" in told.out


def test_keys_are_backed_up_destroyed_and_imported(
    howfar: Call, study: Path, tmp_path: Path
) -> None:
    howfar("read", study)
    key, backup = tmp_path / "keys" / "three.key", tmp_path / "safe.key"
    kept = key.read_bytes()
    assert howfar("keys", "backup", study, "--file", backup).code == 0
    assert backup.read_bytes() == kept
    assert howfar("keys", "destroy", study).code == 3
    assert key.exists()
    told = howfar("keys", "destroy", study, "--yes")
    assert told.code == 0
    assert "posts.csv" in told.out
    assert not key.exists()
    missing = howfar("read", study)
    assert missing.code == 3
    assert "howfar keys import" in missing.err
    assert howfar("keys", "import", study, "--file", backup).code == 0
    assert key.read_bytes() == kept
    assert howfar("read", study).code == 0
