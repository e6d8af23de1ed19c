"""O11: the smoking ban in Sicily, against the published tutorial's figures."""

import csv
from pathlib import Path

import numpy as np
import pytest

from howfar.improve.effect import Effect
from howfar.improve.interrupted_series import interrupted_series
from howfar.schema.estimate import Estimate
from howfar.stats.variance_families import Family


def sicily(shared: Path, **choices: object) -> Effect:
    with (shared / "oracles" / "sicily.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    banned = [row["smokban"] for row in rows].index("1")
    return interrupted_series(
        [float(row["aces"]) for row in rows],
        banned,
        exposure=[float(row["stdpop"]) for row in rows],
        **choices,  # type: ignore[arg-type]
    )


def rounded(estimate: Estimate) -> tuple[float, ...]:
    return tuple(
        round(float(x or np.nan), 4) for x in (estimate.value, estimate.low, estimate.high)
    )


@pytest.mark.parametrize(
    ("family", "harmonics", "expected"),
    [
        ("poisson", 0, (0.8944, 0.8647, 0.9251)),
        ("quasi-poisson", 0, (0.8944, 0.8392, 0.9532)),
        ("quasi-poisson", 2, (0.8851, 0.8394, 0.9332)),
    ],
)
def test_o11(
    shared: Path, family: Family, harmonics: int, expected: tuple[float, float, float]
) -> None:
    effect = sicily(shared, family=family, harmonics=harmonics, errors="independent")
    assert rounded(effect.more["rate_ratio"]) == expected
    assert rounded(effect.more["average_ratio"]) == expected
    relative = effect.relative
    assert relative.value is not None
    assert round(1 + relative.value, 4) == expected[0]


def test_left_to_itself_it_reckons_with_autocorrelation_and_keeps_the_plain_figure(
    shared: Path,
) -> None:
    effect = sicily(shared, harmonics=2)
    assert effect.details["errors"] == "autoregressive"
    assert rounded(effect.more["rate_ratio_independent"]) == (0.8851, 0.8394, 0.9332)
    wide, plain = effect.more["rate_ratio"], effect.more["rate_ratio_independent"]
    assert wide.low is not None
    assert plain.low is not None
    assert wide.low < plain.low
    assert {check.id: check.passed for check in effect.checks}["autocorrelation"]
    assert effect.grade == "C"  # nothing to compare with


def test_counts_that_vary_more_than_poisson_fail_the_check(shared: Path) -> None:
    effect = sicily(shared, family="poisson", harmonics=2, errors="independent")
    assert {c.id: c.passed for c in effect.checks}["overdispersion"] is False
