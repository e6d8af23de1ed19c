"""What a change did to one series, by how it would have gone on: a local-level counterfactual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.improve.effect import Effect, EffectPeriod
from howfar.improve.evidence import Check
from howfar.improve.local_level_case import LocalLevel, ends_of, local_level_case
from howfar.improve.local_level_checks import all_checks
from howfar.improve.local_level_fit import Structure
from howfar.schema.estimate import Estimate, not_measured

Floats = npt.NDArray[np.float64]
_PART: Final = "part of what was expected"


def local_level(
    outcome: npt.ArrayLike,
    change: int,
    *,
    rng: np.random.Generator,
    periods: Sequence[object] | None = None,
    controls: Mapping[str, npt.ArrayLike] | None = None,
    regressors: Mapping[str, npt.ArrayLike] | None = None,
    structure: Structure | None = None,
    log: bool = False,
    until: int | None = None,
    confidence: float = 0.95,
    draws: int = 4000,
    placebos: Sequence[int] | None = None,
    checks: bool = True,
    name: str = "outcome",
    unit: str = "units of the outcome",
) -> Effect:
    """What a change did to a series, as its distance from how it would have gone on.

    Question: what would the series have shown without the change, going by its own past and by
    series that were not changed. Formula: y_t = level_t + season_t + x_t' b + e_t, fitted before
    the change and forecast after it (local_level_fit.carry_on); effect_t = y_t - forecast_t.
    average: over the periods from ``change`` to before ``until``; relative: sum observed / sum
    expected - 1; cumulative: the sum. Intervals: quantiles of draws from the joint forecast, which
    hold what is not known of coefficients, of the scale and of how much the level wanders.
    Brodersen et al. 2015 (doi 10.1214/14-AOAS788); Harvey 1989 (doi 10.1017/CBO9781107049994).

    Parameters
    ----------
    outcome : (T,) one figure a period, evenly spaced, in order; NaN where missing.
    change : index of the first period with the change.
    rng : draws are made with it.
    periods : T labels; default 0..T-1.
    controls : by name (T,), series of what was not changed. With them the effect is compared and
        may reach grade B; without, never: what recovers by itself looks the same.
    regressors : by name (T,), known whatever happens (holidays); not a comparison.
    structure : level, seasons, autoregression; default a local level.
    log : the logarithm is modelled; the expected is then the median. All figures above 0.
    until : index of the first period no longer counted; default T.
    placebos : indices of earlier dates for the check in time; default three, spread over the later
        half of what was before.
    checks : False leaves out all checks; the grade is then no more than C.

    Missing values: of the outcome any; of controls and regressors none. Errors: StudyError.
    """
    found = local_level_case(
        outcome, change, periods, controls, regressors, structure, log, until, confidence, draws,
        rng, name, unit,
    )  # fmt: skip
    value, (low, high) = found.average(), found.ends()
    n = int(found.counted.sum())
    drawn = found.averages()
    made: tuple[Check, ...]
    details = _details(found, drawn)
    if checks:
        made = all_checks(found, placebos, details)
    else:
        made = (Check("other-checks", "Were checks made?", None, "They were left out."),)
    return Effect(
        "series",
        name,
        unit,
        _estimate(found, value, low, high, unit),
        _relative(found),
        _estimate(found, value * n, low * n, high * n, unit),
        _periods(found),
        made,
        found.controls,
        {},
        details,
        {
            "change": found.labels[change],
            "until": found.labels[found.until] if found.until < len(found.labels) else None,
            "controls": list(found.controls),
            "regressors": list(found.others),
            "level": found.structure.level,
            "seasonal": found.structure.seasonal,
            "harmonics": [list(pair) for pair in found.structure.harmonics],
            "wandering_season": found.structure.wandering_season,
            "autoregressive": found.structure.autoregressive,
            "log": log,
            "confidence": confidence,
            "draws": draws,
        },
        _notes(found),
    )


def _estimate(found: LocalLevel, value: float, low: float, high: float, unit: str) -> Estimate:
    return Estimate(
        value,
        low,
        high,
        "confidence",
        found.confidence,
        None,
        None,
        1 + len(found.controls),
        unit,
        f"{found.structure.level} with {found.x.shape[1]} regressors; {found.draws:,} draws",
        "measured",
    )


def _relative(found: LocalLevel) -> Estimate:
    expected = float(found.expected[found.counted].sum())
    sums = found.drawn[:, found.counted].sum(axis=1)
    if expected <= 0 or float(np.quantile(sums, 0.001)) <= 0:
        return not_measured(_PART, "what was expected is not clear of zero", "draws")
    seen = float(found.after[found.counted].sum())
    value = seen / expected - 1
    return _estimate(found, value, *ends_of(seen / sums - 1, value, found.confidence), _PART)


def _periods(found: LocalLevel) -> tuple[EffectPeriod, ...]:
    rows = []
    c = found.change
    tail = (1 - found.confidence) / 2
    steps = found.forecast.one_step
    quantile = float(stats.norm.ppf(1 - tail))
    lows = found.back(steps - quantile * found.forecast.errors)
    highs = found.back(steps + quantile * found.forecast.errors)
    ahead = found.back(steps)
    for n, label in enumerate(found.labels):
        seen = float(found.y[n])
        expected = float(ahead[n] if n < c else found.expected[n - c])
        if not np.isfinite(seen) or not np.isfinite(expected):
            why = "no figure" if not np.isfinite(seen) else "the fit has not begun"
            effect = not_measured(found.unit, why)
        elif n < c:
            effect = _estimate(
                found, seen - expected, seen - float(highs[n]), seen - float(lows[n]), found.unit
            )
            effect = replace(effect, method="one step ahead")
        else:
            ends = ends_of(seen - found.drawn[:, n - c], seen - expected, found.confidence)
            effect = _estimate(found, seen - expected, *ends, found.unit)
        rows.append(
            EffectPeriod(
                label,
                n - c,
                seen if np.isfinite(seen) else None,
                expected if np.isfinite(expected) else None,
                effect,
            )
        )
    return tuple(rows)


def _details(found: LocalLevel, drawn: Floats) -> dict[str, object]:
    """Coefficients, parameters, the tail beyond zero, and running sums with their interval."""
    beyond = min(float((drawn >= 0).mean()), float((drawn <= 0).mean()))
    after = np.where(found.counted, found.after - found.drawn, 0.0).cumsum(axis=1)
    tail = (1 - found.confidence) / 2
    low, high = np.quantile(after, [tail, 1 - tail], axis=0)
    value = np.where(found.counted, found.after - found.expected, 0.0).cumsum()
    names = (*found.controls, *found.others)
    return {
        "coefficients": dict(zip(names, map(float, found.forecast.coefficients), strict=True)),
        "parameters": dict(found.forecast.parameters),
        "p_of_no_effect": max(2 * beyond, 1 / found.draws),
        "running_sum": [
            {"period": label, "value": float(v), "low": float(a), "high": float(b)}
            for label, v, a, b in zip(found.labels[found.change :], value, low, high, strict=True)
        ],
    }


def _notes(found: LocalLevel) -> tuple[str, ...]:
    notes = []
    missing = int((~np.isfinite(found.y)).sum())
    if missing:
        notes.append(f"{missing} periods have no figure.")
    if not found.controls:
        notes.append("Nothing that was not changed is compared with.")
    return tuple(notes)
