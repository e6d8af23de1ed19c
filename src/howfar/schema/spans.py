"""From when until when a channel's posts can have been seen: the days a figure may rest on."""

from __future__ import annotations

import ibis
import numpy as np

from howfar.schema.measure import Sampling, Tables
from howfar.stats.blocks import FloatArray

DAY_S = 86_400
_WEEK_S = 7 * DAY_S
_MONDAY_S = 4 * DAY_S


def seconds(time: ibis.Value) -> ibis.Value:
    """Whole seconds since 1970, rounded down."""
    return time.truncate("s").epoch_seconds().cast("int64")


def seen_spans(tables: Tables) -> ibis.Table:
    """One row a channel and platform (persons: channel null) with when it can have been seen.

    from_s: where its sources should begin. until_s: their last look, which is when counts were
    read off or, without counts, when posts were collected. ends_s: where its sources should end.
    Null where no source says it.
    """
    expected = tables.coverage.select("input", "expected_start", "expected_end")
    posts = tables.observed.left_join(expected, "input").drop("input_right")
    look = ibis.coalesce(posts.observed_at, posts.collected_at)
    return posts.group_by(["channel", "platform"]).aggregate(
        from_s=seconds(posts.expected_start.min()),
        until_s=seconds(look.max()),
        ends_s=seconds(posts.expected_end.max()),
    )


def with_spans(rows: ibis.Table, spans: ibis.Table) -> ibis.Table:
    """The rows with their channel's span beside them."""
    same = [rows.platform == spans.platform, rows.channel.identical_to(spans.channel)]
    return rows.inner_join(spans, same).select(*rows.columns, "from_s", "until_s", "ends_s")


def span(sampling: Sampling, from_s: float, until_s: float, ends_s: float) -> tuple[float, float]:
    """A channel's span inside the window, in seconds; what no source says is the window's."""
    start, end = sampling.window_start / 1e6, sampling.window_end / 1e6
    if np.isfinite(from_s):
        start = max(start, from_s)
    for limit in (until_s, ends_s):
        if np.isfinite(limit):
            end = min(end, limit)
    return start, end


def days_by_week(sampling: Sampling, start_s: float, end_s: float) -> FloatArray:
    """Days of each week of the draw inside a span, shape (B,)."""
    weeks = sampling.draw.blocks * _WEEK_S + _MONDAY_S
    overlap = np.minimum(weeks + _WEEK_S, end_s) - np.maximum(weeks, start_s)
    days: FloatArray = np.clip(overlap, 0, None) / DAY_S
    return days
