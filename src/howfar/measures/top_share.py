"""What share of all attention do the most noticed posts hold?"""

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
from howfar.schema.tables import COUNTS
from howfar.stats.block_lorenz import block_lorenz
from howfar.stats.blocks import FloatArray, IntArray

_TOPS = (0.01, 0.05, 0.1)
_FLAG = 0.5
"""A post that holds at least this part of all attention makes the result by itself."""


@measure(
    Declaration(
        id="top_share",
        number="8",
        title="Share of the top posts",
        asks="What share of all attention do the most noticed posts hold?",
        level="output",
        formula="sum(t) / sum(x)",
        parts={"t": "counts of the most noticed 1, 5 or 10 % of posts", "x": "all counts"},
        unit="share, 0 to 1",
        source="Lorenz 1905 (doi 10.2307/2276207): 1 - L(1 - top)",
        uncertainty="week blocks",
        needs=("registry", "counts"),
        min_posts=30,
        rules="The share is 1 - L(1 - top), L the Lorenz curve of the counts in ascending order: "
        "straight lines between the points (k / n, sum of the k least / sum of all): where "
        "top * n is no whole number, the post at the cut counts in part. The formula above is the "
        "case of a whole number.",
        beware=(
            "With fewer than 1 / top posts it is a part of one post. Where the top holds few posts "
            "the interval is too narrow: under heavy tails it held less often than it says (see "
            "the page on validation), and the figure says so. Where one post holds half of all, "
            "the figure says so. Reposts and posts younger than two days at observation are left "
            "out."
        ),
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "relation": "original"}
                    | {"week": 2817 + k % 3, "shares": k}
                    for k in range(1, 31)
                ]
            },
            where={"channel": "a", "category": "shares", "params": "top=0.1"},
            value=87 / 465,
            interval=(0.1734922574866335, 0.20150800388633347),
            parts={"t": [28, 29, 30], "x": list(range(1, 31))},
            window=("2024-01-01", "2024-01-22"),
        ),
    )
)
class TopShare:
    """Share of each figure that a channel's top 1, 5 and 10 % of posts hold."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """How many posts of a channel, in each week, have each value of each figure."""
        return values_by_week(tables.observed, COUNTS)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """One less the Lorenz curve, by week blocks."""
        for dims, group in groups(rows, ["channel", "platform", "category"]):
            old = ~group["young"].astype(bool)
            repeats = group["posts"][old].astype(np.int64)
            values, index = group["value"][old], sampling.draw.index(group["week"][old])
            posts = int(repeats.sum())
            for top in _TOPS:
                notes = [
                    young_note(~old, group["posts"]),
                    _one_post(values, repeats),
                    too_few_on_top(top * posts),
                ]
                yield block_result(
                    self.declaration,
                    sampling,
                    {**dims, "params": f"top={top:g}"},
                    partial(_held, top, values, repeats, index),
                    n_posts=posts,
                    transform="logit",
                    note="; ".join(n for n in notes if n) or None,
                )


def _held(
    top: float, values: FloatArray, repeats: IntArray, index: IntArray, weights: FloatArray
) -> FloatArray:
    """What the top part holds under each row of block weights."""
    return 1.0 - block_lorenz(values, repeats, index, weights, [1.0 - top])[:, 0]


def _one_post(values: FloatArray, repeats: IntArray) -> str | None:
    """A flag where one post alone makes the result."""
    total = int((values * repeats).sum())
    if not total or values.max() < _FLAG * total:
        return None
    return f"one post holds {values.max() / total:.0%} of all"
