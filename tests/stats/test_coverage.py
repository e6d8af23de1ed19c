"""Do the intervals hold the truth as often as they say? The worlds of the long benchmark, short.

Each world must reach 95 % within the 99.9 % band of its number of trials. The long version, with
its table, is benchmarks/coverage_intervals.py; worlds whose names start with 'hard' are reported
there and not promised.
"""

import importlib.util
import json
import sys

import pytest
from scipy import stats
from tests.conftest import ROOT

TRIALS = 200

spec = importlib.util.spec_from_file_location(
    "coverage_intervals", ROOT / "benchmarks" / "coverage_intervals.py"
)
assert spec is not None
assert spec.loader is not None
bench = importlib.util.module_from_spec(spec)
sys.modules["coverage_intervals"] = bench
spec.loader.exec_module(bench)

PROMISED = [name for name in bench.worlds(2) if not name.startswith(("hard", "unused"))]


@pytest.mark.parametrize("name", PROMISED)
def test_coverage(name: str) -> None:
    found = bench.coverage(name, TRIALS, seed=20, replicates=400)
    assert found.missing <= 0.02 * TRIALS
    least = stats.binom.ppf(0.0005, found.intervals, bench.CONFIDENCE) / found.intervals
    assert found.coverage >= least


def test_a_narrow_interval_is_found_out() -> None:
    """The check can fail: plain percentiles of a mean over 12 weeks do not pass it."""
    found = bench.coverage("unused: percentile, mean, 12 weeks", 600, seed=20, replicates=400)
    assert found.coverage < stats.binom.ppf(0.0005, 600, bench.CONFIDENCE) / 600


def test_stored_table_has_every_world() -> None:
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert set(stored["worlds"]) == set(bench.worlds(2))
    assert stored["trials"] >= 2_000
    assert stored["sources"] == bench.sources_hash(), "run benchmarks/coverage_intervals.py again"


def test_the_shortfalls_are_told_with_their_figures() -> None:
    """The page on week blocks quotes the stored simulation, world by world."""
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))["worlds"]
    page = (ROOT / "docs" / "concepts" / "week-blocks.md").read_text(encoding="utf-8")
    hard = "very heavy tails, 15 posts a week"
    rows = {
        "hard: gini, 12 weeks": f"| Gini coefficient | {hard}, 12 weeks |",
        "hard: gini, 19 weeks": "| Gini coefficient | the same, 19 weeks |",
        "hard: gini, 40 weeks": "| Gini coefficient | the same, 40 weeks |",
        "hard: mean, 19 weeks": "| mean | the same, 19 weeks |",
        "distance 0.7, 19 weeks": "| distance of mixes that truly differ | 19 weeks |",
    }
    for world, row in rows.items():
        assert f"{row} {stored[world]['coverage'] * 100:.1f} % |" in page, world
    short = {n: w["coverage"] for n, w in stored.items() if not 0.93 <= w["coverage"] <= 0.985}
    kept = {n: c for n, c in short.items() if n not in rows and not n.startswith("unused")}
    assert set(kept) <= {"distance 0.7, 12 weeks", "distance 0.7, 40 weeks"}, kept
