"""What one more engagement, click or visit cost, by paid, broadcast and word of mouth (4)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.improve.average_cost import average_of_totals
from howfar.improve.cost_figure import (
    NAMES,
    NO_OWN_SPEND,
    WHOLE,
    CostPerEffect,
    Kind,
    Part,
    cut_lines,
    unit_of,
)
from howfar.improve.effect import Effect
from howfar.improve.evidence import GAIN, Grade
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.fieller import RatioSet, fieller, fieller_of_replicates, ratio_from_limits
from howfar.study.costs_table import WAYS, Spend

_LOGARITHM: Final = re.compile(r"(?:natural )?log(?:arithm|s|\b)", re.IGNORECASE)
"""Units whose sum over periods is no count."""


def incremental_cost(
    spend: Spend,
    effect: Effect | Estimate,
    *,
    counted: str = "",
    grade: Grade | None = None,
    part: Part = "together",
    direction: Literal[1, -1] = 1,
    confidence: float = 0.95,
    replicates: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
) -> CostPerEffect:
    """Spend / cumulative effect, with Fieller's interval; "not identified" where it has none.

    Parameters
    ----------
    spend : what was spent beside what would have been spent anyway, in the period of the effect.
    effect : from ``howfar.improve``: its cumulative effect and grade count; or the estimate of a
        cumulative effect, in units of what is counted, with its ``grade``. Its outcome has to be
        a count by period, so that the sum over periods is how many more there were; sums of means
        or of logarithms are not.
    counted : what the effect is counted in; the effect's unit where left out.
    part : the way that spend and effect belong to.
    direction : -1 where less is wanted: then the cost is of one less.
    confidence : of the interval where there are replicates; else it is the effect's.
    replicates : (R,) of spend and (R,) of the effect, drawn together, where both are uncertain
        and move together; the interval is then Fieller's with their covariance.

    The spend is known as a rule; Fieller's set is then spend / limits of the effect, lopsided
    limits included (``stats.fieller.ratio_from_limits``). Not measured: an effect below grade B
    (it names no gain), one of a logarithm, one that is not clear of zero, one that is clear of it
    on the wrong side.

    Raises
    ------
    ValueError
        An estimate without a grade, or a spend below 0.

    Source: Barcelona Principles 3.0 (AMEC 2020); Fieller 1954
    (doi 10.1111/j.2517-6161.1954.tb00159.x).
    """
    cumulative = effect.cumulative if isinstance(effect, Effect) else effect
    held = effect.grade if isinstance(effect, Effect) else grade
    if held is None:
        raise ValueError("an effect without a grade is no effect: give its grade")
    if spend.amount < 0:
        raise ValueError(f"a spend of {spend.amount:g} is below 0")
    what = counted or cumulative.unit
    unit, method = unit_of(spend.currency, what), NAMES["incremental"]

    def told(estimate: Estimate) -> CostPerEffect:
        notes = (WHOLE, *cut_lines(spend))
        return CostPerEffect("incremental", part, what, spend, estimate, held, (), notes)

    if held not in GAIN:
        why = f"not identified: the evidence is of grade {held}, which names no effect"
        return told(not_measured(unit, why, method))
    value, low, high = cumulative.value, cumulative.low, cumulative.high
    if value is None or low is None or high is None:
        return told(not_measured(unit, f"not identified: {cumulative.reason}", method))
    gain = (value, low, high) if direction > 0 else (-value, -high, -low)
    if spend.amount == 0:
        return told(not_measured(unit, "nothing was spent", method))
    if _LOGARITHM.match(cumulative.unit):
        why = f"not identified: the effect is on a logarithm ({cumulative.unit}), which is no count"
        return told(not_measured(unit, why, method))
    if not gain[0] > 0 or not gain[1] > 0:
        return told(not_measured(unit, _unclear(spend, gain, what, direction), method))
    level = cumulative.confidence if replicates is None else confidence
    found = _set(spend, gain, level or confidence, replicates, direction)
    if not found.identified:
        return told(not_measured(unit, _unclear(spend, gain, what, direction), method))
    return told(
        Estimate(
            found.value,
            found.low,
            found.high,
            cumulative.low_kind,
            level,
            cumulative.n_posts,
            cumulative.n_persons,
            cumulative.n_channels,
            unit,
            f"{method}: spend / cumulative effect, Fieller; effect: {cumulative.method}",
            "measured",
        )
    )


def _set(
    spend: Spend,
    gain: tuple[float, float, float],
    confidence: float,
    replicates: tuple[npt.ArrayLike, npt.ArrayLike] | None,
    direction: int,
) -> RatioSet:
    if replicates is not None:
        spent, effects = replicates
        return fieller_of_replicates(
            spend.amount,
            gain[0],
            spent,
            direction * np.asarray(effects, dtype=np.float64),
            confidence=confidence,
        )
    if spend.standard_error:
        # The spread of the spend alone, so that both parts bring limits of the same level.
        alone = fieller(spend.amount, 1.0, spend.standard_error**2, 0.0, confidence=confidence)
        return ratio_from_limits((spend.amount, alone.low, alone.high), gain)
    return ratio_from_limits((spend.amount, spend.amount, spend.amount), gain)


def _unclear(spend: Spend, gain: tuple[float, float, float], what: str, direction: int) -> str:
    """Why there is no cost, and what can still be said: the least that one can have cost."""
    _, low, high = gain
    way = "fewer" if direction < 0 else "more"
    ends = f"{low:g} to {high:g}" if direction > 0 else f"{-high:g} to {-low:g}"
    if high <= 0:
        return f"not identified: there were not {way} {what} with the change ({ends})"
    said = f"not identified: the effect on {what} ({ends}) is not clear of zero"
    if math.isfinite(high):
        said += f"; if there is one, each cost at least {spend.amount / high:.4g} {spend.currency}"
    return said


def cost_of_difference(
    treated: tuple[npt.ArrayLike, npt.ArrayLike],
    control: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    currency: str,
    counted: str,
    grade: Grade,
    part: Part = "together",
    confidence: float = 0.95,
) -> CostPerEffect:
    """Difference of mean spend / difference of mean counts between two arms of a test.

    treated, control: (spend, count) of the clusters of each arm, (n,) each, where both figures vary
    and hang together; clusters that lack one of both are left out. Covariances are added over arms,
    t is on the fewer of both arms' degrees of freedom. grade: of the test.

    Not measured: below grade B; fewer than two clusters in an arm; a difference of counts that is
    not clear of zero, or below it.

    Source: Fieller 1954 (doi 10.1111/j.2517-6161.1954.tb00159.x); Willan & O'Brien 1996
    (doi 10.1002/(SICI)1099-1050(199607)5:4<297::AID-HEC216>3.0.CO;2-T).
    """
    unit, name = unit_of(currency, counted), NAMES["incremental"]
    arms = [np.vstack([np.asarray(one, dtype=np.float64) for one in a]) for a in (treated, control)]
    arms = [arm[:, np.isfinite(arm).all(axis=0)] for arm in arms]
    sizes = [arm.shape[1] for arm in arms]
    if min(sizes) < 2:
        why = "fewer than two clusters in an arm: nothing to tell the spread by"
        none, spent = not_measured(unit, why, name), Spend(0.0, currency)
        return CostPerEffect("incremental", part, counted, spent, none, grade)
    more = arms[0].mean(axis=1) - arms[1].mean(axis=1)
    spent = Spend(float(more[0]), currency, sum(sizes))
    why = ""
    found = None
    if grade not in GAIN:
        why = f"not identified: the evidence is of grade {grade}, which names no effect"
    else:
        spread = sum(np.cov(arm) / arm.shape[1] for arm in arms)
        found = fieller(
            float(more[0]), float(more[1]), float(spread[0, 0]), float(spread[1, 1]),
            float(spread[0, 1]), confidence=confidence, df=min(sizes) - 1,
        )  # fmt: skip
        if not found.identified:
            why = f"not identified: the difference of {counted} is not clear of zero"
        elif more[1] <= 0:
            why = f"not identified: there were not more {counted} where it was spent"
    if why or found is None:
        return CostPerEffect(
            "incremental", part, counted, spent, not_measured(unit, why, name), grade
        )
    estimate = Estimate(
        found.value, found.low, found.high, "confidence", confidence, None, None, None, unit,
        f"{name}: difference of spend / difference of {counted}, Fieller, {sum(sizes)} clusters",
        "measured",
    )  # fmt: skip
    return CostPerEffect("incremental", part, counted, spent, estimate, grade, (), (WHOLE,))


def costs_of(
    spend: Spend | None,
    effect: Effect | None,
    total: Estimate | None = None,
    *,
    counted: str,
    part: Part = "together",
    direction: Literal[1, -1] = 1,
) -> tuple[CostPerEffect, ...]:
    """Every cost that can be told of one way: incremental where there is an effect, and average.

    spend null: nothing was spent on this way by itself. total: all that was counted in the period.
    """
    if spend is None or spend.amount == 0:
        none = spend or Spend(0.0, "")
        why = NO_OWN_SPEND if part == "word of mouth" else "nothing was spent"
        unit = unit_of(none.currency or "currency", counted)
        kind: Kind = "average" if effect is None else "incremental"
        return (CostPerEffect(kind, part, counted, none, not_measured(unit, why, NAMES[kind])),)
    told = []
    if effect is not None:
        told.append(
            incremental_cost(spend, effect, counted=counted, part=part, direction=direction)
        )
    if total is not None:
        told.append(average_of_totals(spend, total, counted=counted, part=part))
    return tuple(told)


def costs_by_way(
    spends: Mapping[Part, Spend],
    effects: Mapping[Part, Effect],
    totals: Mapping[Part, Estimate],
    *,
    counted: str,
) -> tuple[CostPerEffect, ...]:
    """Costs of what was paid, broadcast, passed on by word of mouth, and of all together.

    Ways are never pooled from parts: "together" has an effect and a total of its own. Word of mouth
    without a spend of its own is told as that. spends without "together": their sum, if all are in
    one currency.
    """
    all_spends = dict(spends)
    if "together" not in all_spends and (summed := _summed(all_spends.values())) is not None:
        all_spends["together"] = summed
    parts: tuple[Part, ...] = (*WAYS, "together")
    return tuple(
        cost
        for part in parts
        if part in spends or part in effects or part in totals
        for cost in costs_of(
            all_spends.get(part), effects.get(part), totals.get(part), counted=counted, part=part
        )
    )


def _summed(spends: Iterable[Spend]) -> Spend | None:
    """The sum of spends in one currency; null of none or of several currencies."""
    several = list(spends)
    if len({one.currency for one in several}) != 1:
        return None
    return Spend(
        sum(one.amount for one in several),
        several[0].currency,
        sum(one.lines for one in several),
        sum(one.cut for one in several),
        tuple(dict.fromkeys(item for one in several for item in one.items)),
        math.sqrt(sum(one.standard_error**2 for one in several)),
    )
