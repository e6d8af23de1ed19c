"""What has to hold for the gap to a synthetic unit to be believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
from statsmodels.api import OLS, add_constant

from howfar.improve.evidence import Check
from howfar.improve.synthetic_case import Case
from howfar.improve.synthetic_inference import Band, root_mean_square
from howfar.improve.synthetic_intervals import FEW_DONORS, Asked, intervals_of, ratio_p

Floats = npt.NDArray[np.float64]
PLACEBO_LEVEL: Final = 0.1
"""p of the ranking among donors above which a clear difference is not told from chance."""
_BIAS: Final = 0.25
_DRIFTS: Final = 0.01
_SMALL: Final = 0.01
_MOST_LEFT_OUT: Final = 12


def fit_before(case: Case) -> Check:
    """Was the synthetic unit like the treated one before?

    Passes where gaps before are at most 1 % of the outcome, or centred on zero (the square of their
    mean at most a quarter of their mean square) and smaller than those to a plain mean of donors.
    """
    asks = "Was the synthetic unit like the treated one before the change?"
    n = int(case.fit.sum())
    gaps = case.gaps[case.fit]
    size = float(np.abs(case.observed[case.fit]).mean())
    rmspe = case.rmspe
    plain = np.mean(
        [unit.y1 - _plain(unit.y0, unit.y1, unit.fit, case) for unit in case.units], axis=0
    )
    equal = root_mean_square(np.asarray(plain)[case.fit])
    bias = float(gaps.mean() ** 2 / rmspe**2) if rmspe > 0 else 0.0
    part = rmspe / size if size > 0 else math.inf
    figures = {
        "rmspe": rmspe,
        "part_of_outcome": part,
        "against_equal_weights": rmspe / equal if equal > 0 else 0.0,
        "bias_share": bias,
        "periods": float(n),
    }
    if n < 5:
        return Check(
            "fit-before",
            asks,
            None,
            f"Only {n} periods before, at least 5 are needed.",
            figures=figures,
        )
    passed = part <= _SMALL or (bias <= _BIAS and rmspe <= equal * (1 + 1e-9))
    said = f"The gap before is {100 * part:.2g} % of the outcome"
    said += (
        "." if passed else "; it is off to one side or no smaller than to a plain mean of donors."
    )
    return Check("fit-before", asks, passed, said, figures=figures)


def _plain(y0: Floats, y1: Floats, fit: npt.NDArray[np.bool_], case: Case) -> Floats:
    mean = y0.mean(axis=1)
    if case.how.demean:
        return np.asarray(mean - mean[fit].mean() + y1[fit].mean())
    return np.asarray(mean)


def pre_trend(case: Case) -> Check:
    """Did the gap already move before? Slope over all periods before, Newey-West errors.

    It fails below p = 0.01: in short series that follow themselves these errors are too small, and
    at 0.05 one sound design in six would fail (benchmarks/coverage_counterfactuals.py).
    """
    asks = "Did the gap already drift before the change?"
    gaps = case.gaps[: case.start]
    if gaps.size < 8:
        said = f"{gaps.size} periods before are too few to tell a drift (8)."
        return Check("pre-trend", asks, None, said, needed=False)
    size = float(np.abs(case.observed).mean()) or 1.0
    if root_mean_square(gaps) < 1e-9 * size:
        return Check("pre-trend", asks, True, "There was no gap before.")
    lags = int(4 * (gaps.size / 100) ** (2 / 9))
    fit = OLS(gaps, add_constant(np.arange(gaps.size, dtype=np.float64))).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
    )
    slope, p = float(fit.params[1]), float(fit.pvalues[1])
    passed = p > _DRIFTS
    said = f"The gap {'did not drift clearly' if passed else 'drifted'} before (p = {p:.2g})."
    return Check("pre-trend", asks, passed, said, figures={"slope": slope, "p": p})


def placebo_time(
    case: Case, places: Sequence[int] | None, asked: Asked, confidence: float
) -> tuple[Check, dict[str, float]]:
    """Does a change that never was show a difference as well? At earlier dates, before only.

    places: of the dates; null: the middle of the periods of the fit. The level is shared among
    several dates (Bonferroni).
    """
    asks = "Does a date on which nothing was changed show no difference?"
    if places is None:
        fitted = np.flatnonzero(case.fit)
        places = [int(fitted[fitted.size // 2])]
    level = 1 - (1 - confidence) / max(len(places), 1)
    found: dict[str, float] = {}
    clear = []
    for place in places:
        cut = case.cut_at(place)
        if cut is None:
            continue
        band = intervals_of(cut, asked, level).average()
        found[case.labels[place]] = cut.average
        if band.low > 0 or band.high < 0:
            clear.append(case.labels[place])
    if not found or int(case.fit.sum()) < 8:
        said = "Too few periods before for a date on which nothing was changed."
        return Check("placebo-time", asks, None, said), found
    passed = not clear
    dates = ", ".join(found)
    said = (
        f"Nothing shows at {dates}."
        if passed
        else f"A difference shows at {', '.join(clear)}, where nothing was changed."
    )
    figures = {"dates": float(len(found)), "clear": float(len(clear))}
    return Check("placebo-time", asks, passed, said, figures=figures), found


def placebo_space(case: Case, band: Band) -> tuple[Check, dict[str, float]]:
    """Do units that were not changed show as much? Ranks of the ratio of gaps after to before."""
    asks = "Do units that were not changed show less?"
    n = len(case.donors)
    p, ratio, others = ratio_p(case)
    by_unit = dict(zip(case.donors, (float(x) for x in others), strict=True))
    figures = {"p": p, "ratio": ratio, "donors": float(n)}
    clear = band.low > 0 or band.high < 0
    if not clear:
        said = f"There is no clear difference to be doubted (p = {p:.2g} among {n} donors)."
        return Check("placebo-space", asks, True, said, figures=figures), by_unit
    if n < FEW_DONORS:
        said = f"{n} donors are too few to tell: p cannot be below {1 / (n + 1):.2g}."
        return Check("placebo-space", asks, None, said, figures=figures), by_unit
    passed = p <= PLACEBO_LEVEL
    said = f"{round(p * (n + 1)) - 1} of {n} donors show as much (p = {p:.2g})."
    return Check("placebo-space", asks, passed, said, figures=figures), by_unit


def leave_one_out(case: Case, band: Band) -> tuple[Check, dict[str, float]]:
    """Does the figure hang on one donor? The average without each that carries weight."""
    asks = "Does the figure stay when any one donor is left out?"
    size = np.max([np.abs(one.weights) for one in case.fitted], axis=0)
    order = [int(n) for n in np.argsort(-size) if size[n] > 0.01][:_MOST_LEFT_OUT]
    if len(case.donors) < 3:
        said = "There are only two donors: none can be left out."
        return Check("leave-one-out", asks, None, said), {}
    found = {case.donors[n]: case.without(n) for n in order}
    out = [name for name, value in found.items() if not band.low <= value <= band.high]
    passed = not out
    values = list(found.values()) or [case.average]
    said = (
        "It stays within the interval."
        if passed
        else f"It leaves the interval without {', '.join(out)}."
    )
    figures = {"least": min(values), "most": max(values)}
    return Check("leave-one-out", asks, passed, said, figures=figures), found


def other_method(case: Case, band: Band) -> tuple[Check, float]:
    """Would another fair way to weigh the donors say the same?

    Outcomes only and free of level; where that is the method already, with a ridge correction.
    """
    asks = "Does another way to weigh the donors give a figure within the interval?"
    same = case.how.method == "classic" and case.how.demean and not len(case.units[0].x1)
    how = replace(
        case.how,
        method="augmented" if same else "classic",
        demean=True,
        importance="equal",
        ridge=None,
    )
    none = np.empty((0, len(case.donors)))
    units = tuple(replace(unit, x1=np.empty(0), x0=none) for unit in case.units)
    value = replace(case, units=units, how=how, predictors=(), predictor_labels=()).average
    passed = band.low <= value <= band.high
    name = "augmented" if same else "outcomes only, free of level"
    said = f"{name}: {value:.4g}, {'within' if passed else 'outside'} the interval."
    return Check(
        "other-method", asks, passed, said, needed=False, figures={"average": value}
    ), value
