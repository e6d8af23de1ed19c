"""What a table says of each unit of a lot: its outcome, and what was known of it before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.experiments.design import Schedule, block_of
from howfar.improve.experiments.plan import Plan
from howfar.stats.blocks import FloatArray
from howfar.study.panel_table import PanelTable

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Of each unit of a lot, in the order of its frame.

    y: outcome (n,), NaN where there is none. x: (n, m) known before the lot. periods: how many
    periods, or posts, the outcome is a mean of. seen: (n,) the outcome as it was counted, where y
    is relative to the unit's own past. past: (n,) that past; null where there is none.
    """

    y: FloatArray
    x: FloatArray
    periods: FloatArray
    seen: FloatArray
    past: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Outcomes of units over time on a regular line: (units, steps), NaN where there is nothing.

    covariates: name -> the same shape.
    """

    units: tuple[str, ...]
    values: FloatArray
    covariates: dict[str, FloatArray] = field(default_factory=dict)

    def window(self, start: int, length: int) -> Panel:
        """A stretch of time; what lies outside the table is missing."""
        return Panel(
            self.units,
            _cut(self.values, start, length),
            {name: _cut(values, start, length) for name, values in self.covariates.items()},
        )

    @property
    def length(self) -> int:
        """Steps of time."""
        return int(self.values.shape[1])


def _cut(values: FloatArray, start: int, length: int) -> FloatArray:
    found = np.full((values.shape[0], length), np.nan)
    first, last = max(start, 0), min(start + length, values.shape[1])
    if last > first:
        found[:, first - start : last - start] = values[:, first:last]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """Posts of the past by stratum, in the order of time: stratum -> (m,) and (m, k)."""

    values: dict[str, FloatArray]
    covariates: dict[str, FloatArray]
    rate: dict[str, float]
    """Posts of each stratum a step of the table's time."""


def capped(values: FloatArray, cap: float | None) -> FloatArray:
    """Figures with all above the cap counted as the cap; NaN stays."""
    return values if cap is None else np.minimum(values, cap)


def panel_of(plan: Plan, table: PanelTable, units: Sequence[str]) -> Panel:
    """The units' outcomes and covariates on the table's line of time.

    Raises StudyError where a unit is not in the table or a column is missing.
    """
    names = [plan.outcome.column, *plan.columns.covariates]
    table.need(names, "the experiment")
    figures = table.numbers(names)
    places = [table.unit_place(unit, "lot.units") for unit in units]
    row_of = np.full(len(table.units), -1)
    row_of[places] = np.arange(len(units))
    row = row_of[table.row_unit]
    keep = row >= 0
    steps = int(table.row_place.max()) + 1
    grids = []
    for column in range(len(names)):
        grid = np.full((len(units), steps), np.nan)
        grid[row[keep], table.row_place[keep]] = figures[keep, column]
        grids.append(grid)
    return Panel(tuple(units), grids[0], dict(zip(names[1:], grids[1:], strict=True)))


def posts_of(plan: Plan, table: PanelTable) -> Posts:
    """The past of posts, by stratum; StudyError where a stratum of the plan has none."""
    column = plan.columns.stratum
    names = [plan.outcome.column, *plan.columns.covariates]
    table.need([*names, *([column] if column else [])], "the experiment")
    figures = table.numbers(names)
    of = np.array(table.words(column)) if column else np.full(len(table.lines), "")
    order = np.argsort(table.row_place, kind="stable")
    steps = int(table.row_place.max()) + 1
    values, known, rate = {}, {}, {}
    for stratum in plan.lot.strata:
        rows = order[(of[order] == stratum) if column else slice(None)]
        rows = rows[np.isfinite(figures[rows]).all(axis=1)]
        if rows.size < 2:
            raise StudyError(
                f'the past has {rows.size} posts of the stratum "{stratum}"',
                table.file,
                f"posts of every stratum of lot.strata, named in the column {column or '(none)'}",
                "give its past, or leave it out of lot.strata; columns.stratum names the column",
            )
        values[stratum], known[stratum] = figures[rows, 0], figures[rows, 1:]
        rate[stratum] = rows.size / steps
    return Posts(values, known, rate)


def before_of(plan: Plan) -> int:
    """Periods before the test that its clusters are compared by."""
    return plan.lot.before or 2 * (plan.lot.length or 1)


def of_blocks(plan: Plan, panel: Panel, start: int) -> Outcomes:
    """Switchback: mean of each block of each unit, washouts left out."""
    steps = np.arange(panel.length, dtype=np.int64)
    block = block_of(plan, steps, start)
    blocks = plan.lot.blocks or 1
    inside = (block[:, None] == np.arange(blocks)).astype(np.float64)
    y, n = _means(capped(panel.values, plan.outcome.cap), inside)
    x = [_means(grid, inside)[0].reshape(-1) for grid in panel.covariates.values()]
    known = np.column_stack(x) if x else np.empty((y.size, 0))
    return Outcomes(y.reshape(-1), known, n.reshape(-1), y.reshape(-1))


def of_clusters(plan: Plan, panel: Panel, start: int) -> Outcomes:
    """Clusters: mean of each over the test, relative to that over the time before it.

    Relative to its own past, not adjusted by a slope: with a dozen clusters a slope that has to be
    estimated costs more than it brings.
    """
    steps = np.arange(panel.length)
    length = plan.lot.length or 1
    test = (steps >= start + plan.lot.washout) & (steps < start + length)
    before = (steps >= start - before_of(plan)) & (steps < start)
    values = capped(panel.values, plan.outcome.cap)
    y, n = _means(values, test[:, None].astype(np.float64))
    inside = before[:, None].astype(np.float64)
    was = _means(values, inside)[0][:, 0]
    columns = [_means(grid, inside)[0][:, 0] for grid in panel.covariates.values()]
    known = np.column_stack(columns) if columns else np.empty((len(panel.units), 0))
    return Outcomes(_against_own_past(plan, y[:, 0], was), known, n[:, 0], y[:, 0], was)


def _against_own_past(plan: Plan, y: FloatArray, was: FloatArray) -> FloatArray:
    """Outcomes relative to each unit's own past, on the level of the mean unit's.

    Without a past of every unit (a positive one, on the scales ratio and log) as they are.
    """
    if not np.isfinite(was).all():
        return y
    level = float(was.mean())
    if plan.scale == "difference":
        return y - was + level
    return y * (level / was) if bool((was > 0).all()) else y


def _means(values: FloatArray, inside: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means over columns (steps) in each set of steps, and of how many; NaN where of none."""
    there = np.isfinite(values)
    total = np.einsum("ut,tb->ub", np.where(there, values, 0.0), inside)
    number = np.einsum("ut,tb->ub", there.astype(np.float64), inside)
    return np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0), number


def of_rows(plan: Plan, table: PanelTable, schedule: Schedule) -> Outcomes:
    """Posts: the mean of the rows of each slot, rows without a figure left out."""
    names = [plan.outcome.column, *plan.columns.covariates]
    table.need(names, "the experiment")
    figures = table.numbers(names)
    figures[:, 0] = capped(figures[:, 0], plan.outcome.cap)
    at = {unit: n for n, unit in enumerate(schedule.frame.units)}
    slot = np.array([at.get(unit, -1) for unit in table.units], dtype=np.int64)[table.row_unit]
    inside = (slot[:, None] == np.arange(len(at))).astype(np.float64)
    means, number = _means(figures.T, inside)
    return Outcomes(means[0], means[1:].T, number[0], means[0])


def outcomes_of(plan: Plan, panel: Panel, start: int) -> Outcomes:
    """Outcomes of a switchback or of clusters, from a panel and the step of the start."""
    return (of_blocks if plan.design == "switchback" else of_clusters)(plan, panel, start)
