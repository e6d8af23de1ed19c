"""Which paths of communication carry it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.schema.estimate import Estimate, Result, exact, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.persons import persons_behind, with_largest
from howfar.schema.results import Columns, block_result, groups
from howfar.schema.settled import settled
from howfar.schema.tables import COUNTS
from howfar.stats.blocks import ratio_replicates

UNKNOWN = "unknown"
_JOIN = "|"


@measure(
    Declaration(
        id="path_mix",
        number="10",
        title="Mix of paths",
        asks="Which paths of communication carry it?",
        level="output",
        formula="sum(part * x) / sum(x)",
        parts={
            "x": "posts (or counts of posts) by channel",
            "part": "1 / number of paths of a channel that serves this path, else 0",
        },
        unit="share, 0 to 1",
        source="the registry's taxonomy of communication paths; Kish 1965 for the week blocks",
        uncertainty="week blocks; bounds where a channel serves several paths or one path is all",
        needs=("registry",),
        min_posts=10,
        barred=("browsing",),
        pools=True,
        beware=(
            "Accounts that are not in the registry are of path 'unknown' until a coded random "
            "sample says what they are. A channel that serves several paths counts equally in "
            "each; the row with params 'split=any' bounds what any other split could give. "
            "Platforms are never added up."
        ),
        example=Example(
            rows={
                "observed": [
                    {"platform": "x", "relation": "original", "channel": c, "author": c}
                    | {"paths": p, "week": 2817 + w, "reactions": r}
                    for w in range(6)
                    for c, p, r in (
                        ("a", ["official"], 10 + w),
                        ("b", ["media"], 20),
                        ("c", ["media", "official"], 6),
                        ("d", ["media"], 30 - w),
                    )
                ]
            },
            where={"path": "official", "category": "reactions", "params": None},
            value=93 / 396,
            interval=(0.20624772615609102, 0.26608582042787987),
            parts={"part": [1, 0, 0.5, 0], "x": [75, 120, 36, 165]},
            window=("2024-01-01", "2024-02-12"),
        ),
    )
)
class PathMix:
    """Share of posts and of each count that every path holds, platform by platform."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Posts and counts by set of paths and week, with the persons and channels behind them."""
        posts = tables.observed
        posts = posts.mutate(paths=ibis.coalesce(posts.paths.join(_JOIN), UNKNOWN))
        own = posts.filter(settled(posts))
        parts = [_by_week(posts, "posts", None)]
        for metric in COUNTS:
            parts.append(_by_week(own.filter(own[metric].notnull()), metric, metric))
        return ibis.union(*parts)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Ratio of weekly sums; a channel with k paths gives each of them 1 / k."""
        for dims, group in groups(rows, ["platform", "category"]):
            sets = [tuple(sorted(s.split(_JOIN))) for s in group["paths"]]
            index = sampling.draw.index(group["week"])
            everything = sampling.draw.sums(group["value"], index)
            paths = sorted({p for s in sets for p in s})
            if len(paths) == 1:
                yield _only(self.declaration, {**dims, "path": paths[0]}, sets, group)
                continue
            for path in paths:
                yield from self._path({**dims, "path": path}, sets, group, everything, sampling)

    def _path(
        self,
        dims: dict[str, Any],
        sets: list[tuple[str, ...]],
        group: Columns,
        everything: npt.NDArray[np.float64],
        sampling: Sampling,
    ) -> Iterator[Result]:
        path = dims["path"]
        part = np.array([(path in s) / len(s) for s in sets])
        index = sampling.draw.index(group["week"])
        own = sampling.draw.sums(group["value"] * part, index)
        held = part > 0
        result = block_result(
            self.declaration,
            sampling,
            dims,
            partial(ratio_replicates, own, everything),
            n_posts=int(group["posts"][held].sum()),
            n_persons=_distinct(group, sets, held, "persons") if path == UNKNOWN else None,
            n_channels=_distinct(group, sets, held, "channels"),
            transform="logit",
        )
        if path == UNKNOWN:
            result = with_largest(result, _top(group, held), own.sum())
        yield result
        if result.estimate.status == "measured" and (held & (part < 1)).any():
            alone = sampling.draw.sums(group["value"] * (part == 1), index).sum()
            reached = sampling.draw.sums(group["value"] * held, index).sum()
            yield Result(
                _bounds(result.estimate, alone / everything.sum(), reached / everything.sum()),
                dims | {"params": "split=any"},
            )


def _by_week(posts: ibis.Table, category: str, metric: str | None) -> ibis.Table:
    keys = ["platform", "paths"]
    channels = posts.group_by(keys).aggregate(channels=posts.channel.nunique())
    behind = channels.left_join(persons_behind(posts, keys, metric), keys)
    behind = behind.select(*keys, "channels", "top", persons=behind.persons.fill_null(0))
    value = posts[metric].sum().cast("int64") if metric else posts.count()
    weekly = posts.group_by([*keys, "week"]).aggregate(posts=posts.count(), value=value)
    joined = weekly.inner_join(behind, keys)
    return joined.select(
        *weekly.columns, "persons", "top", "channels", category=ibis.literal(category)
    )


def _distinct(
    group: Columns,
    sets: list[tuple[str, ...]],
    held: npt.NDArray[np.bool_],
    what: str,
) -> int:
    """Distinct persons or channels behind the sets of paths that hold a path."""
    by_set = {s: int(n) for s, n, h in zip(sets, group[what], held, strict=True) if h}
    return sum(by_set.values())


def _top(group: Columns, held: npt.NDArray[np.bool_]) -> float:
    """The largest person's part among the sets of paths that hold a path; 0 without persons."""
    tops = group["top"][held].astype(np.float64)
    return float(np.nan_to_num(tops).max(initial=0.0))


def _only(
    declaration: Declaration,
    dims: dict[str, Any],
    sets: list[tuple[str, ...]],
    group: Columns,
) -> Result:
    """One path holds everything by construction, which no sampling error can change."""
    posts, held = int(group["posts"].sum()), np.ones(len(sets), dtype=bool)
    if posts < declaration.min_posts:
        reason = f"{posts} posts; at least {declaration.min_posts} are needed"
        return Result(not_measured(declaration.unit, reason), dims)
    estimate = exact(
        1.0,
        declaration.unit,
        "every account is of this path",
        n_posts=posts,
        n_persons=_distinct(group, sets, held, "persons") if dims["path"] == UNKNOWN else None,
        n_channels=_distinct(group, sets, held, "channels"),
    )
    result = Result(replace(estimate, reason="the study has accounts of this path only"), dims)
    if dims["path"] != UNKNOWN:
        return result
    return with_largest(result, _top(group, held), float(group["value"].sum()))


def _bounds(estimate: Estimate, low: float, high: float) -> Estimate:
    """Where the share must lie however channels with several paths are split."""
    assert estimate.value is not None
    return replace(
        estimate,
        low=min(low, estimate.value),
        high=max(high, estimate.value),
        low_kind="bound",
        confidence=None,
        method="bounds over every split of channels that serve several paths",
        reason="no sampling error in it: a range of what the split could change",
    )
