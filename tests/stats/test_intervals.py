"""Intervals: arithmetic by hand, bounds, and who gets none. Their coverage: test_coverage.py."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from howfar.stats.block_estimate import block_estimate
from howfar.stats.blocks import draw_blocks, mean_replicates
from howfar.stats.intervals import (
    Transform,
    block_interval,
    bootstrap_interval,
    effective_n,
    expanded_level,
    few_block_interval,
    wilson,
    wilson_effective,
)

T11 = 2.200985160082949  # 97.5 % point of Student's t on 11 degrees of freedom


def test_t_interval_by_hand() -> None:
    reps = np.array([8.0, 12.0, 8.0, 12.0])  # mean 10, sd sqrt(16 / 3)
    found = bootstrap_interval(10.0, reps, 12)
    assert found is not None
    half = T11 * math.sqrt(16 / 3) * math.sqrt(12 / 11)
    assert (found.low, found.high) == pytest.approx((10 - half, 10 + half))
    assert found.method == "t interval, block bootstrap (12 blocks, 4 replicates)"


def test_bias_widens_only_its_side() -> None:
    reps = np.array([8.0, 12.0, 8.0, 12.0]) - 1.0  # the bootstrap falls 1 below the value
    found = bootstrap_interval(10.0, reps, 12)
    assert found is not None
    half = T11 * math.sqrt(16 / 3) * math.sqrt(12 / 11)
    assert (found.low, found.high) == pytest.approx((10 - half, 10 + half + 1))
    found = bootstrap_interval(10.0, reps + 2.0, 12)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((10 - half - 1, 10 + half))


def test_log_and_logit_scale_by_hand() -> None:
    half = T11 * math.sqrt(4 / 3) * math.sqrt(12 / 11)
    logs = np.array([-1.0, 1.0, -1.0, 1.0])
    found = bootstrap_interval(1.0, np.exp(logs), 12, transform="log")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((math.exp(-half), math.exp(half)))
    assert found.method.startswith("t interval on the log scale")
    found = bootstrap_interval(0.5, 1 / (1 + np.exp(-logs)), 12, transform="logit")
    assert found is not None
    assert (found.low, found.high) == pytest.approx(
        (1 / (1 + math.exp(half)), 1 / (1 + math.exp(-half)))
    )


def test_spread_between_blocks_widens_up_to_a_quarter() -> None:
    reps = np.array([8.0, 12.0, 8.0, 12.0])
    own = math.sqrt(16 / 3) * math.sqrt(12 / 11)
    wide = np.array([0.0, 20.0] * 6)
    mild = 10 + (wide - 10) * 1.1 * own / (wide.std(ddof=1) / math.sqrt(12))
    for each, factor in ((np.full(12, 10.0), 1.0), (mild, 1.1), (wide * 100, 1.25)):
        found = bootstrap_interval(10.0, reps, 12, block_estimates=each)
        assert found is not None
        assert found.high - 10 == pytest.approx(T11 * own * factor)
    # fewer than 10 blocks with an estimate say nothing
    found = bootstrap_interval(10.0, reps, 12, block_estimates=wide[:9])
    assert found is not None
    assert found.high - 10 == pytest.approx(T11 * own)


def test_scale_that_does_not_reach_falls_back_to_expanded_percentile() -> None:
    reps = np.array([0.0] + [1.0] * 500 + [2.0] * 499)
    found = bootstrap_interval(1.0, reps, 12, transform="log")
    assert found is not None
    assert found.method == "expanded percentile, block bootstrap (12 blocks, 1000 replicates)"
    assert (found.low, found.high) == (1.0, 2.0)
    same = bootstrap_interval(3.0, np.full(50, 2.0), 12, transform="log")
    assert same is not None
    assert (same.low, same.high) == (2.0, 3.0)


def test_expanded_level_reads_further_out() -> None:
    # t on 9 degrees of freedom is 2.262; Phi(-2.262 sqrt(10 / 9)) = .0086 instead of .025
    assert expanded_level(10, 0.95) == pytest.approx(
        stats.norm.cdf(-math.sqrt(10 / 9) * 2.2621571628)
    )
    assert round(expanded_level(10, 0.95), 4) == 0.0086


def test_who_gets_no_interval() -> None:
    reps = np.arange(10.0)
    assert bootstrap_interval(1.0, reps, 1) is None
    assert bootstrap_interval(math.nan, reps, 12) is None
    assert bootstrap_interval(1.0, np.where(reps < 2, np.nan, reps), 12) is None
    assert bootstrap_interval(1.0, np.where(reps < 1, np.nan, reps), 12) is not None
    assert few_block_interval(1.0, [1.0, math.nan]) is None
    assert few_block_interval(math.nan, [1.0, 2.0]) is None
    assert block_interval(1.0, reps, [1.0] + [math.nan] * 20) is None


def test_few_blocks_by_hand() -> None:
    # sd of 1, 2, 6 is sqrt(7); t on 2 degrees of freedom 4.302653
    found = few_block_interval(2.5, [1.0, 2.0, math.nan, 6.0])
    assert found is not None
    half = 4.302652729911275 * math.sqrt(7) / math.sqrt(3)
    assert (found.low, found.high) == pytest.approx((2.5 - half, 2.5 + half))
    assert found.method == "t interval, few blocks (3)"


def test_few_blocks_stay_in_range_where_the_scale_does_not_reach() -> None:
    found = few_block_interval(0.5, [0.0, 1.0, 0.5], transform="logit")
    assert found is not None
    assert (found.low, found.high) == (0.0, 1.0)
    found = few_block_interval(1.0, [0.0, 2.0], transform="log")
    assert found is not None
    assert found.low == 0.0
    assert found.high > 2


def test_rule_by_number_of_blocks() -> None:
    reps = np.random.default_rng(0).normal(5, 1, 200)
    nine = block_interval(5.0, reps, np.linspace(4, 6, 9))
    ten = block_interval(5.0, reps, np.linspace(4, 6, 10))
    assert nine is not None
    assert ten is not None
    assert nine.method == "t interval, few blocks (9)"
    assert ten.method.endswith("block bootstrap (10 blocks, 200 replicates)")
    # the span holds both ways of few blocks
    wide = few_block_interval(5.0, np.linspace(0, 10, 9))
    both = block_interval(5.0, reps, np.linspace(0, 10, 9))
    assert wide is not None
    assert both is not None
    assert both.high == wide.high
    drawn = bootstrap_interval(5.0, reps, 9)
    assert drawn is not None
    assert nine.high >= drawn.high


@given(
    st.lists(st.floats(0.01, 100), min_size=12, max_size=40),
    st.floats(0.5, 0.99),
    st.sampled_from(["identity", "log"]),
)
def test_interval_holds_the_value_and_grows_with_confidence(
    reps: list[float], confidence: float, transform: Transform
) -> None:
    value = reps[0]
    narrow = bootstrap_interval(value, reps, 12, confidence, transform)
    wide = bootstrap_interval(value, reps, 12, 0.995, transform)
    assert narrow is not None
    assert wide is not None
    tiny = 1e-9 * value
    assert narrow.low <= value + tiny
    assert value - tiny <= narrow.high
    assert wide.low <= narrow.low + tiny
    assert narrow.high - tiny <= wide.high


@given(st.lists(st.floats(0.5, 50), min_size=12, max_size=12), st.floats(0.01, 1000))
def test_log_interval_follows_the_unit(reps: list[float], unit: float) -> None:
    found = bootstrap_interval(reps[0], reps, 12, transform="log")
    scaled = bootstrap_interval(unit * reps[0], unit * np.array(reps), 12, transform="log")
    assert found is not None
    assert scaled is not None
    assert (scaled.low, scaled.high) == pytest.approx((unit * found.low, unit * found.high))


def test_block_estimate_takes_all_from_one_function() -> None:
    rng = np.random.default_rng(3)
    x, index = rng.exponential(size=200), rng.integers(0, 12, 200)
    draw = draw_blocks(range(14), 400, rng)  # two weeks without posts
    found = block_estimate(lambda w: mean_replicates(x, index, w), draw, 0.9, "log")
    assert found.value == pytest.approx(x.mean())
    assert found.n_blocks == 12
    assert found.replicates.shape == (400,)
    each = [x[index == b].mean() for b in range(12)]
    assert found.interval == block_interval(found.value, found.replicates, each, 0.9, "log")


def test_wilson_by_hand() -> None:
    z = 1.959963984540054
    centre = (0.2 + z * z / 20) / (1 + z * z / 10)
    half = z * math.sqrt(0.2 * 0.8 / 10 + z * z / 400) / (1 + z * z / 10)
    found = wilson(2, 10)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half))
    ends = stats.binomtest(2, 10).proportion_ci(0.95, "wilson")
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share_inside_0_and_1(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    found = wilson(k, n)
    assert found is not None
    assert 0 <= found.low <= k / n <= found.high <= 1
    assert (found.low == 0) == (k == 0)
    assert (found.high == 1) == (k == n)


def test_wilson_refusals() -> None:
    assert wilson(0, 0) is None
    for k, n in ((-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="no share"):
            wilson(k, n)
    for confidence in (0.0, 1.0):
        with pytest.raises(ValueError, match="confidence"):
            wilson(1, 2, confidence)


def test_effective_n_by_hand() -> None:
    assert effective_n(0.2, 0.2 * 0.8 / 40) == pytest.approx(40)
    assert math.isnan(effective_n(0.2, 0.0))
    assert math.isnan(effective_n(0.0, 0.1))
    assert math.isnan(effective_n(1.0, 0.1))


def test_wilson_on_effective_n_by_hand() -> None:
    found, plain = wilson_effective(0.2, 0.2 * 0.8 / 40, 100), wilson(8, 40)
    assert found is not None
    assert plain is not None
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))
    assert found.method == "Wilson on effective n 40"
    # t instead of z: n* times (1.96 / 2.201)^2
    found = wilson_effective(0.2, 0.2 * 0.8 / 40, 100, n_clusters=12)
    n = 40 * (1.959963984540054 / T11) ** 2
    plain = wilson(0.2 * n, n)
    assert found is not None
    assert plain is not None
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))


def test_effective_n_never_exceeds_n_and_ends_use_the_clusters() -> None:
    found, plain = wilson_effective(0.5, 1e-9, 20), wilson(10, 20)
    assert found is not None
    assert plain is not None
    assert (found.low, found.high) == (plain.low, plain.high)
    ends, plain = wilson_effective(0.0, 0.0, 50, n_clusters=5), wilson(0, 5)
    assert ends is not None
    assert plain is not None
    assert (ends.low, ends.high) == (plain.low, plain.high)
    assert wilson_effective(0.5, 0.1, 0) is None
    assert wilson_effective(0.5, 0.1, 10, n_clusters=1) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson_effective(1.5, 0.1, 10)


def test_two_clusters_are_enough_and_the_variance_is_charged_for_them() -> None:
    # n* = p (1 - p) / variance = 100; from 5 clusters it is worth (z / t_4)^2 of that.
    z, t4 = 1.959963984540054, 2.7764451051977934
    n = 100 * (z / t4) ** 2
    expected = wilson(0.3 * n, n)
    found = wilson_effective(0.3, 0.0021, n=1000, n_clusters=5)
    assert expected is not None
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-12)
    assert wilson_effective(0.3, 0.0021, n=1000, n_clusters=2) is not None
    assert wilson_effective(0.3, 0.0021, n=1000, n_clusters=1) is None
