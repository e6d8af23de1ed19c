"""Experiments find as often as promised, over many worlds: the stored table of the benchmark."""

import json

import pytest
from benchmarks import experiment_promises as bench
from scipy import stats

WORLDS = [f"{design}, {effect:.0%}" for design in bench.DESIGNS for effect in bench.EFFECTS]


def test_the_stored_table_is_of_these_sources() -> None:
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert set(stored["worlds"]) == set(WORLDS)
    assert stored["trials"] >= 300
    assert stored["sources"] == bench.sources_hash(), "run benchmarks/experiment_promises.py again"


@pytest.mark.parametrize("name", WORLDS)
def test_promises_are_kept_and_intervals_hold(name: str) -> None:
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    one, trials = bench.Kept(**stored["worlds"][name]), stored["trials"]
    assert one.within(trials, stored["simulations"])
    assert one.coverage >= stats.binom.ppf(0.0005, trials, 0.95) / trials
    if name.endswith(" 0%"):
        assert one.found <= stats.binom.ppf(0.9995, trials, 0.05) / trials
        assert one.promised <= stats.binom.ppf(0.9995, stored["simulations"], 0.05) / 1_000


def test_the_check_can_fail() -> None:
    assert not bench.Kept(promised=0.5, found=0.7, coverage=0.95).within(300, 1_000)
