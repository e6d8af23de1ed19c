"""How large is each channel's part of the talk among the compared channels?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.comparable import ROLES, VERSUS, Alike, captured_alike, rows_of
from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.results import Columns, block_result, groups
from howfar.schema.settled import YOUNG_S, settled
from howfar.schema.spans import DAY_S, seen_spans, span, with_spans
from howfar.schema.tables import COUNTS
from howfar.stats.blocks import ratio_replicates


def _row(channel: str, day: int, **fields: object) -> dict[str, object]:
    """An example post on a day of January 2024, observed in February."""
    moment = 19_723 + day - 1
    return {
        "channel": channel,
        "platform": "x",
        "role": "peer",
        "capture": "complete",
        "day": moment,
        "week": (moment - 4) // 7,
        "age_s": 30 * DAY_S,
        "observed_at": "2024-02-10T00:00:00Z",
    } | fields


@measure(
    Declaration(
        id="share_of_voice",
        number="6",
        title="Share of voice",
        asks="How large is each channel's part of the talk among the compared channels?",
        level="output",
        formula="sum(own) / sum(all)",
        parts={
            "own": "the channel's posts (or counts of its posts), by day",
            "all": "the same of all compared channels on the platform, by day",
        },
        unit="share, 0 to 1",
        source="AMEC Integrated Evaluation Framework: outputs; Barcelona Principles 3.0",
        uncertainty="week blocks",
        needs=("peers",),
        min_posts=10,
        barred=("browsing",),
        rules="Days are UTC days, from the latest of the channels' beginnings to the earliest of "
        "their ends (declared start, last observation, declared end, inside the window). A day "
        "that a source cuts is left out; a day that the window itself cuts counts as a whole day, "
        "for all channels alike. For counts the end is two days earlier and then rounded down to a "
        "whole day: all later posts are left out, whatever the age of each; young posts and "
        "reposts of the days before add nothing.",
        beware=(
            "A share among the channels that the study compares, not of all talk. Only days that "
            "every compared channel's sources cover are used, and for counts only posts at least "
            "two days old. Channels captured in another way than most are not measured, and a "
            "personalised feed never gives a share of voice."
        ),
        example=Example(
            rows={
                "observed": [
                    _row(channel, day)
                    for day in range(1, 29)
                    for channel in (["a"] + ["b"] * (2 + day % 2))
                ]
            },
            where={"channel": "a", "category": "posts"},
            value=28 / 98,
            interval=(0.274444903543809, 0.2971883010279164),
            parts={"own": [1] * 28, "all": [4 if day % 2 else 3 for day in range(1, 29)]},
            window=("2024-01-01", "2024-01-29"),
        ),
    )
)
class ShareOfVoice:
    """Share of posts and of each count among the compared channels of a platform."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Posts and summed counts of each compared channel by day, with its seen span."""
        posts = tables.observed.filter(
            tables.observed.channel.notnull() & tables.observed.role.isin(ROLES)
        )
        posts = posts.mutate(settled=settled(posts))
        daily = posts.group_by(["channel", "platform", "capture", "week", "day"]).aggregate(
            posts=posts.count(),
            n_posts=posts.count(),
            **{m: posts[m].sum(where=posts.settled).cast("int64") for m in COUNTS},
            **{f"n_{m}": posts[m].count(where=posts.settled) for m in COUNTS},
        )
        return with_spans(daily, seen_spans(tables))

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Ratio of weekly sums over the days that all compared channels cover."""
        for dims, group in groups(rows, ["platform"]):
            yield from self._platform(str(dims["platform"]), group, sampling)

    def _platform(self, platform: str, group: Columns, sampling: Sampling) -> Iterator[Result]:
        alike = captured_alike(group["channel"], group["capture"])
        for channel, reason in alike.why_not.items():
            where = _dims(channel, platform, "posts")
            yield Result(not_measured(self.declaration.unit, reason), where)
        if not alike.channels:
            return
        kept = rows_of(group, alike.channels)
        spans = [_span(kept, c, sampling) for c in alike.channels]
        start, end = max(s for s, _ in spans), min(e for _, e in spans)
        for category in ("posts", *COUNTS):
            until = end if category == "posts" else end - YOUNG_S
            yield from self._category(_Cut(platform, category, alike, start, until), kept, sampling)

    def _category(self, cut: _Cut, group: Columns, sampling: Sampling) -> Iterator[Result]:
        number, value = group[f"n_{cut.category}"], np.nan_to_num(group[cut.category])
        if not number.any():
            return
        first, after = cut.days(sampling)
        inside = (group["day"] >= first) & (group["day"] < after)
        given = [c for c in cut.alike.channels if number[group["channel"] == c].any()]
        index = sampling.draw.index(group["week"])
        everyone = sampling.draw.sums(value * inside, index)
        for channel in cut.alike.channels:
            dims = _dims(channel, cut.platform, cut.category)
            if channel not in given or len(given) < 2:
                reason = (
                    f"no other compared channel gives {cut.category}"
                    if channel in given
                    else f"no {cut.category} of settled posts in the channel's data"
                )
                yield Result(not_measured(self.declaration.unit, reason), dims)
                continue
            own = inside & (group["channel"] == channel)
            sums = sampling.draw.sums(value * own, index)
            yield block_result(
                self.declaration,
                sampling,
                dims,
                partial(ratio_replicates, sums, everyone),
                n_posts=int(number[own].sum()),
                n_channels=len(given),
                transform="logit",
                note=cut.note(sampling, len(given)),
            )


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is compared: a category of some channels of a platform over the days they share."""

    platform: str
    category: str
    alike: Alike
    start: float
    end: float

    def days(self, sampling: Sampling) -> tuple[int, int]:
        """First UTC day and the day after the last one that all channels cover alike.

        A day that is cut is left out, unless the window itself cuts it, for all channels alike.
        """
        first = -(-self.start // DAY_S)
        if self.start * 1e6 <= sampling.window_start:
            first = self.start // DAY_S
        after = self.end // DAY_S
        if self.end * 1e6 >= sampling.window_end:
            after = -(-self.end // DAY_S)
        return int(first), max(int(first), int(after))

    def note(self, sampling: Sampling, given: int) -> str:
        """Which days were used, and how many channels give the figure."""
        first, after = self.days(sampling)
        all_of_them = f"all {len(self.alike.channels)} channels ({self.alike.capture}) cover"
        young = "" if self.category == "posts" else ", posts of the last two days left out"
        days = f"over the {after - first} UTC days that {all_of_them}{young}"
        return f"{days}; {given} channels give {self.category}"


def _dims(channel: str, platform: str, category: str) -> dict[str, Any]:
    return {"channel": channel, "platform": platform, "category": category, "versus": VERSUS}


def _span(group: Columns, channel: str, sampling: Sampling) -> tuple[float, float]:
    first = int(np.argmax(group["channel"] == channel))
    return span(sampling, *(float(group[k][first]) for k in ("from_s", "until_s", "ends_s")))
