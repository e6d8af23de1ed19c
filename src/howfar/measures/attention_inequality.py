"""Do a few posts take all the attention?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Result
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import block_result, groups
from howfar.schema.settled import values_by_week, young_note
from howfar.schema.tables import COUNTS
from howfar.stats.gini import block_gini


@measure(
    Declaration(
        id="attention_inequality",
        number="8",
        title="Attention inequality",
        asks="Do a few posts take all the attention?",
        level="output",
        formula="sum((2 * i - n - 1) * x) / (n * sum(x))",
        parts={"x": "counts, sorted upwards", "i": "rank of each count, from 1", "n": "posts"},
        unit="Gini coefficient, 0 to 1",
        source="Gini 1912; Lorenz 1905 (doi 10.2307/2276207)",
        uncertainty="week blocks",
        needs=("registry", "counts"),
        min_posts=30,
        beware=(
            "Reposts carry another post's counts and are left out; so are posts younger than two "
            "days at observation, whose counts still grow. In small samples Gini is too low by "
            "about a factor (n - 1) / n. With few posts and a very heavy tail the interval lies "
            "too low and holds the truth less often than it says (docs/concepts/week-blocks.md)."
        ),
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "relation": "original"}
                    | {"week": 2817 + k % 3, "reactions": k}
                    for k in range(1, 31)
                ]
            },
            where={"channel": "a", "category": "reactions"},
            value=0.32222222222222224,
            interval=(0.27292373325712405, 0.3758226746589863),
            parts={"x": list(range(1, 31)), "i": list(range(1, 31)), "n": 30},
            window=("2024-01-01", "2024-01-22"),
        ),
    )
)
class AttentionInequality:
    """Gini coefficient of each figure over a channel's posts."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """How many posts of a channel, in each week, have each value of each figure."""
        return values_by_week(tables.observed, COUNTS)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Gini by week blocks; each value counts as often as posts have it."""
        for dims, group in groups(rows, ["channel", "platform", "category"]):
            old = ~group["young"].astype(bool)
            repeats = group["posts"][old].astype(np.int64)
            values = np.repeat(group["value"][old].astype(np.float64), repeats)
            index = np.repeat(sampling.draw.index(group["week"][old]), repeats)
            yield block_result(
                self.declaration,
                sampling,
                dims,
                partial(block_gini, values, index),
                n_posts=int(repeats.sum()),
                transform="logit",
                note=young_note(~old, group["posts"]),
            )
