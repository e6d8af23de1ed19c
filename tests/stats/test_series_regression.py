"""One solver against statsmodels: every family, errors of every kind."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import optimize

from howfar.stats.autoregression import autocorrelations
from howfar.stats.series_regression import Rows, SeriesFit, fit_series
from howfar.stats.series_uncertainty import Uncertainty
from howfar.stats.variance_families import Family, Mean, overdispersion

N = 60


def rows(groups: int = 1, seed: int = 2) -> Rows:
    rng = np.random.default_rng(seed)
    t = np.tile(np.arange(N), groups)
    g = np.repeat(np.arange(groups), N)
    exposure = rng.uniform(50, 150, groups * N)
    step = (t >= 40).astype(float)
    mu = exposure * np.exp(-1 + 0.01 * t + 0.3 * step * (g == 0) + 0.2 * g)
    y = rng.negative_binomial(8, 8 / (8 + mu)).astype(float)
    columns = [(g == k).astype(float) for k in range(groups)]
    X = np.column_stack([*columns, t, step, *([step * (g == 0)] if groups > 1 else [])])
    return Rows(y, X, np.log(exposure), g, t)


def glm(data: Rows, family: object, **fit: object) -> object:
    return sm.GLM(data.y, data.X, family=family, offset=data.offset).fit(tol=1e-12, **fit)


@pytest.mark.parametrize(
    ("family", "reference", "scale"),
    [
        ("poisson", sm.families.Poisson(), 1.0),
        ("quasi-poisson", sm.families.Poisson(), "X2"),
    ],
)
def test_counts_as_statsmodels(family: Family, reference: object, scale: object) -> None:
    data = rows()
    expected = glm(data, reference, scale=scale)
    found = fit_series(data, Mean(family, "log"))
    assert found.converged
    assert found.beta == pytest.approx(expected.params, rel=1e-8)
    assert found.covariance == pytest.approx(expected.cov_params(), rel=1e-7)
    assert found.mu == pytest.approx(expected.fittedvalues, rel=1e-8)


def test_negative_binomial_as_statsmodels() -> None:
    data = rows()
    found = fit_series(data, Mean("negative-binomial", "log"))
    alpha = float(found.nuisance.alpha[0])

    def fitted(log_alpha: float) -> object:
        return glm(data, sm.families.NegativeBinomial(alpha=np.exp(log_alpha)), scale=1.0)

    best = optimize.minimize_scalar(
        lambda x: -fitted(x).llf, bounds=(-6, 0), method="bounded", options={"xatol": 1e-8}
    )
    expected = fitted(best.x)
    assert alpha == pytest.approx(np.exp(best.x), rel=1e-4)
    assert found.beta == pytest.approx(expected.params, abs=1e-6)
    assert found.covariance == pytest.approx(expected.cov_params(), rel=1e-4)


def test_poisson_counts_have_no_overdispersion() -> None:
    rng = np.random.default_rng(1)
    mu = np.full(400, 30.0)
    alphas = [overdispersion(rng.poisson(mu).astype(float), mu) for _ in range(5)]
    assert max(alphas) < 0.01
    assert overdispersion(np.tile([29.0, 31.0], 50), mu[:100]) == 0.0


def test_gaussian_is_least_squares_with_t() -> None:
    data = rows()
    data = Rows(data.y, data.X, np.zeros(N), data.series, data.positions)
    found = fit_series(data, Mean("gaussian", "identity"))
    expected = sm.OLS(data.y, data.X).fit()
    assert found.beta == pytest.approx(expected.params)
    assert found.covariance == pytest.approx(expected.cov_params())
    assert found.degrees(np.array([0.0, 0.0, 1.0])) == expected.df_resid


def test_newey_west_as_statsmodels() -> None:
    data = rows()
    data = Rows(data.y, data.X, np.zeros(N), data.series, data.positions)
    found = fit_series(data, Mean("gaussian", "identity"), "newey-west", lags=4)
    expected = sm.OLS(data.y, data.X).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}
    )
    assert found.covariance == pytest.approx(expected.cov_params())


def test_autoregressive_errors_are_generalised_least_squares() -> None:
    data = rows()
    data = Rows(data.y, data.X, np.zeros(N), data.series, data.positions)
    found = fit_series(data, Mean("gaussian", "identity"), "autoregressive", order=2)
    r = autocorrelations(found.nuisance.serial[0].partial, N - 1)
    R = r[np.abs(np.subtract.outer(np.arange(N), np.arange(N)))]
    expected = sm.GLS(data.y, data.X, sigma=R).fit()
    assert found.beta == pytest.approx(expected.params)
    assert found.covariance == pytest.approx(expected.cov_params(), rel=1e-6)


def test_one_dispersion_for_all_series_is_the_ordinary_model() -> None:
    data = rows(groups=3)
    expected = glm(data, sm.families.Poisson(), scale="X2")
    shared = fit_series(data, Mean("quasi-poisson", "log"), shared=True)
    assert shared.covariance == pytest.approx(expected.cov_params(), rel=1e-6)
    own = fit_series(data, Mean("quasi-poisson", "log"))
    assert len({serial.variance for serial in own.nuisance.serial}) == 3


def test_what_is_held_is_not_estimated() -> None:
    data = rows()
    first = fit_series(data, Mean("quasi-poisson", "log"), "autoregressive")
    again = fit_series(data, Mean("quasi-poisson", "log"), "autoregressive", held=first.nuisance)
    assert again.beta == pytest.approx(first.beta, rel=1e-5)
    assert again.nuisance is first.nuisance


def contrast(fit: SeriesFit) -> np.ndarray:
    out = np.zeros(fit.beta.size)
    out[-1] = 1
    return out


def test_an_estimated_correlation_makes_errors_larger_and_degrees_fewer() -> None:
    data = rows()
    fit = fit_series(data, Mean("quasi-poisson", "log"), "autoregressive")
    error, degrees = Uncertainty(fit).of(contrast(fit))
    assert error > 0.9 * np.sqrt(fit.covariance[-1, -1])
    assert 2 < degrees < N - 3
    plain = fit_series(data, Mean("quasi-poisson", "log"))
    error, degrees = Uncertainty(plain).of(contrast(plain))
    assert error == pytest.approx(np.sqrt(plain.covariance[-1, -1]))
    assert degrees == N - 3


def test_poisson_knows_its_variance() -> None:
    fit = fit_series(rows(), Mean("poisson", "log"))
    assert fit.degrees(contrast(fit)) == np.inf
