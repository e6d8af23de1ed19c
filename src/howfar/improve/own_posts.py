"""Our channels' own posts, one by one: what tests of posts are planned from."""

from __future__ import annotations

from collections.abc import Collection

import ibis
import pyarrow as pa

from howfar.schema.measure import Tables
from howfar.schema.settled import own_counts
from howfar.schema.tables import COUNTS

COLUMNS = (
    *("channel", "platform", "organisation", "created_s", "week", "kind", "language", "relation"),
    *("has_link", "length", "post_id"),
    *COUNTS,
)


def own_posts(tables: Tables, channels: Collection[str]) -> ibis.Table:
    """Settled own posts of these channels, in the order of time; no text leaves the engine.

    Columns: COLUMNS. length: letters of the text; has_link: whether it leads outside. Reposts carry
    another post's counts, and posts that money carried are never pooled: both are left out.
    """
    posts = own_counts(tables.observed)
    chosen = posts.filter(
        posts.channel.isin(sorted(channels))
        & ~posts.young
        & (posts.exposure.fill_null("unknown") != "paid")
    )
    made = chosen.mutate(has_link=chosen.link.notnull(), length=chosen.text.length())
    return made.select(*COLUMNS)


def in_order(rows: pa.Table) -> pa.Table:
    """The rows by channel and time; the post's id decides between two of one second."""
    keys = [(name, "ascending") for name in ("channel", "created_s", "post_id")]
    return rows.sort_by(keys)
