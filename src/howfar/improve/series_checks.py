"""What has to hold for an interrupted series to be believed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import stats

from howfar.improve.evidence import Check
from howfar.improve.lexicon import quoted
from howfar.improve.series_answer import FAILS, SeriesAnswer, serial_p
from howfar.improve.series_design import design_of
from howfar.improve.series_setting import SeriesSetting, before_only
from howfar.stats.blocks import FloatArray
from howfar.stats.path_maximum import path_maximum_p
from howfar.stats.serial_correlation import ljung_box
from howfar.stats.series_regression import Errors, Nuisance, Rows, SeriesFit, fit_series
from howfar.stats.variance_families import Mean

FEWEST_BEFORE: Final = 8
FEWEST_WITH: Final = 4
_FEWEST_FREE: Final = 4
_SIDE: Final = 4  # periods on each side of a placebo date, at least
_COUNTED: Final = 5  # a series of counts whose smallest figure is this has no true zeros


def enough_periods(found: SeriesAnswer) -> Check:
    """At least 8 figures before and 4 with the change, and one whole season before it.

    Source for 8: Penfold & Zhang 2013 (doi 10.1016/j.acap.2013.08.002).
    """
    setting = found.setting
    usable = setting.usable[0]
    before = int(usable[: setting.change].sum())
    with_it = int((usable & setting.after).sum())
    season = math.ceil(setting.period) if setting.harmonics else 0
    need = max(FEWEST_BEFORE, season)
    return Check(
        "enough-periods",
        "Are there enough figures before and with the change?",
        before >= need and with_it >= FEWEST_WITH,
        f"{before} before, {with_it} with the change; {need} and {FEWEST_WITH} are needed",
        figures={"before": float(before), "with": float(with_it)},
    )


def autocorrelation(found: SeriesAnswer, independent: SeriesAnswer) -> Check:
    """Breusch and Godfrey's test on what is left; Ljung and Box's beside it."""
    p, statistic, lags = serial_p(found)
    first = serial_p(independent)[0]
    fit = found.fit
    portmanteau = ljung_box(
        fit.innovations,
        fit.rows.series,
        fit.rows.positions,
        max(lags, found.order + 1),
        found.order,
    )
    figures = {"p": p, "F": statistic, "lags": float(lags), "p_independent": first}
    figures["ljung_box_p"] = portmanteau.p
    figures = {key: value for key, value in figures.items() if math.isfinite(value)}
    asks = "Is nothing left in the errors that follows itself?"
    if not math.isfinite(p):
        return Check("autocorrelation", asks, None, "too few figures to test it", figures=figures)
    if found.errors == "newey-west" and p < FAILS:
        enough = len(fit.rows.y) >= 100
        said = (
            f"errors follow each other (p = {p:.2g}); Newey and West's interval reckons with it"
            + ("" if enough else ", but is too short in a series of fewer than 100 figures")
        )
        return Check("autocorrelation", asks, enough, said, figures=figures)
    said = f"Breusch and Godfrey's test: p = {p:.2g}"
    if found.errors == "autoregressive":
        partial = ", ".join(f"{x:.2f}" for x in fit.nuisance.serial[0].partial)
        said += (
            f" after an autoregression of order {found.order} was fitted "
            f"(partial autocorrelation {partial}); p = {first:.2g} before"
        )
    return Check("autocorrelation", asks, p >= FAILS, said, figures=figures)


def alike_errors(found: SeriesAnswer) -> Check | None:
    """Where other series told how errors follow each other: whether its own say so too."""
    if found.alike is None:
        return None
    p = found.alike
    said = (
        f"p = {p:.2g}" if p >= FAILS else f"they follow otherwise than those of others, p = {p:.2g}"
    )
    asks = "Do its errors follow each other as those of the compared do?"
    return Check("alike-errors", asks, p >= FAILS, said, figures={"p": p})


def overdispersion(found: SeriesAnswer) -> Check | None:
    """Where the family states the variance: whether the data vary more than that."""
    fit = found.fit
    if not fit.known:
        return None
    free = len(fit.mu) - int(np.linalg.matrix_rank(fit.design))
    chi2 = float(fit.pearson @ fit.pearson)
    p = float(stats.chi2.sf(chi2, free))
    return Check(
        "overdispersion",
        "Do the figures vary no more than the family of the model states?",
        p >= FAILS,
        f"dispersion {chi2 / free:.2f} (1 is stated), p = {p:.2g}"
        + ("" if p >= FAILS else "; the interval is too short: take quasi-poisson"),
        figures={"dispersion": chi2 / free, "p": p},
    )


def missing_zeros(found: SeriesAnswer) -> Check:
    """Zeros in a series that is never near zero are days without data, not days without posts.

    So are exact zeros of a measurement that lies on both sides of zero, where no other figure
    occurs a third as often.
    """
    setting = found.setting
    said: list[str] = []
    for name, y in zip(setting.names, setting.outcomes, strict=True):
        seen = y[np.isfinite(y)]
        known = np.abs(seen)
        others, zeros = known[known > 0], int((known == 0).sum())
        _, again = np.unique(seen[seen != 0], return_counts=True)
        often = int(again.max(initial=0))
        if (seen < 0).any() and (seen > 0).any() and zeros >= 3 and zeros > 3 * often:
            # A measurement that lies on both sides of 0 does not stop exactly there.
            least_seen = f"no other figure more than {often} times"
            said.append(f"{quoted(name)}: {zeros} times exactly 0, {least_seen}")
            continue
        if not zeros or not others.size or zeros > 0.1 * known.size:
            continue
        least = 0.05 * float(np.median(others))
        if setting.family != "gaussian":
            least = max(least, float(_COUNTED))
        if others.min() >= least:
            least_seen = f"all other figures are {others.min():g} or more"
            said.append(f"{quoted(name)}: {zeros} zeros, {least_seen}")
    return Check(
        "zeros",
        "Are there no zeros that look like periods without data?",
        not said,
        "; ".join(said) or "none",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A series, or the part of it before the change, fitted without any effect."""

    fit: SeriesFit
    setting: SeriesSetting
    series: FloatArray
    period: FloatArray
    free: int
    scale: float
    usable: FloatArray

    def steps(self, dates: list[int]) -> tuple[FloatArray, FloatArray]:
        """Directions (m, n) and t statistics (m,) of a step of the series changed at each date."""
        directions, values = [], []
        for date in dates:
            late = (self.period >= date).astype(np.float64)
            ours = self.fit.whitened((late * (self.series == 0))[:, None])[:, 0]
            base = self.fit.design
            if self.setting.controls:
                base = np.column_stack([base, self.fit.whitened(late[:, None])])
            left = ours - base @ np.linalg.lstsq(base, ours, rcond=1e-10)[0]
            length = float(np.sqrt(left @ left))
            if length > 1e-8 * max(float(np.sqrt(ours @ ours)), 1e-300):
                directions.append(left / length)
                values.append(float(left @ self.fit.innovations) / length / self.scale)
        return np.array(directions), np.array(values)


def null_fit(
    setting: SeriesSetting, errors: Errors, order: int, held: Nuisance | None = None
) -> Past | None:
    """The fit without any effect, or nothing where there is too little.

    held : variances and autocorrelations of another fit, taken as known.
    """
    design = design_of(setting, effect=False)
    free = len(design.rows.y) - int(np.linalg.matrix_rank(design.rows.X))
    if free < _FEWEST_FREE:
        return None
    fit = fit_series(
        design.rows,
        Mean(setting.family, setting.link),
        "independent" if errors == "independent" else "autoregressive",
        order=max(order, 1),
        shared=setting.dispersion == "shared",
        held=held,
    )
    if not fit.converged:
        return None
    scale = 1.0 if fit.known else math.sqrt(float(fit.innovations @ fit.innovations) / free)
    return Past(
        fit,
        setting,
        design.rows.series.astype(np.float64),
        design.period.astype(np.float64),
        free,
        max(scale, 1e-150),
        setting.usable[0].astype(np.float64),
    )


def placebo_checks(found: SeriesAnswer) -> list[Check]:
    """Steps at dates before the change, where nothing was changed.

    placebo-time: at every date that leaves a fifth of the periods before the change, and at least
    4, on each side. dip-before: in the last periods before the change, shorter than that; who acts
    at the worst moment sees a recovery that would have come anyhow. The largest of the t statistics
    is judged against the largest of as many where there is nothing (stats/path_maximum.py).
    """
    asks = (
        "Does the same model see nothing at dates before the change?",
        "Were the last figures before the change as usual, neither a low nor a high?",
    )
    held = found.fit.nuisance if found.errors == "autoregressive" else None
    past = null_fit(before_only(found.setting), found.errors, found.order, held)
    c = found.setting.change - found.setting.before_washout
    if past is None:
        return [
            Check(id, ask, None, "too few figures before the change to see")
            for id, ask in zip(("placebo-time", "dip-before"), asks, strict=True)
        ]
    seen = np.flatnonzero(past.usable)
    side = max(_SIDE, len(seen) // 5)
    dates = [int(t) for t in seen[side : len(seen) - side + 1]]
    dips = [int(t) for t in seen[max(len(seen) - side + 1, 2) :]]
    out = []
    for id, ask, where in (("placebo-time", asks[0], dates), ("dip-before", asks[1], dips)):
        directions, values = past.steps(where)
        if not len(values):
            out.append(Check(id, ask, None, "too few figures before the change to see"))
            continue
        worst = int(np.argmax(np.abs(values)))
        degrees = math.inf if past.fit.known else float(past.free)
        p = path_maximum_p(directions, float(np.abs(values[worst])), degrees)
        where_worst = past.setting.periods[where[worst]]
        direction = "higher" if values[worst] > 0 else "lower"
        said = f"{len(values)} dates, most at {where_worst} ({direction} from there), p = {p:.2g}"
        if id == "dip-before":
            said = f"the last {c - where[worst]} periods stand out most ({direction}), p = {p:.2g}"
        figures = {"p": p, "t": float(values[worst]), "dates": float(len(values))}
        out.append(Check(id, ask, p >= FAILS, said, figures=figures))
    return out


def pre_trend(found: SeriesAnswer) -> Check | None:
    """Whether the series that was changed had run parallel to its controls before.

    Needed where trends are shared, or where there is none beside those it is set against; where
    each has its own, the difference is carried on instead.
    """
    setting = found.setting
    parallel = bool(setting.against) and setting.trend == 0
    if not parallel and (not setting.controls or setting.trend < 1):
        return None
    asks = "Did the series run parallel to its controls before the change?"
    needed = parallel or setting.control_trend == "shared"
    past = before_only(replace(setting, control_trend="shared"))
    design = design_of(past, effect=False)
    rows = design.rows
    apart = np.where(rows.series == 0, design.period - float(setting.change), 0.0)
    X = np.column_stack([rows.X, apart])
    free = len(rows.y) - int(np.linalg.matrix_rank(X))
    if free < _FEWEST_FREE:
        return Check("pre-trend", asks, None, "too few figures before the change", needed)
    fit = fit_series(
        Rows(rows.y, X, rows.offset, rows.series, rows.positions),
        Mean(setting.family, setting.link),
        "independent" if found.errors == "independent" else "autoregressive",
        order=max(found.order, 1),
        shared=setting.dispersion == "shared",
        held=found.fit.nuisance if found.errors == "autoregressive" else None,
    )
    contrast = np.zeros(X.shape[1])
    contrast[-1] = 1.0
    value, error = float(fit.beta[-1]), math.sqrt(float(fit.covariance[-1, -1]))
    degrees = fit.degrees(contrast)
    t = value / error if error > 0 else math.inf
    tail = stats.norm.sf(abs(t)) if math.isinf(degrees) else stats.t.sf(abs(t), degrees)
    p = 2.0 * float(tail)
    how = (
        f"{math.expm1(value):+.2%} a period" if setting.link == "log" else f"{value:+.3g} a period"
    )
    said = f"its trend was {how} apart from theirs, p = {p:.2g}"
    passed: bool | None = p >= FAILS
    if not needed and not passed:
        passed, said = None, said + "; each has its own trend, so it need not have"
    return Check("pre-trend", asks, passed, said, needed, {"p": p, "difference": value})


def all_checks(found: SeriesAnswer, independent: SeriesAnswer) -> Iterator[Check]:
    """Every check but those that fit variants of the model."""
    yield enough_periods(found)
    yield autocorrelation(found, independent)
    for check in (alike_errors(found), overdispersion(found), pre_trend(found)):
        if check is not None:
            yield check
    yield missing_zeros(found)
    yield from placebo_checks(found)
