"""Dates on which nothing was changed, on real pages: stored, of this code, and quoted rightly."""

import json
from typing import Any

import pytest
from benchmarks import placebo_newsrooms as bench
from benchmarks.planted_effects import sources_hash
from scipy import stats
from tests.conftest import ROOT

NAMES = {"publishing_volume": "posts a week", "reactions": "reactions a post"}


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    return dict(json.loads(bench.RESULT.read_text(encoding="utf-8")))


def test_it_is_of_this_code(stored: dict[str, Any]) -> None:
    assert stored["sources"] == sources_hash(), "run: python -m benchmarks.placebo_newsrooms"


def test_the_page_quotes_it(stored: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "concepts" / "effects.md").read_text(encoding="utf-8")
    for row in stored["placebo"]:
        beside = "the other pages" if row["beside_other_pages"] else "nobody"
        figures = (row[name] for name in ("measured", "clear", "graded_b", "clear_and_b"))
        cells = [NAMES[row["outcome"]], beside, *map(str, figures)]
        assert f"| {' | '.join(cells)} |" in page
    assert not any(row["clear_and_b"] for row in stored["events"])


def test_no_more_is_found_than_promised(stored: dict[str, Any]) -> None:
    for row in stored["placebo"]:
        assert row["asked"] >= 100
        assert row["clear"] <= stats.binom.ppf(0.9995, row["measured"], 0.05), row
        assert row["clear_and_b"] <= stats.binom.ppf(0.9995, row["graded_b"], 0.05), row


def test_nothing_is_of_grade_b_with_nobody_beside(stored: dict[str, Any]) -> None:
    alone = [row for row in stored["placebo"] + stored["events"] if not row["beside_other_pages"]]
    assert len(alone) == 4
    assert not any(row["graded_b"] for row in alone)
