"""One part of a world from nothing to finished posts: the same in whatever process it is made."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from howfar.simulate.mechanisms import MECHANISMS, named
from howfar.simulate.parts import Mechanism, Part
from howfar.simulate.places import COUNTRIES, LANGUAGES, PLATFORMS, TOPICS
from howfar.simulate.plan import SECOND, Plan
from howfar.simulate.posts import COLUMNS, Posts
from howfar.simulate.society import Society

ROWS: Final = 1 << 17
"""More than any part has; a post's number is its part's place times this, plus its row."""

_NAMES: Final = {
    "platform": PLATFORMS,
    "language": LANGUAGES,
    "country": tuple(place.code for place in COUNTRIES),
    "topic": TOPICS,
    "withheld": tuple(place.code for place in COUNTRIES),
    "relation": ("original", "reply", "share", "quote"),
    "claim": ("", "claim", "correction"),
}


def active(plan: Plan) -> tuple[Mechanism, ...]:
    """Mechanisms that are on, in the order in which they change posts."""
    return tuple(mechanism for mechanism in MECHANISMS if plan.on(mechanism.name))


def parts(plan: Plan, society: Society) -> list[Part]:
    """All parts of a world, in the order in which they are written."""
    return [
        Part(mechanism.name, index)
        for mechanism in active(plan)
        for index in range(mechanism.parts(plan, society))
    ]


def finished(plan: Plan, society: Society, place: int, part: Part) -> Posts:
    """The posts of the part at a place of parts(), with all that mechanisms do to them."""
    posts = named(part.mechanism).posts(plan, society, part.index)
    for mechanism in active(plan):
        posts = mechanism.change(plan, society, part, posts)
    if len(posts) >= ROWS:
        raise ValueError(f"{part} has {len(posts)} posts; at most {ROWS - 1} fit")
    return posts.with_columns(
        number=place * ROWS + np.arange(len(posts)),
        # Some platforms tell no finer times.
        created=posts["created"] // SECOND * SECOND,
    )


def told(posts: Posts) -> pa.Table:
    """Posts as the truth tells them: names for codes, numbers for rows, null for nothing."""
    columns = {}
    for name, (kind, default) in COLUMNS.items():
        values = posts[name]
        if name in ("parent", "root"):
            columns[name] = pa.array(posts["number"][values], mask=values < 0)
        elif name in _NAMES:
            codes = pa.array(values.astype(np.int16), mask=values < 0)
            columns[name] = pa.DictionaryArray.from_arrays(codes, list(_NAMES[name]))
        elif name in ("created", "removed"):
            moments = pa.array(values, mask=values == 0)
            columns[name] = moments.cast(pa.timestamp("us", "UTC"))
        elif kind is np.int64 and default == -1:
            columns[name] = pa.array(values, mask=values < 0)
        else:
            columns[name] = pa.array(values)
    return pa.table(columns)
