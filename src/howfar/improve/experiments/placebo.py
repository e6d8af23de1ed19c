"""Experiments on the past, where nothing was changed: what the future one would have seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from howfar.errors import StudyError
from howfar.improve.experiments.design import Frame, frame_of, means_before
from howfar.improve.experiments.geo import geo_placebos
from howfar.improve.experiments.judge import judge
from howfar.improve.experiments.outcomes import (
    Outcomes,
    Panel,
    Posts,
    before_of,
    capped,
    outcomes_of,
)
from howfar.improve.experiments.plan import Plan
from howfar.stats.blocks import FloatArray
from howfar.stats.randomised import LotTest, Sums, basis, p_values, prepare, stacked

Past = Posts | Panel


class Simulated(Protocol):
    """Experiments on the past; p of each for any effect that is put in."""

    @property
    def plan(self) -> Plan:
        """The plan that they are judged by."""

    @property
    def apart(self) -> float:
        """Stretches of the past that do not overlap; with few the promise rests on little."""

    @property
    def failed(self) -> int:
        """How many could not be judged."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be known of them."""

    @property
    def effective(self) -> float:
        """How many independent experiments they are worth, for the interval of a power."""

    def p_at(self, effect: float) -> FloatArray:
        """P of each, had the change had this relative effect."""


def simulated(plan: Plan, past: Past, simulations: int, rng: np.random.Generator) -> Simulated:
    """Experiments of a plan's design on the past."""
    if plan.design != "geo":
        return placebos(plan, past, simulations, rng)
    assert isinstance(past, Panel)
    return geo_placebos(plan, past, frame_for(plan, past), simulations, rng)


DRAWS: Final = 499
"""Assignments of the test in a simulation: power hardly changes with more."""


@dataclass(frozen=True, slots=True, eq=False)
class Placebos:
    """Experiments simulated on the past without any effect, each judged as the plan says.

    apart: how many stretches of the past do not overlap; with few of them the promise rests on
    little, whatever the number of simulations. failed: simulations that could not be judged.
    """

    plan: Plan
    seen: Sums
    drawn: Sums
    listed: bool
    apart: float
    failed: int
    notes: tuple[str, ...] = ()

    @property
    def effective(self) -> float:
        """All of them: whatever the stretch, the lot is drawn anew, and it alone is tested."""
        return float(self.seen.top.shape[0])

    def p_at(self, effect: float) -> FloatArray:
        """P of each experiment, had the change had this relative effect."""
        theta = -math.log1p(effect) if self.plan.scale == "log" else -effect
        return p_values(self.seen, self.drawn, theta, listed=self.listed, side=self.plan.test.side)


def placebos(plan: Plan, past: Past, simulations: int, rng: np.random.Generator) -> Placebos:
    """Draw stretches of the past at random, draw the lot anew, and judge; nothing was changed.

    posts: of each stratum as many posts in a row as it has slots, from a random place; where the
    past has fewer, posts by lot with replacement. switchback, clusters: all units over the same
    stretch, as long as the experiment. One test is drawn for all (its assignments are of the same
    lot), so that thousands of experiments cost seconds.

    Raises StudyError where the past is shorter than the experiment.
    """
    means = means_before(past.values, past.units) if isinstance(past, Panel) else None
    frame = frame_of(plan, means)
    reference, listed = frame.reference(min(plan.test.draws, DRAWS), rng)
    prepared = prepare(reference, basis(frame.strata, None))
    lots = frame.draw(simulations, rng)
    made: list[LotTest] = []
    failed = 0
    draw = _of_posts(plan, past) if isinstance(past, Posts) else _of_panel(plan, past)
    for lot in lots:
        found = draw.outcomes(rng)
        try:
            made.append(judge(plan, found, lot, frame.strata, reference, listed,
                              prepared=prepared, only_p=True).main)  # fmt: skip
        except ValueError:
            failed += 1
    # With a unit's outcome missing the lot is another one, and has a test of its own.
    whole = [one for one in made if one.listed == listed and one.drawn.top.size == len(reference)]
    if len(whole) < simulations - simulations // 2:
        raise StudyError(
            f"{simulations - len(whole)} of {simulations} experiments on the past could not be "
            "judged as a whole",
            "the past",
            "outcomes of all units in all stretches; positive ones for the scale log",
            'look at gaps and zeros of the past, or use scale = "ratio"',
        )
    return Placebos(
        plan,
        stacked([one.seen for one in whole], np.stack),
        stacked([one.drawn for one in whole], np.stack),
        listed,
        draw.apart,
        failed + len(made) - len(whole),
        draw.notes,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    """Stretches of the past, and how many of them do not overlap."""

    plan: Plan
    past: Past
    apart: float
    lengths: tuple[int, ...]
    first: int = 0
    last: int = 0
    notes: tuple[str, ...] = ()

    def outcomes(self, rng: np.random.Generator) -> Outcomes:
        """Outcomes of one stretch."""
        if isinstance(self.past, Panel):
            start = int(rng.integers(self.first, self.last + 1))
            return outcomes_of(self.plan, self.past, start)
        y, x = [], []
        for (stratum, values), n in zip(self.past.values.items(), self.lengths, strict=True):
            if values.size >= n:
                at = int(rng.integers(values.size - n + 1)) + np.arange(n)
            else:
                at = rng.integers(values.size, size=n)
            y.append(capped(values[at], self.plan.outcome.cap))
            x.append(self.past.covariates[stratum][at])
        outcome = np.concatenate(y)
        return Outcomes(outcome, np.concatenate(x), np.ones(outcome.size), outcome)


def _of_posts(plan: Plan, past: Posts) -> _Draw:
    lengths = tuple(plan.lot.strata.values())
    parts = [values.size / n for values, n in zip(past.values.values(), lengths, strict=True)]
    short = [
        stratum
        for (stratum, values), n in zip(past.values.items(), lengths, strict=True)
        if values.size < n
    ]
    notes: tuple[str, ...] = ()
    if short:
        told = ", ".join(short)
        notes = (f"fewer past posts than planned ({told}): drawn with replacement, order lost",)
    return _Draw(plan, past, min(parts), lengths, notes=notes)


def _of_panel(plan: Plan, past: Panel) -> _Draw:
    length = plan.lot.length or 1
    if plan.design == "switchback":
        test, before = length * (plan.lot.blocks or 1), 0
    else:
        test, before = length, before_of(plan)
    need = test + before
    if past.length < need:
        raise StudyError(
            f"the past has {past.length} periods and the experiment takes {need}",
            "the past",
            f"at least {need} periods, {before} of them before the test; several times that many "
            "for a promise that means much",
            "give a longer past, or plan a shorter experiment",
        )
    silent = [
        unit
        for unit, row in zip(past.units, past.values, strict=True)
        if not np.isfinite(row).any()
    ]
    if silent:
        raise StudyError(
            f"the past has no figure of {', '.join(silent)}", "the past", "figures of every unit"
        )
    return _Draw(plan, past, past.length / need, (), before, past.length - test)


def resized(plan: Plan, factor: float) -> Plan:
    """The same experiment with another size: posts a stratum, blocks, or length of the test."""
    lot = plan.lot
    if plan.design == "posts":
        strata = {name: max(2, round(n * factor)) for name, n in lot.strata.items()}
        return plan.model_copy(update={"lot": lot.model_copy(update={"strata": strata})})
    if plan.design == "switchback":
        blocks = max(2, round((lot.blocks or 2) * factor / 2) * 2)
        return plan.model_copy(update={"lot": lot.model_copy(update={"blocks": blocks})})
    length = max(lot.washout + 1, round((lot.length or 1) * factor))
    before = before_of(plan) if plan.design == "clusters" else lot.before
    new = lot.model_copy(update={"length": length, "before": before})
    return plan.model_copy(update={"lot": new})


def frame_for(plan: Plan, past: Past) -> Frame:
    """The frame of a plan, its pairs made by the past where that is a panel."""
    means = means_before(past.values, past.units) if isinstance(past, Panel) else None
    return frame_of(plan, means)
