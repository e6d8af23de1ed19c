"""When the posts of a study were last collected: what retention clocks count from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dtypes
import pyarrow as pa

from howfar.store.engine import open_engine
from howfar.store.frames import Stored
from howfar.store.manifest import Manifest
from howfar.store.tables import TableStore

_TIME = dtypes.Timestamp(timezone="UTC", scale=6)


@dataclass(frozen=True, slots=True)
class Collected:
    """One platform's posts: the post that was seen last longest ago, and how many were never dated.

    oldest: null where no post is dated.
    """

    platform: str
    posts: int
    oldest: dt.datetime | None
    undated: int


def last_seen(stored: Stored, declared: Mapping[str, dt.datetime]) -> ibis.Table:
    """One row a post: when it was last collected, by any file that has it.

    That is the latest of the crawl times that exports give (collected_at) and of the times at
    which figures were read off (observed_at, exported or declared): a later crawl refreshes it.
    declared: source -> the study's own time of observation, for posts without any figure.
    """
    keys = ["platform", "post_id"]
    posts = stored.posts
    said = [(posts.source == name, _instant(at)) for name, at in sorted(declared.items())]
    own = ibis.cases(*said) if said else ibis.null(_TIME)
    crawls = posts.select(*keys, at=posts.collected_at.coalesce(own))
    counts = stored.counts.select(*keys, at=stored.counts.observed_at)
    both = crawls.union(counts)
    return both.group_by(keys).aggregate(at=both.at.max())


def collected(
    store: TableStore,
    manifest: Manifest,
    channels: pa.Table,
    declared: Mapping[str, dt.datetime],
    platforms: frozenset[str] | None = None,
) -> list[Collected]:
    """Each platform of the study, or of those named, in alphabetical order."""
    with open_engine(store, manifest, channels) as (_, stored):
        posts = last_seen(stored, declared)
        if platforms is not None:
            posts = posts.filter(posts.platform.isin(sorted(platforms)))
        found = posts.group_by("platform").aggregate(
            posts=posts.count(), oldest=posts.at.min(), undated=posts.at.isnull().sum()
        )
        rows = found.order_by("platform").to_pyarrow().to_pylist()
    return [Collected(r["platform"], r["posts"], r["oldest"], r["undated"]) for r in rows]


def _instant(at: dt.datetime) -> ibis.Value:
    return ibis.literal(at.astimezone(dt.UTC), type=_TIME)
