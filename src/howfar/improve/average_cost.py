"""Average costs: all that was spent by all that was counted, which says nothing of one more."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.improve.cost_figure import NAMES, WHOLE, CostPerEffect, Part, cut_lines, unit_of
from howfar.improve.evidence import Check
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.cluster_ratio import ClusterRatio, cluster_ratio
from howfar.stats.fieller import ratio_from_limits
from howfar.study.costs_table import Spend

_UNEFFECTED: Final = (
    "no effect is identified: what of it would have come without the spend is not known"
)


def average_cost(
    spend: npt.ArrayLike,
    count: npt.ArrayLike,
    *,
    currency: str,
    counted: str,
    clusters: npt.ArrayLike | None = None,
    part: Part = "together",
    confidence: float = 0.95,
    method: Literal["log", "fieller"] = "log",
) -> CostPerEffect:
    """Sum of spend / sum of counts over rows (posts, days), clustered: average, not incremental.

    Parameters
    ----------
    spend, count : (n,) of each row, in one currency; rows where either is NaN are left out. Rows
        with spend and no count stay: leaving them out would make it look cheap.
    clusters : (n,) rows that move together (weeks, campaigns); null: each row by itself.
    method : log (t interval on the log scale, cluster variance corrected for uneven clusters) or
        fieller (ratio of means over clusters). See ``stats.cluster_ratio`` for why log.

    Not measured: nothing spent; nothing counted ("not identified"); fewer than two clusters.
    """
    x, y = np.asarray(spend, dtype=np.float64), np.asarray(count, dtype=np.float64)
    usable = np.isfinite(x) & np.isfinite(y)
    spent = Spend(float(x[usable].sum()), currency, int(usable.sum()))
    unit, name = unit_of(currency, counted), NAMES["average"]
    ratio = cluster_ratio(x, y, clusters)
    low = high = None
    how, why = "", ""
    if not usable.any():
        why = f"no row has both a spend and {counted}"
    elif spent.amount == 0:
        why = "nothing was spent"
    elif float(y[usable].sum()) == 0:
        why = f"not identified: there were no {counted}"
    elif ratio is None:
        why = f"{counted} in one cluster only: nothing to tell its spread by"
    elif method == "fieller":
        found = ratio.fieller(confidence)
        low, high = found.low, found.high
        how = f"Fieller, {ratio.n_clusters} clusters"
        if not found.identified:
            why = (
                f"not identified: {counted} are not clear of zero over {ratio.n_clusters} clusters"
            )
    elif (interval := ratio.log_interval(confidence)) is not None:
        low, high, how = interval.low, interval.high, interval.method
    notes = [WHOLE] + ([_UNEFFECTED] if not why else [])
    if left := int((~usable).sum()):
        notes.append(f"rows without a spend or {counted}, left out: {left} of {x.size}")
    if why or ratio is None or low is None or high is None:
        estimate = not_measured(unit, why, name)
        return CostPerEffect("average", part, counted, spent, estimate, notes=tuple(notes))
    estimate = Estimate(
        ratio.value, low, high, "confidence", confidence, None, None, None, unit,
        f"{name}: sum of spend / sum of {counted}; {how}", "measured",
    )  # fmt: skip
    check = one_cluster(ratio, low, high)
    return CostPerEffect("average", part, counted, spent, estimate, None, (check,), tuple(notes))


def one_cluster(ratio: ClusterRatio, low: float, high: float) -> Check:
    """Whether the figure would leave its own interval if any one cluster were not there."""
    least, most = ratio.without
    fine = low <= least and most <= high
    said = f"without any one cluster it lies between {least:.4g} and {most:.4g}; the largest holds "
    said += f"{ratio.largest:.1%}"
    return Check(
        "one-cluster",
        "Does one cluster make the figure?",
        fine,
        said + ("" if fine else ": one cluster makes the figure"),
        figures={"least": least, "most": most, "largest": ratio.largest},
    )


def average_of_totals(
    spend: Spend, total: Estimate, *, counted: str, part: Part = "together"
) -> CostPerEffect:
    """Spend / an estimated total of the same period: average, not incremental.

    total: of all that was counted, with its interval; of an exact count the average is exact too.
    """
    unit, name = unit_of(spend.currency, counted), NAMES["average"]
    notes = (WHOLE, *cut_lines(spend))
    value, low, high = total.value, total.low, total.high
    why = ""
    if value is None or low is None or high is None:
        why = total.reason or "not measured"
    elif spend.amount == 0:
        why = "nothing was spent"
    elif low <= 0:
        why = f"not identified: {counted} ({low:g} to {high:g}) are not clear of zero"
    if why or value is None or low is None or high is None:
        return CostPerEffect(
            "average", part, counted, spend, not_measured(unit, why, name), notes=notes
        )
    found = ratio_from_limits((spend.amount, spend.amount, spend.amount), (value, low, high))
    estimate = Estimate(
        found.value, found.low, found.high, total.low_kind, total.confidence, total.n_posts,
        total.n_persons, total.n_channels, unit,
        f"{name}: spend / total; total: {total.method}", "measured",
    )  # fmt: skip
    return CostPerEffect("average", part, counted, spend, estimate, notes=(*notes, _UNEFFECTED))
