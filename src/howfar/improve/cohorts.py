"""Who began when: the rows of a long table made ready for a staggered comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray, IntArray

Control = Literal["never", "not-yet"]
Layout = Literal["panel", "pairs", "unbalanced", "cross-sections"]


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """Rows in order of unit and period, and what is true of each unit.

    times: (T,) periods kept. cohorts: (G,) first periods with the change whose effect is asked
    for. Of rows (R,): unit (position), time, outcome, covariates (R, k), weights. Of units (n,):
    first (inf for never), mass (weight in the first period, or its mean), cluster (position).
    layout: panel has every unit in every period; pairs has holes, and each comparison uses the
    units that are there in both of its periods; unbalanced has holes, and rows are taken as drawn
    anew in each period, as the reference software does (units of other levels that come and go
    look like a change); cross-sections drew other units in each period, so that each row is a unit
    of its own.
    """

    layout: Layout
    times: FloatArray
    cohorts: FloatArray
    unit: IntArray
    time: FloatArray
    outcome: FloatArray
    covariates: FloatArray
    weights: FloatArray
    names: tuple[str, ...]
    first: FloatArray
    mass: FloatArray
    cluster: IntArray
    clusters: int
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.first)

    def wide(self, values: FloatArray) -> FloatArray:
        """Values of rows as (n, T, ...), NaN where a unit has no row."""
        out = np.full((self.n, len(self.times), *values.shape[1:]), np.nan)
        out[self.unit, np.searchsorted(self.times, self.time)] = values
        return out


def _numbers(values: npt.ArrayLike, what: str, size: int) -> FloatArray:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise StudyError(f"{what} is not a column of numbers", expected="numbers") from error
    if found.shape[:1] != (size,):
        raise ValueError(f"{what} has {found.shape} values for {size} rows")
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of the table: unit and cluster as positions, first as inf for never."""

    who: IntArray
    time: FloatArray
    first: FloatArray
    outcome: FloatArray
    covariates: FloatArray
    weights: FloatArray
    block: IntArray

    def take(self, at: npt.NDArray[Any]) -> _Rows:
        """The rows of a mask or of positions."""
        return _Rows(
            self.who[at],
            self.time[at],
            self.first[at],
            self.outcome[at],
            self.covariates[at],
            self.weights[at],
            self.block[at],
        )


def _constant(values: npt.NDArray[Any], unit: IntArray, what: str, names: tuple[str, ...]) -> None:
    """Refuse what is different in two rows of one unit."""
    start = np.flatnonzero(np.r_[True, np.diff(unit) > 0])
    differs = values != np.repeat(values[start], np.diff(np.r_[start, len(unit)]))
    if differs.any():
        wrong = sorted({names[i] for i in unit[differs]})
        raise StudyError(
            f"{what} changes within {len(wrong)} units, first {wrong[0]}",
            expected="one value for a unit in all its periods",
        )


def cohorts(
    outcome: npt.ArrayLike,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    first: npt.ArrayLike,
    *,
    covariates: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    control: Control = "never",
    anticipation: float = 0,
    layout: Layout = "panel",
) -> Cohorts:
    """Rows, cleaned as Callaway & Sant'Anna ask (doi 10.1016/j.jeconom.2020.12.001).

    Left out, each with a note: rows without a finite outcome, period, covariate or weight; units
    that began before there was a period without; in a ``panel``, units that are not in every
    period (ask for ``pairs`` or ``unbalanced`` to keep them); where nobody never begins, the
    periods from the last start on. Never begun: NaN, infinite, after the last period, or 0 where
    periods are above 0.

    Parameters
    ----------
    outcome, unit, time, first : (R,) of the rows; time and first in the same numbers.
    covariates : (R, k). weights : (R,) not below 0. cluster : (R,) constant within a unit.

    Errors: StudyError where a unit is twice in a period, changes its start or its cluster, where
    nobody is left to compare with, or nobody who began.
    """
    if anticipation < 0:
        raise StudyError("anticipation is below 0", expected="0 or more periods")
    size = np.shape(outcome)[0]
    y = _numbers(outcome, "the outcome", size)
    X = np.zeros((size, 0)) if covariates is None else _numbers(covariates, "covariates", size)
    w = np.ones(size) if weights is None else _numbers(weights, "weights", size)
    if (w < 0).any():
        raise StudyError("a weight is below 0", expected="weights of 0 or more")
    g = _numbers(first, "the first period with the change", size)
    labels, who = np.unique(np.asarray(unit), return_inverse=True)
    if layout == "cross-sections":
        labels, who = np.arange(size), np.arange(size)
    blocks = who if cluster is None else np.unique(np.asarray(cluster), return_inverse=True)[1]
    rows = _Rows(
        who,
        _numbers(time, "the period", size),
        np.where(np.isnan(g), np.inf, g),
        y,
        X.reshape(size, -1),
        w,
        blocks,
    )
    names = tuple(str(label) for label in labels)
    notes: list[str] = []
    rows = _whole(rows, names, notes, layout)
    rows = _trimmed(rows, notes, control, anticipation, layout)
    times = np.unique(rows.time)
    asked = np.unique(rows.first[np.isfinite(rows.first)])
    if not np.isinf(rows.first).any():
        asked = asked[:-1]
    asked = asked[asked > times[0] + anticipation]
    if len(times) < 2 or not asked.size:
        raise StudyError(
            "no unit begins while others have not",
            expected="two periods or more, units that begin within them, and units that do not",
        )
    present, who = np.unique(rows.who, return_inverse=True)
    start = np.flatnonzero(np.r_[True, np.diff(who) > 0])
    count = np.diff(np.r_[start, len(who)])
    if layout in ("pairs", "unbalanced") and (count == len(times)).all():
        layout = "panel"
    mass = rows.weights[start]
    if layout != "panel":
        mass = np.add.reduceat(rows.weights, start) / count
    found, cluster_of = np.unique(rows.block[start], return_inverse=True)
    return Cohorts(
        layout=layout,
        times=times,
        cohorts=asked,
        unit=who,
        time=rows.time,
        outcome=rows.outcome,
        covariates=rows.covariates,
        weights=rows.weights,
        names=tuple(names[i] for i in present),
        first=rows.first[start],
        mass=mass,
        cluster=cluster_of,
        clusters=len(found),
        notes=tuple(notes),
    )


def _whole(rows: _Rows, names: tuple[str, ...], notes: list[str], layout: Layout) -> _Rows:
    """Rows with all that is needed, in order of unit and period, and checked."""
    whole = np.isfinite(rows.outcome) & np.isfinite(rows.time) & np.isfinite(rows.weights)
    whole &= np.isfinite(rows.covariates).all(axis=1)
    if not whole.all():
        notes.append(f"{int((~whole).sum())} rows with something missing were left out")
    order = np.lexsort((rows.time, rows.who))
    rows = rows.take(order[whole[order]])
    if not rows.who.size:
        raise StudyError("no row has a period, an outcome and all covariates")
    if layout != "cross-sections":
        twice = np.flatnonzero((np.diff(rows.who) == 0) & (np.diff(rows.time) == 0))
        if twice.size:
            raise StudyError(
                f"unit {names[rows.who[twice[0]]]} has two rows in period {rows.time[twice[0]]:g}",
                expected="one row for a unit and period",
            )
        _constant(rows.first, rows.who, "the first period with the change", names)
        _constant(rows.block, rows.who, "the cluster", names)
    if rows.time.min() > 0:
        rows = replace(rows, first=np.where(rows.first == 0, np.inf, rows.first))
    return rows


def _trimmed(
    rows: _Rows, notes: list[str], control: Control, anticipation: float, layout: Layout
) -> _Rows:
    """Without what cannot be compared: always changed, with holes, or when nobody is left."""
    late = rows.first > rows.time.max() + anticipation
    rows = replace(rows, first=np.where(late, np.inf, rows.first))
    keep = rows.first > rows.time.min() + anticipation
    if not keep.all():
        gone = len(np.unique(rows.who[~keep]))
        notes.append(f"{gone} units had the change from the first period on and were left out")
    if layout == "panel" and keep.any():
        seen = np.bincount(rows.who[keep], minlength=int(rows.who.max()) + 1)
        holes = keep & (seen[rows.who] < len(np.unique(rows.time[keep])))
        if holes.any():
            gone = len(np.unique(rows.who[holes]))
            notes.append(f"{gone} units that are not in every period were left out")
            keep &= ~holes
    if keep.any() and np.isfinite(rows.first[keep]).all():
        last = float(rows.first[keep].max())
        if control == "never":
            raise StudyError(
                "every unit has the change at some time: no unit never has it",
                expected="units that never changed, to compare with",
                next="compare with those that have not begun yet (control: not-yet)",
            )
        keep &= rows.time < last - anticipation
        notes.append(f"nobody never begins: periods from {last - anticipation:g} on were left out")
    if not keep.any() or not np.isfinite(rows.first[keep]).any():
        raise StudyError(
            "no unit begins after the first period",
            expected="units with a first period of the change that lies within the periods",
        )
    return rows.take(keep)
