"""Does a channel do better or worse than its own usual?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from scipy import stats

from howfar.schema.age import AGES, age_class, observed_ages
from howfar.schema.estimate import Estimate, Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import groups
from howfar.schema.settled import own_counts
from howfar.schema.tables import COUNTS
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.quantiles import quantile
from howfar.stats.trimmed import WINDOW, bootstrap_trimmed_mean, trimmed_mean

LATEST_DAYS = 30
MIN_EARLIER, MIN_RECENT = 20, 10
"""Ten as for any median of counts here: that of five has about all five as its interval."""
LEAST_USUAL = 1.0
"""A usual count that may lie below one count is not told from none: no multiple of it is known."""
SAYS_NOTHING = (0.1, 10.0)
"""An interval from below a tenth of the usual to above ten times it leaves nothing excluded."""
LATEST = "period=latest"
_DAY_S = 86_400
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_UNIT = "times the channel's usual"


def _example(k: int, count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """An example post, one a day from January 2024, read off ten days later."""
    created = 1_704_067_200 + k * _DAY_S
    key = {"platform": "x", "post_id": f"p{k:02}"}
    post = {"channel": "a", "relation": "original", "kind": "photo", "created_s": created}
    seen = _EPOCH + dt.timedelta(seconds=created + 10 * _DAY_S)
    count_row = {"metric": "reactions", "value": count, "observed_at": seen.isoformat()}
    return key | post, key | count_row | {"input": 0, "line": k + 1}


_RULES = (
    "A row is of one channel, kind of post (category), count (metric in params) and period. Weekly "
    "rows are weeks from Monday, UTC, cut at the window. The row with period=latest is of the "
    f"channel's last {LATEST_DAYS} days: from its last post (of any kind) less {LATEST_DAYS} days, "
    "exclusive, to that post, inclusive. Only observations of the same age are compared. Age "
    f"classes: {', '.join(name for name, _, _ in AGES)} (end exclusive); of several observations "
    "in a class the last stands. The class is the one that most posts of the period have; of "
    "equally frequent ones the older; the earlier posts are those of the same kind in that class. "
    f"At least {MIN_RECENT} posts in the period and {MIN_EARLIER} before it are needed; n_posts is "
    "the posts of the period, method names the earlier ones. Of n earlier posts floor(n / 4) are "
    "cut off at each end. Both are drawn anew with repetition, post by post; the ends are the "
    "percentiles Phi(-t) and 1 - Phi(-t) of the ratio, t = Student's t quantile on m - 1 degrees "
    "of freedom times sqrt(m / (m - 1)), m the smaller number of posts. Where such an interval of "
    f"the usual count itself begins below {LEAST_USUAL:g}, the row is not measured: a channel that "
    "usually draws next to nothing has no usual to be a multiple of. Nor is it where the interval "
    f"of the ratio reaches from below {SAYS_NOTHING[0]:g} to above {SAYS_NOTHING[1]:g}."
)
_ROWS = [_example(k, 10 + k % 5) for k in range(50)] + [_example(k, 24) for k in range(60, 80)]


@measure(
    Declaration(
        id="expected_performance",
        number="13",
        title="Expected performance",
        asks="Does a channel do better or worse than its own usual?",
        level="out-take",
        formula="quantile(x, 0.5) / trimmed_mean(u)",
        parts={
            "x": "counts of the period's posts of one kind",
            "u": "counts of the up to 100 posts of that kind before the period, at the same age; "
            "a quarter is cut off each tail",
        },
        unit=_UNIT,
        source="CrowdTangle's published definition of expected performance, with the benchmark "
        "held still during the period; trimmed mean: Tukey & McLaughlin 1963",
        uncertainty="bootstrap over the earlier and the period's posts, both drawn post by post",
        needs=("registry", "counts"),
        min_posts=MIN_RECENT,
        rules=_RULES,
        beware="Normalised by itself: compares a channel with its past, never channels with each "
        "other. Posts are drawn one by one: where they come in bursts, the true uncertainty is "
        "larger. A busy channel's hundred posts may be those of a few days.",
        peer_comparable=False,
        example=Example(
            rows={
                "observed": [post for post, _ in _ROWS],
                "observations": [count for _, count in _ROWS],
            },
            where={"channel": "a", "category": "photo", "params": f"metric=reactions;{LATEST}"},
            value=2.0,
            interval=(1.9141104294478528, 2.108108108108108),
            parts={"x": [24] * 20, "u": [10 + k % 5 for k in range(50)]},
            window=("2024-01-01", "2024-03-21"),
        ),
    )
)
class ExpectedPerformance:
    """Latest 30 days, and each week, against the channel's own posts before them."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """A channel's posts with each count by age class; the latest observation of a class."""
        own = own_counts(tables.observed)
        posts = own.filter(own.kind.notnull()).select(
            "platform", "post_id", "channel", "kind", "created_s"
        )
        counts = tables.observations
        seen = observed_ages(posts, counts.filter(counts.metric.isin(COUNTS)))
        seen = seen.mutate(age=age_class(seen.age_s))
        seen = seen.filter(seen.age.notnull())
        order = ibis.window(
            group_by=["platform", "post_id", "metric", "age"],
            order_by=[ibis.desc("observed_at"), ibis.desc("input"), ibis.desc("line")],
        )
        ranked = seen.mutate(place=ibis.row_number().over(order))
        columns = ["channel", "platform", "kind", "metric", "age", "created_s", "value"]
        return ranked.filter(ranked.place == 0).select(*columns)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Period against what went before, in the age class that most of its posts have."""
        ends = _last_seconds(rows)
        keys = ["channel", "platform", "kind", "metric"]
        periods: list[tuple[dict[str, Any], _Period]] = []
        for dims, group in groups(rows, keys):
            where = {
                "channel": dims["channel"],
                "platform": dims["platform"],
                "category": dims["kind"],
                "params": f"metric={dims['metric']}",
            }
            end = ends[dims["channel"], dims["platform"]] + 1
            spans = [_Span(end - LATEST_DAYS * _DAY_S, end, latest=True)]
            spans += _weeks(sampling, int(group["created_s"].min()), end)
            classes = _by_age(group)
            for span in spans:
                period = _Period.of(span, classes)
                if span.latest:
                    place = where | span.dims | {"params": f"{where['params']};{LATEST}"}
                    periods.append((place, period))
                elif period.recent.size:
                    periods.append((where | span.dims, period))
        drawn = _benchmarks([p for _, p in periods if p.enough], sampling)
        for dims, period in periods:
            yield self._compare(period, drawn.get(id(period)), dims, sampling)

    def _compare(
        self,
        period: _Period,
        usual: FloatArray | None,
        dims: dict[str, Any],
        sampling: Sampling,
    ) -> Result:
        """One period against the replicates of its benchmark; null where posts are too few."""
        unit, x, u = self.declaration.unit, period.recent, period.earlier
        if usual is None:
            reason = (
                f"{x.size} posts in the period and {u.size} before it at the age {period.age}; "
                f"at least {MIN_RECENT} and {MIN_EARLIER} are needed"
            )
            return Result(not_measured(unit, reason), dims)
        expected = trimmed_mean(u)
        if expected == 0:
            reason = "the usual count is 0, and nothing can be a multiple of it"
            return Result(not_measured(unit, reason), dims)
        benchmark = _interval(expected, usual, u.size, sampling.confidence)
        if benchmark is None or benchmark[0] < LEAST_USUAL:
            least = benchmark[0] if benchmark else 0.0
            reason = (
                f"the usual count, {expected:.3g}, may be as low as {least:.2g}: "
                "a multiple of it could be anything"
            )
            return Result(not_measured(unit, reason), dims)
        value = quantile(x, 0.5) / expected
        replicates = _ratio(_median_replicates(x, sampling), usual)
        interval = _interval(value, replicates, min(x.size, u.size), sampling.confidence)
        if interval is None:
            return Result(not_measured(unit, "the usual count is 0 in too many draws"), dims)
        if interval[0] < SAYS_NOTHING[0] and interval[1] > SAYS_NOTHING[1]:
            reason = "posts differ too much: from below a tenth of the usual to above ten times it"
            return Result(not_measured(unit, reason), dims)
        others = period.others
        return Result(
            Estimate(
                value,
                *interval,
                "confidence",
                sampling.confidence,
                x.size,
                None,
                1,
                unit,
                f"bootstrap over {u.size} earlier and {x.size} posts of the period, "
                f"age {period.age}",
                "measured",
                f"{others} observations at other ages left out" if others else None,
            ),
            dims,
            # A series has no use for its replicates, and they are the bulk of a run's memory.
            replicates if period.span.latest else None,
        )


@dataclass(frozen=True, slots=True)
class _Span:
    """A period [start, end) in seconds: a week, or the channel's latest days."""

    start: int
    end: int
    latest: bool = False

    @property
    def dims(self) -> dict[str, dt.datetime]:
        moments = {"period_start": self.start, "period_end": self.end}
        return {k: _EPOCH + dt.timedelta(seconds=v) for k, v in moments.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Posts:
    """Counts of one channel, kind, metric and age class, in the order of publication."""

    created: IntArray
    value: FloatArray

    def at(self, second: int) -> int:
        return int(np.searchsorted(self.created, second))

    def between(self, start: int, end: int) -> FloatArray:
        return self.value[self.at(start) : self.at(end)]

    def before(self, start: int) -> FloatArray:
        at = self.at(start)
        return self.value[max(at - WINDOW, 0) : at]


@dataclass(frozen=True, slots=True, eq=False)
class _Period:
    """The posts of a span and those before it, in the age class that most posts have."""

    span: _Span
    age: str
    recent: FloatArray
    earlier: FloatArray
    others: int

    @classmethod
    def of(cls, span: _Span, classes: dict[str, _Posts]) -> _Period:
        inside = {age: one.between(span.start, span.end) for age, one in classes.items()}
        # Of equally frequent classes the older: its counts have grown more.
        age = max(reversed(inside), key=lambda a: inside[a].size)
        others = sum(x.size for x in inside.values()) - inside[age].size
        return cls(span, age, inside[age], classes[age].before(span.start), others)

    @property
    def enough(self) -> bool:
        return self.recent.size >= MIN_RECENT and self.earlier.size >= MIN_EARLIER


def _benchmarks(periods: list[_Period], sampling: Sampling) -> dict[int, FloatArray]:
    """Replicates of each period's usual count; all benchmarks of as many posts share their draws.

    Each takes the shared draws in an order of its own, so that no two figures move together for
    no other reason than the draws.
    """
    found: dict[int, FloatArray] = {}
    for m in sorted({p.earlier.size for p in periods}):
        own = [p for p in periods if p.earlier.size == m]
        # End to end, and one more value so that the last window, too, has a post after it.
        values = np.concatenate([*(p.earlier for p in own), np.zeros(1)])
        at = np.arange(1, len(own) + 1) * m
        replicates = sampling.draw.replicates
        drawn = bootstrap_trimmed_mean(values, at, replicates, sampling.rng, window=m)
        found |= {id(p): sampling.rng.permutation(r) for p, r in zip(own, drawn, strict=True)}
    return found


def _by_age(group: Any) -> dict[str, _Posts]:
    order = np.lexsort((group["value"], group["created_s"]))
    ages = group["age"][order]
    created, value = group["created_s"][order], group["value"][order].astype(np.float64)
    return {
        name: _Posts(created[ages == name].astype(np.int64), value[ages == name])
        for name, _, _ in AGES
        if (ages == name).any()
    }


def _last_seconds(rows: pa.Table) -> dict[tuple[str, str], int]:
    """Second of each channel's last post: its latest days end there, also in a file cut short."""
    last = rows.group_by(["channel", "platform"]).aggregate([("created_s", "max")])
    return {
        (row["channel"], row["platform"]): int(row["created_s_max"]) for row in last.to_pylist()
    }


def _weeks(sampling: Sampling, first: int, end: int) -> list[_Span]:
    """The run's weeks in which the channel's posts of this kind lie, cut at the window."""
    spans = []
    for block in sampling.draw.blocks.tolist():
        monday = (block * 7 + 4) * _DAY_S
        start = max(monday, sampling.window_start // 1_000_000)
        stop = min(monday + 7 * _DAY_S, math.ceil(sampling.window_end / 1e6))
        if stop > first and start < end:
            spans.append(_Span(start, stop))
    return spans


def _median_replicates(x: FloatArray, sampling: Sampling) -> FloatArray:
    """Bootstrap replicates of the median, without drawing a single post.

    The k-th smallest of n draws with replacement is the post at floor(n V), V ~ Beta(k, n - k + 1)
    (the k-th of n uniform variates): the same distribution at a hundredth of the cost.
    """
    n = x.size
    k = (n + 1) // 2
    at = np.floor(n * sampling.rng.beta(k, n - k + 1, sampling.draw.replicates)).astype(np.int64)
    replicates: FloatArray = np.sort(x)[np.minimum(at, n - 1)]
    return replicates


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    ratio: FloatArray = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return ratio


def _interval(
    value: float, replicates: FloatArray, n: int, confidence: float
) -> tuple[float, float] | None:
    """Percentiles, set a little outwards as a t interval on the smaller sample would be."""
    usable = np.sort(replicates[np.isfinite(replicates)])
    if usable.size < 0.9 * replicates.size:
        return None
    t = float(stats.t.ppf(0.5 + confidence / 2, n - 1)) * math.sqrt(n / (n - 1))
    tail = float(stats.norm.cdf(-t))
    low = float(usable[math.floor(tail * (usable.size - 1))])
    high = float(usable[math.ceil((1 - tail) * (usable.size - 1))])
    return min(low, value), max(high, value)
