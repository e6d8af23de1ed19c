"""Rank sets: hand arithmetic, properties, and coverage in worlds with a known true order."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from howfar.stats.rank_sets import min_ranks, normal_errors, rank_sets

FloatArray = npt.NDArray[np.float64]
WORLDS = {
    "all equal": [0.0] * 8,
    "near ties": [0, 0, 0, 0.1, 0.2, 1, 1.05, 3, 3, 6],
    "far apart": [0, 10, 20, 30, 40],
    "two of one": [0, 0.01, 9, 9.01, 18, 18.01],
}


def span(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lowest and highest rank that the tie of each unit covers."""
    low = 1 + (theta[None, :] > theta[:, None]).sum(axis=1)
    return low, theta.size - (theta[None, :] < theta[:, None]).sum(axis=1)


def least(trials: int) -> float:
    """Lower end of the 99.9 % band of this many trials at 95 %."""
    return float(stats.binom.ppf(0.0005, trials, 0.95)) / trials


def test_min_ranks() -> None:
    assert min_ranks([3, np.nan, 5, 3, 1]).tolist() == [2, 0, 1, 2, 4]
    assert min_ranks([[1, 2], [2, 1]]).tolist() == [[2, 1], [1, 2]]


def test_two_units_by_hand() -> None:
    """One pair: shown apart where |x1 - x2| > z s, s = sqrt(3^2 + 4^2) = 5, z near 1.96."""
    errors = normal_errors([3.0, 4.0], 20_000, np.random.default_rng(1))
    apart = rank_sets([0.0, 10.3], errors)
    assert apart.rank.tolist() == [2, 1]
    assert (apart.low.tolist(), apart.high.tolist()) == ([2, 1], [2, 1])
    assert not apart.tied.any()
    near = rank_sets([0.0, 9.3], errors)
    assert (near.low.tolist(), near.high.tolist()) == ([1, 1], [2, 2])
    assert near.tied.tolist() == [[False, True], [True, False]]


def test_two_units_by_hand_with_few_blocks() -> None:
    """5 degrees of freedom: 2.571 * sqrt(6/5) * 5 = 14.08 in place of 9.8."""
    errors = normal_errors([3.0, 4.0], 20_000, np.random.default_rng(1))
    assert rank_sets([0.0, 13.5], errors, degrees=5).tied.any()
    assert not rank_sets([0.0, 14.7], errors, degrees=5).tied.any()


def test_correlated_errors_tell_more() -> None:
    """The same error in both units moves no rank."""
    shared = np.random.default_rng(1).normal(size=(2_000, 1)) * 5
    own = np.random.default_rng(2).normal(size=(2_000, 3)) * 0.1
    found = rank_sets([1.0, 2.0, 3.0], shared + own)
    assert found.low.tolist() == found.high.tolist() == [3, 2, 1]


def test_known_values_and_missing_ones() -> None:
    errors = np.zeros((10, 4))
    found = rank_sets([2.0, np.nan, 1.0, 2.0], errors)
    assert found.rank.tolist() == [1, 0, 3, 1]
    assert found.low.tolist() == [1, 0, 3, 1]
    assert found.high.tolist() == [2, 0, 3, 2]
    assert np.argwhere(found.tied).tolist() == [[0, 3], [3, 0]]


@pytest.mark.parametrize("world", WORLDS)
def test_simultaneous_sets_hold_all_true_ranks(world: str) -> None:
    theta = np.array(WORLDS[world], dtype=np.float64)
    low, high = span(theta)
    trials = 300
    held = 0
    for trial in range(trials):
        rng = np.random.default_rng(10_000 + trial)
        spread = rng.uniform(0.3, 0.9, theta.size)
        found = rank_sets(theta + spread * rng.normal(size=theta.size),
                          normal_errors(spread, 400, rng))  # fmt: skip
        held += bool(((found.low <= low) & (high <= found.high)).all())
    assert held / trials >= least(trials)


@pytest.mark.parametrize("world", ["all equal", "near ties"])
def test_marginal_sets_hold_each_true_rank(world: str) -> None:
    theta = np.array(WORLDS[world], dtype=np.float64)
    low, high = span(theta)
    trials = 300
    held = np.zeros(theta.size)
    for trial in range(trials):
        rng = np.random.default_rng(20_000 + trial)
        found = rank_sets(theta + 0.5 * rng.normal(size=theta.size),
                          normal_errors(np.full(theta.size, 0.5), 400, rng),
                          simultaneous=False)  # fmt: skip
        held += (found.low <= low) & (high <= found.high)
    assert (held / trials >= least(trials)).all(), held / trials


@pytest.mark.parametrize("weeks", [8, 15])
def test_sets_from_bootstrapped_weeks(weeks: int) -> None:
    """Errors are bootstrap draws over few weeks, shared by the units; truths are nearly tied."""
    theta = np.array([0, 0, 0.02, 0.05, 0.5, 0.5, 1.5])
    low, high = span(theta)
    trials = 300
    held = 0
    for trial in range(trials):
        rng = np.random.default_rng(30_000 + trial)
        data = theta + rng.normal(size=(weeks, 1)) + rng.exponential(size=(weeks, 7)) - 1
        drawn = rng.multinomial(weeks, np.full(weeks, 1 / weeks), size=400) @ data / weeks
        found = rank_sets(data.mean(axis=0), drawn, degrees=weeks - 1)
        held += bool(((found.low <= low) & (high <= found.high)).all())
    assert held / trials >= least(trials)


def test_ranks_of_resampled_data_are_found_out() -> None:
    """The check can fail: percentiles of bootstrapped ranks do not hold the ranks of a tie."""
    trials = 300
    held = 0
    for trial in range(trials):
        rng = np.random.default_rng(40_000 + trial)
        x = rng.normal(size=8)
        ranks = min_ranks(x + rng.normal(size=(400, 8)))
        low, high = np.quantile(ranks, [0.025, 0.975], axis=0)
        held += bool(((low <= 1) & (high >= 8)).all())
    assert held / trials < 0.5


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9))
def test_properties(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    x, errors = rng.normal(size=size) * 3, rng.normal(size=(200, size))
    found = rank_sets(x, errors)
    assert (found.low <= found.rank).all()
    assert (found.rank <= found.high).all()
    assert not (found.above & found.below).any()
    # Replicates about the values are as good as errors about 0.
    np.testing.assert_array_equal(rank_sets(x, errors + x).low, found.low)
    # A constant and a factor change nothing; units in another order are the same units.
    moved = rank_sets(7 + 2 * x, 2 * errors)
    order = rng.permutation(size)
    turned = rank_sets(x[order], errors[:, order])
    for one, other in ((moved.low, found.low), (turned.low, found.low[order])):
        np.testing.assert_array_equal(one, other)
    # More confidence never means smaller sets, and a marginal set is within the simultaneous one.
    wide = rank_sets(x, errors, 0.99)
    own = rank_sets(x, errors, simultaneous=False)
    assert (wide.low <= found.low).all()
    assert (wide.high >= found.high).all()
    assert (own.high - own.low <= found.high - found.low).all()


def test_normal_errors_have_the_covariance() -> None:
    covariance = np.array([[4.0, 1.0, 0], [1.0, 9.0, -2.0], [0, -2.0, 1.0]])
    drawn = normal_errors(covariance, 40_000, np.random.default_rng(5))
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), covariance, atol=0.2)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: rank_sets([1.0, 2.0], np.zeros((5, 3))), "do not fit"),
        (lambda: rank_sets([1.0, 2.0], np.full((5, 2), np.nan)), "at least 2 complete draws"),
        (lambda: rank_sets([1.0, 2.0], np.zeros((5, 2)), 1.5), "between 0 and 1"),
        (lambda: rank_sets([1.0, 2.0], np.zeros((5, 2)), degrees=0), "at least 1"),
        (lambda: normal_errors([1.0, np.nan], 5, np.random.default_rng(0)), "finite"),
        (lambda: normal_errors([1.0, -1.0], 5, np.random.default_rng(0)), "negative"),
        (lambda: normal_errors([[1, 2], [2, 1]], 5, np.random.default_rng(0)), "eigenvalue"),
    ],
)
def test_refusals(call: object, why: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=why):
        call()


# Mean mathematics scores of PISA 2018 in OECD countries with their standard errors (OECD).
PISA = {
    "Australia": (491.3600, 1.9398), "Austria": (498.9423, 2.9710), "Belgium": (508.0703, 2.2627),
    "Canada": (512.0169, 2.3575), "Chile": (417.4066, 2.4159), "Colombia": (390.9323, 2.9896),
    "Czechia": (499.4677, 2.4607), "Denmark": (509.3984, 1.7350), "Estonia": (523.4146, 1.7436),
    "Finland": (507.3014, 1.9679), "France": (495.4076, 2.3202), "Germany": (500.0438, 2.6471),
    "Greece": (451.3703, 3.0912), "Hungary": (481.0826, 2.3196), "Iceland": (495.1874, 1.9531),
    "Ireland": (499.6329, 2.1986), "Israel": (463.0345, 3.4986), "Italy": (486.5899, 2.7800),
    "Japan": (526.9733, 2.4715), "Korea": (525.9330, 3.1214), "Latvia": (496.1263, 1.9628),
    "Lithuania": (481.1912, 1.9533), "Luxembourg": (483.4215, 1.0976),
    "Mexico": (408.8015, 2.4932), "Netherlands": (519.2310, 2.6323),
    "New Zealand": (494.4897, 1.7059), "Norway": (500.9638, 2.2190), "Poland": (515.6479, 2.6021),
    "Portugal": (492.4874, 2.6847), "Slovakia": (486.1649, 2.5556), "Slovenia": (508.8975, 1.3639),
    "Spain": (481.3926, 1.4625), "Sweden": (502.3877, 2.6543), "Switzerland": (515.3147, 2.9080),
    "Turkey": (453.5078, 2.2604), "United Kingdom": (501.7699, 2.5644),
    "United States": (478.2447, 3.2354),
}  # fmt: skip


def test_what_the_authors_package_prints() -> None:
    """The worked example of csranks 1.2.2, the package of the method's authors, on these scores.

    It prints rank 13 and the marginal set 8 to 23 for the United Kingdom and writes 7 to 23 in its
    text: by chance of the draws, since one pair lies at the bar. Of the simultaneous sets it says
    that Chile, Mexico and Colombia overlap with no other country, and that Germany's and
    Korea's meet at rank 7 with 95 % confidence and no longer with 75 %.
    """
    names = list(PISA)
    scores, spread = np.array(list(PISA.values())).T
    errors = normal_errors(spread, 5_000, np.random.default_rng(1))
    own = rank_sets(scores, errors, simultaneous=False)
    britain = names.index("United Kingdom")
    assert (own.rank[britain], own.high[britain]) == (13, 23)
    assert own.low[britain] in (7, 8)
    sets = rank_sets(scores, errors)
    last = [names.index(name) for name in ("Chile", "Mexico", "Colombia")]
    assert sets.low[last].min() == 35
    assert np.delete(sets.high, last).max() == 34
    germany, korea = names.index("Germany"), names.index("Korea")
    assert (sets.low[germany], sets.high[korea]) == (7, 7)
    less = rank_sets(scores, errors, 0.75)
    assert less.low[germany] > less.high[korea]
