"""Do associations hold what they promise? The planted worlds of the benchmark, short."""

import json

import pytest
from benchmarks import coverage_associations as bench
from scipy import stats

TRIALS = 12


@pytest.mark.parametrize("name", ["seven channels, ratios of their own", "heavy tails"])
def test_coverage(name: str) -> None:
    found = bench.coverage(name, TRIALS, seed=20)
    assert found.covered >= stats.binom.ppf(0.0005, TRIALS, bench.CONFIDENCE) / TRIALS
    assert found.unmeasured == 0.0


def test_a_rule_for_many_channels_is_found_out() -> None:
    """The check can fail: channels' own ratios taken for noise of their weeks."""
    world = bench.WORLDS["seven channels, ratios of their own"]
    rng, hits = bench.np.random.default_rng(20), 0
    for _ in range(30):
        found = bench.associations(
            bench.planted(world, rng), properties=("kind",), cluster="channel-week"
        )
        (one,) = found.items
        truth = world.ratio if one.level == "video" else 1 / world.ratio
        hits += (one.ratio.low or 0) <= truth <= (one.ratio.high or 0)
    assert hits / 30 < 0.9


def test_stored_table_has_every_world() -> None:
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert set(stored["worlds"]) == set(bench.WORLDS)
    assert stored["trials"] >= 200
    assert stored["sources"] == bench.sources_hash(), (
        "run benchmarks/coverage_associations.py again"
    )


def test_no_world_falls_short() -> None:
    """None is below the 99.9 % band of 95 %, nor is more than 5 % of what is found false."""
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    trials = stored["trials"]
    least = stats.binom.ppf(0.0005, trials, bench.CONFIDENCE) / trials
    most = stats.binom.ppf(0.9995, trials, 0.05) / trials
    for name, world in stored["worlds"].items():
        assert world["covered"] >= least, name
        assert world["false"] <= most, name
        assert world["unmeasured"] <= 0.02, name
