"""How much of what we see was still growing when it was seen?"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import pyarrow as pa

from howfar.schema.estimate import Result, exact
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import groups
from howfar.schema.settled import YOUNG_S


@measure(
    Declaration(
        id="young_posts",
        number="12",
        title="Young posts",
        asks="How many posts were seen so early that their counts still grew?",
        level="coverage",
        formula="young / posts",
        parts={
            "young": "posts observed less than two days after publication",
            "posts": "posts with any observed count",
        },
        unit="share of posts, 0 to 1",
        source="howfar: posts younger than two days at observation are flagged",
        uncertainty="exact: all posts of the study are counted",
        needs=("counts",),
        min_posts=1,
        beware="Young posts are left out of peer comparisons; maturation shows how much they grow.",
        example=Example(
            rows={
                "observed": [
                    {"channel": "a", "platform": "x", "author": "a", "relation": "original"}
                    | {"reactions": 5, "observed_at": "2024-02-01T00:00:00Z", "age_s": age}
                    for age in (3_600, 172_799, 172_800, 900_000)
                ]
            },
            where={"channel": "a"},
            value=0.5,
            interval=(0.5, 0.5),
            parts={"young": 2, "posts": 4},
        ),
    )
)
class YoungPosts:
    """Share of a channel's posts, and of all persons' posts, that were young when observed."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Posts with an observation, and the young among them; reposts carry other counts."""
        posts = tables.observed
        own = posts.filter(
            posts.observed_at.notnull() & (posts.relation.fill_null("unknown") != "repost")
        )
        return own.group_by(["channel", "platform"]).aggregate(
            posts=own.count(),
            young=own.count(where=own.age_s < YOUNG_S),
            persons=own.author.nunique(where=own.channel.isnull()),
        )

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """The plain ratio: a census, so its bounds are itself."""
        for dims, group in groups(rows, ["channel", "platform"]):
            posts, person = int(group["posts"][0]), dims["channel"] is None
            yield Result(
                exact(
                    int(group["young"][0]) / posts,
                    self.declaration.unit,
                    "share of all posts seen",
                    n_posts=posts,
                    n_persons=int(group["persons"][0]) if person else None,
                    n_channels=None if person else 1,
                ),
                dims | ({"path": "unknown"} if person else {}),
            )
