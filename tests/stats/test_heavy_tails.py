"""Heavy tails: the published oracle, the library's own search, and a goodness of fit that tests."""

import math
import warnings

import numpy as np
import pytest
from scipy import special, stats

from howfar.stats.heavy_tails import (
    Comparison,
    HeavyTail,
    candidate_grid,
    fit_heavy_tail,
    goodness_of_fit,
)
from howfar.stats.zipf import (
    alpha_estimates,
    draw_power_law,
    log_hurwitz,
    log_truncated_norm,
    scan,
)


def reference(name: str) -> np.ndarray:
    import powerlaw

    return np.asarray(powerlaw.load_test_dataset(name))


def library_search(x: np.ndarray):  # type: ignore[no-untyped-def]
    import powerlaw

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return powerlaw.Fit(x, discrete=True, verbose=0)


@pytest.mark.parametrize(
    ("name", "xmin", "alpha", "n_tail"),
    [("words", 7, 1.95, 2958), ("blackouts", 230_000, 2.27, 59), ("terrorism", 12, 2.37, 547)],
)
def test_oracle_o10(name: str, xmin: int, alpha: float, n_tail: int) -> None:
    x = reference(name)
    fit = fit_heavy_tail(x)
    assert fit is not None
    assert (fit.xmin, round(fit.alpha, 2), fit.n_tail) == (xmin, alpha, n_tail)
    assert fit.n == x.size
    assert name != "words" or fit.n == 18_855
    assert fit.alpha_se == pytest.approx((fit.alpha - 1) / math.sqrt(n_tail))


def lognormal_counts(seed: int, n: int = 1_500) -> np.ndarray:
    return np.floor(np.exp(4 + 1.5 * np.random.default_rng(seed).standard_normal(n)))


def zipf_counts(seed: int, n: int = 1_500) -> np.ndarray:
    return draw_power_law(n, 3, 2.4, np.random.default_rng(seed))


@pytest.mark.parametrize(
    "x",
    [reference("terrorism"), reference("blackouts"), lognormal_counts(1), zipf_counts(2)],
    ids=["terrorism", "blackouts", "lognormal", "power law"],
)
def test_scan_equals_the_library_on_the_same_grid(x: np.ndarray) -> None:
    theirs = library_search(x)
    results = theirs.xmin_fitting_results
    distinct, counts = np.unique(x[x > 0], return_counts=True)
    ours = scan(distinct, counts.astype(float), distinct[:-2])
    assert ours.xmin.tolist() == results["xmins"].tolist()
    assert ours.xmin[ours.best()] == theirs.xmin
    valid = results["valid_fits"]
    # At its bound of 3 the library flags a fit as invalid, here there is none.
    assert np.array_equal(np.isfinite(ours.alpha), valid)
    # The library subtracts zeta from 1: below 1e-10 that loses the digits that its fit needs.
    kept = valid & (special.zeta(np.where(valid, ours.alpha, 3.0), ours.xmin) > 1e-10)
    assert kept.sum() > 20
    assert np.abs(ours.alpha - results["alphas"])[kept].max() < 1e-4
    assert np.abs(ours.distance - results["distances"])[kept].max() < 1e-4
    fit = fit_heavy_tail(x)
    assert fit is not None
    assert fit.alpha == pytest.approx(theirs.alpha, abs=1e-6)
    assert fit.distance == pytest.approx(theirs.D, abs=1e-9)


def test_scan_with_a_limit_finds_the_same_candidates() -> None:
    x = lognormal_counts(7)
    distinct, counts = np.unique(x[x > 0], return_counts=True)
    full = scan(distinct, counts.astype(float), distinct[:-2])
    limit = float(np.quantile(full.distance, 0.3))
    quick = scan(distinct, counts.astype(float), distinct[:-2], limit)
    near = full.distance < limit
    assert np.array_equal(quick.distance < limit, near)
    assert np.array_equal(quick.distance[near], full.distance[near])
    assert (quick.distance <= full.distance).all()


def test_likelihood_ratios_are_the_library_s_and_the_cut_off_agrees() -> None:
    x = lognormal_counts(3)
    fit, theirs = fit_heavy_tail(x), library_search(x)
    assert fit is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("lognormal", "exponential"):
            assert getattr(fit, name) == Comparison(
                *map(float, theirs.distribution_compare("power_law", name))
            )
        ratio, p = theirs.distribution_compare("power_law", "truncated_power_law")
    # theirs rounds the continuous law, ours sums the discrete one
    assert fit.truncated_power_law.ratio == pytest.approx(float(ratio), rel=0.01, abs=0.01)
    assert fit.truncated_power_law.p == pytest.approx(float(p), rel=0.1)
    assert fit.truncated_power_law.ratio <= 0


def test_tells_a_lognormal_from_a_power_law() -> None:
    rng = np.random.default_rng(4)
    curved = np.floor(np.exp(5 + 1.2 * rng.standard_normal(4_000)))
    fit = fit_heavy_tail(curved)
    assert fit is not None
    assert fit.lognormal.ratio < 0
    assert goodness_of_fit(curved, fit, 60, rng) < 0.1
    straight = draw_power_law(4_000, 3, 2.4, rng)
    fit = fit_heavy_tail(straight)
    assert fit is not None
    assert abs(fit.alpha - 2.4) < 4 * fit.alpha_se
    assert fit.truncated_power_law.p > 0.05
    assert fit.exponential.ratio > 0
    assert goodness_of_fit(straight, fit, 60, rng) > 0.1


def test_finds_a_cut_off() -> None:
    rng = np.random.default_rng(6)
    x = draw_power_law(5_000, 5, 1.4, rng)
    x = x[rng.random(x.size) < np.exp(-x / 1_000)]
    fit = fit_heavy_tail(np.append(x, [1, 2, 3, 4]))
    assert fit is not None
    assert fit.truncated_power_law.ratio < 0
    assert fit.truncated_power_law.p < 0.05


def test_goodness_of_fit_rejects_a_true_power_law_at_its_level() -> None:
    """Under the null p is close to uniform: 40 worlds, 20 samples each, lean towards keeping."""
    rng = np.random.default_rng(11)
    p = []
    for _ in range(40):
        x = np.concatenate([rng.integers(1, 8, 300), draw_power_law(300, 8, 2.3, rng)])
        fit = fit_heavy_tail(x)
        assert fit is not None
        p.append(goodness_of_fit(x, fit, 20, rng))
    low, high = stats.binom.ppf([0.0005, 0.9995], 40, 0.5)
    assert low <= sum(v <= 0.5 for v in p) <= high
    assert sum(v <= 0.1 for v in p) <= stats.binom.ppf(0.9995, 40, 0.1)


def test_goodness_of_fit_is_seeded_and_never_zero() -> None:
    x = lognormal_counts(5)
    fit = fit_heavy_tail(x)
    assert fit is not None
    first = goodness_of_fit(x, fit, 30, np.random.default_rng(1))
    assert first == goodness_of_fit(x, fit, 30, np.random.default_rng(1))
    assert first >= 1 / 31
    impossible = HeavyTail(**{**{f: getattr(fit, f) for f in fit.__slots__}, "distance": 1.0})
    assert goodness_of_fit(x, impossible, 30, np.random.default_rng(1)) == 1 / 31


def test_candidate_grid() -> None:
    values = np.arange(1.0, 1_001.0)
    grid = candidate_grid(values, 37.0, 10)
    assert grid[0] == 37
    assert grid.size == 11
    assert 1000 not in grid
    assert np.abs(np.log(grid / 37)).tolist() == sorted(np.abs(np.log(grid / 37)).tolist())
    assert sorted(candidate_grid(values[:5], 2.0)) == [1, 2, 3]


def test_hurwitz_zeta() -> None:
    alpha, x = np.meshgrid([1.05, 1.5, 2.0, 3.3, 8.0, 25.0], [1.0, 7.0, 49.0, 50.0, 51.0, 900.0])
    assert log_hurwitz(alpha, x) == pytest.approx(np.log(special.zeta(alpha, x)), rel=1e-9)
    assert log_hurwitz(2.0, 1.0) == pytest.approx(math.log(math.pi**2 / 6))


def test_alpha_by_hand() -> None:
    tail = np.array([10.0, 12.0, 30.0, 100.0])
    by_hand = 1 + 4 / np.log(tail / 9.5).sum()
    assert 1.5 < by_hand < 3
    assert alpha_estimates(np.log(tail).mean(), 10.0) == pytest.approx(by_hand)
    # below 10 the exact likelihood: no alpha nearby does better
    small = np.array([1.0, 1.0, 2.0, 5.0])
    best = float(alpha_estimates(np.log(small).mean(), 1.0))
    loss = [a * np.log(small).mean() + math.log(special.zeta(a, 1)) for a in (best, 1.5, 2.5)]
    assert loss[0] < min(loss[1:])
    near = [
        a * np.log(small).mean() + math.log(special.zeta(a, 1))
        for a in (best - 1e-3, best, best + 1e-3)
    ]
    assert near[1] == min(near)
    assert np.isnan(alpha_estimates(math.log(7.0), 7.0))  # all equal: infinitely steep
    assert np.isnan(alpha_estimates(math.log(9.5) + 1 / 2.1, 10.0))  # steeper than 3


@pytest.mark.parametrize(("xmin", "alpha"), [(1, 2.0), (6, 1.4), (200, 2.8)])
def test_draws_follow_the_law(xmin: int, alpha: float) -> None:
    x = draw_power_law(40_000, xmin, alpha, np.random.default_rng(xmin), table=200)
    assert (x >= xmin).all()
    assert (x == np.floor(x)).all()
    for at in xmin + np.array([1, 2, 5, 20, 100, 199, 200, 201, 500, 3_000]):
        p = special.zeta(alpha, at) / special.zeta(alpha, xmin)
        low, high = stats.binom.ppf([0.0005, 0.9995], x.size, p)
        assert low <= (x >= at).sum() <= high


@pytest.mark.parametrize(
    ("alpha", "rate", "xmin"), [(2.0, 1e-3, 5), (1.2, 1e-4, 1), (0.5, 0.01, 30), (-1.0, 0.5, 2)]
)
def test_truncated_normalisation(alpha: float, rate: float, xmin: int) -> None:
    k = np.arange(xmin, xmin + 2_000_000, dtype=float)
    direct = math.log(np.sum(k**-alpha * np.exp(-rate * (k - xmin))))
    assert log_truncated_norm(alpha, rate, xmin) == pytest.approx(direct, abs=1e-8)


def test_truncated_normalisation_meets_the_power_law() -> None:
    assert log_truncated_norm(2.2, 1e-13, 40) == pytest.approx(
        float(log_hurwitz(2.2, 40)), abs=1e-6
    )


def test_too_little_and_refusals() -> None:
    assert fit_heavy_tail([1, 2, 3] * 16 + [0] * 100) is None
    assert fit_heavy_tail([1, 2, 3] * 40) is None
    for bad in ([-1.0], [0.5], [math.nan], [math.inf]):
        with pytest.raises(ValueError, match="whole numbers"):
            fit_heavy_tail(bad)
