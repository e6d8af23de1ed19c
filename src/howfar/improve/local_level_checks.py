"""What has to hold for the distance from a carried-on series to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from scipy import stats
from statsmodels.stats.diagnostic import acorr_ljungbox

from howfar.errors import StudyError
from howfar.improve.evidence import Check
from howfar.improve.local_level_case import LocalLevel
from howfar.improve.local_level_fit import Structure

FAILS: Final = 0.05
"""p below which a test of what is left fails."""
_ENOUGH: Final = 20
_AT: Final = (0.5, 0.65, 0.8)
_CONTROL_LEVEL: Final = 0.99


def all_checks(
    found: LocalLevel, placebos: Sequence[int] | None, details: dict[str, Any]
) -> tuple[Check, ...]:
    """Every check; figures by date, control and model are put into details."""
    made = [enough_before(found), autocorrelation(found), steady_spread(found)]
    in_time, details["placebo_dates"] = placebo_time(found, placebos)
    made.append(in_time)
    if found.controls:
        untouched, details["controls_alone"] = controls_untouched(found)
        made.append(untouched)
    others, details["other_models"] = other_models(found)
    return (*made, others)


def enough_before(found: LocalLevel) -> Check:
    """Are there periods enough before: 20, two of the longest season, as many as since?"""
    seen = int(np.isfinite(found.y[: found.change]).sum())
    since = int(found.counted.sum())
    need = max(_ENOUGH, int(np.ceil(2 * found.structure.longest_season)), since)
    spread = float(np.nanstd(found.y[: found.change])) or 1.0
    ahead = found.back(found.forecast.one_step)
    off = found.y[: found.change] - ahead
    figures = {
        "before": float(seen),
        "since": float(since),
        "one_step_rmse": float(np.sqrt(np.nanmean(off**2))) if np.isfinite(off).any() else 0.0,
        "spread": spread,
    }
    said = f"{seen} before and {since} since; at least {need} before are needed."
    asks = "Are there enough periods before the change?"
    return Check("enough-periods", asks, seen >= need, said, figures=figures)


def autocorrelation(found: LocalLevel) -> Check:
    """Ljung and Box's test on the standardised errors of forecasts by one period."""
    asks = "Is nothing left in the errors that follows itself?"
    left = found.forecast.left
    lags = min(10, left.size // 5)
    if lags < 1:
        return Check("autocorrelation", asks, None, "Too few figures to test it.")
    if np.ptp(left) == 0:
        return Check("autocorrelation", asks, None, "Nothing is left to test: no error varies.")
    used = found.structure.autoregressive
    table = acorr_ljungbox(left, lags=[max(lags, used + 1)], model_df=used)
    p = float(table["lb_pvalue"].iloc[0])
    figures = {"p": p, "lags": float(max(lags, used + 1))}
    return Check(
        "autocorrelation", asks, p >= FAILS, f"Ljung and Box's test: p = {p:.2g}.", figures=figures
    )


def steady_spread(found: LocalLevel) -> Check:
    """F test of the squares of the last third of errors against the first third."""
    asks = "Was the spread of the errors the same throughout?"
    left = found.forecast.left
    third = left.size // 3
    if third < 4:
        return Check("steady-spread", asks, None, "Too few figures to test it.", needed=False)
    first, last = left[:third], left[-third:]
    ratio = float((last @ last) / (first @ first)) if first.any() else np.inf
    p = float(2 * min(stats.f.cdf(ratio, third, third), stats.f.sf(ratio, third, third)))
    said = f"Last third over first third: {ratio:.2g}, p = {p:.2g}."
    if p < FAILS and not found.log:
        said += " The logarithm may suit the series better."
    return Check("steady-spread", asks, p >= FAILS, said, figures={"ratio": ratio, "p": p})


def placebo_time(
    found: LocalLevel, placebos: Sequence[int] | None
) -> tuple[Check, dict[str, float]]:
    """Does a date on which nothing was changed show no difference? By as many periods as since.

    The level is shared among the dates (Bonferroni).
    """
    asks = "Does a date on which nothing was changed show no difference?"
    since = int(found.counted.sum())
    dates = list(placebos) if placebos is not None else _dates(found.change)
    if any(not 0 < date < found.change for date in dates):
        raise StudyError("a placebo date is not among the periods before the change", "series")
    level = 1 - (1 - found.confidence) / max(len(dates), 1)
    shown: dict[str, float] = {}
    clear = []
    for date in dates:
        until = min(date + since, found.change)
        early = replace(
            found,
            y=found.y[:until],
            change=date,
            until=until,
            labels=found.labels[:until],
            x=found.x[:until],
        )
        if not _usable(early):
            continue
        low, high = early.ends(level)
        shown[found.labels[date]] = early.average()
        if low > 0 or high < 0:
            clear.append(found.labels[date])
    if not shown:
        said = "Too few periods before for a date on which nothing was changed."
        return Check("placebo-time", asks, None, said), shown
    said = f"Nothing shows at {', '.join(shown)}."
    if clear:
        said = f"A difference shows at {', '.join(clear)}, where nothing was changed."
    figures = {"dates": float(len(shown)), "clear": float(len(clear))}
    return Check("placebo-time", asks, not clear, said, figures=figures), shown


def _dates(change: int) -> list[int]:
    return sorted({int(change * part) for part in _AT} - {0})


def _usable(found: LocalLevel) -> bool:
    """Figures before and since, and regressors that move before."""
    c = found.change
    seen = int(np.isfinite(found.y[:c]).sum())
    moving = found.x[:c].std(axis=0) > 0 if found.x.shape[1] else np.array([True])
    return seen >= 5 + found.x.shape[1] and bool(found.counted.any()) and bool(moving.all())


def controls_untouched(found: LocalLevel) -> tuple[Check, dict[str, float]]:
    """Do the series compared with themselves go on as before? Each alone, level 99 % shared."""
    asks = "Do the series that are compared with go on as before?"
    shown: dict[str, float] = {}
    moved = []
    level = 1 - (1 - _CONTROL_LEVEL) / len(found.controls)
    for n, name in enumerate(found.controls):
        values = found.x[:, n]
        if found.log and (values <= 0).any():
            continue
        alone = replace(found, y=values, x=np.empty((found.y.size, 0)), controls=(), others=())
        low, high = alone.ends(level)
        shown[name] = alone.average()
        if low > 0 or high < 0:
            moved.append(name)
    if not shown:
        return Check("controls-untouched", asks, None, "None could be carried on.", False), shown
    said = "They do." if not moved else f"Moved at the same date: {', '.join(moved)}."
    figures = {"controls": float(len(shown)), "moved": float(len(moved))}
    return Check("controls-untouched", asks, not moved, said, figures=figures), shown


def other_models(found: LocalLevel) -> tuple[Check, dict[str, float]]:
    """Would another level, or one regressor less, give a figure within the interval?"""
    asks = "Do other fair models give a figure within the interval?"
    low, high = found.ends()
    other = "local linear trend" if found.structure.level == "local level" else "local level"
    variants = {other: replace(found, structure=_with_level(found.structure, other))}
    names = (*found.controls, *found.others)
    if len(names) > 1:
        for n, name in enumerate(names):
            variants[f"without {name}"] = replace(
                found,
                x=np.delete(found.x, n, axis=1),
                controls=tuple(c for c in found.controls if c != name),
                others=tuple(c for c in found.others if c != name),
            )
    shown = {name: one.average() for name, one in variants.items()}
    out = [name for name, value in shown.items() if not low <= value <= high]
    said = "All within." if not out else f"Outside: {', '.join(out)}."
    return Check("other-models", asks, not out, said, needed=False, figures=shown), shown


def _with_level(structure: Structure, level: str) -> Structure:
    if level == "local linear trend":
        return replace(structure, level="local linear trend")
    return replace(structure, level="local level")
