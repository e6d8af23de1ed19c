"""howfar index on any table: the reference index, files, errors; and the index of a study."""

import csv
import json
from pathlib import Path

import pytest
from tests.assess.asem import DENOMINATORS, expected, rows
from tests.cli.conftest import CHANNELS, STUDY, Call, registry_csv

TABLE = """city,region,visits,visits_se,complaints
Oslo,north,10,1,4
Bergen,north,20,1,
Rome,south,41,1,2
Bari,south,,1,3
Turin,south,40,1,2
"""
TREE = """title = "Cities"
units = "city"
group_column = "region"
draws = 200
[steps]
impute = "group_mean"
[[groups]]
id = "index"
[[indicators]]
id = "visits"
parent = "index"
standard_error = "visits_se"
[[indicators]]
id = "complaints"
parent = "index"
direction = -1
"""


def files(folder: Path, table: str = TABLE, tree: str = TREE) -> tuple[Path, Path]:
    paths = folder / "cities.csv", folder / "tree.toml"
    for path, text in zip(paths, (table, tree), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def asem_tree(shared: Path) -> str:
    """The reference tree in the form of howfar index."""
    by = {id: below for below, ids in DENOMINATORS.items() for id in ids}
    lines = ['title = "Connectivity"', 'units = "country"', 'unit_column = "uCode"']
    lines += ['label_column = "uName"', 'group_column = "EurAsia_group"', "draws = 100"]
    lines += ["[steps]", 'impute = "group_mean"', 'treat = "winsorise"']
    lines += ['screen = { method = "share", min_available = 0.9 }', '[[groups]]\nid = "Index"']
    for row in rows(shared / "oracles" / "coinr_ASEM_iMeta.csv"):
        same = [f'id = "{row["iCode"]}"', f'parent = "{row["Parent"]}"']
        if row["Type"] == "Aggregate" and row["Parent"]:
            lines += ["[[groups]]", *same]
        elif row["Type"] == "Indicator":
            lines += ["[[indicators]]", *same, f"direction = {float(row['Direction']):.0f}"]
            lines += [f'denominator = "{by[row["iCode"]]}"'] if row["iCode"] in by else []
    return "\n".join(lines) + "\n"


def test_the_reference_index_to_four_decimals(howfar: Call, shared: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree.toml"
    tree.write_text(asem_tree(shared), encoding="utf-8")
    done = howfar("index", shared / "oracles" / "coinr_ASEM_iData.csv", tree, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    wanted = expected(shared)
    assert len(told["scores"]) == len(wanted) == 51
    for row in told["scores"]:
        one = wanted[row["unit"]]
        assert row["rank"] == int(one["Rank"])
        for name in ("Index", "Conn", "Sust"):
            assert f"{row[name]:.4f}" == one[name]
    assert told["document"]["grade"] in ("robust", "robust in part", "not robust")
    log = {step["verb"]: step["done"] for step in told["document"]["log"]}
    assert log["treat"]["Services"]["points"] == 4


def test_all_files_are_written_and_the_same_again(howfar: Call, tmp_path: Path) -> None:
    table, tree = files(tmp_path)
    for out in ("a", "b"):
        assert howfar("index", table, tree, "--out", tmp_path / out).code == 0
    written = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    names = {str(path) for path in written}
    assert {"scores.csv", "results.csv", "index.json", "checklist.md", "report.html"} < names
    assert len([name for name in names if name.startswith("steps")]) == 5
    for path in written:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()
    with (tmp_path / "a" / "scores.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["unit"]: row for row in csv.DictReader(file)}
    # Bergen's complaints are Oslo's, the mean of the north: (20 - 10) / 31 and 0.
    assert float(scores["Bergen"]["index"]) == pytest.approx(100 * (10 / 31 + 0) / 2)
    with (tmp_path / "a" / "steps" / "2-impute.csv").open(encoding="utf-8", newline="") as file:
        filled = {row["unit"]: row for row in csv.DictReader(file)}
    assert float(filled["Bari"]["visits"]) == pytest.approx(40.5)
    report = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    for anchor in ("index-scores", "index-places", "index-choices", "index-without", "index-made"):
        assert f'id="{anchor}"' in report


def test_near_ties_are_told_as_ties(howfar: Call, tmp_path: Path) -> None:
    table, tree = files(tmp_path)
    told = json.loads(howfar("index", table, tree, "--json").out)
    tied = {one["unit"]: one["with"] for one in told["document"]["tied"]}
    assert "Turin" in tied["Rome"]
    assert "Rome" in tied["Turin"]
    assert "Oslo" not in tied["Rome"]


@pytest.mark.parametrize(
    ("table", "tree", "told"),
    [
        (TABLE.replace("41", "many"), TREE, 'cities.csv:4: visits of Rome: "many" is no number'),
        (TABLE, TREE.replace('id = "visits"', 'id = "visit"'), 'did you mean "visits"?'),
        (TABLE, TREE.replace('"group_mean"', '"group_mode"'), "group_mean"),
        (TABLE, TREE.replace("-1", "2"), "direction"),
        (TABLE, TREE.replace('parent = "index"', 'parent = "idnex"', 1), "idnex"),
        (TABLE, TREE.replace('"Cities"', '"Effectiveness of cities"'), "claims effectiveness"),
        (TABLE, TREE.replace('id = "visits"', 'id = "AVE"\ncolumn = "visits"'), "equivalent"),
        (TABLE, TREE.replace("direction = -1", 'measure = "engagement"'), "are of a channel"),
        (TABLE, TREE + "[choices]\nnormalize = ['z']\n", 'did you mean "normalise"?'),
        ("city,visits\nOslo,1\n", TREE, "there is no column"),
    ],
)
def test_what_is_wrong_is_told(
    howfar: Call, tmp_path: Path, table: str, tree: str, told: str
) -> None:
    done = howfar("index", *files(tmp_path, table, tree))
    assert done.code == 3
    assert told in done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_not_there(howfar: Call, tmp_path: Path) -> None:
    table, tree = files(tmp_path)
    assert "there is no file" in howfar("index", tmp_path / "no.csv", tree).err
    assert howfar("index", table, tmp_path / "no.toml").code == 3


def test_a_study_makes_its_index(howfar: Call, study: Path) -> None:
    index = """
[index]
draws = 200
[index.choices]
normalise = ["min_max", "rank"]
leave_out = "indicators"
[[index.groups]]
id = "index"
[[index.indicators]]
id = "reactions"
parent = "index"
measure = "engagement"
category = "reactions"
params = { quantile = 0.5 }
[[index.indicators]]
id = "shares"
parent = "index"
measure = "engagement"
category = "shares"
params = { quantile = 0.9 }
[[index.indicators]]
id = "volume"
parent = "index"
measure = "publishing_volume"
weight = 0.5
"""
    (study / "study.toml").write_text(STUDY + index, encoding="utf-8")
    assert howfar("read", study).code == 0
    done = howfar("run", study)
    assert done.code == 0, done.err
    howfar("report", study)
    report = (study / "results" / "report.html").read_text(encoding="utf-8")
    assert 'id="index-places"' in report
    told = howfar("explain", "index", "--study", study).out
    assert "communication performance" in told
    # All three published the same number of posts: that sets nobody apart.
    assert "volume is the same for all" in report
    assert "performance_index" in howfar("explain", "37").out
    figures = json.loads(
        howfar("explain", "index_robustness", "--study", study, "--where", "rank", "--json").out
    )["figures"]
    kinds = {row.get("params"): row["low_kind"] for row in figures}
    assert kinds["over=chance;set=simultaneous"] == "confidence"
    assert kinds["over=choices"] == kinds["over=both"] == "range"


def test_an_index_of_the_past_is_refused(howfar: Call, study: Path) -> None:
    index = """
[index]
[[index.groups]]
id = "index"
[[index.indicators]]
id = "past"
parent = "index"
measure = "expected_performance"
"""
    (study / "study.toml").write_text(STUDY + index, encoding="utf-8")
    checked = howfar("check", study)
    assert checked.code == 3
    assert "own past" in checked.out
    howfar("read", study)
    done = howfar("run", study)
    assert done.code == 3
    assert "own past" in done.err


def test_own_columns_stand_beside_measures(howfar: Call, study: Path) -> None:
    index = """
[index]
units = "organisation"
table = "own.csv"
draws = 200
links = ["staff"]
[[index.groups]]
id = "index"
[[index.indicators]]
id = "reactions"
parent = "index"
measure = "engagement"
category = "reactions"
params = { quantile = 0.5 }
[[index.indicators]]
id = "trust"
parent = "index"
level = "outcome"
basis = "survey"
standard_error = "trust_se"
"""
    own = ["organisation,trust,trust_se,staff"]
    own += [f"{c.title()} Radio,{n / 10},0.02,{n}" for n, c in enumerate(CHANNELS)]
    (study / "own.csv").write_text("\n".join(own).replace("0.2,", "o.2,"), encoding="utf-8")
    (study / "study.toml").write_text(STUDY + index, encoding="utf-8")
    assert 'own.csv:4: trust of Westradio Radio: "o.2"' in howfar("check", study).out
    (study / "own.csv").write_text("\n".join(own), encoding="utf-8")
    howfar("read", study)
    assert howfar("run", study).code == 0
    told = json.loads(howfar("explain", "index", "--study", study, "--json").out)["lines"]
    # An outcome with a basis feeds every unit.
    assert told[0].endswith("an index of communication effectiveness")
    rows = json.loads(howfar("explain", "performance_index", "--study", study, "--json").out)
    scores = {r["organisation"]: r for r in rows["figures"] if r.get("category") == "node: trust"}
    assert scores["Ostfunk Radio"]["value"] == pytest.approx(50)
    assert scores["Ostfunk Radio"]["low"] < 50 < scores["Ostfunk Radio"]["high"]


ONLY_OWN = """
[index]
units = "{units}"
table = "own.csv"
draws = 200
[[index.groups]]
id = "index"
[[index.indicators]]
id = "trust"
parent = "index"
[[index.indicators]]
id = "staff"
parent = "index"
"""


@pytest.mark.parametrize("units", ["channel", "organisation", "country"])
def test_a_study_may_have_own_columns_only(howfar: Call, study: Path, units: str) -> None:
    countries = dict(zip(CHANNELS, ("DE", "FR", "PL"), strict=True))
    lines = registry_csv().splitlines()
    head, rows = lines[0].split(","), [line.split(",") for line in lines[1:]]
    for row in rows:
        row[head.index("country")] = countries[row[0]]
    text = "\n".join(",".join(row) for row in [head, *rows]) + "\n"
    (study / "channels.csv").write_text(text, encoding="utf-8")
    named = {
        "channel": list(CHANNELS),
        "organisation": [f"{c.title()} Radio" for c in CHANNELS],
        "country": list(countries.values()),
    }[units]
    own = ["unit,trust,staff", *(f"{name},{n},{n}" for n, name in enumerate(named))]
    (study / "own.csv").write_text("\n".join(own), encoding="utf-8")
    (study / "study.toml").write_text(STUDY + ONLY_OWN.format(units=units), encoding="utf-8")
    howfar("read", study)
    done = howfar("run", study)
    assert done.code == 0, done.err
    rows = json.loads(howfar("explain", "performance_index", "--study", study, "--json").out)
    scores = {r[units]: r for r in rows["figures"] if r.get("category") == "node: index"}
    assert [scores[name]["value"] for name in named] == pytest.approx([0, 50, 100])
    # Figures without a standard error count as known: no interval is claimed.
    assert {row["low_kind"] for row in scores.values()} == {"bound"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('units = "town"', "in a study one of"),
        ('units = "channel"\ntime_column = "year"', "a study has one window"),
    ],
)
def test_what_a_study_has_no_index_of(howfar: Call, study: Path, change: str, told: str) -> None:
    index = ONLY_OWN.replace('units = "{units}"', change)
    (study / "study.toml").write_text(STUDY + index, encoding="utf-8")
    checked = howfar("check", study)
    assert checked.code == 3
    assert told in checked.out + checked.err


PANEL = """city,year,visits,complaints
Oslo,2023,10,4
Rome,2023,30,2
Bari,2023,20,3
Oslo,2024,25,3
Rome,2024,31,2
Bari,2024,18,1
"""


def test_a_panel_tells_what_makes_a_change(howfar: Call, tmp_path: Path) -> None:
    tree = TREE.replace('group_column = "region"', 'time_column = "year"')
    tree = tree.replace('impute = "group_mean"', 'normalise = { reference = "2023" }')
    tree = tree.replace('standard_error = "visits_se"\n', "")
    done = howfar("index", *files(tmp_path, PANEL, tree), "--out", tmp_path / "out", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    score = {(row["unit"], row["time"]): row["index"] for row in told["scores"]}
    # On the scale of 2023: visits 10 to 30, complaints 4 to 2; Oslo had the least of both.
    assert score["Oslo", "2023"] == pytest.approx(0)
    assert score["Oslo", "2024"] == pytest.approx((75 + 50) / 2)
    assert {one["unit"] for one in told["document"]["changes"]} == {"Oslo", "Bari"}
    parts = [
        row["value"]
        for row in told["results"]
        if row["organisation"] == "Oslo" and (row["category"] or "").startswith("change: ")
    ]
    assert sorted(parts) == pytest.approx([25, 37.5])
    assert 'id="index-change-1"' in (tmp_path / "out" / "report.html").read_text("utf-8")
