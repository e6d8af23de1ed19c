"""What measures read: the tables as Ibis expressions, duplicates resolved once for all.

A post that stands in several files counts once; its counts are its latest observation. Both rules
have a total order behind them (observation time, then file, then line), so that no engine may
choose.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dtypes

from howfar.schema.comparable import CAPTURE
from howfar.schema.settled import YOUNG_S
from howfar.schema.tables import METRICS, OBSERVED

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S
_MONDAY_S = 4 * _DAY_S
"""The first Monday after 1970-01-01, a Thursday."""

MAIN, RECHECK = "main", "recheck"


@dataclass(frozen=True, slots=True)
class Stored:
    """The stored tables that the frames are made of."""

    posts: ibis.Table
    counts: ibis.Table
    account_counts: ibis.Table
    coverage: ibis.Table
    series: ibis.Table
    channels: ibis.Table


def distinct_posts(stored: Stored) -> ibis.Table:
    """One row a post of a main source: its first appearance by file and line.

    Of sources that were captured in unlike ways that of the most telling one.
    """
    main = stored.coverage.filter(stored.coverage.use == MAIN)
    posts = stored.posts.inner_join(main.select("input", "capture"), "input")
    # A post that a complete source holds is captured completely, whatever else shows it too.
    told = [(posts.capture == capture, n) for n, capture in enumerate(CAPTURE)]
    posts = posts.mutate(rank=ibis.cases(*told, else_=len(CAPTURE)))
    order = ibis.window(group_by=["platform", "post_id"], order_by=["rank", "input", "line"])
    ranked = posts.mutate(copy=ibis.row_number().over(order))
    return ranked.filter(ranked.copy == 0).drop("copy", "rank")


def latest_counts(stored: Stored) -> ibis.Table:
    """One row a post and metric: the latest observation; of equals the last file and line."""
    order = ibis.window(
        group_by=["platform", "post_id", "metric"],
        order_by=[ibis.desc("observed_at"), ibis.desc("input"), ibis.desc("line")],
    )
    ranked = stored.counts.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place == 0).drop("place")


def of_one_age(latest: ibis.Table, posts: ibis.Table) -> ibis.Table:
    """The latest counts without those read while the post was young, if it was seen later.

    A post has one age. A figure that the later crawl did not give would pass for as old as the
    others, though it still grew: it is left out, and stays among the observations.
    """
    keys = ["platform", "post_id"]
    seen = latest.inner_join(posts.select(*keys, "created_s"), keys)
    last = seen.observed_at.max().over(ibis.window(group_by=keys))
    seen = seen.mutate(last_s=_seconds(last), seen_s=_seconds(seen.observed_at))
    early = (seen.seen_s - seen.created_s < YOUNG_S) & (seen.last_s - seen.created_s >= YOUNG_S)
    return seen.filter(~early.fill_null(False))


def wide_counts(latest: ibis.Table) -> ibis.Table:
    """One row a post: its latest figure of every metric, null where it was never given."""
    columns = {metric: latest.value.max(where=latest.metric == metric) for metric in METRICS}
    return latest.group_by(["platform", "post_id"]).aggregate(
        observed_at=latest.observed_at.max(), **columns
    )


def observed_posts(stored: Stored, window_start: int, window_end: int) -> ibis.Table:
    """Distinct posts inside the window (UTC microseconds) with channel attributes and counts.

    One row a post, with the columns that schema.tables.OBSERVED declares, in the order of file
    and line. The window's start is inside, its end is not.
    """
    posts = distinct_posts(stored)
    posts = posts.filter(
        (posts.created_at >= _instant(window_start)) & (posts.created_at < _instant(window_end))
    )
    posts = posts.mutate(created_s=_seconds(posts.created_at))
    counts = wide_counts(of_one_age(latest_counts(stored), posts))
    joined = posts.left_join(counts, ["platform", "post_id"]).drop(
        "platform_right", "post_id_right"
    )
    registry = stored.channels
    registry = registry.select(
        "channel",
        "organisation",
        "role",
        "paths",
        "valid_from",
        "valid_to",
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
    made = joined.mutate(
        day=(joined.created_s // _DAY_S).cast("int64"),
        week=((joined.created_s - _MONDAY_S) // _WEEK_S).cast("int64"),
        age_s=_seconds(joined.observed_at) - joined.created_s,
    )
    # Several posts may stand on one line (a page of an API); the post's id is the last resort.
    return made.select(*OBSERVED.names()).order_by(["input", "line", "platform", "post_id"])


def _instant(microseconds: int) -> ibis.Value:
    moment = _EPOCH + dt.timedelta(microseconds=microseconds)
    return ibis.literal(moment, type=dtypes.Timestamp(timezone="UTC", scale=6))


def _seconds(time: ibis.Value) -> ibis.Value:
    """Whole seconds since 1970, downwards: DuckDB would round the half second up."""
    return time.truncate("s").epoch_seconds().cast("int64")
