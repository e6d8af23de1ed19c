"""From shown to acted: each step a rate with its own denominator (45)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from howfar.improve.average_cost import one_cluster
from howfar.improve.evidence import Check
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.cluster_ratio import cluster_ratio


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the chain: how many of ``of`` went on to ``step``.

    counted, denominator: totals over the rows that have both. rows: how many these are. above: rows
    in which there are more of the step than of what it is a part of. share: whether the rate is a
    part (0 to 1); false where there are more of the step than of what comes before, such as several
    visits of one click: then it is how many for one.
    """

    step: str
    of: str
    rate: Estimate
    counted: float
    denominator: float
    rows: int
    above: int
    share: bool
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """All steps in their order, and the last by the first on rows that have both."""

    steps: tuple[str, ...]
    links: tuple[Link, ...]
    overall: Link


def conversion_chain(
    counts: Mapping[str, npt.ArrayLike],
    clusters: npt.ArrayLike | None = None,
    *,
    confidence: float = 0.95,
) -> Chain:
    """Rates of views -> clicks -> visits -> goal, each with its own denominator.

    rate of a step = sum(step) / sum(step before), over the rows that have both: a step that some
    rows lack does not shrink the others' denominators. The last by the first is counted on rows
    that have both and is the product of the rates only where no row lacks any.

    Parameters
    ----------
    counts : step -> (n,) counts of each row (post, day), in the order of the steps; NaN: missing.
        Two steps or more.
    clusters : (n,) rows that move together (weeks, campaigns); null: each row by itself.
    confidence : of Wilson's interval on the effective number of the denominator, with the variance
        by clusters; above 1 a t interval on the log scale.

    Not measured: fewer than two clusters with a denominator above 0. Paid and unpaid posts are not
    to be pooled: make a chain of each.

    Raises
    ------
    ValueError
        Fewer than two steps, counts below 0, unequal lengths.

    Source: AMEC Integrated Evaluation Framework; Korn & Graubard 1998, Survey Methodology 24,
    193-201.
    """
    steps = tuple(counts)
    if len(steps) < 2:
        raise ValueError("a chain has two steps or more")
    arrays = {name: np.asarray(one, dtype=np.float64) for name, one in counts.items()}
    links = tuple(
        _link(step, of, arrays[step], arrays[of], clusters, confidence)
        for of, step in itertools.pairwise(steps)
    )
    overall = links[0]
    if len(steps) > 2:
        first, last = steps[0], steps[-1]
        overall = _link(last, first, arrays[last], arrays[first], clusters, confidence)
    return Chain(steps, links, overall)


def _link(
    step: str,
    of: str,
    counted: npt.NDArray[np.float64],
    denominator: npt.NDArray[np.float64],
    clusters: npt.ArrayLike | None,
    confidence: float,
) -> Link:
    ratio = cluster_ratio(counted, denominator, clusters)
    both = np.isfinite(counted) & np.isfinite(denominator)
    x, y = counted[both], denominator[both]
    above = int((x > y).sum())
    totals = float(x.sum()), float(y.sum())
    notes = []
    if left := int((~both).sum()):
        notes.append(f"rows without {step} or {of}, left out: {left} of {both.size}")
    unit = f"{step} / {of}"
    if ratio is None:
        why = f"no {of}" if totals[1] == 0 else f"{of} in one cluster only"
        why += ": nothing to tell a rate or its spread by"
        return Link(
            step, of, not_measured(unit, why, "sum / sum"), *totals, int(both.sum()), above,
            True, notes=tuple(notes),
        )  # fmt: skip
    share = ratio.value <= 1
    if not share:
        notes.append(f"there are more {step} than {of}: it is no part, but how many for one")
    elif above:
        notes.append(f"rows with more {step} than {of}, counted as they stand: {above}")
    interval = ratio.share_interval(confidence) if share else ratio.log_interval(confidence)
    assert interval is not None  # A rate above 1 is above 0; one up to 1 has Wilson's interval.
    rate = Estimate(
        ratio.value,
        min(interval.low, ratio.value),
        max(interval.high, ratio.value),
        "confidence",
        confidence,
        None,
        None,
        None,
        unit,
        f"sum of {step} / sum of {of}; {interval.method}",
        "measured",
    )
    check = one_cluster(ratio, interval.low, interval.high)
    return Link(step, of, rate, *totals, int(both.sum()), above, share, (check,), tuple(notes))
