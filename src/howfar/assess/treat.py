"""Treat: keep single far values from ruling a whole indicator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from scipy import stats

from howfar.assess.matrix import BoolArray, Matrix
from howfar.assess.recipe import Step, Treat
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.moments import excess_kurtosis, skewness

_SHIFT = 0.01


@dataclass(frozen=True)
class Treated:
    """One column treated: the method, how many points were moved, and how to treat other values."""

    method: str
    points: int
    apply: Callable[[FloatArray], FloatArray]
    passes: bool


def passes(x: FloatArray, spec: Treat) -> bool:
    """Whether a column needs no treatment: |skew| < limit or (rule "and": and) kurtosis < limit.

    Below 4 values or without any spread there is nothing to treat.
    """
    kurtosis = excess_kurtosis(x)
    if np.isnan(kurtosis):
        return True
    tests = (abs(skewness(x)) < spec.skew_limit, kurtosis < spec.kurtosis_limit)
    return any(tests) if spec.rule == "or" else all(tests)


def winsorise(x: FloatArray, spec: Treat) -> tuple[FloatArray, int]:
    """The farthest values set to the next, until the column passes or ``max_points`` are moved.

    With a skew of 0 or more all values tied at the maximum go to the next lower distinct value,
    else those at the minimum to the next higher. Returns the column and the points moved.
    """
    x = x.copy()
    high = low = 0
    while high + low < spec.max_points and not passes(x, spec):
        distinct = np.unique(x[~np.isnan(x)])
        if distinct.size < 2:
            break
        if skewness(x) >= 0:
            at = x == distinct[-1]
            high, x[at] = int(at.sum()), distinct[-2]
        else:
            at = x == distinct[0]
            low, x[at] = int(at.sum()), distinct[1]
    return x, high + low


def treat_column(x: FloatArray, spec: Treat) -> Treated:
    """How to treat one column (U,), NaN where missing."""
    if passes(x, spec):
        return Treated("none", 0, _same, True)
    first = _tried(x, spec.method, spec)
    if first.passes or spec.otherwise == "none":
        return first
    # The second treatment starts from the untreated column, not from the winsorised one.
    return _tried(x, spec.otherwise, spec)


def treat(data: Matrix, spec: Treat, reference: BoolArray | None = None) -> tuple[Matrix, Step]:
    """Columns that fail the rule, treated.

    reference: rows (U,) that decide; what they decide is done to all rows (null: all rows decide).
    winsorise: see ``winsorise``. log: ln(x - min + 0.01 (max - min)). log_plain: ln(x - min + 1).
    log_gii: ln((max - 1) (x - min) / (max - min) + 1). boxcox: (y^p - 1) / p of y = x - min + 1,
    ln y where p is 0; p is ``power`` or has the greatest likelihood.
    """
    rows = np.ones(len(data.units), dtype=bool) if reference is None else reference
    values, done = data.values.copy(), {}
    if spec.method != "none":
        for id in data.columns if spec.columns is None else spec.columns:
            place = data.place(id)
            found = treat_column(values[rows, place], spec)
            if found.method != "none":
                values[:, place] = found.apply(values[:, place])
                done[id] = {"method": found.method, "points": found.points, "passes": found.passes}
    said = f"{len(done)} of {len(data.columns)} columns treated"
    return data.with_values(values), Step("treat", asdict(spec), done, said)


def _same(x: FloatArray) -> FloatArray:
    return x


def _tried(x: FloatArray, method: str, spec: Treat) -> Treated:
    if method == "none":
        return Treated("none", 0, _same, False)
    if method == "winsorise":
        moved, points = winsorise(x, spec)
        bounds = float(np.nanmin(moved)), float(np.nanmax(moved))
        return Treated(method, points, lambda y: np.clip(y, *bounds), passes(moved, spec))
    change = _transform(x, method, spec.power)
    return Treated(method, int((~np.isnan(x)).sum()), change, passes(change(x), spec))


def _transform(
    x: FloatArray, method: str, power: float | None
) -> Callable[[FloatArray], FloatArray]:
    """A transform with the column's own minimum and maximum; below the minimum it is level."""
    low, high = float(np.nanmin(x)), float(np.nanmax(x))

    def above(y: FloatArray) -> FloatArray:
        return np.maximum(y - low, 0.0)

    if method == "log":
        return lambda y: np.log(above(y) + _SHIFT * (high - low))
    if method == "log_plain":
        return lambda y: np.log(above(y) + 1.0)
    if method == "log_gii":
        if high <= 1:
            raise StudyError(
                "this log turns a column around whose maximum is 1 or less",
                "the recipe, treat",
                "log or log_plain",
            )
        return lambda y: np.log((high - 1) * above(y) / (high - low) + 1.0)
    if power is None:
        power = float(stats.boxcox_normmax(x[~np.isnan(x)] - low + 1.0, method="mle"))
    exponent = power
    return lambda y: _boxcox(above(y) + 1.0, exponent)


def _boxcox(x: FloatArray, power: float) -> FloatArray:
    found: FloatArray = np.log(x) if power == 0 else (x**power - 1) / power
    return found
