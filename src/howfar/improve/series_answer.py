"""One fit of an interrupted series, and what it says of the change as one number with its error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from howfar.improve.series_design import SeriesDesign, design_of
from howfar.improve.series_setting import SeriesSetting
from howfar.stats.autoregression import Sample, criterion, restricted_likelihood, whiten
from howfar.stats.blocks import FloatArray
from howfar.stats.serial_correlation import breusch_godfrey
from howfar.stats.series_regression import (
    Errors,
    Nuisance,
    SeriesFit,
    fit_series,
    inverse_of,
    own_columns,
    sample_of,
    working_response,
)
from howfar.stats.series_uncertainty import Uncertainty
from howfar.stats.variance_families import Mean

FAILS: Final = 0.05
"""A check of what is left fails where its p is below this."""

_DOUBT: Final = 0.2  # so little evidence that something is left is enough for a higher order
_ORDERS: Final = (1, 2, 3)
_FEWEST_COMPANIONS: Final = 3
_LEAST_FREE: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class SeriesAnswer:
    """The fit and the effect on the scale on which it is modelled.

    value, error : log of (mean with the change / mean without it) over the periods with it for the
    log link, the mean difference for the identity; its standard error. plain : the same, as if
    variances and autocorrelations had been known. degrees : of freedom.
    with_it, without_it : sums over those periods. n : how many. alike : p of its errors following
    each other as those of its companions do; null without them.
    """

    setting: SeriesSetting
    design: SeriesDesign
    fit: SeriesFit
    doubt: Uncertainty
    value: float
    error: float
    plain: float
    degrees: float
    with_it: float
    without_it: float
    n: int
    alike: float | None

    @property
    def errors(self) -> Errors:
        """How the errors were taken in the end."""
        return self.fit.errors

    @property
    def order(self) -> int:
        """Order of the autoregression; 0 without."""
        return int(self.fit.nuisance.serial[0].partial.size)

    @property
    def critical(self) -> float:
        """Standard errors to each side of the interval."""
        return critical(self.setting, self.degrees)

    @property
    def limits(self) -> tuple[float, float]:
        """Interval of the value."""
        half = self.critical * self.error
        return self.value - half, self.value + half


def critical(setting: SeriesSetting, degrees: float) -> float:
    """Quantile of the interval: t on the degrees, or normal where that was chosen."""
    level = 0.5 + setting.confidence / 2.0
    if setting.reference == "normal" or math.isinf(degrees):
        return float(stats.norm.ppf(level))
    return float(stats.t.ppf(level, degrees))


def why_not(design: SeriesDesign, setting: SeriesSetting) -> str | None:
    """Why this series cannot tell, or nothing."""
    ours = design.ours
    after = setting.after[design.period[ours]]
    before = design.period[ours] < setting.change
    if before.sum() < 2:
        return f"{int(before.sum())} figures before the change: nothing to go on from"
    if after.sum() < (2 if setting.slope else 1):
        return f"{int(after.sum())} figures with the change"
    y = design.rows.y
    for g, name in enumerate(setting.names):
        own = design.rows.series == g
        early = y[own & (design.period < setting.change)]
        late = y[own & (design.period >= setting.change)]
        if early.size and np.ptp(early) == 0 and (late.size == 0 or np.ptp(late) == 0):
            return f"{name} does not vary: nothing says by how much chance could have moved it"
    if setting.family != "gaussian":
        for g, name in enumerate(setting.names):
            own = design.rows.series == g
            periods = design.period[own]
            for part, said in (
                (periods < setting.change, "before"),
                (setting.after[periods], "with"),
            ):
                if not y[own][part].sum() > 0:
                    return f"{name} has no count above 0 {said} the change"
    X = design.rows.X
    rank = np.linalg.matrix_rank(X / np.maximum(np.abs(X).max(axis=0), 1e-300))
    if len(y) - rank < 2:
        return f"{len(y)} figures for {X.shape[1]} coefficients"
    rest = np.delete(X, list(design.effect), axis=1)
    less = np.linalg.matrix_rank(rest / np.maximum(np.abs(rest).max(axis=0), 1e-300))
    if rank - less < len(design.effect):
        return "the change cannot be told apart from the trend, the season or a covariate"
    return None


def answer(
    setting: SeriesSetting,
    errors: Errors,
    order: int = 1,
    held: Nuisance | None = None,
    design: SeriesDesign | None = None,
) -> SeriesAnswer:
    """Fit once with these errors, and reckon the effect.

    Log link, over the n periods with the change in force and observed:
    value = log(sum mu_t) - log(sum mu_t without the effect), its error by the delta method; with
    a step alone this is the step's coefficient itself. Identity: the mean of the differences.
    """
    design = design or design_of(setting)
    beside = _companions(setting) if errors == "autoregressive" and held is None else []
    fit = fit_series(
        design.rows,
        Mean(setting.family, setting.link),
        errors,
        order=order,
        lags=setting.lags,
        shared=setting.dispersion == "shared",
        held=held,
        beside=tuple(one.sample for one in beside),
    )
    ours = design.ours
    rows = ours[setting.after[design.period[ours]]]
    X, X0 = design.rows.X[rows], design.without[rows]
    mu = fit.mu[rows]
    mu0 = fit.mean.mean(X0 @ fit.beta + design.rows.offset[rows])
    with_it, without_it = float(mu.sum()), float(mu0.sum())
    if setting.link == "log":
        value = math.log(with_it) - math.log(without_it)
        gradient: FloatArray = mu @ X / with_it - mu0 @ X0 / without_it
    else:
        value = (with_it - without_it) / len(rows)
        gradient = (X - X0).mean(axis=0)
    plain = math.sqrt(max(float(gradient @ fit.covariance @ gradient), 0.0))
    doubt = Uncertainty(fit, _unrest(beside, fit.nuisance.serial[0].partial))
    error, degrees = (plain, math.inf) if held else error_of(setting, doubt, gradient)
    return SeriesAnswer(
        setting,
        design,
        fit,
        doubt,
        value,
        error,
        plain,
        degrees,
        with_it,
        without_it,
        len(rows),
        _alike(fit),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Companion:
    """A series that did not change. contrast : (k,) of its mean step at the date of the change."""

    sample: Sample
    contrast: FloatArray


def _companions(setting: SeriesSetting) -> list[_Companion]:
    """The series that tell how errors behave; those that cannot tell are left out."""
    found = []
    for one in setting.companions:
        design = design_of(one)
        if why_not(design, one) is not None:
            continue
        sample = sample_of(design.rows, Mean(one.family, one.link))
        if sample is not None:
            X = design.rows.X
            step = (X - design.without)[one.after[design.period]].mean(axis=0)
            found.append(_Companion(sample, step[np.any(X != 0, axis=0)]))
    return found


def _alike(fit: SeriesFit) -> float | None:
    """P of the first series having the autocorrelation that others told of it.

    Likelihood ratio test; null where nobody else told of it.
    """
    if fit.errors != "autoregressive" or not fit.nuisance.serial[0].beside:
        return None
    rows = fit.rows
    working, X = working_response(rows, fit.mean, fit.beta, fit.mu, fit.nuisance.alpha)
    own = rows.members[0]
    y, columns, positions = working[own], own_columns(X[own]), rows.positions[own]
    partial = fit.nuisance.serial[0].partial
    alone = restricted_likelihood(y, columns, positions, partial.size)
    if alone.partial.size != partial.size:
        return None
    worse = criterion(y, columns, positions, partial)
    worse -= criterion(y, columns, positions, alone.partial)
    return float(stats.chi2.sf(max(worse, 0.0), partial.size))


def _unrest(companions: Sequence[_Companion], partial: FloatArray) -> float:
    """By how much companions moved more at the date than the model lets them; at least 1.

    sqrt(mean t_j^2 (d - 2) / d), t_j the statistic of the step that companion j did not make, on d
    degrees of freedom. Channels drift apart in ways that no autocorrelation tells (Conley & Taber
    2011, doi 10.1162/REST_a_00049).
    """
    squares = []
    for one in companions:
        sample = one.sample
        both, _ = whiten(np.column_stack([sample.y, sample.X]), sample.positions, partial)
        y, X = both[:, 0], both[:, 1:]
        beta, *_ = np.linalg.lstsq(X, y, rcond=1e-10)
        free = len(y) - X.shape[1]
        if free <= _LEAST_FREE:
            continue
        spread = float(((y - X @ beta) ** 2).sum()) / free
        variance = spread * float(one.contrast @ inverse_of(X.T @ X) @ one.contrast)
        if variance > 0:
            squares.append(float(one.contrast @ beta) ** 2 / variance * (free - 2) / free)
    if len(squares) < _FEWEST_COMPANIONS:
        return 1.0
    return max(1.0, math.sqrt(float(np.mean(squares))))


def error_of(
    setting: SeriesSetting, doubt: Uncertainty, contrast: FloatArray
) -> tuple[float, float]:
    """Standard error of c'b, and degrees of freedom of its interval.

    Left to itself: normal for counts with independent errors, as the reference analyses have it;
    t for measurements, and wherever errors follow each other.
    """
    error, degrees = doubt.of(contrast)
    asked = setting.reference == "t" or setting.family == "gaussian"
    follows = doubt.fit.errors != "independent"
    if setting.reference == "normal" or not (asked or follows):
        degrees = math.inf
    return error, degrees


def serial_p(found: SeriesAnswer) -> tuple[float, float, int]:
    """Smallest p, doubled for two tests, its statistic, and lags, of Breusch and Godfrey's test.

    Lag 1 alone, and all lags up to the length of the season (where four seasons were seen) or 6.
    """
    fit, setting = found.fit, found.setting
    each = len(fit.rows.y) // len(setting.names)
    season = round(setting.period) if setting.harmonics else 0
    many = season if 2 <= season <= each // 4 else min(6, each // 8)
    lags = [1, many] if many > 1 else [1]
    tests = [
        breusch_godfrey(fit.innovations, fit.design, fit.rows.series, fit.rows.positions, k)
        for k in lags
    ]
    known = [test for test in tests if math.isfinite(test.p)]
    if not known:
        return math.nan, math.nan, 0
    worst = min(known, key=lambda test: test.p)
    return min(1.0, worst.p * len(known)), worst.statistic, worst.lags


def answer_of(setting: SeriesSetting, design: SeriesDesign) -> tuple[SeriesAnswer, SeriesAnswer]:
    """The answer with the errors that were chosen, and the one with independent errors.

    Left to itself, errors are autoregressive, of the smallest order, 1 to 3, that leaves nothing
    (p >= 0.2), or else of the order that leaves the least. Testing for autocorrelation first, and
    taking errors as independent where the test finds none, is no way: a test of 50 periods misses
    most of what makes an interval too short.
    """
    plain = answer(setting, "independent", design=design)
    if setting.errors == "independent":
        return plain, plain
    if setting.errors != "auto":
        return answer(setting, setting.errors, setting.order or 1, design=design), plain
    best, most = plain, -1.0
    for order in (setting.order,) if setting.order else _ORDERS:
        again = answer(setting, "autoregressive", order, design=design)
        left = serial_p(again)[0]
        if again.fit.converged and again.order == order and not left <= most:
            best, most = again, left
        if not most < _DOUBT:
            break
    return best, plain
