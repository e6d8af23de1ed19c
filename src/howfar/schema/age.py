"""Ages at which posts are observed: counts are compared at the same age only."""

from __future__ import annotations

import ibis

AGES: tuple[tuple[str, int, int | None], ...] = (
    ("0-6h", 0, 6),
    ("6-12h", 6, 12),
    ("12-24h", 12, 24),
    ("1-2d", 24, 48),
    ("2-7d", 48, 168),
    ("7d+", 168, None),
)
"""Name, first hour and end (exclusive) of each age class of a post at an observation."""


def age_class(age_s: ibis.Value) -> ibis.Value:
    """Name of the age class of an age in seconds; null for a negative or unknown age."""
    cases = [
        (
            (age_s >= first * 3600) if end is None else age_s.between(first * 3600, end * 3600 - 1),
            name,
        )
        for name, first, end in AGES
    ]
    return ibis.cases(*cases)


def observed_ages(posts: ibis.Table, observations: ibis.Table) -> ibis.Table:
    """Every observation of the posts, with the post's age in seconds (``age_s``) at that time.

    posts: the columns of Tables.observed to keep, platform, post_id and created_s among them. Of
    several observations at one moment the last by input and line stands: order by both.
    """
    keys = ["platform", "post_id"]
    seen = observations.select(*keys, "metric", "observed_at", "value", "input", "line")
    joined = posts.inner_join(seen, keys)
    observed_s = joined.observed_at.truncate("s").epoch_seconds().cast("int64")
    return joined.mutate(age_s=observed_s - joined.created_s)
