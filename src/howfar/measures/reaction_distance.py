"""How far is a channel's mix of reactions from that of the others?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.schema.comparable import ROLES, VERSUS, captured_alike, rows_of
from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.reactions import reactions_by_week
from howfar.schema.results import Columns, groups
from howfar.schema.settled import young_note
from howfar.schema.tables import REACTION_KINDS
from howfar.stats.blocks import FloatArray, block_sums
from howfar.stats.composition import clr_replicates, distance_interval

_FEWEST_WEEKS = 10
_MIXES = {"a": (120, 30, 10), "b": (90, 15, 20), "c": (60, 15, 20)}


def _example() -> list[dict[str, object]]:
    """Three channels over twelve weeks; the mix of each moves a little from week to week."""
    return [
        {"channel": channel, "platform": "x", "role": "peer", "capture": "complete"}
        | {"relation": "original", "week": 2817 + week, "reaction_like": like + week}
        | {"reaction_love": love + week % 3, "reaction_angry": angry + week % 2}
        for channel, (like, love, angry) in _MIXES.items()
        for week in range(12)
        for _ in range(3)
    ]


@measure(
    Declaration(
        id="reaction_distance",
        number="41",
        title="Distance of the mix of reactions",
        asks="How far is a channel's mix of reactions from that of the others?",
        level="out-take",
        formula="sqrt(sum((log(x) - mean(log(x)) - log(y) + mean(log(y))) ** 2))",
        parts={
            "x": "the channel's reactions of each kind",
            "y": "the reactions of each kind to the other compared channels, added up",
        },
        unit="Aitchison distance, 0 and more",
        source="Aitchison et al. 2000 (doi 10.1023/A:1007529726302)",
        uncertainty="week blocks",
        needs=("reaction_kinds", "peers"),
        min_posts=30,
        beware=(
            "It weighs ratios: a doubling of a rare kind counts as much as a doubling of likes. "
            "The others are added up, so the largest channels set their mix. A kind that a channel "
            "never got is taken as 0.65 of one reaction. The interval is cautious: it holds 0 "
            "where the mixes cannot be told apart."
        ),
        example=Example(
            rows={"observed": _example()},
            where={"channel": "a"},
            value=1.0093431476333115,
            interval=(0.9910590164392054, 1.0276272788274177),
            parts={
                "x": [3 * (120 * 12 + 66), 3 * (30 * 12 + 12), 3 * (10 * 12 + 6)],
                "y": [3 * (150 * 12 + 132), 3 * (30 * 12 + 24), 3 * (40 * 12 + 12)],
            },
            window=("2024-01-01", "2024-03-25"),
        ),
    )
)
class ReactionDistance:
    """Aitchison distance of each compared channel's mix from the pooled others'."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Reactions of each kind by compared channel and week."""
        rows = reactions_by_week(tables.observed)
        return rows.filter(rows.role.isin(ROLES))

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Distance of centred log-ratios over the kinds that all compared channels give."""
        for dims, group in groups(rows, ["platform"]):
            alike = captured_alike(group["channel"], group["capture"])
            for channel, reason in alike.why_not.items():
                yield self._none(reason, _where(channel, dims["platform"]))
            if alike.channels:
                yield from self._compare(
                    alike.channels, rows_of(group, alike.channels), dims["platform"], sampling
                )

    def _compare(
        self,
        channels: tuple[str, ...],
        group: Columns,
        platform: str,
        sampling: Sampling,
    ) -> Iterator[Result]:
        old = ~group["young"].astype(bool)
        sums = {c: _by_kind(group, old & (group["channel"] == c), sampling) for c in channels}
        given = [k for k in range(len(REACTION_KINDS)) if all(s[1][k] for s in sums.values())]
        for channel in channels:
            mine = group["channel"] == channel
            posts = int(group["posts"][old & mine].sum())
            where = _where(channel, platform)
            others = np.sum([s[0] for c, s in sums.items() if c != channel], axis=0)
            if posts < self.declaration.min_posts:
                least = self.declaration.min_posts
                yield self._none(f"{posts} posts; at least {least} are needed", where)
            elif len(given) < 2:
                yield self._none("fewer than two kinds of reaction that all channels give", where)
            else:
                own = sums[channel][0][:, given]
                note = young_note(~old & mine, group["posts"])
                yield self._distance(own, others[:, given], where, sampling, posts, note)

    def _distance(
        self,
        own: FloatArray,
        others: FloatArray,
        where: dict[str, Any],
        sampling: Sampling,
        posts: int,
        note: str | None,
    ) -> Result:
        """Value and interval; weeks count where the channel and the others both have reactions."""
        once = np.ones((1, sampling.draw.n_blocks))
        with_data = int(((own.sum(axis=1) > 0) & (others.sum(axis=1) > 0)).sum())
        difference = (clr_replicates(own, once) - clr_replicates(others, once))[0]
        weights = sampling.draw.weights
        replicates = clr_replicates(own, weights) - clr_replicates(others, weights)
        interval = distance_interval(difference, replicates, with_data, sampling.confidence)
        if interval is None:
            reason = f"{with_data} weeks with data; an interval of a distance needs {_FEWEST_WEEKS}"
            return self._none(reason, where)
        estimate = Estimate(
            float(np.sqrt((difference**2).sum())),
            interval.low,
            interval.high,
            "confidence",
            sampling.confidence,
            posts,
            None,
            1,
            self.declaration.unit,
            f"{interval.method}; {own.shape[1]} kinds of reaction",
            "measured",
            note,
        )
        return Result(estimate, where, np.sqrt((replicates**2).sum(axis=1)))

    def _none(self, reason: str, where: dict[str, Any]) -> Result:
        return Result(not_measured(self.declaration.unit, reason), where)


def _where(channel: str, platform: str) -> dict[str, Any]:
    return {"channel": channel, "platform": platform, "versus": VERSUS}


def _by_kind(
    group: Columns, chosen: npt.NDArray[np.bool_], sampling: Sampling
) -> tuple[FloatArray, list[bool]]:
    """Reactions by week and kind (B, K), and whether each kind is given at all."""
    index = sampling.draw.index(group["week"][chosen])
    columns = [group[kind][chosen].astype(np.float64) for kind in REACTION_KINDS]
    given = [bool(np.isfinite(column).any()) for column in columns]
    sums = [block_sums(np.nan_to_num(c), index, sampling.draw.n_blocks) for c in columns]
    return np.stack(sums, axis=1), given
