"""Kinds of reactions, summed as the measures of their mix need them."""

from __future__ import annotations

import ibis

from howfar.schema.settled import own_counts
from howfar.schema.tables import REACTION_KINDS


def reactions_by_week(posts: ibis.Table) -> ibis.Table:
    """Reactions of each kind to a channel's own posts, by week.

    Columns: channel, platform, role, capture, week, young, posts (with any kind given), and one
    column a kind of REACTION_KINDS, null where no post of that week gives it.
    """
    own = own_counts(posts)
    columns = {kind: own[f"reaction_{kind}"] for kind in REACTION_KINDS}
    given = ibis.or_(*(column.notnull() for column in columns.values()))
    told = own.filter(given)
    return told.group_by(["channel", "platform", "role", "capture", "week", "young"]).aggregate(
        posts=told.count(),
        **{kind: told[f"reaction_{kind}"].sum().cast("int64") for kind in REACTION_KINDS},
    )
