"""Who stands behind a figure of persons: how many, and how much the most active of them adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis

from howfar.schema.estimate import Result


def persons_behind(posts: ibis.Table, keys: Sequence[str], metric: str | None = None) -> ibis.Table:
    """Distinct persons of each combination of keys, and the largest one's part.

    Columns: keys, persons, top (posts of the person who has most, or the sum of a metric over
    that person's posts). Only combinations with persons have a row.
    """
    own = posts.filter(posts.channel.isnull() & posts.author.notnull())
    amount = own[metric].sum().cast("int64") if metric else own.count()
    each = own.group_by([*keys, "author"]).aggregate(amount=amount)
    return each.group_by(list(keys)).aggregate(persons=each.count(), top=each.amount.max())


def with_largest(result: Result, top: float, total: float) -> Result:
    """The result with the largest person's part of its value, for the dominance rule."""
    value = result.estimate.value
    if value is None or not total > 0:
        return result
    return replace(result, largest=value * top / total)
