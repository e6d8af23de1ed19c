"""The path of a study, from its exports to the page: every claim leads to what it rests on."""

from __future__ import annotations

import csv
import datetime as dt
import html
import json
import math
import random
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.cli.conftest import COLUMNS, Call

from howfar.cli import main
from howfar.improve.lexicon import DENIAL, causal_words
from howfar.improve.path_measures import PATH_DECLARATIONS
from howfar.run.study import report_study

START = dt.date(2024, 1, 1)
WEEKS = 30
OURS = ("mars", "venus", "luna")
PEERS = ("terra", "saturn", "pluto", "ceres", "vesta")
STUDY = """
[study]
id = "planets"
title = "Eight stations"
question = "What should the stations of ours change first?"
replicates = 200
retention_reason = "Invented posts of a test."

[[objectives]]
id = "talk"
statement = "Make listeners talk"
audience = "listeners"

[window]
start = 2024-01-01
end = 2024-07-29
timezone = "UTC"

[[sources]]
name = "posts"
path = "../posts.csv"
format = "table-csv"
capture = "complete"
timezone = "UTC"
observed_at = 2024-08-15T00:00:00+00:00
mapping = { post_id = "Id", created_at = "Date", author_handle = "User", platform = "Platform", \
text = "Message", reactions = "Likes", comments = "Comments", shares = "Shares" }

[index]
units = "channel"
framework = "How often is published, and how people react."
steps = { normalise = { method = "min_max" } }
draws = 100

[[index.groups]]
id = "index"

[[index.indicators]]
id = "often"
name = "Posts a day"
parent = "index"
measure = "publishing_volume"

[[index.indicators]]
id = "reactions"
name = "Reactions a post"
parent = "index"
measure = "engagement"
category = "reactions"
params = { quantile = 0.5 }

[[changes]]
id = "night-shift"
date = 2024-04-15
channels = ["mars"]
property = "latency"
what = "a night shift, which raised our hopes"
target = 0.3

[[changes]]
id = "fewer-posts"
date = 2024-05-06
channels = ["venus"]
property = "frequency"
what = "fewer posts"
outcome = "publishing_volume"
after = ["night-shift"]
cost = 900
currency = "EUR"
"""


def write(folder: Path) -> Path:
    """Posts of eight stations, of which one gets 60 % more reactions from week 15 on."""
    lot = random.Random(4)
    with (folder / "posts.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(COLUMNS)
        number = 0
        for place, channel in enumerate((*OURS, *PEERS)):
            for week in range(WEEKS):
                wave = 1 + 0.1 * math.sin(week / 3)
                more = 1.6 if channel == "mars" and week >= 15 else 1.0
                few = 3 if channel == "luna" else 0
                for post in range(7 + place % 3 + (7 * week + place) % 3 - few):
                    number += 1
                    at = START + dt.timedelta(7 * week + post % 7)
                    likes = round((60 + 20 * place) * wave * more * lot.uniform(0.8, 1.2))
                    counts = (likes, likes // 9, likes // 20)
                    rows.writerow((f"p{number}", f"{at}T12:00:00", f"{channel}_fm", "x",
                                   f"Item {number}", *counts))  # fmt: skip
    study = folder / "study"
    study.mkdir()
    (study / "study.toml").write_text(STUDY, encoding="utf-8")
    head = ("channel,name,organisation,platform,handle,country,languages,paths,role,declared_owner,"
            "basis,evidence")  # fmt: skip
    lines = [
        f"{c},{c.title()} FM,{c.title()},x,{c}_fm,SE,sv,media,{role},{c.title()},organisation,"
        f"https://example.org/{c}"
        for role, several in (("ours", OURS), ("peer", PEERS))
        for c in several
    ]
    (study / "channels.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    (study / "costs.csv").write_text(
        "channel,item,period_start,period_end,amount,currency\n"
        "mars,change,2024-04-15,2024-07-29,7500,EUR\nmars,staff,2024-01-01,2024-07-29,90000,EUR\n",
        encoding="utf-8",
    )
    return study


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["howfar", *map(str, arguments)])
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    assert not code, arguments


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The study, read, run and reported once."""
    folder = tmp_path_factory.mktemp("path")
    made = write(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOWFAR_KEYS", str(folder / "keys"))
        patch.setenv("HOWFAR_OFFLINE", "1")
        for command in ("check", "read", "run", "report"):
            call(patch, command, made)
        yield made


@pytest.fixture(scope="module")
def page(study: Path) -> str:
    """The page of the path."""
    return (study / "results" / "path.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document(study: Path) -> dict[str, Any]:
    """The path as the run kept it."""
    (kept,) = study.glob("results/runs/*/provenance.json")
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))["path"]
    return found


def plain(part: str) -> str:
    """The words of a piece of the page."""
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", part, flags=re.DOTALL)
    bare = re.sub(r"</(p|td|th|dd|dt|h\d|li|tr)>", ". ", bare)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def part_of(page: str, id: str) -> str:
    """From the heading of a section to its end."""
    found = re.search(rf'<section aria-labelledby="{id}">(.*?)</section>', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_planted_change_stands_first_with_its_size(document: dict[str, Any]) -> None:
    first = document["steps"][0]
    assert (first["id"], first["grade"], first["turn"]) == ("night-shift", "B", "extend")
    assert first["expects"]
    assert all(check["holds"] for check in first["checks"])
    grades = [step["grade"] for step in document["steps"]]
    assert grades == sorted(grades)
    assert "D" in grades


def test_the_effect_is_among_the_results_with_its_grade(study: Path) -> None:
    rows = pq.read_table(study / "results" / "results.parquet").to_pylist()
    (row,) = [r for r in rows if r["event"] == "night-shift" and r["category"] == "relative"]
    assert row["measure"] == "effect_of_change"
    assert row["grade"] == "B"
    assert row["level"] == "out-take"
    assert row["low"] < 0.6 < row["high"]
    assert row["value"] == pytest.approx(0.6, abs=0.1)
    spent = [r for r in rows if r["measure"] == "cost_per_effect" and r["category"] == "spend"]
    assert {(r["event"], r["value"], r["unit"]) for r in spent if r["event"]} == {
        ("night-shift", 7500.0, "EUR"),
        ("fewer-posts", 900.0, "EUR"),
    }
    (one,) = [r for r in rows if r["event"] == "night-shift" and r["category"] == "incremental"]
    total = next(r for r in rows if r["event"] == "night-shift" and r["category"] == "cumulative")
    assert one["value"] == pytest.approx(7500 / total["value"])
    declared = {one.id for one in PATH_DECLARATIONS}
    assert declared <= {r["measure"] for r in rows}


def test_reader_each_claim_leads_to_its_estimate_grade_and_checks(
    page: str, document: dict[str, Any]
) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    top = part_of(page, "path")
    links = re.findall(r'href="#([^"]+)"', page)
    assert not [link for link in links if link not in ids]
    for step in document["steps"]:
        for what in ("", "-estimate", "-grade", "-checks"):
            assert f"step-{step['id']}{what}" in ids
            assert f'href="#step-{step["id"]}{what}"' in top
    rows = re.findall(r"<tr><th scope=\"row\">\d+</th>.*?</tr>", top, re.DOTALL)
    assert len(rows) == len(document["steps"])
    for row in rows:
        # Every figure, grade and number of checks is a link; nothing is claimed without one.
        assert len(re.findall(r'<a href="#step-', row)) == 4


def test_what_must_not_be_concluded_stands_beside_every_step(
    page: str, document: dict[str, Any]
) -> None:
    top = plain(part_of(page, "path"))
    for step in document["steps"]:
        assert step["not_to_conclude"]
        assert step["not_to_conclude"][0] in top
        assert all(told.startswith(DENIAL) for told in step["not_to_conclude"])


def test_no_causal_word_stands_on_the_page_below_grade_b(
    page: str, document: dict[str, Any]
) -> None:
    strong = [step for step in document["steps"] if step["grade"] in ("A", "B")]
    allowed = [" ".join(step["said"].split()) for step in strong]
    for id in ("path", "path-steps"):
        text = plain(part_of(page, id))
        for said in allowed:
            text = text.replace(said, "")
        assert not causal_words(text)
    # The user's own words stand in quotation marks, and the test can fail.
    assert "“a night shift, which raised our hopes”" in page
    assert causal_words(plain("<p>It raised our hopes.</p>")) == ("raised",)


def test_below_grade_b_no_change_is_expected(page: str, document: dict[str, Any]) -> None:
    top = part_of(page, "path")
    first, _, then = top.partition('id="path-then"')
    for step in document["steps"]:
        strong = step["grade"] in ("A", "B")
        assert step["expects"] is strong
        assert (f'href="#step-{step["id"]}-estimate"' in first) is strong
        assert (f'href="#step-{step["id"]}-estimate"' in then) is not strong
    assert "Expected change" in first
    assert "Expected" not in then


def test_a_director_reads_it_in_two_minutes(page: str) -> None:
    top = re.sub(r"<(details|figure)\b.*?</\1>", " ", part_of(page, "path"), flags=re.DOTALL)
    assert len(plain(top).split()) < 2 * 250


def test_each_chart_has_a_table_and_nothing_is_fetched(page: str) -> None:
    figures = re.findall(r"<figure\b.*?</figure>", page, re.DOTALL)
    assert len(figures) == 2
    for figure in figures:
        assert "<svg" in figure
        assert "<table>" in figure
    assert "default-src 'none'" in html.unescape(page)
    assert len(page.encode()) < 2_000_000


def test_the_report_holds_the_same_path(study: Path, document: dict[str, Any]) -> None:
    report = (study / "results" / "report.html").read_text(encoding="utf-8")
    for step in document["steps"]:
        assert f'id="step-{step["id"]}"' in report


def test_the_command_tells_the_steps(study: Path, howfar: Call) -> None:
    told = howfar("path", study).out
    assert "  1  B  “a night shift" in told
    one = howfar("path", study, "--step", 1).out
    assert "Grade B: compared with what was not changed" in one
    assert DENIAL in one
    posts = howfar("path", study, "--step", 1, "--posts").out.splitlines()
    assert posts[0].startswith("published,channel")
    assert len(posts) == 1 + 8 * WEEKS
    assert all(",mars," in line for line in posts[1:])
    assert "Item" not in "".join(posts)
    found = json.loads(howfar("path", study, "--json").out)
    assert found["path"]["steps"][0]["id"] == "night-shift"
    assert any(one["rows"] for one in found["figures"])


def test_wrong_steps_are_refused(study: Path, howfar: Call) -> None:
    assert "there is no step 99" in howfar("path", study, "--step", 99).err
    assert "--posts needs a step" in howfar("path", study, "--posts").err


def test_it_is_explained(study: Path, howfar: Call) -> None:
    general = howfar("explain", "path").out
    assert "latency" in general
    assert "Grades of evidence" in general
    assert "night shift" in howfar("explain", "path", "--study", study).out
    for one in PATH_DECLARATIONS:
        assert one.title in howfar("explain", one.id).out


def test_without_an_owner_no_path_is_laid(tmp_path: Path, howfar: Call) -> None:
    study = write(tmp_path)
    channels = study / "channels.csv"
    text = channels.read_text(encoding="utf-8")
    channels.write_text(text.replace(",ours,Venus,", ",ours,,"), encoding="utf-8")
    told = howfar("check", study)
    assert told.code == 3
    assert "venus" in told.out + told.err
    assert "declares no owner" in told.out + told.err


def test_a_page_of_an_earlier_run_does_not_stay(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "study"
    shutil.copytree(study, copy)
    assert (copy / "results" / "path.html").exists()
    monkeypatch.setattr("howfar.run.study.render_path", lambda given: None)
    report_study(copy)
    assert (copy / "results" / "report.html").exists()
    assert not (copy / "results" / "path.html").exists()


def test_the_page_names_its_own_level_and_no_other(page: str) -> None:
    told = plain(page)
    assert "each 95 % interval speaks of itself alone" in told
    assert "one in twenty" not in told


def test_rows_of_a_gap_are_of_its_audience_alone(study: Path, howfar: Call) -> None:
    found = json.loads(howfar("path", study, "--json").out)["figures"]
    gaps = [one for one in found if one["measure"] == "gap_to_others"]
    assert gaps
    for one in gaps:
        assert len(one["rows"]) == 1, one
        for name in ("platform", "language", "country"):
            assert one["rows"][0][name] == one[name]
