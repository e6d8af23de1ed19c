"""Difference in differences where units began at different times."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.aggregate_att import (
    AGGREGATES,
    Aggregate,
    Aggregated,
    Window,
    aggregate_att,
)
from howfar.improve.att_gt import Base, WeightsFrom, att_gt
from howfar.improve.cohorts import Control, Layout, cohorts
from howfar.improve.effect import Effect
from howfar.improve.multiplier_bootstrap import Multiplier
from howfar.improve.staggered_checks import checks_of, undone_by
from howfar.improve.staggered_errors import Errors, Intervals, Spread, intervals
from howfar.improve.staggered_told import told_of
from howfar.improve.two_by_two import Method


def staggered(
    outcome: npt.ArrayLike,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    first_treated: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    covariates: Mapping[str, npt.ArrayLike] | None = None,
    weights: npt.ArrayLike | None = None,
    cluster: npt.ArrayLike | None = None,
    layout: Layout = "panel",
    control: Control = "never",
    method: Method = "dr",
    base: Base = "varying",
    anticipation: float = 0,
    weights_from: WeightsFrom = "earlier",
    aggregate: Aggregate = "simple",
    balance_e: float | None = None,
    min_e: float = -math.inf,
    max_e: float = math.inf,
    errors: Errors = "auto",
    confidence: float = 0.95,
    replicates: int = 999,
    multiplier: Multiplier = "mammen",
    log: bool = False,
    name: str = "outcome",
    measured_in: str = "",
    labels: Mapping[float, str] | None = None,
) -> Effect:
    """What did a change do that units made at different times, others not at all?

    ATT(g, t), the mean effect in period t on those who began in g, from each cohort's own
    comparison with units that had not begun (``att_gt``), then averaged (``aggregate_att``).
    Two-way fixed effects would compare with units already changed, with weights that may be below
    0.

    Parameters
    ----------
    outcome, unit, time, first_treated : (R,) of rows of a long table; first_treated in the numbers
        of time, NaN for never (or 0 where all periods are above 0).
    rng : for the bands and the tests by lot. covariates : (R,) each, by name; of a panel the value
        in the earlier of two periods counts. weights : (R,). cluster : (R,), errors are summed in.
    layout : panel (units with holes are left out), unbalanced, or cross-sections (other units in
        each period). control : never or not-yet changed. method : dr, ipw or reg.
    base : varying or universal base before the change. anticipation : periods before the start in
        which units may react already. weights_from : see ``att_gt``.
    aggregate : which average the effect is: simple, group, calendar or dynamic; all four are in
        ``more``, with balance_e, min_e and max_e (see ``aggregate_att``).
    errors, confidence, replicates, multiplier : see ``intervals``; periods have simultaneous bands,
        all else pointwise intervals.
    log : the outcome is a natural logarithm, so that the relative effect is exp(effect) - 1.
    name, measured_in : of the outcome. labels : names of periods.

    Missing: cells that cannot be estimated are left out, listed in details and fail a check.
    Errors: StudyError where nothing can be compared (``cohorts``).
    Sources: Callaway & Sant'Anna 2021, doi 10.1016/j.jeconom.2020.12.001; Goodman-Bacon 2021, doi
    10.1016/j.jeconom.2021.03.014; checked against the figures of did 2.5 for R and csdid 0.4.
    """
    given = dict(covariates or {})
    data = cohorts(
        outcome,
        unit,
        time,
        first_treated,
        covariates=np.column_stack([np.asarray(v) for v in given.values()]) if given else None,
        weights=weights,
        cluster=cluster,
        control=control,
        anticipation=anticipation,
        layout=layout,
    )
    found = att_gt(
        data,
        control=control,
        method=method,
        base=base,
        anticipation=anticipation,
        weights_from=weights_from,
    )
    how = intervals(
        found,
        errors=errors,
        confidence=confidence,
        replicates=replicates,
        multiplier=multiplier,
        rng=rng,
    )
    window: Window = {"balance_e": balance_e, "min_e": min_e, "max_e": max_e}
    averages: dict[Aggregate, Aggregated] = {}
    for kind in AGGREGATES:
        try:
            averages[kind] = aggregate_att(found, kind, **window)
        except StudyError:
            # A window may leave nothing of one average and enough of another.
            if kind == aggregate:
                raise
    told = told_of(found, how, name, measured_in, dict(labels or {}), tuple(given))
    spreads = {kind: _spread(how, one) for kind, one in averages.items()}
    average = told.estimate(averages[aggregate].overall, spreads[aggregate], 0, aggregate)
    drawn = np.random.default_rng(int(rng.integers(2**63)))
    undone = undone_by(found, average)
    checks = checks_of(found, how, averages[aggregate], average, drawn)
    return Effect(
        design="did",
        outcome=name,
        unit=measured_in,
        average=average,
        relative=told.relative(average, averages[aggregate], log),
        cumulative=told.cumulative(window, log),
        periods=told.periods(averages.get("dynamic"), spreads.get("dynamic")),
        checks=checks,
        compared=told.compared(),
        more=told.more(averages, spreads),
        details=told.details(averages, spreads, aggregate) | {"undone_by": undone},
        arguments={
            "covariates": list(given),
            "weights": weights is not None,
            "cluster": cluster is not None,
            "layout": layout,
            "control": control,
            "method": method,
            "base": base,
            "anticipation": anticipation,
            "weights_from": weights_from,
            "aggregate": aggregate,
            "balance_e": balance_e,
            "min_e": min_e if math.isfinite(min_e) else None,
            "max_e": max_e if math.isfinite(max_e) else None,
            "errors": how.errors,
            "confidence": confidence,
            "replicates": replicates,
            "multiplier": multiplier,
            "log": log,
        },
        notes=(*data.notes, *told.holes(), *told.undone(undone)),
    )


def _spread(how: Intervals, one: Aggregated) -> Spread:
    """Errors of the overall figure, then of its parts; the band is that of the parts."""
    alone = how.spread(one.influence[:, None], one.cells[None, :])
    if not len(one.keys):
        return alone
    parts = how.spread(one.parts, one.part_cells)
    return replace(parts, error=np.r_[alone.error, parts.error])
