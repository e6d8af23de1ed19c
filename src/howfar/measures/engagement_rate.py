"""How strongly do people react, in proportion to those who could?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from scipy import stats

from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import groups
from howfar.schema.settled import own_counts
from howfar.stats.blocks import FEW_BLOCKS, FloatArray, IntArray
from howfar.stats.intervals import Interval, few_block_interval
from howfar.stats.negative_binomial import RateFit, ShrunkRates, rate, shrink_rates

METRICS = ("reactions", "comments", "shares", "quotes", "bookmarks", "clicks")
BASES = ("views", "followers")


@measure(
    Declaration(
        id="engagement_rate",
        number="12",
        title="Engagement rate",
        asks="How strongly do people react, in proportion to those who could?",
        level="out-take",
        formula="sum(w * y) / sum(w * e)",
        parts={
            "y": "counts of the posts",
            "e": "views of the posts, or followers of the channel",
            "w": "1 / (1 + alpha * rate * e): with alpha, the overdispersion, a post that most "
            "could see weighs less than its share of e",
        },
        unit="count per view or follower",
        source="negative binomial with offset: Cameron & Trivedi 2013 (doi "
        "10.1017/CBO9781139013567); shrinkage: Morris 1983 (doi 10.1080/01621459.1983.10477920)",
        uncertainty="posterior of rates shrunk over channels and kinds; of one that stands alone: "
        "clustered by week",
        needs=(
            "registry",
            "counts.reactions|counts.comments|counts.shares",
            "counts.views|account_counts.followers",
        ),
        min_posts=10,
        beware="One denominator for all channels of a platform: views where most channels have "
        "them, else followers. Young posts and reposts are left out. With fewer than four rates "
        "to shrink together, each stands alone and its interval is a confidence interval.",
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "relation": "original", "kind": "photo"}
                    | {"week": 2817 + k % 12, "age_s": 900_000}
                    | {"views": 1000, "reactions": 10 + k % 5}
                    for k in range(36)
                ]
            },
            where={"channel": "a", "category": "reactions per view", "params": None},
            value=0.011944444444444445,
            interval=(0.011637795088376191, 0.012259173838600926),
            parts={
                "y": [10 + k % 5 for k in range(36)],
                "e": [1000] * 36,
                "w": [1] * 36,
            },
        ),
    )
)
class EngagementRate:
    """Rates of each channel, and of each channel and kind, shrunk towards each other."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Settled posts by channel, kind, week, count and exposure, one part a denominator."""
        own = own_counts(tables.observed)
        own = own.filter(~own.young)
        accounts = tables.account_counts.filter(tables.account_counts.metric == "followers")
        order = ibis.window(
            group_by=["platform", "account"],
            order_by=[ibis.desc("observed_at"), ibis.desc("input"), ibis.desc("line")],
        )
        ranked = accounts.mutate(place=ibis.row_number().over(order))
        latest = ranked.filter(ranked.place == 0)
        latest = latest.select(on="platform", account="account", followers="value")
        joined = own.left_join(latest, [own.platform == latest.on, own.channel == latest.account])
        parts = []
        for metric in METRICS:
            for base in BASES:
                given = joined.filter(joined[metric].notnull())
                given = given.select(
                    "channel",
                    "platform",
                    "kind",
                    "week",
                    value=given[metric],
                    exposure=given[base],
                    metric=ibis.literal(metric),
                    base=ibis.literal(base),
                )
                parts.append(given.group_by(given.columns).aggregate(posts=lambda t: t.count()))
        return ibis.union(*parts)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Choose the denominator by platform, fit every rate, shrink them together."""
        chosen = _denominators(rows)
        for dims, group in groups(rows, ["platform", "metric", "base"]):
            if chosen[dims["platform"]] != dims["base"]:
                continue
            posts = group["posts"].astype(np.int64)
            columns = {
                name: np.repeat(group[name], posts)
                for name in ("channel", "kind", "week", "value", "exposure")
            }
            yield from self._rates(_Posts(**columns), dims, sampling)

    def _rates(self, posts: _Posts, dims: dict[str, Any], sampling: Sampling) -> Iterator[Result]:
        base = str(dims["base"])
        here = {
            "platform": dims["platform"],
            "category": f"{dims['metric']} per {base.removesuffix('s')}",
        }
        channels = sorted(set(posts.channel))
        whole = [(here | {"channel": c}, posts.of(posts.channel == c)) for c in channels]
        by_kind = [
            (where | {"params": f"kind={kind}"}, part.of(part.kind == kind))
            for where, part in whole
            for kind in sorted({k for k in part.kind if k is not None})
        ]
        for cells in (whole, by_kind):
            yield from self._shrunk(cells, base, sampling)

    def _shrunk(
        self, cells: Sequence[tuple[dict[str, Any], _Posts]], base: str, sampling: Sampling
    ) -> Iterator[Result]:
        """Rates of one level (channels, or channels and kinds), drawn towards their common rate."""
        least = self.declaration.min_posts
        fits = [_fit(part.exposed(), least, base, sampling.confidence) for _, part in cells]
        shrunk = shrink_rates(
            [fit.rate for fit in fits], [fit.log_variance for fit in fits], sampling.confidence
        )
        for k, ((dims, _), fit) in enumerate(zip(cells, fits, strict=True)):
            unit = f"count per {base.removesuffix('s')}"
            if fit.reason is not None or fit.interval is None:
                yield Result(not_measured(unit, fit.reason or "no interval"), dims)
                continue
            yield Result(_estimate(fit, shrunk, k, unit, sampling.confidence), dims)


@dataclass(frozen=True, slots=True, eq=False)
class _Posts:
    """Posts as columns; exposure NaN where it is not known."""

    channel: Any
    kind: Any
    week: IntArray
    value: FloatArray
    exposure: FloatArray

    def of(self, which: Any) -> _Posts:
        columns = (self.channel, self.kind, self.week, self.value, self.exposure)
        return _Posts(*(column[which] for column in columns))

    def exposed(self) -> _Posts:
        """Those that anybody could have seen: without exposure there is no rate."""
        exposure = self.exposure.astype(np.float64)
        return self.of(np.isfinite(exposure) & (exposure > 0))


def _denominators(rows: pa.Table) -> dict[str, str]:
    """For each platform the denominator that most of its channels have; of equals the views."""
    have: dict[str, Counter[str]] = {}
    for dims, group in groups(rows, ["platform", "channel", "base"]):
        counts = have.setdefault(dims["platform"], Counter())
        exposure = group["exposure"].astype(np.float64)
        counts[dims["base"]] += bool((np.isfinite(exposure) & (exposure > 0)).any())
    return {platform: max(BASES, key=n.__getitem__) for platform, n in have.items()}


def _fit(posts: _Posts, least: int, base: str, confidence: float) -> RateFit:
    """The rate of some posts; its variance by weeks, or from the weeks' own rates if few."""
    n = posts.value.size
    if n < least:
        reason = f"{n} posts with {base}; at least {least} are needed"
        return RateFit(math.nan, None, math.nan, math.nan, n, reason)
    fit = rate(posts.value, posts.exposure, posts.week, confidence)
    weeks = np.unique(posts.week)
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    if fit.reason is not None or fit.interval is None:
        return fit
    if weeks.size >= FEW_BLOCKS:
        return replace(fit, log_variance=_spread(fit.interval, z) ** 2)
    each = [rate(p.value, p.exposure).rate for p in (posts.of(posts.week == w) for w in weeks)]
    interval = few_block_interval(fit.rate, each, confidence, "log")
    if interval is None or interval.low <= 0:
        reason = "fewer than two weeks with two posts and a reaction"
        return RateFit(math.nan, None, math.nan, math.nan, n, reason)
    return RateFit(fit.rate, interval, fit.dispersion, _spread(interval, z) ** 2, n)


def _spread(interval: Interval, z: float) -> float:
    """The normal spread that gives a t interval of the weeks, so that shrinkage knows its width."""
    return math.log(interval.high / interval.low) / (2 * z)


def _estimate(
    fit: RateFit, shrunk: ShrunkRates | None, k: int, unit: str, confidence: float
) -> Estimate:
    if shrunk is None or not math.isfinite(float(shrunk.rates[k])):
        assert fit.interval is not None
        return Estimate(
            fit.rate,
            fit.interval.low,
            fit.interval.high,
            "confidence",
            confidence,
            fit.n,
            None,
            1,
            unit,
            fit.interval.method,
            "measured",
            "too few rates to shrink together: each stands alone",
        )
    return Estimate(
        float(shrunk.rates[k]),
        float(shrunk.low[k]),
        float(shrunk.high[k]),
        "posterior",
        confidence,
        fit.n,
        None,
        1,
        unit,
        f"negative binomial, shrunk by {float(shrunk.pull[k]):.0%} towards the common rate",
        "measured",
    )
