"""What a study has, counted from its prepared tables."""

from __future__ import annotations

import ibis

from howfar.schema.measure import Tables
from howfar.schema.needs import Inventory
from howfar.schema.tables import METRICS


def take_inventory(tables: Tables, compared: frozenset[str], events: int) -> Inventory:
    """Count posts, weeks, channels and metrics; compared: channels of the compared roles."""
    posts = tables.observed
    counted = posts.aggregate(
        posts=posts.count(),
        weeks=posts.week.nunique(),
        **{metric: posts[metric].notnull().sum() for metric in METRICS},
    ).to_pyarrow()
    metrics = {name: number or 0 for name, number in counted.to_pylist()[0].items()}
    named = posts.filter(posts.channel.notnull()).select("channel").distinct().to_pyarrow()
    channels = set(named["channel"].to_pylist())
    times = tables.observations.group_by(["platform", "post_id"]).aggregate(
        times=lambda t: t.observed_at.nunique()
    )
    return Inventory(
        posts=metrics.pop("posts"),
        weeks=metrics.pop("weeks"),
        channels=len(channels),
        compared=len(channels & compared),
        metrics=metrics,
        followers=_rows(tables.account_counts),
        rechecked=_rows(times.filter(times.times > 1)),
        files=_rows(tables.coverage),
        events=events,
    )


def _rows(table: ibis.Table) -> int:
    return int(table.count().to_pyarrow().as_py())
