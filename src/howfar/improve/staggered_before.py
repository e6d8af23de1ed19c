"""Before the change: did both sides move alike, up to the last period?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.improve import few_units
from howfar.improve.aggregate_att import Aggregated
from howfar.improve.att_gt import Base, GroupTime, att_gt, pre_trend
from howfar.improve.cohorts import Control
from howfar.improve.evidence import Check
from howfar.improve.staggered_errors import Intervals
from howfar.improve.wording import figure
from howfar.schema.estimate import Estimate
from howfar.stats.blocks import FloatArray

FAILS: Final = 0.05
"""A check that is a test fails where its p is below this."""

LEAST: Final = 5
"""Units on each side that linearised errors need."""

_ROOM: Final = 3  # units on either side for each difference before the change, for the joint test


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One comparison, how its errors are made, and the average that is asked for."""

    found: GroupTime
    how: Intervals
    one: Aggregated
    average: Estimate
    rng: np.random.Generator

    @property
    def clear(self) -> bool:
        """Whether the interval of the average leaves out zero."""
        low, high = self.average.low, self.average.high
        return low is not None and high is not None and (low > 0 or high < 0)


def before_change(case: Case) -> Check:
    """Whether all differences before the change are 0 together."""
    asks = "Did those that changed move like the others before they did?"
    found = case.found
    cells = found.known & (found.time < found.group - found.anticipation)
    count = int(cells.sum())
    if not count:
        return Check("pre-trend", asks, None, "no period before the change to compare")
    figures: dict[str, float] = {"comparisons": float(count)}
    wald = pre_trend(found)
    if wald is not None:
        figures |= {"wald": wald.statistic, "df": float(wald.df), "p_wald": wald.p}
        smallest = min(found.treated[cells].min(), found.compared[cells].min())
        smallest *= found.data.clusters / found.data.n
        if smallest >= _ROOM * count and math.isfinite(wald.p_small):
            figures["p"] = wald.p_small
            said = f"joint test of {wald.df} differences before the change"
            return tested("pre-trend", asks, said, figures)
    said = f"largest of {count} differences before the change"
    p = _largest_by_lot(case, cells) if few_units.suited(found) else None
    if p is not None:
        figures["p"] = p
        return tested("pre-trend", asks, said, figures)
    how = replace(case.how, confidence=1 - FAILS)
    spread = how.spread(found.influence[:, cells], np.diag(cells.astype(np.float64))[cells])
    if found.data.clusters < 2 * LEAST or not np.isfinite(spread.error).any():
        return Check("pre-trend", asks, None, f"{said}: too few units to test", figures=figures)
    figures["largest"] = float(np.nanmax(np.abs(found.att[cells] / spread.error)))
    figures["critical"] = spread.band
    passed = figures["largest"] <= spread.band
    said = f"{said}: {figures['largest']:.2f} errors, {spread.band:.2f} would be too much"
    return Check("pre-trend", asks, passed, said, figures=figures)


def tested(name: str, asks: str, said: str, figures: dict[str, float]) -> Check:
    """A check that is a test, by its p."""
    return Check(
        name, asks, figures["p"] >= FAILS, f"{said}: p = {figures['p']:.3f}", figures=figures
    )


def _largest_by_lot(case: Case, cells: npt.NDArray[np.bool_]) -> float | None:
    """Chance of the largest standardised difference before the change, had others changed."""
    found = case.found
    what = few_units.linear(found, np.diag(cells.astype(np.float64))[cells], bare=True)
    drawn = few_units.reassigned(what, case.how.replicates, case.rng)
    scale = np.sqrt((drawn**2).mean(axis=0))
    usable = scale > 0
    if not usable.any() or few_units.assignments(what) < 1 / FAILS:
        return None
    seen = float(np.abs(found.att[cells][usable] / scale[usable]).max())
    return few_units.share_as_large(np.abs(drawn[:, usable] / scale[usable]).max(axis=1), seen)


def earlier_dates(case: Case) -> Check:
    """An effect before there can be one: a drift, or a dip from which things recover by themselves.

    For the last 1, 2, 4, ... periods before the change, up to half of them: the mean of those
    against the mean of all before, both against the unchanged; a band over all of these at once.
    """
    asks = "Is there an effect where there can be none: in the last periods before the change?"
    name = "placebo-time"
    found = case.found
    if not found.universal:
        found = again(found, base="universal")
    rows = []
    width = 1
    while True:
        weights = _last_before(found, width)
        if not weights.any():
            break
        rows.append(weights)
        width *= 2
    half = _last_before(found, None)
    if not half.any():
        said = "fewer than two periods before every change"
        return Check(name, asks, None, said, needed=False)
    cells = np.array([*rows, half])
    used = cells.any(axis=0)
    how = replace(case.how, found=found, confidence=1 - FAILS)
    spread = how.spread(found.influence[:, used] @ cells[:, used].T, cells)
    value = cells[:, used] @ found.att[used]
    if not np.isfinite(spread.error).any():
        return Check(name, asks, None, "too few units for an interval")
    size = np.abs(value / spread.error)
    worst = int(np.nanargmax(size))
    figures = {
        "effect": float(value[worst]),
        "low": float(value[worst] - spread.band * spread.error[worst]),
        "high": float(value[worst] + spread.band * spread.error[worst]),
        "windows": float(len(cells)),
    }
    ends = f"{figure(figures['low'])} to {figure(figures['high'])}"
    said = f"{figure(figures['effect'])} (band {ends})"
    said += f", the least likely of {len(cells)}" if len(cells) > 1 else ""
    return Check(name, asks, bool(size[worst] <= spread.band), said, figures=figures)


def _last_before(found: GroupTime, width: int | None) -> FloatArray:
    """Weights of cells: mean of the last periods before the change less that of those before."""
    weights = np.zeros(len(found.att))
    for g in found.data.cohorts:
        before = np.flatnonzero(
            (found.group == g) & (found.time < g - found.anticipation) & np.isfinite(found.att)
        )
        most = len(before) // 2
        if most < (width or 1):
            continue
        share = found.data.mass[found.data.first == g].sum()
        last = -(width or most)
        weights[before[last:]] += share / -last
        weights[before[:last]] -= share / (len(before) + last)
    total = np.abs(weights).sum() / 2
    return weights / total if total > 0 else weights


def again(
    found: GroupTime, *, base: Base | None = None, control: Control | None = None
) -> GroupTime:
    """The same comparison with another base or other units to compare with."""
    return att_gt(
        found.data,
        control=control or found.control,
        method=found.method,
        base=base or ("universal" if found.universal else "varying"),
        anticipation=found.anticipation,
        weights_from=found.weights_from,
    )
