"""howfar effect on any table: the oracles through the command line, files, words, errors."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.conftest import Call
from tests.conftest import ROOT

from howfar.improve.lexicon import causal_words

BASQUE = "Basque Country (Pais Vasco)"
EARLY = ("school.illit", "school.prim", "school.med", "school.high", "school.post.high", "invest")
SECTORS = ("agriculture", "energy", "industry", "construction", "services.venta",
           "services.nonventa")  # fmt: skip


def told(howfar: Call, *arguments: object) -> dict[str, Any]:
    done = howfar("effect", *arguments, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert isinstance(found, dict)
    return found


def ends(estimate: dict[str, Any]) -> tuple[str, str, str]:
    return tuple(f"{estimate[one]:.4f}" for one in ("value", "low", "high"))


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("--family", "poisson"), ("0.8944", "0.8647", "0.9251")),
        ((), ("0.8944", "0.8392", "0.9532")),
        (("--harmonics", 2, "--period", 12), ("0.8851", "0.8394", "0.9332")),
    ],
)
def test_interrupted_series_of_sicily(
    howfar: Call, shared: Path, options: tuple[object, ...], wanted: tuple[str, ...]
) -> None:
    table = shared / "oracles" / "sicily.csv"
    same = ("--outcome", "aces", "--time", "time", "--exposure", "stdpop")
    same += ("--errors", "independent", "--no-checks")
    by_date = told(howfar, "its", table, *same, "--start", 37, *options)
    by_column = told(howfar, "its", table, *same, "--changed", "smokban", *options)
    assert ends(by_date["more"]["rate_ratio"]) == wanted
    assert by_column["more"] == by_date["more"]
    assert by_date["grade"] == "C"


def test_staggered_differences_of_the_counties(howfar: Call, shared: Path) -> None:
    table = shared / "oracles" / "mpdta.csv"
    same = ("did", table, "--unit", "countyreal", "--time", "year", "--outcome", "lemp")
    one = told(howfar, *same, "--first", "first.treat", "--aggregate", "dynamic")
    assert f"{one['average']['value']:.4f}" == "-0.0772"
    more = {name: f"{figure['value']:.4f}" for name, figure in one["more"].items()
            if figure["value"] is not None}  # fmt: skip
    assert more["ATT(2004, 2006)"] == "-0.1373"
    assert more["ATT(2007, 2007)"] == "-0.0261"
    assert [more[kind] for kind in ("simple", "group", "calendar", "dynamic")] == [
        "-0.0400", "-0.0310", "-0.0417", "-0.0772"
    ]  # fmt: skip
    assert [period["relative"] for period in one["periods"]] == [-3, -2, -1, 0, 1, 2, 3]
    # treat is 1 on all rows of those that ever began: no column of when.
    wrong = howfar("effect", *same, "--changed", "treat")
    assert wrong.code == 3


def test_synthetic_control_of_the_basque_country(howfar: Call, shared: Path) -> None:
    predictors = [f"{name}@1964..1969" for name in EARLY] + ["gdpcap@1960..1969", "popdens@1969"]
    predictors += [f"sec.{name}@1961..1969/2" for name in SECTORS]
    asked: list[object] = ["synth", shared / "oracles" / "basque.csv", "--unit", "regionname"]
    asked += ["--time", "year", "--outcome", "gdpcap", "--treated", BASQUE, "--start", 1975]
    asked += ["--without", "Spain (Espana)", "--fit", "1960..1969", "--no-checks"]
    for one in predictors:
        asked += ["--predictor", one]
    found = told(howfar, *asked)
    weights = found["details"]["weights"][BASQUE]
    assert round(weights["Cataluna"], 3) == 0.851
    assert round(weights["Madrid (Comunidad De)"], 3) == 0.149
    assert round(found["average"]["value"], 4) == -0.6996
    assert found["periods"][-1]["period"] == "1997"


def test_local_level_with_a_step(howfar: Call, shared: Path) -> None:
    table = shared / "oracles" / "local_level_step.csv"
    found = told(howfar, "series", table, "--outcome", "y", "--start", 71, "--control", "x1")
    assert found["average"]["value"] == pytest.approx(10.56, abs=0.01)
    assert found["average"]["low"] < 10 < found["average"]["high"]
    assert found["grade"] == "B"
    alone = told(howfar, "series", table, "--outcome", "y", "--start", 71, "--no-checks")
    assert alone["grade"] in "CD"


def made(folder: Path, effect: float = 0.0) -> tuple[Path, Path]:
    """Three channels over 40 weeks, long and wide; the first has more from the 25th week on."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(200, size=(3, 40))
    counts[0, 24:] += int(200 * effect)
    paths = folder / "long.csv", folder / "wide.csv"
    with paths[0].open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("channel", "week", "replies", "began"))
        for n, name in enumerate("abc"):
            for week in range(40):
                began = "2016-W25" if n == 0 else ""
                writer.writerow((name, f"2016-W{week + 1:02}", counts[n, week], began))
    with paths[1].open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("week", "a", "b", "c"))
        for week in range(40):
            if week != 7:
                writer.writerow((f"2016-W{week + 1:02}", *counts[:, week]))
    return paths


def test_long_and_wide_tables_say_the_same(howfar: Call, tmp_path: Path) -> None:
    long, wide = made(tmp_path, 0.2)
    same = ("--time", "week", "--start", "2016-W25", "--no-checks")
    first = told(howfar, "its", long, "--outcome", "replies", "--unit", "channel", "--treated", "a",
                 "--control", "b", "--control", "c", *same)  # fmt: skip
    every = told(howfar, "its", long, "--outcome", "replies", "--unit", "channel", "--treated", "a",
                 "--control", "all", *same)  # fmt: skip
    assert first["relative"] == every["relative"]
    other = told(howfar, "its", wide, "--outcome", "a", "--control", "b", "--control", "c", *same)
    assert other["compared"] == ["b", "c"]
    assert other["relative"]["value"] == pytest.approx(first["relative"]["value"], abs=0.02)
    assert other["periods"][0]["period"] == "2016-W01"
    assert first["relative"]["low"] < 0.2 < first["relative"]["high"]
    # A season of a year, by the notation of the periods.
    assert first["arguments"]["period"] == pytest.approx(52.18, abs=0.01)


def test_dates_of_a_notation_are_periods_of_every_design(howfar: Call, tmp_path: Path) -> None:
    long, _ = made(tmp_path, 0.2)
    same = (long, "--outcome", "replies", "--unit", "channel", "--time", "week")
    did = told(howfar, "did", *same, "--first", "began")
    assert "ATT(2016-W25, 2016-W30)" in did["more"]
    synth = told(howfar, "synth", *same, "--treated", "a", "--start", "2016-06-20", "--no-checks")
    assert synth["arguments"]["start"] == "2016-W25"
    assert synth["average"]["value"] == pytest.approx(40, abs=15)


def test_files_are_written_and_the_same_again(howfar: Call, tmp_path: Path) -> None:
    long, _ = made(tmp_path)
    asked = ("effect", "its", long, "--outcome", "replies", "--unit", "channel", "--treated", "a",
             "--control", "b", "--time", "week", "--start", "2016-W25",
             "--what", "answers <within> a day")  # fmt: skip
    for out in ("one", "two"):
        assert howfar(*asked, "--out", tmp_path / out).code == 0
    for name in ("effects.csv", "effect.json", "effect.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    document = json.loads((tmp_path / "one" / "effect.json").read_text(encoding="utf-8"))
    with (tmp_path / "one" / "effects.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["grade"] for row in rows} == {document["grade"]}
    average = next(row for row in rows if row["figure"] == "average")
    assert float(average["value"]) == document["average"]["value"]
    assert sum(row["figure"] == "period" for row in rows) == len(document["periods"]) == 40
    page = (tmp_path / "one" / "effect.html").read_text(encoding="utf-8")
    assert "answers &lt;within&gt; a day" in page
    assert document["inputs"].keys() == {"long.csv"}


def test_words_below_grade_b_claim_no_cause(howfar: Call, tmp_path: Path) -> None:
    long, wide = made(tmp_path, 0.3)
    alone = howfar("effect", "its", wide, "--outcome", "a", "--time", "week", "--start", "2016-W25")
    assert "Grade C" in alone.out or "Grade D" in alone.out
    assert causal_words(alone.out) == ()
    assert "Not to be concluded: that it would not have come by itself" in alone.out
    with_others = ("effect", "its", long, "--outcome", "replies", "--unit", "channel", "--time",
                   "week", "--treated", "a", "--control", "all", "--start", "2016-W25")  # fmt: skip
    compared = howfar(*with_others)
    assert "Grade B" in compared.out
    assert causal_words(compared.out) == ("raised",)


def test_placebo_dates(howfar: Call, tmp_path: Path) -> None:
    _, wide = made(tmp_path)
    asked = ("its", wide, "--outcome", "a", "--time", "week", "--placebos", 10)
    never = told(howfar, *asked)
    assert len(never["placebo_dates"]["dates"]) == 10
    both = told(howfar, *asked, "--start", "2016-W30", "--no-checks")
    assert both["placebo_dates"]["dates"][-1]["period"] < "2016-W30"
    assert "nothing was changed" in howfar("effect", *asked).out


def test_every_check_is_in_the_docs(howfar: Call, tmp_path: Path) -> None:
    long, wide = made(tmp_path, 0.2)
    text = (ROOT / "docs" / "concepts" / "effects.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    known = {name.strip() for row in rows for name in row.split(",")}
    same = ("--outcome", "replies", "--unit", "channel", "--time", "week")
    of_one = ("--treated", "a", "--start", "2016-W25")
    every = [
        told(howfar, "its", long, *same, *of_one, "--control", "all"),
        told(howfar, "its", wide, "--outcome", "a", "--time", "week", "--start", "2016-W25",
             "--family", "poisson"),
        told(howfar, "did", long, *same, "--first", "began"),
        told(howfar, "did", long, *same, "--first", "began", "--layout", "unbalanced"),
        told(howfar, "synth", long, *same, *of_one),
        told(howfar, "series", long, *same, *of_one, "--control", "b"),
    ]  # fmt: skip
    found = {check["id"] for one in every for check in one["checks"]}
    assert found <= known
    assert len(found) > 12


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("its", "wide.csv", "--outcome", "a"), "when did it change?"),
        (("its", "wide.csv", "--outcome", "d", "--start", "2016-W25"), 'no column "d"'),
        (("its", "wide.csv", "--outcome", "a", "--start", "soon"), '"soon" (--start) is no period'),
        (("its", "wide.csv", "--outcome", "a", "--start", "2016-W25", "--treated", "a"), "--unit"),
        (("its", "wide.csv", "--outcome", "a", "--changed", "b"), "other figures than 0 and 1"),
        (("its", "long.csv", "--outcome", "replies", "--start", "2016-W25"), "is also on line"),
        (("its", "none.csv", "--outcome", "a", "--start", "2016-W25"), "there is no file"),
        (("its", "wide.csv", "--outcome", "a", "--start", "2017-W25"), "one side"),
        (("did", "long.csv", "--outcome", "replies", "--first", "began"), "names the units"),
        (("did", "long.csv", "--outcome", "replies", "--unit", "channel"), "when did units begin"),
        (
            ("did", "long.csv", "--outcome", "replies", "--unit", "channel", "--first", "channel"),
            'long.csv:2: channel of a, 2016-W01: "a" is no period',
        ),
        (
            ("synth", "long.csv", "--outcome", "replies", "--unit", "channel", "--treated", "d",
             "--start", "2016-W25"),
            'there is no unit "d"',
        ),
        (
            ("synth", "long.csv", "--outcome", "replies", "--unit", "channel", "--treated", "a",
             "--start", "2016-W25", "--predictor", "views@2016-W01"),
            'no column "views", which a predictor names',
        ),
        (
            ("synth", "long.csv", "--outcome", "replies", "--unit", "channel", "--treated", "a",
             "--treated", "b", "--start", "a=2016-W25", "--start", "a=2016-W26"),
            "which unit was changed when?",
        ),
        (
            ("series", "wide.csv", "--outcome", "a", "--start", "2016-W25", "--harmonics", "x"),
            "PERIOD:PAIRS",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(
    howfar: Call, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    made(tmp_path)
    design, file, *rest = options
    done = howfar("effect", design, tmp_path / file, "--time", "week", *rest)
    assert done.code == 3, done.err
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_wrong_choice_is_told_by_the_command_line(howfar: Call, tmp_path: Path) -> None:
    _, wide = made(tmp_path)
    done = howfar("effect", "its", wide, "--outcome", "a", "--start", 3, "--family", "normal")
    assert done.code == 2
    assert "quasi-poisson" in done.err
