"""What measures read: the tables as Ibis expressions, duplicates resolved once for all.

A post that stands in several files counts once; its counts are its latest observation. Both rules
have a total order behind them (observation time, then file, then line), so that no engine may
choose.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis

from howfar.schema.tables import METRICS

MAIN, RECHECK = "main", "recheck"


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored tables that the frames are made of."""

    posts: ibis.Table
    counts: ibis.Table
    account_counts: ibis.Table
    coverage: ibis.Table
    channels: ibis.Table


def distinct_posts(stored: Stored) -> ibis.Table:
    """One row a post of a main source: its first appearance by file and line."""
    main = stored.coverage.filter(stored.coverage.use == MAIN)
    posts = stored.posts.inner_join(main.select("input", "capture"), "input")
    order = ibis.window(group_by=["platform", "post_id"], order_by=["input", "line"])
    ranked = posts.mutate(copy=ibis.row_number().over(order))
    return ranked.filter(ranked.copy == 0).drop("copy")


def latest_counts(stored: Stored) -> ibis.Table:
    """One row a post and metric: the latest observation; of equals the last file and line."""
    order = ibis.window(
        group_by=["platform", "post_id", "metric"],
        order_by=[ibis.desc("observed_at"), ibis.desc("input"), ibis.desc("line")],
    )
    ranked = stored.counts.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0).drop("place")


def wide_counts(stored: Stored) -> ibis.Table:
    """One row a post: its latest figure of every metric, null where it was never given."""
    latest = latest_counts(stored)
    columns = {
        metric: latest.value.max(where=latest.metric == metric) for metric in METRICS
    }
    return latest.group_by(["platform", "post_id"]).aggregate(
        observed_at=latest.observed_at.max(), **columns
    )


def observed_posts(stored: Stored, window_start: int, window_end: int) -> ibis.Table:
    """Distinct posts inside the window (UTC microseconds) with channel attributes and counts.

    week: Monday-based number since 1970-01-05, as stats.blocks.week_of. day: days since
    1970-01-01 in UTC. age_us: microseconds from publication to observation. hides_own: the counts
    are another post's (a repost carries the original's).
    """
    posts = distinct_posts(stored)
    created = posts.created_at.epoch_seconds().cast("int64")
    posts = posts.mutate(created_s=created)
    posts = posts.filter(
        (posts.created_s >= window_start // 1_000_000) & (posts.created_s < window_end // 1_000_000)
    )
    counts = wide_counts(stored)
    joined = posts.left_join(counts, ["platform", "post_id"]).drop(
        "platform_right", "post_id_right"
    )
    registry = stored.channels
    registry = registry.select(
        "channel", "organisation", "role", "paths", "valid_from", "valid_to",
        channel_country="country",
    )
    joined = joined.left_join(
        registry,
        [
            joined.channel == registry.channel,
            registry.valid_from.isnull() | (joined.created_at >= registry.valid_from),
            registry.valid_to.isnull() | (joined.created_at < registry.valid_to),
        ],
    ).drop("channel_right", "valid_from", "valid_to")
    day = (joined.created_s // 86_400).cast("int64")
    return joined.mutate(
        day=day,
        week=((joined.created_s - 345_600) // 604_800).cast("int64"),
        age_s=joined.observed_at.epoch_seconds().cast("int64") - joined.created_s,
    )
