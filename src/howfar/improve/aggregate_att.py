"""Many ATT(g, t) put together: over all, by cohort, by period, by time since the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypedDict

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.att_gt import GroupTime
from howfar.stats.blocks import FloatArray

Aggregate = Literal["simple", "group", "calendar", "dynamic"]

AGGREGATES: Final[tuple[Aggregate, ...]] = ("simple", "group", "calendar", "dynamic")


class Window(TypedDict):
    """Which event times are averaged; see ``aggregate_att``."""

    balance_e: float | None
    min_e: float
    max_e: float


@dataclass(frozen=True, slots=True, eq=False)
class Aggregated:
    """One aggregation: the overall figure, and its parts where it has any.

    overall: a number. influence: (n,). keys: (P,) cohorts, periods or periods since the change;
    att (P,) and parts (n, P) with them, both empty for ``simple``. cells: (K,) weight of each
    ATT(g, t) in the overall figure, part_cells (P, K) in each part; they sum to 1.
    """

    kind: Aggregate
    overall: float
    influence: FloatArray
    keys: FloatArray
    att: FloatArray
    parts: FloatArray
    cells: FloatArray
    part_cells: FloatArray


def _shares(found: GroupTime) -> tuple[FloatArray, FloatArray]:
    """P(first = g) of each cell's cohort, and the influence (n, K) of estimating it."""
    mass, first = found.data.mass, found.data.first
    member = mass[:, None] * (first[:, None] == found.group)
    shares = member.mean(axis=0)
    return shares, member - shares


def aggregate_att(
    found: GroupTime,
    kind: Aggregate,
    *,
    balance_e: float | None = None,
    min_e: float = -np.inf,
    max_e: float = np.inf,
) -> Aggregated:
    """What did the change do on average?

    simple: mean of ATT(g, t), t >= g, weighted by the size of the cohort. group: first the mean
    over its periods of each cohort, then over cohorts by size: the effect on an average unit that
    changed. calendar: by period over the cohorts begun, then plainly over periods. dynamic: by
    e = t - g over cohorts, then plainly over e >= 0. Weights are estimated; the influence function
    carries that.

    Parameters
    ----------
    balance_e : of dynamic only: cohorts that were seen up to e = balance_e, and event times that
        all of them have, so that the mix of cohorts stays the same.
    min_e, max_e : event times used (not of calendar).

    Missing: cells without an estimate are left out, and a cohort without any; Errors: StudyError
    where nothing is left. Source: Callaway & Sant'Anna 2021, section 3, doi
    10.1016/j.jeconom.2020.12.001.
    """
    e = found.event
    shares, drift = _shares(found)
    usable = np.isfinite(found.att) & (shares > 0)
    after = usable & (e >= 0)
    window = (e >= min_e) & (e <= max_e)

    def mean(
        cells: npt.NDArray[np.bool_], weigh: bool = True
    ) -> tuple[float, FloatArray, FloatArray]:
        """Mean over cells by size of their cohorts: value, influence (n,), weights (K,)."""
        p = np.where(cells, shares if weigh else 1.0, 0.0)
        total = p.sum()
        weights = p / total
        a = np.where(cells, found.att, 0.0)
        value = float(weights @ a)
        moved = found.influence[:, cells] @ weights[cells]
        if weigh:
            moved = moved + drift[:, cells] @ (a[cells] - value) / total
        return value, moved, weights

    if kind == "simple":
        chosen = after & window
        _some(chosen)
        value, influence, weights = mean(chosen)
        none = np.zeros(0)
        parts, of_parts = np.zeros((found.data.n, 0)), np.zeros((0, len(e)))
        return Aggregated(kind, value, influence, none, none, parts, weights, of_parts)

    if kind == "dynamic":
        chosen = usable & window
        if balance_e is not None:
            last, first = found.data.times[-1], found.data.times[0]
            seen = last - found.group >= balance_e
            needed = np.unique(e[seen & (e >= 0) & (e <= balance_e)])
            whole = [
                g
                for g in np.unique(found.group[seen])
                if np.isin(needed, e[usable & (found.group == g)]).all()
            ]
            chosen &= np.isin(found.group, whole)
            chosen &= (e <= balance_e) & (e >= balance_e - last + first)
        keys = np.unique(e[chosen])
        members = [chosen & (e == key) for key in keys]
        top = keys >= 0
    else:
        chosen = after & window if kind == "group" else after
        along = found.group if kind == "group" else found.time
        keys = np.unique(along[chosen])
        members = [chosen & (along == key) for key in keys]
        top = np.ones(len(keys), dtype=bool)
    _some(chosen)
    if not top.any():
        raise StudyError("no event time from 0 on is left: nothing after the change to average")
    rows = [mean(cells, weigh=kind != "group") for cells in members]
    att = np.array([row[0] for row in rows])
    parts = np.column_stack([row[1] for row in rows])
    of_parts = np.array([row[2] for row in rows])
    if kind == "group":
        p = np.array([shares[cells][0] for cells in members])
        weights = p / p.sum()
        moved = np.column_stack([drift[:, np.flatnonzero(cells)[0]] for cells in members])
        overall = float(weights @ att)
        influence = parts @ weights + moved @ (att - overall) / p.sum()
    else:
        weights = top / top.sum()
        overall = float(weights @ att)
        influence = parts @ weights
    return Aggregated(kind, overall, influence, keys, att, parts, weights @ of_parts, of_parts)


def _some(cells: npt.NDArray[np.bool_]) -> None:
    if not cells.any():
        raise StudyError(
            "no effect of a cohort in a period is left to average",
            expected="event times within min_e to max_e that could be estimated",
        )
