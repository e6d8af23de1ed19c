"""Figures beside figures: how far is a unit from its peers where no index puts them together?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from howfar.assess.matrix import Matrix
from howfar.assess.tree import Indicator
from howfar.errors import StudyError
from howfar.improve.elasticities import UNIT as PER_CENT
from howfar.improve.gap import MEDIAN, POINTS, TARGET, Audience, Gap
from howfar.improve.gap_parts import Figures, figure_part
from howfar.schema.estimate import not_measured
from howfar.stats.blocks import FloatArray
from howfar.study.taxonomy import Property

NO_INDEX = "the study puts these figures together in no index"


def figure_gaps(
    matrix: Matrix,
    indicators: Sequence[Indicator],
    unit: str,
    peers: Sequence[str],
    *,
    targets: Mapping[str, float] | None = None,
    better: Mapping[str, int] | None = None,
    within: Mapping[str, Property] | None = None,
    audience: Audience | None = None,
    degrees: float | None = None,
    confidence: float = 0.95,
    why: str = NO_INDEX,
) -> tuple[Gap, ...]:
    """The distance of each figure of a unit to the median of its peers', and to its target.

    matrix: one column an indicator, with draws if there are any. peers: units to take the median
    of (those without the figure are left out of it). targets: by indicator. better: 1 or -1 by
    indicator with a target, where the target is to be passed or not to be passed (1 where null);
    beside peers the direction stays that of the indicator. A gap has no points
    and no parts of them, since nothing says how much the figures count; ``why`` is printed.

    Unit: each figure's own. Intervals by ``sampled_estimate``. No gap to peers without peers, none
    to a target without targets.

    Raises StudyError for a unit or an indicator that is not in the table.
    """
    ids = [leaf.id for leaf in indicators]
    aimed = {id: (better or {}).get(id, 1) for id in targets or {}}
    data = matrix.select(ids)
    for name in (unit, *peers):
        if name not in data.units:
            raise StudyError(f"no unit {name!r}", "the gaps", ", ".join(data.units))
    row = data.units.index(unit)
    own = data.values[row]
    drawn = None if data.draws is None else data.draws[:, row]
    beside = [data.units.index(name) for name in peers if name != unit]
    found = []
    if beside:
        theirs = _median(data.values[beside])
        moved = None if data.draws is None else _median(data.draws[:, beside])
        found.append(("peer", MEDIAN, Figures(own, theirs, drawn, moved)))
    if targets:
        aim = own.copy()
        at = [data.place(id) for id in targets]
        aim[at] = list(targets.values())
        aims = None if drawn is None else np.array(drawn)
        if aims is not None:
            aims[:, at] = aim[at]
        found.append(("target", TARGET, Figures(own, aim, drawn, aims)))
    whole, inside = not_measured(POINTS, why), within or {}
    return tuple(
        Gap(
            "peer" if kind == "peer" else "target",
            audience or Audience(),
            unit,
            versus,
            (None, None),
            whole,
            tuple(
                figure_part(
                    replace(leaf, direction=aimed[leaf.id])
                    if kind == "target" and leaf.id in aimed
                    else leaf,
                    place,
                    figures,
                    whole,
                    None,
                    not_measured(PER_CENT, why),
                    inside.get(leaf.id),
                    degrees,
                    confidence,
                )
                for place, leaf in enumerate(indicators)
            ),
            (f"median of {len(beside)} units",) if kind == "peer" else (),
        )
        for kind, versus, figures in found
    )


def _median(values: FloatArray) -> FloatArray:
    """Median over units, the last axis but one; NaN where none has the figure."""
    found = np.full((*values.shape[:-2], values.shape[-1]), np.nan)
    some = ~np.isnan(values).all(axis=-2)
    moved = np.moveaxis(values, -2, -1)
    found[some] = np.nanmedian(moved[some], axis=-1)
    return found
