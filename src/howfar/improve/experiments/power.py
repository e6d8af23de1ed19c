"""What an experiment can find before it is done: power, smallest effect, size, length and cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from howfar.errors import StudyError
from howfar.improve.experiments.design import Tellable, frame_of, tellable
from howfar.improve.experiments.outcomes import Posts
from howfar.improve.experiments.placebo import Past, Simulated, frame_for, resized, simulated
from howfar.improve.experiments.plan import Plan
from howfar.schema.estimate import Estimate, not_measured

EFFECTS: Final = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Relative effects of a power curve where none are named."""
_SIZES: Final = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_FIRST: Final = 0.01
_LARGEST: Final = 20.48
_MOST_DECLINE: Final = 0.99
_NEAR: Final = 5e-3
_METHOD: Final = "placebo simulation on the past, Wilson interval of the simulation"


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """Power at one relative effect: the part of simulated experiments whose p is at the level."""

    effect: float
    power: Estimate


@dataclass(frozen=True, slots=True)
class SizeOption:
    """The same experiment at another size. periods: its length; null where not known. cost: null
    where none is given. power: at the effect hoped for; detectable: as in ``Promise``.
    """

    units: int
    changed: int
    periods: float | None
    cost: float | None
    power: Estimate
    detectable: Estimate


@dataclass(frozen=True, slots=True)
class Promise:
    """What an experiment promises.

    curve: power by effect; at effect 0 it is the false positive rate. at_hoped: power at the effect
    hoped for. detectable: smallest relative effect found with the target power. sizes: the same for
    other sizes, smallest first. needed: the first of them that reaches the target; null for none.
    apart: stretches of the past that do not overlap.
    """

    plan: Plan
    curve: tuple[PowerPoint, ...]
    at_hoped: Estimate
    detectable: Estimate
    sizes: tuple[SizeOption, ...]
    needed: SizeOption | None
    lot: Tellable
    apart: float
    notes: tuple[str, ...]


def power_at(found: Simulated, effect: float) -> Estimate:
    """Part of the simulated experiments that find this relative effect, with its interval."""
    p = found.p_at(effect)
    return share(float((p <= found.plan.level * (1 + 1e-9)).mean()), found.effective)


def share(value: float, of: float, confidence: float = 0.95) -> Estimate:
    """A part of so many simulations with Wilson's interval.

    Source: Wilson 1927 (doi 10.1080/01621459.1927.10502953).
    """
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    middle = (value + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z * math.sqrt(value * (1 - value) / of + z**2 / (4 * of**2)) / (1 + z**2 / of)
    return Estimate(value, min(middle - half, value), max(middle + half, value), "confidence",
                    confidence, None, None, None, "part of experiments", _METHOD,
                    "measured")  # fmt: skip


def smallest_effect(found: Simulated) -> Estimate:
    """The smallest relative effect that is found with the target power.

    With "less" the smallest decline, below 0. Bounds: where the interval of the simulated power
    reaches the target. Not measured where no effect up to 2,048 % (a decline of 99 %) does.
    """
    target = found.plan.power.target
    sign = -1.0 if found.plan.test.side == "less" else 1.0

    most = _MOST_DECLINE if sign < 0 else _LARGEST

    def first(of: str) -> float | None:
        def reached(size: float) -> bool:
            return float(getattr(power_at(found, sign * size), of)) >= target

        low, high = 0.0, _FIRST
        while not reached(high):
            if high >= most:
                return None
            low, high = high, min(2 * high, most)
        while high - low > _NEAR * high:
            middle = (low + high) / 2
            low, high = (low, middle) if reached(middle) else (middle, high)
        return sign * high

    value, best, worst = first("value"), first("high"), first("low")
    unit = "relative change"
    if value is None or best is None:
        return not_measured(unit, f"no effect is found with power {target:g}", _METHOD)
    ends = sorted((best, value, sign * math.inf if worst is None else worst))
    return Estimate(value, ends[0], ends[-1], "confidence", 0.95, None, None, None, unit, _METHOD,
                    "measured")  # fmt: skip


def promise(
    plan: Plan,
    past: Past,
    rng: np.random.Generator,
    effects: Sequence[float] = EFFECTS,
    sizes: bool = True,
) -> Promise:
    """Simulate an experiment on the past: the same lot, the same judgement, effects put in by hand.

    Each simulation takes a stretch of the past in which nothing was changed, draws the lot, and
    multiplies the outcomes of what would have been changed by 1 + effect. The promise holds if the
    future is as the past was: as variable, as seasonal, as full of bursts.

    Parameters
    ----------
    past : posts or a panel, as from ``posts_of`` or ``panel_of``.
    effects : relative effects, above -1.
    sizes : also at other sizes, for the sample size, length and cost that the target takes.

    Raises StudyError where the past is too short.

    Source: placebo simulation as in Bertrand, Duflo & Mullainathan 2004
    (doi 10.1162/003355304772839588).
    """
    found = simulated(plan, past, plan.power.simulations, rng)
    curve = tuple(PowerPoint(float(e), power_at(found, float(e))) for e in effects)
    notes = list(found.notes)
    if found.apart < 3:
        notes.append(
            f"the past is {found.apart:.1f} times as long as the experiment: the promise rests on "
            "few independent stretches"
        )
    if found.failed:
        notes.append(f"{found.failed} simulations could not be judged and are left out")
    if plan.outcome.cap is not None:
        notes.append("simulated effects multiply figures after the cap; high ones would move less")
    options = _options(plan, past, rng) if sizes else ()
    target = plan.power.target
    needed = next((one for one in options if (one.power.value or 0.0) >= target), None)
    return Promise(
        plan,
        curve,
        power_at(found, plan.power.effect),
        smallest_effect(found),
        options,
        needed,
        tellable(plan, frame_for(plan, past)),
        found.apart,
        tuple(notes),
    )


def _options(plan: Plan, past: Past, rng: np.random.Generator) -> tuple[SizeOption, ...]:
    made: list[SizeOption] = []
    for factor in _SIZES:
        other = resized(plan, factor)
        try:
            found = simulated(other, past, max(100, plan.power.simulations // 2), rng)
        except StudyError:
            # The past is too short for longer experiments; what it can tell stands in the others.
            break
        frame = frame_of(other)
        lot = tellable(other, frame)
        if made and made[-1].units == lot.units and made[-1].periods == length_of(other, past):
            continue
        made.append(
            SizeOption(
                lot.units,
                lot.changed,
                length_of(other, past),
                cost_of(other, past),
                power_at(found, plan.power.effect),
                smallest_effect(found),
            )
        )
    return tuple(made)


def length_of(plan: Plan, past: Past) -> float | None:
    """Periods that the experiment lasts; of posts at the rate at which the past had them."""
    if isinstance(past, Posts):
        waits = [n / past.rate[name] for name, n in plan.lot.strata.items() if past.rate[name] > 0]
        return max(waits) if waits else None
    length = plan.lot.length or 1
    return float(length * (plan.lot.blocks or 1) if plan.design == "switchback" else length)


def cost_of(plan: Plan, past: Past) -> float | None:
    """What the experiment costs: fixed + changed units + periods; null where no cost is given.

    Changed: posts; blocks; of clusters and geo, units times periods of the test.
    """
    if plan.cost is None:
        return None
    periods = length_of(plan, past) or 0.0
    changed = float(tellable(plan, frame_of(plan)).changed)
    if plan.design in ("clusters", "geo"):
        changed *= plan.lot.length or 1
    return plan.cost.fixed + plan.cost.per_change * changed + plan.cost.per_period * periods
