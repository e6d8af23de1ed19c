"""howfar effect on real series: the tone of reports on China in two countries, 2019 to 2021."""

import csv
import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call

FIRST, LAST = dt.date(2018, 12, 31), dt.date(2021, 6, 13)


def weekly(folder: Path, country: str) -> dict[dt.date, float]:
    """Mean tone by week, of weeks with all seven days."""
    days: dict[dt.date, list[float]] = defaultdict(list)
    with (folder / f"{country}_Tone.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day = dt.date.fromisoformat(row["Date"])
            if FIRST <= day <= LAST:
                days[day - dt.timedelta(day.weekday())].append(float(row["Value"]))
    return {week: sum(tones) / 7 for week, tones in days.items() if len(tones) == 7}


@pytest.fixture(scope="module")
def table(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wide table of weeks: India, where the clash was, and Japan."""
    folder = shared / "datasets" / "tone-of-china-2017-2024"
    series = {country: weekly(folder, country) for country in ("India", "Japan")}
    path = tmp_path_factory.mktemp("tone") / "tone.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("week", *series))
        for week in sorted(series["India"]):
            writer.writerow((week, *(of.get(week, "") for of in series.values())))
    return path


def told(howfar: Call, table: Path, outcome: str, *options: object) -> dict[str, Any]:
    done = howfar("effect", "its", table, "--time", "week", "--outcome", outcome, "--family",
                  "gaussian", "--start", "2020-06-15", *options, "--json")  # fmt: skip
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert isinstance(found, dict)
    return found


def test_a_control_series_decides_the_grade(howfar: Call, table: Path) -> None:
    """The clash in the Galwan valley of 15 June 2020, with and without Japan beside it."""
    beside = told(howfar, table, "India", "--control", "Japan")
    alone = told(howfar, table, "India")
    assert beside["compared"] == ["Japan"]
    assert alone["grade"] in "CD"
    for one in (beside, alone):
        # Tone is below 0, so that a part of it would have the wrong sign.
        assert one["relative"]["status"] == "not_measured"
        assert one["average"]["value"] < 0
        # Weeks follow each other closely: reckoned as independent the interval would be shorter.
        width = one["average"]["high"] - one["average"]["low"]
        other = one["more"]["step_independent"]
        assert width > 1.2 * (other["high"] - other["low"])
    # Too little to be sure: the tone moved as much before, with nothing of the kind.
    assert beside["average"]["low"] < 0 < beside["average"]["high"]
    assert beside["said"].startswith("No clear difference of India")


def test_days_that_are_missing_and_written_as_zeros_are_found(
    howfar: Call, shared: Path, tmp_path: Path
) -> None:
    """Nigeria: most days are exactly 0, which no tone is."""
    folder = shared / "datasets" / "tone-of-china-2017-2024"
    path = tmp_path / "days.csv"
    with (folder / "NG_Tone.csv").open(encoding="utf-8-sig") as file:
        rows = [line for line in file if line.startswith(("Date", "2020-04", "2020-05", "2020-06"))]
    path.write_text("".join(rows), encoding="utf-8")
    done = howfar("effect", "its", path, "--time", "Date", "--outcome", "Value", "--start",
                  "2020-06-15", "--family", "gaussian", "--json")  # fmt: skip
    found = json.loads(done.out)
    zeros = next(check for check in found["checks"] if check["id"] == "zeros")
    assert zeros["passed"] is False
    assert "times exactly 0" in zeros["said"]
    assert found["grade"] == "D"
