"""Do rank sets hold all true ranks as often as they say? The worlds of the benchmark, short."""

import json

import pytest
from benchmarks import coverage_ranks as bench
from scipy import stats

TRIALS = 60
PROMISED = [name for name in bench.worlds(2) if not name.startswith("unused")]


@pytest.mark.parametrize("name", PROMISED)
def test_coverage(name: str) -> None:
    found = bench.coverage(name, TRIALS, seed=20, draws=300)
    assert found.coverage >= stats.binom.ppf(0.0005, TRIALS, bench.CONFIDENCE) / TRIALS


def test_ranks_of_resampled_values_are_found_out() -> None:
    """The check can fail: percentiles of resampled ranks do not pass it."""
    found = bench.coverage("unused: ranks resampled, all equal", TRIALS, seed=20, draws=300)
    assert found.coverage < 0.5


def test_stored_table_has_every_world() -> None:
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert set(stored["worlds"]) == set(bench.worlds(2))
    assert stored["trials"] >= 2_000
    assert stored["sources"] == bench.sources_hash(), "run benchmarks/coverage_ranks.py again"


def test_no_promised_world_falls_short() -> None:
    """Over 2,000 trials none is below the 99.9 % band of 95 %, and the naive way is far below."""
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    least = stats.binom.ppf(0.0005, stored["trials"], bench.CONFIDENCE) / stored["trials"]
    short = {n: w["coverage"] for n, w in stored["worlds"].items() if w["coverage"] < least}
    assert set(short) == {"unused: ranks resampled, all equal"}, short


def test_sets_say_something() -> None:
    """Where units are far apart the sets are short; a set of all ranks would always hold."""
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))["worlds"]
    assert stored["apart, known errors"]["length"] < 0.3
    assert stored["index, apart, goalposts"]["length"] < 0.3
