"""The lot of an experiment: its units, the strata within which it is drawn, and who gets what."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.experiments.plan import Plan
from howfar.improve.experiments.plan_parts import ARMS, Arm
from howfar.stats.assignment import (
    Assignments,
    Lot,
    draw_assignments,
    number_of_assignments,
    reference_assignments,
    treated_sizes,
)
from howfar.stats.blocks import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Units of a lot: names and strata, (n,) each; nothing is drawn yet.

    share: part of each stratum that gets the change.
    """

    units: tuple[str, ...]
    strata: tuple[str, ...]
    share: float = 0.5
    free: bool = False

    def draw(self, count: int, rng: np.random.Generator) -> Assignments:
        """So many assignments by this lot, (count, n)."""
        return draw_assignments(self.strata, count, rng, self.share, self.lot)

    def reference(self, draws: int, rng: np.random.Generator) -> tuple[Assignments, bool]:
        """Assignments to test against, and whether they are all that there are."""
        return reference_assignments(self.strata, draws, rng, self.share, self.lot)

    @property
    def lot(self) -> Lot:
        """How the lot falls."""
        return "free" if self.free else "complete"

    @property
    def possible(self) -> int:
        """How many assignments there are."""
        return number_of_assignments(self.strata, self.share, self.lot)


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A lot that was drawn: arms (n,) 0 control, 1 change, of the frame's units."""

    frame: Frame
    arms: npt.NDArray[np.int8]

    def rows(self) -> list[tuple[str, str, Arm]]:
        """Unit, stratum and arm, a row each."""
        arms = [ARMS[int(arm)] for arm in self.arms]
        return list(zip(self.frame.units, self.frame.strata, arms, strict=True))


def frame_of(plan: Plan, past_means: Mapping[str, float] | None = None) -> Frame:
    """The units and strata of a plan.

    posts: as many slots as each stratum has, in rows of ``block``. switchback: blocks of time of
    each channel, neighbours in pairs. clusters: units, those most alike in the past in pairs; geo:
    units. past_means: mean outcome of each unit before; without it pairs are in the plan's order.

    Source: Bojinov, Simchi-Levi & Zhao 2023 (doi 10.1287/mnsc.2022.4583) for switchbacks; Imbens &
    Rubin 2015, chapters 9 and 10 (doi 10.1017/CBO9781139025751) for strata and pairs.
    """
    lot = plan.lot
    free = lot.drawn == "free"
    names: list[str] = []
    strata: list[str] = []
    if plan.design == "posts":
        for stratum, count in lot.strata.items():
            width = len(str(count))
            names += [f"{stratum}/{n + 1:0{width}}" for n in range(count)]
            strata += [f"{stratum} {block + 1}" for block in _rows_of(count, lot.block)]
        return Frame(tuple(names), tuple(strata), lot.share, free)
    if plan.design == "switchback":
        blocks = lot.blocks or 0
        width = len(str(blocks))
        for unit in lot.units:
            names += [f"{unit}/{n + 1:0{width}}" for n in range(blocks)]
            strata += [f"{unit} {n // 2 + 1}" if lot.pairs else unit for n in range(blocks)]
        return Frame(tuple(names), tuple(strata), 0.5 if lot.pairs else lot.share, free)
    if plan.design == "clusters" and lot.pairs:
        return Frame(lot.units, _pairs(lot.units, past_means), 0.5, free)
    share = lot.share if lot.treat is None else lot.treat / len(lot.units)
    return Frame(lot.units, ("all",) * len(lot.units), share, free)


def _rows_of(count: int, block: int) -> list[int]:
    """Number of the row of each of ``count`` slots; a rest of one joins the row before it."""
    rows = [n // block for n in range(count)]
    if count % block == 1 and count > 1:
        rows[-1] -= 1
    return rows


def _pairs(units: Sequence[str], means: Mapping[str, float] | None) -> tuple[str, ...]:
    known = means or {}
    ordered = sorted(units, key=lambda unit: (-known[unit], unit)) if known else list(units)
    place = {unit: n // 2 + 1 for n, unit in enumerate(ordered)}
    return tuple(f"pair {place[unit]}" for unit in units)


def draw_schedule(frame: Frame, rng: np.random.Generator) -> Schedule:
    """Draw the lot once."""
    return Schedule(frame, frame.draw(1, rng)[0])


def chosen(frame: Frame, treated: Sequence[str]) -> Schedule:
    """A schedule by choice: nothing about it is random."""
    return Schedule(frame, np.array([unit in treated for unit in frame.units], dtype=np.int8))


def schedule_of(plan: Plan, where: str) -> Schedule:
    """The schedule that a registration holds; StudyError where it is not one of its own plan."""
    if plan.registered is None or not plan.assignment:
        raise StudyError(
            "this experiment is not registered",
            where,
            "a file that howfar experiment register has written",
            "howfar experiment register PLAN.toml --past PAST.csv --out FOLDER, before it starts",
        )
    expected = frame_of(plan)
    if tuple(plan.assignment) != expected.units:
        raise StudyError(
            "the units under [assignment] are not those of the plan above it",
            where,
            f"{len(expected.units)} units, {expected.units[0]} to {expected.units[-1]}",
            "use the registration as it was written",
        )
    strata = tuple(stratum for stratum, _ in plan.assignment.values())
    arms = np.array([arm == "change" for _, arm in plan.assignment.values()], dtype=np.int8)
    return Schedule(Frame(expected.units, strata, expected.share, expected.free), arms)


@dataclass(frozen=True, slots=True)
class Tellable:
    """What a lot can tell at all. smallest_p: the smallest p that it can give."""

    units: int
    changed: int
    assignments: int
    smallest_p: float
    enough: bool
    said: str


def tellable(plan: Plan, frame: Frame) -> Tellable:
    """Whether a lot has so few assignments that no result could pass the test."""
    changed = int(treated_sizes(frame.strata, frame.share).sum())
    if plan.design == "geo":
        return Tellable(len(frame.units), changed, frame.possible, math.nan, True,
                        "tested by exchanging periods, not by the lot")  # fmt: skip
    sides = 2 if plan.test.side == "two-sided" else 1
    smallest = max(min(1.0, sides / frame.possible), 1 / (plan.test.draws + 1))
    enough = smallest <= plan.level
    said = f"the smallest p that this lot can give is {smallest:.2g}"
    if not enough:
        said += f", above {plan.level:.2g}: whatever happens, nothing can be found; add units"
    return Tellable(len(frame.units), changed, frame.possible, smallest, enough, said)


def block_of(plan: Plan, places: npt.NDArray[np.int64], start: int) -> npt.NDArray[np.int64]:
    """Block of time (from 0) of each period, -1 outside the test or in a washout.

    places: steps since the table's first period. start: the same of the first period of the test.
    """
    lot = plan.lot
    length, blocks = lot.length or 1, lot.blocks or 1
    since = places - start
    block = np.where(since >= 0, since // length, -1)
    inside = (since >= 0) & (block < blocks) & (since % length >= lot.washout)
    return np.where(inside, block, -1).astype(np.int64)


def means_before(matrix: FloatArray, units: Sequence[str]) -> dict[str, float]:
    """Mean of each unit's past, for pairing; a unit without figures counts as 0."""
    seen = np.isfinite(matrix)
    totals = np.where(seen, matrix, 0.0).sum(axis=1)
    means = totals / np.maximum(seen.sum(axis=1), 1)
    return dict(zip(units, means.tolist(), strict=True))
