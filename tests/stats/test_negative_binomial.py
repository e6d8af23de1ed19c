"""Rates with an offset and their shrinkage."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

from howfar.stats.negative_binomial import rate, shrink_rates


def overdispersed(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    views = np.floor(np.exp(7 + rng.standard_normal(n)))
    counts = rng.poisson(0.02 * views * rng.gamma(2, 0.5, n))
    return counts, views, np.arange(n) // 20


def test_equals_statsmodels_with_clusters() -> None:
    counts, views, week = overdispersed(1)
    found = rate(counts, views, week)
    model = sm.NegativeBinomial(counts, np.ones(counts.size), offset=np.log(views))
    fit = model.fit(disp=0, cov_type="cluster", cov_kwds={"groups": week})
    assert found.rate == pytest.approx(math.exp(fit.params[0]), rel=1e-5)
    assert found.dispersion == pytest.approx(fit.params[1], rel=1e-4)
    # statsmodels multiplies by G / (G - 1) * (n - 1) / (n - 2) and lets alpha vary along
    assert found.log_variance == pytest.approx(fit.cov_params()[0, 0] * 398 / 399, rel=0.01)
    assert found.interval is not None
    half = stats.t.ppf(0.975, 19) * math.sqrt(found.log_variance)
    assert math.log(found.interval.high / found.rate) == pytest.approx(half)
    assert math.log(found.rate / found.interval.low) == pytest.approx(half)
    assert found.interval.method == "negative binomial, sandwich by clusters (20)"


def test_maximises_the_likelihood() -> None:
    counts, views, _ = overdispersed(2, 120)

    def loss(p: np.ndarray) -> float:
        size = 1 / math.exp(p[1])
        mu = math.exp(p[0]) * views
        return -float(stats.nbinom.logpmf(counts, size, size / (size + mu)).sum())

    best = optimize.minimize(loss, [-4.0, -1.0], method="Nelder-Mead", tol=1e-10)
    found = rate(counts, views)
    assert math.log(found.rate) == pytest.approx(best.x[0], abs=1e-4)
    assert math.log(found.dispersion) == pytest.approx(best.x[1], abs=1e-3)
    assert found.interval is not None
    assert found.interval.method == "negative binomial, sandwich by posts (120)"


def test_equal_exposure_gives_the_mean_and_its_t_interval() -> None:
    counts = np.array([0, 3, 9, 4, 4, 30])
    found = rate(counts, np.full(6, 10.0))
    assert found.rate == pytest.approx(50 / 60)
    # the mean of y / 10 with its plain standard error, on the log scale
    se = counts.std(ddof=1) / math.sqrt(6) / counts.mean()
    assert found.log_variance == pytest.approx(se**2)


def test_one_hit_does_not_make_the_rate() -> None:
    views = np.array([1_000.0] * 30 + [1_000_000.0])
    counts = np.array(([8] * 10 + [10] * 10 + [12] * 10) + [200_000])
    assert counts.sum() / views.sum() > 0.15
    assert rate(counts, views).rate < 0.05


def test_underdispersed_counts_are_poisson() -> None:
    found = rate([5, 5, 5, 6, 4], [10.0, 10, 10, 12, 8])
    assert found.dispersion == 0
    assert found.rate == pytest.approx(25 / 50)


def test_unit_of_exposure() -> None:
    counts, views, week = overdispersed(3)
    by_view, by_thousand = rate(counts, views, week), rate(counts, views / 1000, week)
    assert by_thousand.rate == pytest.approx(1000 * by_view.rate, rel=1e-4)
    assert by_thousand.log_variance == pytest.approx(by_view.log_variance, rel=1e-3)


def test_no_rate_and_no_interval() -> None:
    assert rate([], []).reason == "fewer than 2 posts"
    assert rate([3], [10]).reason == "fewer than 2 posts"
    none = rate([0, 0], [10, 10])
    assert none.reason == "no reaction in any post"
    assert math.isnan(none.rate)
    single = rate([3, 5], [10, 10], [7, 7])
    assert single.interval is None
    assert single.reason == "all posts in one cluster"
    assert single.rate == pytest.approx(0.4)


def test_refusals() -> None:
    for counts in ([-1, 2], [0.5, 1], [math.nan, 1]):
        with pytest.raises(ValueError, match="whole numbers"):
            rate(counts, [1, 1])
    for exposure in ([0, 1], [-1, 1], [math.nan, 1]):
        with pytest.raises(ValueError, match="exposure"):
            rate([1, 1], exposure)
    with pytest.raises(ValueError, match="shape"):
        rate([1, 1], [1])


def test_shrinkage_by_hand() -> None:
    # equal errors v: Paule-Mandel is the sample variance less v
    logs, v, k = np.array([-1.0, -1.0, 0.0, 1.0, 1.0]), 0.4, 5
    found = shrink_rates(np.exp(logs), np.full(k, v))
    assert found is not None
    assert found.tau**2 == pytest.approx(1.0 - 0.4)
    assert found.common == pytest.approx(1.0)
    B = (k - 3) / (k - 1) * v / 1.0
    assert found.pull == pytest.approx(np.full(k, B))
    assert np.log(found.rates) == pytest.approx((1 - B) * logs)
    spread = np.sqrt(v * (1 - 4 / 5 * B) + 2 / 2 * B**2 * logs**2)
    assert np.log(found.high / found.rates) == pytest.approx(1.959963984540054 * spread)
    assert np.log(found.rates / found.low) == pytest.approx(1.959963984540054 * spread)


def test_alike_groups_have_no_spread() -> None:
    found = shrink_rates(np.exp([0.0, 0.1, -0.1, 0.0]), np.full(4, 1.0))
    assert found is not None
    assert found.tau == 0
    assert found.pull == pytest.approx(np.full(4, 1 / 3))  # (k - 3) / (k - 1)


def test_small_groups_are_pulled_more_and_missing_stay_missing() -> None:
    found = shrink_rates([1.0, 1.0, 8.0, 8.0, math.nan, 0.0], [0.01, 0.5, 0.01, 0.5, 0.1, 0.1])
    assert found is not None
    assert np.isnan(found.rates).tolist() == [False] * 4 + [True] * 2
    assert found.pull[1] > found.pull[0]
    assert found.rates[1] - 1 > found.rates[0] - 1 > 0
    assert 8 - found.rates[3] > 8 - found.rates[2] > 0
    assert (found.low < found.rates)[:4].all()
    assert (found.rates < found.high)[:4].all()


def test_shrinkage_needs_four_groups() -> None:
    assert shrink_rates([1.0, 2.0, 3.0, math.nan], [0.1] * 4) is None
    with pytest.raises(ValueError, match="shape"):
        shrink_rates([1.0], [0.1, 0.1])


def test_the_spread_of_shrunk_rates_of_unequal_error() -> None:
    # Six groups, so that no factor of Morris' formula is 1; group by group, in plain numbers.
    logs, errors, k = [-1.2, -0.5, 0.0, 0.4, 0.9, 1.5], [0.02, 0.05, 0.1, 0.2, 0.04, 0.3], 6
    shrunk = shrink_rates(np.exp(logs), errors)
    assert shrunk is not None
    spread_between, middle = shrunk.tau**2, math.log(shrunk.common)
    typical = sum(errors) / k
    for group, (y, v) in enumerate(zip(logs, errors, strict=True)):
        pull = 3 * v / (5 * (v + spread_between))
        unknown = (typical + spread_between) / (v + spread_between)
        variance = v - v * pull * 5 / 6 + unknown * (2 / 3) * (pull * (y - middle)) ** 2
        half = 1.959963984540054 * math.sqrt(variance)
        assert math.log(shrunk.rates[group]) == pytest.approx(y - pull * (y - middle))
        assert math.log(shrunk.high[group] / shrunk.rates[group]) == pytest.approx(half)
        assert math.log(shrunk.rates[group] / shrunk.low[group]) == pytest.approx(half)
