"""How much do counts still grow after they were first seen?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.age import AGES, observed_ages
from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import groups
from howfar.schema.settled import own_counts
from howfar.schema.tables import COUNTS
from howfar.stats.maturation import maturation_curve

_DAY_S, _HOUR_S = 86_400, 3_600
_YOUNG_HOURS = 48
_START = 1_704_067_200  # 2024-01-01, for the example


def _example() -> dict[str, list[dict[str, Any]]]:
    """Twelve posts of twelve hours, read off at the age of three hours and four days later."""
    posts, seen = [], []
    for k in range(12):
        created = _START + k * _HOUR_S
        key = {"platform": "x", "post_id": f"p{k:02}"}
        posts.append(key | {"channel": "a", "relation": "original", "created_s": created})
        for line, (age, value) in enumerate(((3, 10), (99, 30 + k % 2))):
            moment = np.datetime64(created + age * _HOUR_S, "s")
            row = {"metric": "reactions", "value": value, "observed_at": f"{moment}+00:00"}
            seen.append(key | row | {"input": line, "line": k})
    return {"observed": posts, "observations": seen}


@measure(
    Declaration(
        id="maturation",
        number="12",
        title="Maturation of counts",
        asks="How much do counts still grow after they were first seen?",
        level="coverage",
        formula="sum(later) / sum(earlier)",
        parts={
            "later": "counts at the last observation of each post",
            "earlier": "counts of the same posts at the first",
        },
        unit="later count / earlier count",
        source="ratio estimator: Cochran 1977, chapter 6",
        uncertainty="day blocks by publication; hours where posts were first seen within two days",
        needs=("counts", "recheck"),
        min_posts=10,
        rules="Each post counts once a metric, with its first and its last observation, in the "
        "class of its age at the first: " + ", ".join(name for name, _, _ in AGES) + " (end "
        f"exclusive). The blocks of classes below {_YOUNG_HOURS} hours are the hours of "
        "publication, of the others the days (UTC). Reposts are left out.",
        beware="Speaks of growth between two crawls, not for all time. Below 1 where counts were "
        "withdrawn. Posts with many counts weigh more.",
        example=Example(
            rows=_example(),
            where={"channel": "a", "category": "reactions", "params": "age=0-6h"},
            value=3.05,
            interval=(3.0159161856676855, 3.0833652508766294),
            parts={"earlier": [10] * 12, "later": [30, 31] * 6},
        ),
    )
)
class Maturation:
    """Growth of each figure of a channel's posts, by their age when first seen."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """First and last observation of every post that was observed at two times or more."""
        posts = own_counts(tables.observed).select("platform", "post_id", "channel", "created_s")
        counts = tables.observations
        seen = observed_ages(posts, counts.filter(counts.metric.isin(COUNTS)))
        keys = ["platform", "post_id", "metric"]
        order = [seen.observed_at, seen.input, seen.line]
        first = ibis.window(group_by=keys, order_by=order)
        last = ibis.window(group_by=keys, order_by=[ibis.desc(column) for column in order])
        ranked = seen.mutate(
            from_first=ibis.row_number().over(first), from_last=ibis.row_number().over(last)
        )
        return (
            ranked.group_by(["channel", "created_s", *keys])
            .aggregate(
                earlier=ranked.value.max(where=ranked.from_first == 0),
                later=ranked.value.max(where=ranked.from_last == 0),
                age_s=ranked.age_s.min(),
                last_age_s=ranked.age_s.max(),
            )
            .filter(lambda t: (t.last_age_s > t.age_s) & (t.age_s >= 0))
            .drop("post_id", "last_age_s")
        )

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Ratio of sums in each age class, drawn by hour or day of publication."""
        for dims, group in groups(rows, ["channel", "platform", "metric"]):
            hours = group["age_s"] / _HOUR_S
            for name, start, stop in AGES:
                end = float("inf") if stop is None else float(stop)
                inside = (hours >= start) & (hours < end)
                if not inside.any():
                    continue
                where = {
                    "channel": dims["channel"],
                    "platform": dims["platform"],
                    "category": dims["metric"],
                    "params": f"age={name}",
                }
                part = {k: v[inside] for k, v in group.items()}
                yield self._grown(part, start, end, where, sampling)

    def _grown(
        self, part: Any, start: float, end: float, dims: dict[str, Any], sampling: Sampling
    ) -> Result:
        unit, n = self.declaration.unit, int(part["age_s"].size)
        if n < self.declaration.min_posts:
            reason = f"{n} posts seen twice; at least {self.declaration.min_posts} are needed"
            return Result(not_measured(unit, reason), dims)
        # The posts of one crawl are young only if they are of its last day: days would be one.
        young = start < _YOUNG_HOURS
        block = (part["created_s"] // (_HOUR_S if young else _DAY_S)).astype(np.int64)
        (grown,) = maturation_curve(
            part["earlier"],
            part["later"],
            part["age_s"] / _HOUR_S,
            block,
            [start, end],
            sampling.draw.replicates,
            sampling.rng,
            sampling.confidence,
        )
        if not np.isfinite(grown.ratio):
            return Result(not_measured(unit, "all earlier counts are 0"), dims)
        if grown.interval is None:
            word = "hour" if young else "day"
            reason = f"all posts are of one {word}; an interval needs two"
            return Result(not_measured(unit, reason), dims)
        word = "hours" if young else "days"
        return Result(
            Estimate(
                grown.ratio,
                grown.interval.low,
                grown.interval.high,
                "confidence",
                sampling.confidence,
                n,
                None,
                1,
                unit,
                f"{grown.interval.method}: {word} of publication",
                "measured",
            ),
            dims,
        )
