"""The same experiment laid out otherwise: which blocks, washouts or pairs find the most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from howfar.errors import StudyError
from howfar.improve.experiments.design import Tellable, tellable
from howfar.improve.experiments.outcomes import Panel
from howfar.improve.experiments.placebo import Past, frame_for, simulated
from howfar.improve.experiments.plan import Plan
from howfar.improve.experiments.power import length_of, power_at, smallest_effect
from howfar.schema.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay the experiment out. chosen: whether it is the plan's own."""

    said: str
    plan: Plan
    lot: Tellable
    periods: float | None
    power: Estimate
    detectable: Estimate
    chosen: bool


def layouts(plan: Plan, past: Past, rng: np.random.Generator) -> tuple[Layout, ...]:
    """The plan's own layout and its neighbours, of the same whole length, judged on the past.

    switchback: blocks half, twice and four times as long, with and without a washout of a period.
    clusters: in pairs or all together. posts: rows of 2, 4 and 8. geo: only its own. Layouts that
    the past is too short for, or whose lot could find nothing, are left out.
    """
    made = []
    for said, one in _variants(plan):
        lot = tellable(one, frame_for(one, past))
        if not lot.enough and one is not plan:
            continue
        try:
            found = simulated(one, past, plan.power.simulations, rng)
        except StudyError:
            if one is plan:
                raise
            continue
        power = power_at(found, plan.power.effect)
        made.append(
            Layout(said, one, lot, length_of(one, past), power, smallest_effect(found), one is plan)
        )
    return tuple(made)


def _variants(plan: Plan) -> Iterator[tuple[str, Plan]]:
    lot = plan.lot

    def other(**changes: object) -> Plan:
        return plan.model_copy(update={"lot": lot.model_copy(update=changes)})

    if plan.design == "posts":
        yield f"rows of {lot.block}", plan
        for block in (2, 4, 8):
            if block != lot.block and block <= max(lot.strata.values()):
                yield f"rows of {block}", other(block=block)
    elif plan.design == "switchback":
        length, blocks = lot.length or 1, lot.blocks or 2
        yield _switch(length, blocks, lot.washout), plan
        seen = {(length, lot.washout)}
        for new in sorted({max(1, length // 2), length, 2 * length, 4 * length}):
            number = length * blocks // new // 2 * 2
            for washout in sorted({0, 1, lot.washout}):
                if washout < new and number >= 2 and (new, washout) not in seen:
                    seen.add((new, washout))
                    changed = other(length=new, blocks=number, washout=washout)
                    yield _switch(new, number, washout), changed
    elif plan.design == "clusters":
        yield "in pairs" if lot.pairs else "all together", plan
        if lot.pairs or len(lot.units) % 2 == 0:
            yield "all together" if lot.pairs else "in pairs", other(pairs=not lot.pairs)
    else:
        yield "as planned", plan


def _switch(length: int, blocks: int, washout: int) -> str:
    return f"{blocks} blocks of {length}" + (f", {washout} of each left out" if washout else "")


def autocorrelation(past: Past) -> float | None:
    """How alike a period is to the one before: correlation pooled over units, each less its mean.

    Null for posts and where nothing varies.
    """
    if not isinstance(past, Panel):
        return None
    rows = [row - np.nanmean(row) for row in past.values if np.isfinite(row).any()]
    pairs = [(row[:-1], row[1:]) for row in rows]
    before, after = (np.concatenate(one) for one in zip(*pairs, strict=True))
    both = np.isfinite(before) & np.isfinite(after)
    size = float(np.sqrt((before[both] ** 2).sum() * (after[both] ** 2).sum()))
    return float((before[both] * after[both]).sum()) / size if size > 0 else None
