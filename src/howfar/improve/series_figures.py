"""The figures of an interrupted series, each with its interval and its method in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from howfar.improve.effect import EffectPeriod
from howfar.improve.series_answer import SeriesAnswer, critical, error_of
from howfar.improve.series_design import design_of
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.blocks import FloatArray

_RATIO = "ratio"


def method_of(found: SeriesAnswer, degrees: float) -> str:
    """How a figure was found, in words."""
    setting = found.setting
    errors = {
        "independent": "independent errors",
        "newey-west": "Newey and West's errors",
        "autoregressive": f"autoregressive errors of order {found.order} (REML)",
    }[found.errors]
    if (beside := found.fit.nuisance.serial[0].beside) and found.errors == "autoregressive":
        errors += f", told by {len(beside)} others as well"
    by = "normal" if math.isinf(degrees) else f"t on {degrees:.1f} degrees of freedom"
    controls = f", {len(setting.controls)} control series" if setting.controls else ""
    if setting.against:
        controls = f", against {len(setting.against)} series together"
    season = f", {setting.harmonics} pairs of harmonics" if setting.harmonics else ""
    return f"interrupted series, {setting.family}{season}{controls}, {errors}, {by}"


def _measured(found: SeriesAnswer, ends: Sequence[float], unit: str, degrees: float) -> Estimate:
    """Value, low and high as an estimate."""
    value, low, high = ends
    method = method_of(found, degrees)
    if not math.isfinite(value) or math.isnan(low) or math.isnan(high):
        return not_measured(unit, "the figure is not finite", method)
    level = found.setting.confidence
    return Estimate(
        value, low, high, "confidence", level, None, None, None, unit, method, "measured"
    )


def average_figures(found: SeriesAnswer, relative_unit: str) -> tuple[Estimate, Estimate, Estimate]:
    """Average, relative and cumulative effect; docstring of ``interrupted_series``."""
    setting, n = found.setting, found.n
    mean = found.with_it / n
    ends = (found.value, *found.limits)
    if setting.link == "log":
        part = [-math.expm1(-min(max(x, -700.0), 700.0)) for x in ends]
        each = [mean * x for x in part]
        compared: list[float] | None = [math.expm1(min(x, 700.0)) for x in ends]
    else:
        each = list(ends)
        base = [mean - x for x in ends]
        # Of a figure below 0 (a tone, say) a part has the wrong sign, and means nothing.
        compared = [x / b for x, b in zip(ends, base, strict=True)] if min(base) > 0 else None
    relative = (
        _measured(found, compared, relative_unit, found.degrees)
        if compared is not None
        else not_measured(
            relative_unit,
            "what would have been is not clear of zero",
            method_of(found, found.degrees),
        )
    )
    average = _measured(found, each, setting.unit, found.degrees)
    total = [x * n for x in each]
    unit = f"{setting.unit}, summed over {n} periods"
    return average, relative, _measured(found, total, unit, found.degrees)


def coefficients(found: SeriesAnswer) -> Mapping[str, Mapping[str, float]]:
    """Every coefficient on the scale of the predictor, by name, with its standard error."""
    out = {}
    for i, name in enumerate(found.design.names):
        low, high, _ = _interval(found, i)
        out[name] = {
            "value": float(found.fit.beta[i]),
            "error": math.sqrt(max(float(found.fit.covariance[i, i]), 0.0)),
            "low": low,
            "high": high,
        }
    return out


def _interval(found: SeriesAnswer, column: int) -> tuple[float, float, float]:
    contrast = np.zeros(len(found.design.names))
    contrast[column] = 1.0
    error, degrees = error_of(found.setting, found.doubt, contrast)
    half = critical(found.setting, degrees) * error
    value = float(found.fit.beta[column])
    return value - half, value + half, degrees


def more_figures(found: SeriesAnswer, independent: SeriesAnswer) -> Mapping[str, Estimate]:
    """Ratios (log link) or differences of step, slope and trend; of the controls as well."""
    setting = found.setting
    log = setting.link == "log"
    names = found.design.names
    last = "trend" if not setting.controls else f"trend of {setting.names[0]}"
    if setting.control_trend == "shared":
        last = "trend"
    wanted = {
        "step": "rate_ratio" if log else "step",
        "slope": "slope_ratio" if log else "slope",
        last: "trend_ratio" if log else "trend",
        "step of all": "control_ratio" if log else "control_step",
        "slope of all": "control_slope_ratio" if log else "control_slope",
    }

    def figure(of: SeriesAnswer, column: int, name: str) -> Estimate:
        low, high, degrees = _interval(of, column)
        value = float(of.fit.beta[column])
        each = [value, low, high]
        if log:
            each = [math.exp(min(x, 700.0)) for x in each]
        unit = _RATIO if log else setting.unit
        if "slope" in name or "trend" in name:
            unit += " per period"
        return _measured(of, each, unit, degrees)

    out = {
        wanted[name]: figure(found, names.index(name), wanted[name])
        for name in wanted
        if name in names
    }
    if log:
        ends = [math.exp(min(x, 700.0)) for x in (found.value, *found.limits)]
        out["average_ratio"] = _measured(found, ends, _RATIO, found.degrees)
    if independent is not found:
        for name in ("step", "slope"):
            if name in names:
                key = wanted[name]
                out[f"{key}_independent"] = figure(independent, names.index(name), key)
    return out


def period_figures(found: SeriesAnswer) -> tuple[EffectPeriod, ...]:
    """Seen and to be expected without the change, by period; the interval is a prediction's."""
    setting, fit = found.setting, found.fit
    length = setting.length
    every = np.zeros_like(setting.usable)
    every[0] = True
    design = design_of(setting, every)
    eta = design.without @ fit.beta + design.rows.offset
    known = np.isfinite(eta) & np.isfinite(setting.covariates).all(axis=0)
    eta = np.where(known, eta, 0.0)
    mean = fit.mean.mean(eta)
    phi, alpha = fit.nuisance.serial[0].variance, fit.nuisance.alpha[:1]
    noise = phi * fit.mean.variance(mean, np.repeat(alpha, length))
    doubt = np.einsum("ij,jk,ik->i", design.without, fit.covariance, design.without)
    error: FloatArray = np.sqrt(np.maximum(noise + fit.mean.slope(mean) ** 2 * doubt, 0.0))
    degrees = found.degrees
    z = float(
        stats.norm.ppf(0.5 + setting.confidence / 2)
        if math.isinf(degrees)
        else stats.t.ppf(0.5 + setting.confidence / 2, degrees)
    )
    out = []
    for t in range(length):
        seen = float(setting.outcomes[0, t])
        expected = float(mean[t]) if known[t] else None
        if expected is None or not math.isfinite(seen):
            reason = (
                "no figure of this period" if expected is not None else "no exposure or covariate"
            )
            effect = not_measured(setting.unit, reason)
        else:
            gap, half = seen - expected, z * float(error[t])
            effect = _measured(found, (gap, gap - half, gap + half), setting.unit, degrees)
        out.append(
            EffectPeriod(
                setting.periods[t],
                t - setting.change,
                seen if math.isfinite(seen) else None,
                expected,
                effect,
            )
        )
    return tuple(out)
