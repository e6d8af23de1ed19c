"""A level that wanders, with regressors and seasons: fitted before, carried on after."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from statsmodels.tsa.statespace.structural import UnobservedComponents

from howfar.errors import StudyError

Floats = npt.NDArray[np.float64]
Level = Literal[
    "local level",
    "local linear trend",
    "smooth trend",
    "random walk",
    "random walk with drift",
    "deterministic constant",
    "deterministic trend",
]
LEVELS: Final[tuple[Level, ...]] = (
    "local level",
    "local linear trend",
    "smooth trend",
    "random walk",
    "random walk with drift",
    "deterministic constant",
    "deterministic trend",
)
_RATIOS: Final = np.concatenate([[0.0], np.geomspace(0.01, 10.0, 22)])
"""Spreads of the level's steps, as parts of the spread of single periods, that are weighed."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What a series is made of.

    level: how it wanders, one of LEVELS (statsmodels' names). seasonal: periods of a season with a
    figure for each, or null. harmonics: (periods of a season, pairs of sines and cosines) for long
    ones such as 52 weeks. wandering_season: whether seasons may change. autoregressive: order of
    what is left over.
    """

    level: Level = "local level"
    seasonal: int | None = None
    harmonics: tuple[tuple[float, int], ...] = ()
    wandering_season: bool = False
    autoregressive: int = 0

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise StudyError(
                f"there is no level {self.level!r}", "series", "one of " + ", ".join(LEVELS)
            )
        short = self.seasonal is not None and self.seasonal < 2
        if short or any(period <= 2 or pairs < 1 for period, pairs in self.harmonics):
            raise StudyError("a season has at least 2 periods and one pair of waves", "series")
        if self.autoregressive < 0:
            raise StudyError("the autoregressive order is not below 0", "series")

    @property
    def longest_season(self) -> float:
        """Periods of the longest season, 0 without."""
        return max([self.seasonal or 0, *(period for period, _ in self.harmonics)])


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What the series would have gone on to show, had nothing been changed.

    mean, shape (periods after,): of the fit by maximum likelihood. draws, shape (draws, periods
    after). one_step, errors, shape (periods before,): forecasts by one period and their standard
    errors, NaN in the first few. left: standardised errors of those. coefficients: of regressors.
    parameters: by name, of the standardised series. ratio: spread of the level's steps by the fit,
    as a part of that of single periods.
    """

    mean: Floats
    draws: Floats
    one_step: Floats
    errors: Floats
    left: Floats
    coefficients: Floats
    parameters: dict[str, float]


def carry_on(
    before: Floats,
    x_before: Floats,
    x_after: Floats,
    structure: Structure,
    draws: int,
    rng: np.random.Generator,
) -> Forecast:
    """Fit to what was before, forecast what comes after, and draw from what is possible.

    y_t = level_t + season_t + x_t' b + e_t with level_t = level_(t-1) + u_t (Harvey 1989,
    doi 10.1017/CBO9781107049994; Brodersen et al. 2015, doi 10.1214/14-AOAS788). Variances by
    maximum likelihood; coefficients by generalised least squares given them. Draws carry the
    uncertainty of the coefficients, of the scale (inverse chi-squared), and of how much the level
    wanders: its ratio is weighed by its likelihood on a grid, flat in its logarithm with a point at
    0, as maximum likelihood puts it at 0 too often in short series and the forecast is then surer
    than it should be.

    before (n,): NaN where missing. x_before (n, k), x_after (m, k): regressors, none missing.
    """
    n, m = before.size, x_after.shape[0]
    centre = float(np.nanmean(before))
    size = float(np.nanstd(before)) or 1.0
    y = np.append((before - centre) / size, np.full(m, np.nan))
    x_all = np.vstack([x_before, x_after])
    x_centre, x_size = x_before.mean(axis=0), x_before.std(axis=0)
    if (x_size <= 0).any():
        raise StudyError(
            "a regressor does not change before the change, so nothing can be learnt of it",
            "series",
            next="leave it out",
        )
    x = (x_all - x_centre) / x_size
    parameters = _maximum_likelihood(y[:n], x[:n], structure)
    variances = {k: v for k, v in parameters.items() if not k.startswith("beta.")}
    model = _model(y, x, structure, diffuse=True)
    done = model.filter(list(variances.values()))
    mean, _ = _ahead(model, done, n, m)
    filtered = done.filter_results
    burn = max(int(done.loglikelihood_burn), int(filtered.nobs_diffuse))
    one_step = np.array(filtered.forecasts[0, :n]) * size + centre
    errors = np.sqrt(np.array(filtered.forecasts_error_cov[0, 0, :n])) * size
    one_step[:burn] = errors[:burn] = np.nan
    left = np.array(filtered.standardized_forecasts_error[0, burn:n])
    k = x.shape[1]
    slopes = np.array(done.predicted_state[model.k_states - k :, n]) if k else np.empty(0)
    drawn = _draw(model, variances, n, m, burn, draws, rng)
    return Forecast(
        mean * size + centre,
        drawn * size + centre,
        one_step,
        errors,
        left[np.isfinite(left)],
        slopes * size / x_size,
        parameters,
    )


def _model(y: Floats, x: Floats, structure: Structure, diffuse: bool) -> Any:
    return UnobservedComponents(
        y,
        level=structure.level,
        seasonal=structure.seasonal,
        stochastic_seasonal=structure.wandering_season,
        freq_seasonal=[{"period": p, "harmonics": h} for p, h in structure.harmonics] or None,
        stochastic_freq_seasonal=[structure.wandering_season] * len(structure.harmonics) or None,
        autoregressive=structure.autoregressive or None,
        exog=x if x.shape[1] else None,
        mle_regression=not diffuse,
    )


def _maximum_likelihood(y: Floats, x: Floats, structure: Structure) -> dict[str, float]:
    model = _model(y, x, structure, diffuse=False)
    with warnings.catch_warnings():
        # A search that ends at a variance of 0 says so; the grid of ratios covers that case.
        warnings.simplefilter("ignore")
        found = model.fit(disp=False, maxiter=500)
    return dict(zip(model.param_names, (float(v) for v in found.params), strict=True))


def _ahead(model: Any, done: Any, n: int, m: int) -> tuple[Floats, Floats]:
    """Mean (m,) and covariance (m, m) of the m observations after the first n."""
    design, transition = model.ssm["design"], model.ssm["transition"]
    selection = model.ssm["selection"]
    noise = selection @ model.ssm["state_cov"] @ selection.T
    state, cov = done.predicted_state[:, n], done.predicted_state_cov[:, :, n]
    offset = model.ssm["obs_intercept"]
    mean, joint = np.empty(m), np.empty((m, m))
    # Column i: covariance of the state now with observation i.
    with_seen = np.empty((state.size, m))
    for i in range(m):
        row = design[0, :, n + i] if design.ndim == 3 else design[0]
        mean[i] = row @ state + (offset[0, n + i] if offset.ndim == 2 else offset[0])
        joint[:i, i] = joint[i, :i] = row @ with_seen[:, :i]
        with_seen[:, i] = cov @ row
        joint[i, i] = row @ with_seen[:, i] + float(model.ssm["obs_cov"][0, 0])
        with_seen[:, : i + 1] = transition @ with_seen[:, : i + 1]
        state, cov = transition @ state, transition @ cov @ transition.T + noise
    return mean, joint


def _draw(
    model: Any,
    variances: dict[str, float],
    n: int,
    m: int,
    burn: int,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Draws from the forecast, over the ratios of variances that the data leave possible."""
    options = _ratios(variances)
    weights, ahead, scales, degrees = [], [], [], 1
    for option in options:
        done = model.filter(list(option.values()))
        left = np.array(done.filter_results.standardized_forecasts_error[0, burn:n])
        left = left[np.isfinite(left)]
        squares, degrees = float(left @ left), max(left.size, 1)
        # The likelihood with the scale taken at its best: a constant is left out.
        free = float(np.sum(done.llf_obs[burn:n])) + squares / 2
        scale = max(squares / degrees, 1e-300)
        weights.append(free - degrees / 2 * math.log(scale))
        scales.append(scale)
        ahead.append(_ahead(model, done, n, m))
    parts = np.exp(np.array(weights) - max(weights))
    which = rng.choice(len(options), size=draws, p=parts / parts.sum())
    normal = rng.standard_normal((draws, m))
    widths = np.sqrt(np.array(scales)[which] * degrees / rng.chisquare(degrees, size=draws))
    found = np.empty((draws, m))
    for place in np.unique(which):
        rows = which == place
        mean, joint = ahead[place]
        # A hair on the diagonal: without noise of single periods the covariance has no full rank.
        held = joint + np.eye(m) * (np.trace(joint) / m * 1e-10 + 1e-300)
        try:
            root = np.linalg.cholesky(held)
        except np.linalg.LinAlgError:  # a series that never varied has a covariance of nothing
            values, vectors = np.linalg.eigh(held)
            root = vectors * np.sqrt(np.maximum(values, 0.0))
        found[rows] = mean + widths[rows, None] * (normal[rows] @ root.T)
    return found


def _ratios(variances: dict[str, float]) -> list[dict[str, float]]:
    """The fit's variances, with that of the level's steps (or of its slope) at each ratio tried."""
    single = "sigma2.irregular"
    moving = "sigma2.level" if "sigma2.level" in variances else "sigma2.trend"
    if single not in variances or moving not in variances:
        return [variances]
    # Where the fit leaves nothing to single periods, ratios are of the level's own steps.
    base = max(variances[single], variances[moving] * 1e-2, 1e-12)
    return [{**variances, single: base, moving: base * ratio**2} for ratio in _RATIOS]
