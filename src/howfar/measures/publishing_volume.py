"""How much is published, in which mix?"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Result
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import block_result, groups
from howfar.stats.blocks import weighted_totals

_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S
_MONDAY_S = 4 * _DAY_S
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
            "days": "days of the window up to the channel's last observation",
        },
        unit="posts per day",
        source="AMEC Integrated Evaluation Framework: activity",
        uncertainty="week blocks",
        needs=("posts",),
        min_posts=5,
        example=Example(
            rows={"observed": [_row(d, kind="video") for d in (1, 2, 8, 9, 10, 15, 16, 22)]},
            where={"channel": "a", "category": None, "language": None},
            value=8 / 28,
            interval=(0.0, 1.0),
            parts={"posts": 8, "days": 28},
            window=("2024-01-01", "2024-01-29"),
        ),
    )
)
class PublishingVolume:
    """Posts a day of each channel, and of each kind, language, relation and exposure."""

    def reduce(self, tables: Tables) -> ibis.Table:
        """Posts by channel, facet and week, and the end of each channel's observation."""
        posts = tables.observed
        last = posts.group_by(["channel", "platform"]).aggregate(
            last_seen_s=posts.observed_at.max().epoch_seconds().cast("int64")
        )
        parts = []
        for facet in (None, *_MIX):
            value = posts[facet] if facet else ibis.null("string")
            named = posts.mutate(facet=ibis.literal(facet or "all"), member=value.cast("string"))
            if facet:
                named = named.filter(named.member.notnull())
            parts.append(
                named.group_by(["channel", "platform", "facet", "member", "week"]).aggregate(
                    posts=named.count(), persons=named.author.nunique(where=named.channel.isnull())
                )
            )
        counted = ibis.union(*parts)
        same = [
            counted.platform == last.platform,
            (counted.channel == last.channel) | (counted.channel.isnull() & last.channel.isnull()),
        ]
        return counted.inner_join(last, same).select(*counted.columns, "last_seen_s")

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Ratio of sums by week; a quiet week counts as a week of zero posts."""
        for dims, group in groups(rows, ["channel", "platform", "facet", "member"]):
            index = sampling.draw.index(group["week"])
            posts = sampling.draw.sums(group["posts"], index)
            days = _days(sampling, float(group["last_seen_s"][0]))
            facet, member = dims.pop("facet"), dims.pop("member")
            where = {
                "language": member if facet == "language" else None,
                "category": f"{facet}={member}" if facet not in ("all", "language") else None,
                **dims,
            }
            if dims["channel"] is None:
                where["path"] = "unknown"
            yield block_result(
                self.declaration,
                sampling,
                where,
                lambda w, x=posts, y=days: np.divide(
                    weighted_totals(x, w),
                    weighted_totals(y, w),
                    out=np.full(len(w), np.nan),
                    where=weighted_totals(y, w) > 0,
                ),
                n_posts=int(posts.sum()),
                transform="log",
            )

    declaration: Declaration


def _days(sampling: Sampling, last_seen_s: float) -> np.ndarray:
    """Observed days in each week: the window, cut where the channel was last looked at."""
    start = sampling.window_start / 1e6
    end = sampling.window_end / 1e6
    if np.isfinite(last_seen_s):
        end = min(end, last_seen_s)
    weeks = sampling.draw.blocks * _WEEK_S + _MONDAY_S
    return np.clip(np.minimum(weeks + _WEEK_S, end) - np.maximum(weeks, start), 0, None) / _DAY_S
