"""How strongly do people react to a post?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.persons import persons_behind, with_largest
from howfar.schema.results import Columns, from_blocks, groups
from howfar.schema.settled import YOUNG_S, young_note
from howfar.schema.tables import COUNTS
from howfar.stats.block_estimate import BlockEstimate
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.intervals import block_interval, few_block_interval
from howfar.stats.quantiles import block_quantiles, quantile

PROBS = (0.25, 0.5, 0.75, 0.9)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY_US = 86_400 * 1_000_000
_MONDAY_DAYS = 4
_MIN_DAYS = 4
"""Days with posts that a weekly median needs: of two or three the t interval is without end."""


@measure(
    Declaration(
        id="engagement",
        number="12",
        title="Engagement",
        asks="How strongly do people react to a post?",
        level="out-take",
        formula="quantile(x, p)",
        parts={"x": "counts of the posts", "p": "part of the posts that lies at or below"},
        unit="count per post",
        source="AMEC Integrated Evaluation Framework: out-takes; quantiles of type 1, Hyndman & "
        "Fan 1996 (doi 10.1080/00031305.1996.10473566)",
        uncertainty="week blocks; days inside a single week",
        needs=("counts",),
        min_posts=10,
        rules="quantile(x, p) is the k-th smallest of the n counts, k = p n rounded up: always a "
        "count that a post has. The median of a week is over the settled posts of that week alone, "
        "its blocks are the UTC days with posts (few-block rule on the log scale), and weeks with "
        f"fewer than {_MIN_DAYS} such days are not measured.",
        beware="Reposts carry another post's counts and are left out, and so are posts younger "
        "than two days at observation.",
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "author": "a", "relation": "original"}
                    | {"kind": "photo", "day": 19_723 + k, "week": (19_723 + k - 4) // 7}
                    | {"age_s": 900_000, "reactions": 10 * k}
                    for k in range(1, 21)
                ]
            },
            where={
                "channel": "a",
                "category": "reactions",
                "params": "quantile=0.5",
                "period_start": None,
            },
            value=100.0,
            interval=(8.627692164848314, 1217.9137393604774),
            parts={"x": [10 * k for k in range(1, 21)], "p": 0.5},
            window=("2024-01-01", "2024-01-29"),
        ),
    )
)
class Engagement:
    """Quantiles of each figure over a channel's posts: in all, by kind and by week."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """How many posts of a kind, on each day, have each value of each figure.

        persons: of the posts without a channel, how many authors stand behind the metric; top:
        the posts of the most active of them.
        """
        posts = tables.observed
        own = posts.filter(posts.relation.fill_null("unknown") != "repost")
        own = own.mutate(young=(own.age_s < YOUNG_S).fill_null(False))
        parts = []
        for metric in COUNTS:
            given = own.filter(own[metric].notnull())
            keys = ["channel", "platform", "kind", "day", "week", "young"]
            values = given.group_by([*keys, given[metric].name("value")]).aggregate(
                posts=lambda t: t.count()
            )
            authors = persons_behind(given.filter(~given.young), ["platform"])
            same = [values.platform == authors.platform, values.channel.isnull()]
            joined = values.left_join(authors, same).select(*values.columns, "persons", "top")
            parts.append(joined.mutate(category=ibis.literal(metric)))
        return ibis.union(*parts)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Quantiles by week blocks over settled posts; medians by kind and by week beside them."""
        for dims, group in groups(rows, ["channel", "platform", "category"]):
            old = ~group["young"].astype(bool)
            note = young_note(~old, group["posts"])
            kinds = group["kind"][old].astype(object)
            posts = group["posts"][old].astype(np.int64)
            values = np.repeat(group["value"][old].astype(np.float64), posts)
            days = np.repeat(group["day"][old].astype(np.int64), posts)
            weeks = np.repeat(group["week"][old].astype(np.int64), posts)
            if dims["channel"] is None:
                persons = _persons(group)
                where = dims | {"path": "unknown"}
                top = float(group["top"][0])
                for one in self._overall(where, values, weeks, PROBS, note, sampling, persons):
                    yield with_largest(one, top, values.size)
                continue
            yield from self._overall(dims, values, weeks, PROBS, note, sampling)
            kind_of = np.repeat(kinds, posts)
            for kind in sorted({k for k in kinds if k is not None}):
                of = kind_of == kind
                found = self._overall(dims, values[of], weeks[of], (0.5,), None, sampling)
                for result in found:
                    params = f"{result.dims['params']};kind={kind}"
                    yield Result(
                        result.estimate, {**result.dims, "params": params}, result.replicates
                    )
            yield from self._weekly(dims, values, days, weeks, sampling)

    def _overall(
        self,
        dims: dict[str, Any],
        values: FloatArray,
        weeks: IntArray,
        probs: tuple[float, ...],
        note: str | None,
        sampling: Sampling,
        persons: int | None = None,
    ) -> Iterator[Result]:
        unit, least = self.declaration.unit, self.declaration.min_posts
        where = [dims | {"params": f"quantile={p:g}"} for p in probs]
        if values.size < least:
            reason = f"{values.size} settled posts; at least {least} are needed"
            reason += f"; {note}" if note else ""
            yield from (Result(not_measured(unit, reason), w) for w in where)
            return
        draw = sampling.draw
        index = draw.index(weeks)
        fixed = np.vstack([np.ones((1, draw.n_blocks)), np.eye(draw.n_blocks)])
        alone = block_quantiles(values, index, fixed, probs)
        drawn = block_quantiles(values, index, draw.weights, probs)
        for k, here in enumerate(where):
            value, each, replicates = float(alone[0, k]), alone[1:, k], drawn[:, k].copy()
            interval = block_interval(value, replicates, each, sampling.confidence, "log")
            used = int(np.isfinite(each).sum())
            yield from_blocks(
                BlockEstimate(value, interval, replicates, used),
                sampling,
                here,
                unit=unit,
                n_posts=values.size,
                n_persons=persons,
                n_channels=None if here["channel"] is None else 1,
                note=note,
            )

    def _weekly(
        self,
        dims: dict[str, Any],
        values: FloatArray,
        days: IntArray,
        weeks: IntArray,
        sampling: Sampling,
    ) -> Iterator[Result]:
        """The median of each week; within a week the blocks are its days."""
        unit, least = self.declaration.unit, self.declaration.min_posts
        for week in np.unique(weeks):
            of = weeks == week
            x, on = values[of], days[of]
            where = dims | {"params": "quantile=0.5"} | _period(int(week), sampling)
            if x.size < least:
                reason = f"{x.size} settled posts; at least {least} are needed"
                yield Result(not_measured(unit, reason), where)
                continue
            median = quantile(x, 0.5)
            active = np.unique(on).size
            if active < _MIN_DAYS:
                reason = f"posts on {active} day{'s' * (active > 1)} of the week; an interval needs"
                yield Result(not_measured(unit, f"{reason} {_MIN_DAYS}"), where)
                continue
            each = np.array([quantile(x[on == day], 0.5) for day in np.unique(on)])
            interval = few_block_interval(median, each, sampling.confidence, "log")
            assert interval is not None  # there are several days
            method = f"{interval.method}: days of the week"
            yield Result(
                Estimate(
                    median,
                    interval.low,
                    interval.high,
                    "confidence",
                    sampling.confidence,
                    x.size,
                    None,
                    1,
                    unit,
                    method,
                    "measured",
                ),
                where,
            )


def _persons(group: Columns) -> int:
    """Authors behind the settled posts; none where every post is young."""
    known = group["persons"].astype(np.float64)
    known = known[np.isfinite(known)]
    return int(known[0]) if known.size else 0


def _period(week: int, sampling: Sampling) -> dict[str, dt.datetime]:
    """Start and end of a Monday-based UTC week, cut at the study's window."""
    start = (week * 7 + _MONDAY_DAYS) * _DAY_US
    begin, end = max(start, sampling.window_start), min(start + 7 * _DAY_US, sampling.window_end)
    return {
        "period_start": _EPOCH + dt.timedelta(microseconds=begin),
        "period_end": _EPOCH + dt.timedelta(microseconds=end),
    }
