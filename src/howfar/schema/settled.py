"""Which posts' counts may be set side by side: a channel's own, and old enough to have settled."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import numpy as np
import numpy.typing as npt

YOUNG_S = 2 * 86_400
"""A post observed before this age (seconds) is young: its counts still grow."""


def own_counts(posts: ibis.Table) -> ibis.Table:
    """Posts of channels whose counts are their own: a repost carries the original's.

    Adds ``young`` (boolean). Without an observation time the age is unknown and taken as settled.
    """
    own = posts.filter(
        posts.channel.notnull() & ((posts.relation != "repost") | posts.relation.isnull())
    )
    return own.mutate(young=(own.age_s < YOUNG_S).fill_null(False))


def settled(posts: ibis.Table) -> ibis.Value:
    """Whether a post's counts are its own and old enough: neither a repost nor young."""
    repost, young = posts.relation == "repost", posts.age_s < YOUNG_S
    return ~repost.fill_null(False) & ~young.fill_null(False)


def values_by_week(posts: ibis.Table, metrics: Sequence[str]) -> ibis.Table:
    """How many of a channel's own posts, in each week, have each value of each metric.

    Columns: channel, platform, category (the metric), week, value, young, posts.
    """
    own = own_counts(posts)
    return ibis.union(
        *(
            own.filter(own[metric].notnull())
            .group_by(["channel", "platform", "week", "young", own[metric].name("value")])
            .aggregate(posts=lambda t: t.count())
            .mutate(category=ibis.literal(metric))
            for metric in metrics
        )
    )


def young_note(young: npt.NDArray[np.bool_], posts: npt.NDArray[np.int64]) -> str | None:
    """How many posts were left out for their youth; None where none was."""
    left = int(posts[young].sum())
    if not left:
        return None
    return f"{left} post{'s' * (left > 1)} younger than two days at observation left out"


FEW_ON_TOP = 20
"""Of so few posts at the top of a heavy tail the most extreme one may well not be among those
seen. The intervals then hold in 60 to 90 % of planted worlds instead of 95 % (docs/validation.md);
with 20 to 100 in 85 to 93 %."""


def too_few_on_top(posts: float) -> str | None:
    """A warning where a share rests on the few most noticed posts; posts may be a fraction."""
    if posts >= FEW_ON_TOP:
        return None
    return f"rests on the top {posts:.2g} posts: too narrow, as planted worlds show"
