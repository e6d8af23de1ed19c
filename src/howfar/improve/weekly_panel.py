"""Weekly figures of every channel: what effects, power and plans are estimated from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.measure import Sampling, Tables
from howfar.schema.results import groups
from howfar.schema.settled import own_counts
from howfar.schema.spans import days_by_week, seen_spans, span, with_spans
from howfar.schema.tables import COUNTS
from howfar.stats.blocks import FloatArray, IntArray
from howfar.study.changes import VOLUME

Series = tuple[str, str]
"""Channel and platform."""


@dataclass(frozen=True)
class WeeklyPanel:
    """Channels' own posts by Monday-based UTC week: how many, and the figures of settled ones.

    Only weeks that lie whole in the window count. Posts that money carried have no figures here.
    series: (channel, platform), sorted. weeks: (W,) numbers of weeks, without holes. posts: (C, W)
    how many; NaN where the channel cannot have been seen all week. counted, total: by figure,
    (C, W), posts that have it and their sum.
    """

    series: tuple[Series, ...]
    weeks: IntArray
    posts: FloatArray
    counted: Mapping[str, FloatArray]
    total: Mapping[str, FloatArray]

    def week_at(self, days: float) -> tuple[int, bool]:
        """Place of the week that holds a moment (days since 1970), and whether it begins with it.

        The place may lie outside 0..W-1.
        """
        week, since = divmod(days - 4, 7)
        return int(week - self.weeks[0]) if self.weeks.size else 0, since == 0

    def label(self, place: int) -> str:
        """The Monday of a week as a date."""
        return str(np.datetime64(int(self.weeks[place]) * 7 + 4, "D"))

    def mean(self, figure: str) -> FloatArray:
        """Mean of a figure a post, (C, W), or for VOLUME posts a week; NaN where there is none."""
        if figure == VOLUME:
            return self.posts
        if figure not in self.total:
            return np.full(self.posts.shape, np.nan)
        counted, total = self.counted[figure], self.total[figure]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(counted > 0, total / counted, np.nan)


def panel_rows(tables: Tables) -> ibis.Table:
    """How many posts of a channel, in each week, have each value of each figure, with its span.

    category ``publishing_volume``: posts, whatever figures they have, young ones included.
    """
    posts = tables.observed
    own = posts.filter(posts.channel.notnull())
    keys = ["channel", "platform", "week"]
    every = own.group_by(keys).aggregate(posts=lambda t: t.count())
    parts = [every.mutate(category=ibis.literal(VOLUME), value=ibis.null("int64"))]
    settled = own_counts(posts)
    # Posts that money carried are never pooled with others.
    settled = settled.filter(~settled.young & (settled.exposure.fill_null("unknown") != "paid"))
    for metric in COUNTS:
        given = settled.filter(settled[metric].notnull())
        values = given.group_by([*keys, given[metric].cast("int64").name("value")])
        found = values.aggregate(posts=lambda t: t.count())
        parts.append(found.mutate(category=ibis.literal(metric)))
    columns = [*keys, "category", "value", "posts"]
    rows = ibis.union(*(part.select(*columns) for part in parts))
    return with_spans(rows, seen_spans(tables))


def weekly_panel(rows: pa.Table, sampling: Sampling) -> WeeklyPanel:
    """The panel of the reduced rows (``panel_rows``).

    A week counts where it lies whole inside the window; of a channel where it lies whole inside
    the channel's own span, else it is NaN. A whole week without posts is an observation of 0.
    """
    start, end = sampling.window_start / 1e6, sampling.window_end / 1e6
    inside = days_by_week(sampling, start, end) > 7 - 1e-9
    weeks = sampling.draw.blocks[inside]
    series: list[Series] = []
    posts: list[FloatArray] = []
    shape = weeks.size
    by: dict[str, dict[str, dict[Series, FloatArray]]] = {"counted": {}, "total": {}}
    for dims, group in groups(rows, ["channel", "platform", "category"]):
        one = (str(dims["channel"]), str(dims["platform"]))
        at = np.searchsorted(weeks, group["week"].astype(np.int64))
        known = (at < shape) & np.isin(group["week"], weeks)
        n = group["posts"][known].astype(np.float64)
        if dims["category"] == VOLUME:
            ends = (float(group[e][0]) for e in ("from_s", "until_s", "ends_s"))
            seen = days_by_week(sampling, *span(sampling, *ends))[inside] > 7 - 1e-9
            sums = np.bincount(at[known], weights=n, minlength=shape)
            series.append(one)
            posts.append(np.where(seen, sums, np.nan))
            continue
        value = group["value"][known].astype(np.float64)
        for name, weight in (("counted", n), ("total", n * value)):
            summed = np.bincount(at[known], weights=weight, minlength=shape).astype(np.float64)
            by[name].setdefault(str(dims["category"]), {})[one] = summed
    order = sorted(range(len(series)), key=lambda k: series[k])
    names = tuple(series[k] for k in order)
    observed = np.array([posts[k] for k in order], dtype=np.float64).reshape(len(names), shape)
    counted = _stacked(by["counted"], names, observed)
    total = _stacked(by["total"], names, observed)
    return WeeklyPanel(names, weeks, observed, counted, total)


def _stacked(
    found: Mapping[str, Mapping[Series, FloatArray]], names: Sequence[Series], seen: FloatArray
) -> dict[str, FloatArray]:
    nothing = np.zeros(seen.shape[1])
    return {
        metric: np.where(
            np.isnan(seen), np.nan, np.array([of.get(name, nothing) for name in names])
        )
        for metric, of in sorted(found.items())
    }
