"""The ready study newsrooms-2016 on the real files, as a user runs it."""

import csv
import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.conftest import ROOT

PEERS = 14
DISTINCT_POSTS = 68_071
RECORDS = 72_860
RECHECK_RECORDS = 4_775
DUPLICATE_ROWS = 14


def test_from_the_raw_files_to_the_report(
    howfar: Call, newsrooms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOWFAR_DATASETS", str(newsrooms.parent))
    folder = tmp_path / "news"
    done = howfar("demo", folder, "--study", "newsrooms-2016")
    assert done.code == 0, done.err
    with (folder / "results" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    coverage = {
        r["category"]: float(r["value"])
        for r in rows
        if r["measure"] == "coverage" and not r["channel"] and not r["params"] and r["value"]
    }
    # 72,860 rows of 15 files, less the page that was scraped again, less 14 repeated rows.
    assert RECORDS - RECHECK_RECORDS - DUPLICATE_ROWS == DISTINCT_POSTS
    assert coverage["distinct posts"] == DISTINCT_POSTS
    assert coverage["duplicate rows"] == DUPLICATE_ROWS
    assert coverage["rejected"] == 0
    volume = {r["channel"] for r in rows if r["measure"] == "publishing_volume" and r["value"]}
    assert len(volume) == PEERS
    assert "bbcworldnews" not in volume

    can = {r["measure"]: r for r in json.loads(howfar("can", folder, "--json").out)}
    assert can["attention_inequality"]["can"] == "yes"
    status = json.loads(howfar("status", folder, "--json").out)
    assert (status["channels"], len(status["inputs"])) == (PEERS, 15)
    text = howfar("methods", folder).out
    for fact in (
        "15 files (Facebook page posts, one CSV a page) with 72,860 records",
        "4,775 of them are of another collection of the same posts",
        "After 14 repeated rows and 0 posts outside the window were set aside, 68,071 distinct",
        "14 channels (role: peer) are compared",
        "UTC-05:00",
        "Max Woolf (2016)",
        "2,000 bootstrap replicates",
        "doi 10.2307/2276207",
    ):
        assert fact in text
    told = []
    for command in ("attention_inequality", "maturation", "engagement_rate"):
        told += howfar("explain", command, "--study", folder).out.splitlines()
    for page in ("README.md", "docs/tutorial.md"):
        figures = quoted(ROOT / page)
        assert len(figures) > 3
        assert [line for line in figures if line not in told] == [], page

    report = (folder / "results" / "report.html").read_text(encoding="utf-8")
    assert "68,071" in report


def quoted(page: Path) -> list[str]:
    """The figures with intervals that a written page shows as output of this study."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("  ") and "confidence interval" in line]
