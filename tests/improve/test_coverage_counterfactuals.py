"""Do intervals of counterfactuals hold what was planted? Worlds of the benchmark, short."""

import pytest
from benchmarks import coverage_counterfactuals as bench
from scipy import stats

TRIALS = 100


@pytest.mark.parametrize("kind", ["conformal", "placebo"])
def test_one_world_anew(kind: str) -> None:
    name = f"synthetic {kind}: 14 donors, 40 before, 12 after"
    assert name in bench.worlds()
    found = bench.coverage(name, TRIALS, seed=30)
    assert found.holds >= stats.binom.ppf(0.0005, TRIALS, found.says) / TRIALS
