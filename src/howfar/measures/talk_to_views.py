"""Do viewers talk, or only click?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.comparable import captured_alike
from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import block_result, from_blocks, groups
from howfar.schema.settled import own_counts
from howfar.stats.block_estimate import BlockEstimate
from howfar.stats.elasticity import (
    LogLog,
    log_log,
    pooled_slope,
    residuals_against_peers,
    slope_replicates,
)
from howfar.stats.intervals import block_interval

MOST_ZEROS = 0.5
"""Largest share of posts with a zero that a slope of the others may stand for."""
_COMPARED = ("ours", "peer")
_RATIO = "times the comments of peers' posts with as many"


@dataclass(frozen=True, slots=True)
class _Line:
    """A channel's posts as sums for the regression."""

    channel: str
    compared: bool
    model: LogLog
    why_not: str = ""


@measure(
    Declaration(
        id="talk_to_views",
        number="14",
        title="Talk to views",
        asks="Do viewers talk, or only click?",
        level="out-take",
        formula="(sum(x * y) - sum(x) * sum(y) / n) / (sum(x * x) - sum(x) * sum(x) / n)",
        parts={
            "x": "logarithm of each post's views (reactions where no views are given)",
            "y": "logarithm of its comments",
            "n": "posts with both above zero",
        },
        unit="per cent more comments for one per cent more views or reactions",
        source="log-log least squares; pooled over channels: Bell & McCaffrey 2002, Pustejovsky & "
        "Tipton 2018 (doi 10.1080/07350015.2016.1247004)",
        uncertainty="week blocks; pooled: clustered by channel with few-cluster correction",
        needs=("registry", "counts.comments", "counts.views|counts.reactions"),
        min_posts=30,
        rules="A row with a channel and 'elasticity' is the slope above of that channel's posts. "
        "The row without a channel is the slope common to all compared channels, each with an own "
        "level: sum over channels of the numerator above / sum over channels of the denominator, "
        "each taken about the channel's own means. 'residual' is how much more a channel's posts "
        "are talked about than peers' posts with as many views (or reactions), as a factor: "
        "exp(mean(y - b * x) of the channel - unweighted mean over its peers of their "
        "mean(y - b * x)), b the common slope within channels, fitted on the peers only. Peers are "
        "all other channels of role ours or peer on the platform with the same base and at least "
        "30 usable posts; its unit is times the comments of peers' posts with as many views "
        "or reactions: 1 is as much talk as theirs.",
        beware="Posts without a comment have no logarithm and are left out; where they are more "
        "than half, nothing is said. Young posts and reposts are left out. A slope on reactions is "
        "another figure than one on views.",
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "relation": "original", "role": "peer"}
                    | {"week": 2817 + k % 3, "views": 2**k, "comments": 2 ** (k // 2)}
                    | {"age_s": 900_000}
                    for k in range(1, 31)
                ]
            },
            where={"channel": "a", "category": "elasticity: comments on views"},
            value=0.5016685205784204,
            interval=(0.4862551750319385, 0.5173025743301053),
            parts={
                "x": [k * math.log(2) for k in range(1, 31)],
                "y": [(k // 2) * math.log(2) for k in range(1, 31)],
                "n": 30,
            },
            window=("2024-01-01", "2024-01-22"),
        ),
    )
)
class TalkToViews:
    """Elasticity of comments on views, of each channel and pooled, and each channel's residual."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Settled posts by channel, week, views (or reactions) and comments.

        The base is chosen by channel: views if any of its posts has them, else reactions.
        """
        own = own_counts(tables.observed)
        own = own.filter(own.comments.notnull() & ~own.young)
        parts = []
        for base in ("views", "reactions"):
            given = own.filter(own[base].notnull())
            keys = ["channel", "platform", "role", "capture", "week"]
            keys += [given[base].name("x"), "comments"]
            parts.append(
                given.group_by(keys)
                .aggregate(posts=lambda t: t.count())
                .mutate(base=ibis.literal(base))
            )
        both = ibis.union(*parts)
        seen = both.filter(both.base == "views").select("channel", "platform").distinct()
        seen = seen.rename(viewed="channel", on="platform")
        marked = both.left_join(seen, [both.channel == seen.viewed, both.platform == seen.on])
        chosen = marked.filter((marked.base == "views") | marked.viewed.isnull())
        return chosen.select(*both.columns)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Slopes by week blocks; channels are compared with those of the same base only."""
        for dims, group in groups(rows, ["platform", "base"]):
            lines = []
            rival = np.isin(group["role"].astype(str), _COMPARED)
            rivals = group["channel"][rival]
            # A single compared channel has nobody to be unlike; that is said further down.
            several = len(set(rivals)) > 1
            unlike = captured_alike(rivals, group["capture"][rival]).why_not if several else {}
            for name in sorted(set(group["channel"])):
                of = group["channel"] == name
                posts = group["posts"][of].astype(np.int64)
                model = log_log(
                    np.repeat(group["x"][of].astype(np.float64), posts),
                    np.repeat(group["comments"][of].astype(np.float64), posts),
                    np.repeat(sampling.draw.index(group["week"][of]), posts),
                    sampling.draw.n_blocks,
                )
                # A channel may change its role inside the window: compared if it ever was.
                roles = set(group["role"][of])
                compared = bool(roles & set(_COMPARED))
                lines.append(_Line(name, compared, model, unlike.get(name, "")))
            yield from self._of(lines, dims["platform"], dims["base"], sampling)

    def _of(
        self, lines: Sequence[_Line], platform: str, base: str, sampling: Sampling
    ) -> Iterator[Result]:
        usable: list[_Line] = []
        for line in lines:
            dims = {
                "channel": line.channel,
                "platform": platform,
                "category": f"elasticity: comments on {base}",
            }
            if line.model.share_dropped > MOST_ZEROS:
                reason = f"{line.model.share_dropped:.0%} of the posts have no comment or no {base}"
                yield Result(not_measured(self.declaration.unit, reason), dims)
                continue
            result = block_result(
                self.declaration,
                sampling,
                dims,
                partial(slope_replicates, line.model),
                n_posts=line.model.n,
                note=_zeros(line.model, base),
            )
            yield result
            if line.compared and not line.why_not and line.model.n >= self.declaration.min_posts:
                usable.append(line)
        yield self._pooled(usable, platform, base, sampling)
        yield from self._residuals(lines, usable, platform, base, sampling)

    def _pooled(
        self, lines: Sequence[_Line], platform: str, base: str, sampling: Sampling
    ) -> Result:
        unit = self.declaration.unit
        dims = {"platform": platform, "category": f"elasticity: comments on {base}"}
        found = pooled_slope([line.model for line in lines], sampling.confidence)
        if found.interval is None:
            reason = f"{found.n_channels} channels to compare; a pooled slope needs two"
            return Result(not_measured(unit, reason), dims)
        return Result(
            Estimate(
                found.slope,
                found.interval.low,
                found.interval.high,
                "confidence",
                sampling.confidence,
                sum(line.model.n for line in lines),
                None,
                found.n_channels,
                unit,
                found.interval.method,
                "measured",
                "each channel with its own level; the slope is common to all compared channels",
            ),
            dims,
        )

    def _residuals(
        self,
        lines: Sequence[_Line],
        usable: Sequence[_Line],
        platform: str,
        base: str,
        sampling: Sampling,
    ) -> Iterator[Result]:
        """How much more a channel's posts are talked about than peers' posts with the same base."""
        unit, draw = f"{_RATIO} {base}", sampling.draw
        position = {line.channel: k for k, line in enumerate(usable)}
        models = [line.model for line in usable]
        if len(usable) > 1:
            fixed = np.vstack([np.ones((1, draw.n_blocks)), np.eye(draw.n_blocks)])
            alone = np.exp(residuals_against_peers(models, fixed))
            drawn = np.exp(residuals_against_peers(models, draw.weights))
        for line in lines:
            if not line.compared:
                continue
            dims: dict[str, Any] = {
                "channel": line.channel,
                "platform": platform,
                "category": f"residual: comments on {base}",
                "versus": "compared channels",
            }
            if line.why_not:
                yield Result(not_measured(unit, line.why_not), dims)
                continue
            if line.channel not in position:
                reason = f"too few of its posts have both comments and {base}"
                yield Result(not_measured(unit, reason), dims)
                continue
            if len(usable) < 2:
                yield Result(not_measured(unit, f"no other channel with comments and {base}"), dims)
                continue
            k = position[line.channel]
            value, each, replicates = float(alone[0, k]), alone[1:, k], drawn[:, k].copy()
            yield from_blocks(
                BlockEstimate(
                    value,
                    block_interval(value, replicates, each, sampling.confidence, "log"),
                    replicates,
                    int(np.isfinite(each).sum()),
                ),
                sampling,
                dims,
                unit=unit,
                n_posts=line.model.n,
                n_channels=len(usable),
                note=_zeros(line.model, base),
            )


def _zeros(model: LogLog, base: str) -> str | None:
    left = round(model.n / (1.0 - model.share_dropped)) - model.n if model.n else 0
    if not left:
        return None
    return f"{left} post{'s' * (left > 1)} without a comment or without {base} left out"
