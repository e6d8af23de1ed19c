"""The one way in which outcomes of a lot are judged: by the promise of power and by the analysis.

Nothing is decided after the data: scale, covariates, side and draws come from the plan.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.improve.experiments.outcomes import Outcomes
from howfar.improve.experiments.plan import Plan
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.assignment import Assignments
from howfar.stats.blocks import FloatArray
from howfar.stats.randomised import LotTest, Prepared, lot_test

RELATIVE: Final = "part of what would have been"
"""Unit of a relative effect: 0.1 is 10 per cent more."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The tests of one outcome.

    main: on the plan's scale. plain: in units of the outcome; null where only p is asked for. used:
    positions of the units that have an outcome. y, z: of those units.
    """

    plan: Plan
    main: LotTest
    plain: LotTest | None
    used: npt.NDArray[np.int64]
    y: FloatArray
    z: npt.NDArray[np.int8]

    @property
    def p(self) -> float:
        """P of no effect at all."""
        return self.main.p(0.0)


def judge(
    plan: Plan,
    found: Outcomes,
    z: npt.NDArray[np.int8],
    strata: tuple[str, ...],
    reference: Assignments,
    listed: bool,
    *,
    prepared: Prepared | None = None,
    only_p: bool = False,
) -> Judged:
    """Compare the arms as the plan says.

    prepared: of the reference, for many outcomes without covariates. only_p: theta of ``main``
    means a relative effect whatever the scale, and there is no ``plain``.

    difference: y of both arms, an effect in units. ratio: the relative effect r that makes
    y / (1 + r) of the changed equal to y of the others. log: of logarithms.

    Raises ValueError, in words for the user: no stratum with both arms, an outcome that is not
    positive on the scale log or lies below 0 on the scale ratio.
    """
    known = np.isfinite(found.y) & np.isfinite(found.x).all(axis=1)
    used = np.flatnonzero(known)
    if used.size < 2:
        raise ValueError("fewer than two units have an outcome")
    y, x, arms = found.y[used], found.x[used], z[used]
    within = np.asarray(strata)[used]
    drawn = reference[:, used]
    whole = listed and used.size == z.size
    kept = x if x.shape[1] else None
    side = plan.test.side
    ready = prepared if kept is None and used.size == z.size else None

    def tested(outcome: FloatArray, adds: npt.NDArray[Any]) -> LotTest:
        return lot_test(outcome, adds, arms, within, drawn, listed=whole, covariates=kept,
                        prepared=ready, side=side)  # fmt: skip

    scale = plan.scale
    if scale == "log" and (y <= 0).any():
        raise ValueError(
            f"{int((y <= 0).sum())} outcomes are not positive and have no logarithm; "
            'scale = "ratio" takes zeros'
        )
    if scale == "ratio" and (y < 0).any():
        raise ValueError(
            f'{int((y < 0).sum())} outcomes lie below 0 and have no ratio; scale = "difference" '
            "takes them"
        )
    plain = None if only_p or scale == "log" else tested(y, arms)
    if scale == "difference":
        main = plain or tested(y, arms * found.seen[used])
    else:
        main = tested(y, arms * y) if scale == "ratio" else tested(np.log(y), arms)
    return Judged(plan, main, plain, used, y, arms)


def method_of(plan: Plan, judged: Judged) -> str:
    """How the figures were made, in words."""
    number = judged.main.drawn.top.size
    lots = f"all {number} assignments" if judged.main.listed else f"{number} assignments by lot"
    scale = {"difference": "difference of means", "ratio": "ratio of means",
             "log": "difference of logarithms"}[plan.scale]  # fmt: skip
    return f"{scale} within strata, effects that a test over {lots} does not reject"


def relative_of(plan: Plan, judged: Judged) -> Estimate:
    """The relative effect: 0.1 is 10 % more than without the change."""
    method, test = method_of(plan, judged), judged.main
    ends = test.interval(plan.test.confidence)
    if plan.scale == "difference":
        base = float(judged.y[judged.z == 0].mean())
        if base <= 0:
            return not_measured(RELATIVE, "the mean without the change is not above 0", method)
        return _estimate(plan, test.value / base, _scaled(ends, 1 / base), RELATIVE,
                         f"{method}, as a part of the mean without it", judged)  # fmt: skip
    turn = math.expm1 if plan.scale == "log" else _ratio
    value = turn(test.value)
    moved = None if ends is None else (_end(turn, ends[0]), _end(turn, ends[1]))
    return _estimate(plan, value, moved, RELATIVE, method, judged)


def average_of(plan: Plan, judged: Judged) -> Estimate:
    """Mean effect a unit (a period of a unit), in units of the outcome."""
    method, unit = method_of(plan, judged), plan.outcome.unit
    if plan.scale == "log":
        relative = relative_of(plan, judged)
        if relative.value is None or relative.low is None or relative.high is None:
            return not_measured(unit, str(relative.reason), method)
        typical = float(np.exp(np.log(judged.y[judged.z == 0]).mean()))
        scaled = (relative.low * typical, relative.high * typical)
        return _estimate(plan, relative.value * typical, scaled, unit,
                         f"{method}, of the typical unit without the change", judged)  # fmt: skip
    assert judged.plain is not None
    ends = judged.plain.interval(plan.test.confidence)
    method = method.replace("ratio of means", "difference of means")
    return _estimate(plan, judged.plain.value, ends, unit, method, judged)


def cumulative_of(plan: Plan, average: Estimate, judged: Judged, periods: FloatArray) -> Estimate:
    """The sum of effects over everything that was changed."""
    unit = f"{plan.outcome.label} in all"
    if plan.scale == "log":
        return not_measured(
            unit, "the scale log speaks of the typical unit, of which there is no sum", ""
        )
    if average.value is None or average.low is None or average.high is None:
        return not_measured(unit, str(average.reason), average.method)
    number = float(periods[judged.used][judged.z == 1].sum())
    ends = (average.low * number, average.high * number)
    return _estimate(
        plan, average.value * number, ends, unit, f"{average.method}, times {number:g}", judged
    )


def of_all(plan: Plan, relative: Estimate, judged: Judged, found: Outcomes) -> Estimate:
    """What was seen with the change less what would have been, if all moved by the same part.

    Sum of what was counted, times r / (1 + r).
    """
    unit = f"{plan.outcome.label} in all"
    if relative.value is None or relative.low is None or relative.high is None:
        return not_measured(unit, str(relative.reason), relative.method)
    changed = judged.used[judged.z == 1]
    whole = float((found.seen * found.periods)[changed].sum())
    value, low, high = (
        whole * (1.0 if math.isinf(r) else -math.inf if r <= -1 else r / (1.0 + r))
        for r in (relative.value, relative.low, relative.high)
    )
    return _estimate(
        plan, value, (low, high), unit, f"{relative.method}, of all that was counted", judged
    )


def a_period(plan: Plan, cumulative: Estimate, judged: Judged, found: Outcomes) -> Estimate:
    """The same for one period of one unit."""
    unit = plan.outcome.unit
    if cumulative.value is None or cumulative.low is None or cumulative.high is None:
        return not_measured(unit, str(cumulative.reason), cumulative.method)
    number = float(found.periods[judged.used[judged.z == 1]].sum())
    ends = (cumulative.low / number, cumulative.high / number)
    method = f"{cumulative.method}, over {number:g}"
    return _estimate(plan, cumulative.value / number, ends, unit, method, judged)


def _ratio(theta: float) -> float:
    """Relative effect of a part theta of what was seen; infinite from theta 1 on."""
    return math.inf if theta >= 1 else theta / (1.0 - theta)


def _end(turn: Callable[[float], float], theta: float) -> float:
    if math.isinf(theta):
        return math.inf if theta > 0 else -1.0
    return turn(theta)


def _scaled(ends: tuple[float, float] | None, by: float) -> tuple[float, float] | None:
    return None if ends is None else (ends[0] * by, ends[1] * by)


def _estimate(
    plan: Plan,
    value: float,
    ends: tuple[float, float] | None,
    unit: str,
    method: str,
    judged: Judged,
) -> Estimate:
    if not math.isfinite(value):
        return not_measured(unit, "nothing was counted with the change", method)
    if ends is None:
        return not_measured(unit, "too few units for an interval of this level", method)
    posts = int(judged.used.size) if plan.design == "posts" else None
    channels = len(plan.channels)
    return Estimate(value, min(ends[0], value), max(ends[1], value), "confidence",
                    plan.test.confidence, posts, None, channels, unit, method,
                    "measured")  # fmt: skip
