"""What share of all reactions do the least noticed posts hold?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Result
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import block_result, groups
from howfar.schema.settled import too_few_on_top, values_by_week, young_note
from howfar.stats.block_lorenz import block_lorenz
from howfar.stats.blocks import FloatArray, IntArray

_POINTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@measure(
    Declaration(
        id="lorenz",
        number="8",
        title="Lorenz curve of reactions",
        asks="What share of all reactions do the least noticed posts hold?",
        level="output",
        formula="sum(b) / sum(x)",
        parts={"b": "reactions of the least noticed part p of the posts", "x": "all reactions"},
        unit="share, 0 to 1",
        source="Lorenz 1905 (doi 10.2307/2276207)",
        uncertainty="week blocks",
        needs=("registry", "counts.reactions"),
        min_posts=30,
        beware=(
            "Linear between posts where p falls inside one. Reposts and posts younger than two "
            "days at observation are left out."
        ),
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "relation": "original"}
                    | {"week": 2817 + k % 3, "reactions": k}
                    for k in range(1, 31)
                ]
            },
            where={"channel": "a", "params": "p=0.5"},
            value=120 / 465,
            interval=(0.22091018212735497, 0.29906898361703405),
            parts={"b": list(range(1, 16)), "x": list(range(1, 31))},
            window=("2024-01-01", "2024-01-22"),
        ),
    )
)
class Lorenz:
    """Points of the Lorenz curve of reactions over a channel's posts."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """How many posts of a channel, in each week, have each number of reactions."""
        return values_by_week(tables.observed, ["reactions"])

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Each point by week blocks, all points under the same draws."""
        for dims, group in groups(rows, ["channel", "platform", "category"]):
            old = ~group["young"].astype(bool)
            repeats = group["posts"][old].astype(np.int64)
            values, index = group["value"][old], sampling.draw.index(group["week"][old])
            posts = int(repeats.sum())
            for p in _POINTS:
                notes = [young_note(~old, group["posts"]), too_few_on_top((1 - p) * posts)]
                yield block_result(
                    self.declaration,
                    sampling,
                    {**dims, "params": f"p={p:g}"},
                    partial(_point, p, values, repeats, index),
                    n_posts=posts,
                    transform="logit",
                    note="; ".join(n for n in notes if n) or None,
                )


def _point(
    p: float, values: FloatArray, repeats: IntArray, index: IntArray, weights: FloatArray
) -> FloatArray:
    """The curve at p under each row of block weights."""
    return block_lorenz(values, repeats, index, weights, [p])[:, 0]
