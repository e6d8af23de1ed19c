"""From reduced rows to results: what every estimator does alike, stated once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.schema.estimate import Estimate, LowKind, Result, not_measured
from howfar.schema.measure import Declaration, Sampling
from howfar.stats.block_estimate import BlockEstimate, Statistic, block_estimate
from howfar.stats.intervals import Transform

Columns = Mapping[str, npt.NDArray[Any]]


def groups(rows: pa.Table, keys: Sequence[str]) -> Iterator[tuple[dict[str, Any], Columns]]:
    """The rows of each combination of keys, as numpy columns, in the order of the keys.

    Null keys form groups of their own (a channel that is null is 'no channel'). Columns with
    nulls come as floats with NaN.
    """
    if len(rows) == 0:
        return
    order = rows.append_column("_at", pa.array(np.arange(len(rows))))
    order = order.sort_by([(k, "ascending") for k in keys] + [("_at", "ascending")])
    order = order.drop_columns(["_at"])
    values = {k: order[k].to_pylist() for k in keys}
    labels = list(zip(*values.values(), strict=True)) if keys else [()] * len(order)
    starts = [0, *(i for i in range(1, len(labels)) if labels[i] != labels[i - 1]), len(labels)]
    others = [c for c in order.column_names if c not in keys]
    columns = {c: order[c].to_numpy() for c in others}
    for a, b in pairwise(starts):
        dims = dict(zip(keys, labels[a], strict=True))
        yield dims, {c: v[a:b] for c, v in columns.items()}


def block_result(
    declaration: Declaration,
    sampling: Sampling,
    dims: Mapping[str, Any],
    statistic: Statistic,
    *,
    n_posts: int,
    transform: Transform = "identity",
    n_persons: int | None = None,
    n_channels: int | None = 1,
    unit: str | None = None,
    note: str | None = None,
) -> Result:
    """A figure by week blocks: its value, interval and replicates, or the reason for none.

    Refuses fewer posts than the measure needs, a value that the data does not define, and fewer
    than two weeks with data, since then nothing tells how far chance could have moved it.
    """
    unit = unit if unit is not None else declaration.unit
    if n_posts < declaration.min_posts:
        return Result(
            not_measured(unit, f"{n_posts} posts; at least {declaration.min_posts} are needed"),
            dims,
        )
    done = block_estimate(statistic, sampling.draw, sampling.confidence, transform)
    return from_blocks(
        done,
        sampling,
        dims,
        unit=unit,
        n_posts=n_posts,
        n_persons=n_persons,
        n_channels=n_channels,
        note=note,
    )


def from_blocks(
    done: BlockEstimate,
    sampling: Sampling,
    dims: Mapping[str, Any],
    *,
    unit: str,
    n_posts: int,
    n_persons: int | None = None,
    n_channels: int | None = 1,
    kind: LowKind = "confidence",
    note: str | None = None,
) -> Result:
    """A block estimate as a result; typed where it has no value or no interval."""
    if not np.isfinite(done.value):
        reason = "the data does not define it (nothing to divide by)"
        return Result(not_measured(unit, reason), dims)
    if done.interval is None:
        return Result(
            not_measured(unit, f"{done.n_blocks} weeks with data; an interval needs two"), dims
        )
    estimate = Estimate(
        done.value,
        done.interval.low,
        done.interval.high,
        kind,
        sampling.confidence,
        n_posts,
        n_persons,
        n_channels,
        unit,
        done.interval.method,
        "measured",
        note,
    )
    return Result(estimate, dims, done.replicates)
