"""How much is published, in which mix?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import ibis
import pyarrow as pa

from howfar.schema.estimate import Result
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.persons import persons_behind, with_largest
from howfar.schema.results import block_result, groups
from howfar.schema.spans import days_by_week, seen_spans, span, with_spans
from howfar.stats.blocks import ratio_replicates

_DAY_S = 86_400
_MIX = ("kind", "language", "relation", "exposure")


def _row(day: int, **fields: object) -> dict[str, object]:
    """An example post on a day of January 2024 (a Monday the 1st), seen after the window."""
    moment = 19_723 + day - 1
    return {
        "channel": "a",
        "platform": "x",
        "author": "a",
        "day": moment,
        "week": (moment - 4) // 7,
        "created_s": moment * _DAY_S,
        "observed_at": "2024-02-01T00:00:00Z",
    } | fields


@measure(
    Declaration(
        id="publishing_volume",
        number="1",
        title="Publishing volume",
        asks="How much is published, in which mix?",
        level="activity",
        formula="posts / days",
        parts={
            "posts": "distinct posts inside the window",
            "days": "days of the window in which the channel's posts can have been seen",
        },
        unit="posts per day",
        source="AMEC Integrated Evaluation Framework: activity",
        uncertainty="week blocks",
        needs=("posts",),
        min_posts=5,
        barred=("browsing",),
        rules="Days are fractional. They run from where the channel's sources should begin (by the "
        "study; else the start of the window) to their last observation or declared end, whichever "
        "comes first, inside the window. Days that are probably missing (gaps, see coverage) are "
        "not taken off. A week block has its own posts and its own part of these days.",
        beware="More is not better: volume says what was done, not what it did.",
        example=Example(
            rows={"observed": [_row(d, kind="video") for d in (1, 2, 8, 9, 10, 15, 16, 22)]},
            where={"channel": "a", "category": None, "language": None},
            value=8 / 28,
            interval=(0.13826707159443938, 0.5903983654233078),
            parts={"posts": 8, "days": 28},
            window=("2024-01-01", "2024-01-29"),
        ),
    )
)
class PublishingVolume:
    """Posts a day of each channel, and of each kind, language, relation and exposure."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Posts by channel, facet and week, distinct persons, and the span that was seen."""
        posts = tables.observed
        parts = []
        for facet in (None, *_MIX):
            value = posts[facet] if facet else ibis.null("string")
            named = posts.mutate(facet=ibis.literal(facet or "all"), member=value.cast("string"))
            if facet:
                named = named.filter(named.member.notnull())
            keys = ["channel", "platform", "facet", "member"]
            weekly = named.group_by([*keys, "week"]).aggregate(posts=named.count())
            persons = persons_behind(named, keys)
            same = [weekly[k].identical_to(persons[k]) for k in keys]
            joined = weekly.left_join(persons, same)
            parts.append(joined.select(*weekly.columns, "persons", "top"))
        return with_spans(ibis.union(*parts), seen_spans(tables))

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Ratio of sums by week; a quiet week counts as a week of zero posts."""
        for dims, group in groups(rows, ["channel", "platform", "facet", "member"]):
            posts = sampling.draw.sums(group["posts"], sampling.draw.index(group["week"]))
            seen = span(sampling, *(float(group[k][0]) for k in ("from_s", "until_s", "ends_s")))
            days = days_by_week(sampling, *seen)
            facet, member = dims.pop("facet"), dims.pop("member")
            where = {
                "language": member if facet == "language" else None,
                "category": f"{facet}={member}" if facet not in ("all", "language") else None,
                **dims,
            }
            person = dims["channel"] is None
            if person:
                where["path"] = "unknown"
            result = block_result(
                self.declaration,
                sampling,
                where,
                partial(ratio_replicates, posts, days),
                n_posts=int(posts.sum()),
                n_persons=int(group["persons"][0]) if person else None,
                n_channels=None if person else 1,
                transform="log",
            )
            yield with_largest(result, float(group["top"][0]), posts.sum()) if person else result
