"""With which reactions do people answer?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.reactions import reactions_by_week
from howfar.schema.results import block_result, groups
from howfar.schema.settled import young_note
from howfar.schema.tables import REACTION_KINDS
from howfar.stats.blocks import block_sums, ratio_replicates


@measure(
    Declaration(
        id="reaction_mix",
        number="41",
        title="Mix of reactions",
        asks="With which reactions do people answer?",
        level="out-take",
        formula="sum(kind) / sum(all)",
        parts={
            "kind": "reactions of that kind, by week",
            "all": "reactions of all kinds that the platform tells apart, by week",
        },
        unit="share of reactions, 0 to 1",
        source="Aitchison 1982 (doi 10.1111/j.2517-6161.1982.tb01195.x): compositions",
        uncertainty="week blocks",
        needs=("registry", "reaction_kinds"),
        min_posts=30,
        beware=(
            "Shares add up to 1: more of one kind is less of another by arithmetic. 'Like' is the "
            "default button, and what 'angry' is aimed at (post, subject, author) is not seen. "
            "Posts with many reactions weigh most."
        ),
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "relation": "original"}
                    | {"week": 2817 + k % 3, "reaction_like": 2 * k, "reaction_angry": 10}
                    for k in range(1, 31)
                ]
            },
            where={"channel": "a", "category": "angry"},
            value=300 / 1230,
            interval=(0.21552803371732493, 0.2747042628339964),
            parts={"kind": [100, 100, 100], "all": [430, 390, 410]},
            window=("2024-01-01", "2024-01-22"),
        ),
    )
)
class ReactionMix:
    """Share of each kind of reaction among the reactions to a channel's posts."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Reactions of each kind by channel and week."""
        return reactions_by_week(tables.observed)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Ratio of weekly sums, every kind under the same draws."""
        for dims, group in groups(rows, ["channel", "platform"]):
            old = ~group["young"].astype(bool)
            index = sampling.draw.index(group["week"][old])
            given = [k for k in REACTION_KINDS if not np.isnan(group[k][old].astype(float)).all()]
            if len(given) < 2:
                reason = "one kind of reaction at most in the data: no mix"
                yield Result(not_measured(self.declaration.unit, reason), dims)
                continue
            sums = {
                k: block_sums(np.nan_to_num(group[k][old]), index, sampling.draw.n_blocks)
                for k in given
            }
            everything = np.sum(list(sums.values()), axis=0)
            for kind in given:
                where = {**dims, "category": kind}
                if everything.sum() > 0 and sums[kind].sum() == 0:
                    reason = f"not one reaction '{kind}': too rare to say how rare"
                    yield Result(not_measured(self.declaration.unit, reason), where)
                    continue
                yield block_result(
                    self.declaration,
                    sampling,
                    where,
                    partial(ratio_replicates, sums[kind], everything),
                    n_posts=int(group["posts"][old].sum()),
                    transform="logit",
                    note=young_note(~old, group["posts"]),
                )
