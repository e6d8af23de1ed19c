"""Was it removed, withheld or labelled?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Result, exact, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.persons import with_largest
from howfar.schema.results import Columns, groups
from howfar.schema.spans import seconds

STATES = ("removed", "withheld", "labelled")
MISSING = "missing at recheck"
_WEEK = dt.timedelta(days=7)
_MONDAY = dt.datetime(1970, 1, 5, tzinfo=dt.UTC)


def _example() -> dict[str, list[dict[str, Any]]]:
    """Eight posts of one channel; the last two are withheld in Germany, one of them in France."""
    posts = [
        {"platform": "x", "post_id": str(n), "channel": "a", "author": "a", "source": "s"}
        | {"input": 1, "line": n, "created_at": f"2024-01-{n:02}T08:00:00Z", "week": 2817 + n // 8}
        for n in range(1, 9)
    ]
    held = ("platform", "post_id", "channel", "source", "input", "line", "created_at", "author")
    read = [{k: p[k] for k in held} | {"availability": "available"} for p in posts]
    read[6] |= {"availability": "withheld", "withheld_in": ["DE"]}
    read[7] |= {"availability": "withheld", "withheld_in": ["DE", "FR"]}
    file = {"source": "s", "input": 1, "capture": "complete", "use": "main"}
    return {"coverage": [file | {"supplies": ["posts.withheld"]}], "posts": read, "observed": posts}


@measure(
    Declaration(
        id="availability",
        number="39",
        title="Availability",
        asks="Was it removed, withheld or labelled?",
        level="coverage",
        formula="hit / posts",
        parts={
            "hit": "posts that any look found removed, withheld (in that country) or labelled",
            "posts": "posts from exports that can tell it",
        },
        unit="share of posts, 0 to 1",
        source="transparency reporting: Lumen database and platforms' withheld-content fields",
        uncertainty="exact: all posts of the study that can tell are counted",
        needs=("posts",),
        min_posts=1,
        rules="A post counts for a state (removed, withheld, labelled) where an export of it can "
        "tell that state, and as hit if any look at it said so. Weeks are those of publication. "
        "Without a country: withheld in any. Labelled: the platform put a label on the post "
        "or its account. Of channels (params of=channels) the share with at least one such post. "
        "Missing at recheck: posts of a channel that a later, complete crawl (use = recheck, "
        "capture = complete) of the same span does not have although it has others of that "
        "channel.",
        beware=(
            "What was removed before the first collection is in no export: the share of removed "
            "posts is a lower bound. Missing at a recheck may mean removed by the platform, "
            "deleted or hidden by the channel, or overlooked by the crawl. A platform may withhold "
            "without saying so."
        ),
        example=Example(
            rows=_example(),
            where={"channel": "a", "category": "withheld", "country": "DE", "period_start": None},
            value=0.25,
            interval=(0.25, 0.25),
            parts={"hit": 2, "posts": 8},
        ),
    )
)
class Availability:
    """Share of posts and of channels removed, withheld (by country) or labelled, and missing."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Posts and hits of each channel, state, country and week, with the persons behind them."""
        own = tables.observed.select("platform", "post_id", "channel", "author", "week")
        supplies = tables.coverage.supplies
        files = tables.coverage.select(
            "input", **{f"tells_{s}": supplies.contains(f"posts.{s}") for s in STATES}
        )
        told = tables.posts.inner_join(files, "input")
        said = {
            "removed": told.availability == "removed",
            "withheld": (told.availability == "withheld") | (told.withheld_in.length() > 0),
            "labelled": (told.availability == "labelled") | told.platform_label.notnull(),
        }
        # Null where the export cannot tell: that is no zero.
        told = told.select(
            "platform",
            "post_id",
            "withheld_in",
            **{
                state: ibis.ifelse(
                    told[f"tells_{state}"], hit.fill_null(False).cast("int64"), ibis.null("int64")
                )
                for state, hit in said.items()
            },
        )
        keys = ["platform", "post_id"]
        looks = told.group_by(keys).aggregate(**{s: told[s].max() for s in STATES})
        posts = own.inner_join(looks, keys)
        parts = []
        for state in STATES:
            able = posts.filter(posts[state].notnull())
            parts.append(_facts(able, able[state], state))
        told = told.filter(told.withheld.notnull())
        places = told.select(*keys, country=told.withheld_in.unnest()).distinct()
        places = own.inner_join(places, keys)
        parts.append(_facts(places, ibis.literal(1), "place"))
        silent = posts.filter(ibis.coalesce(*(posts[s] for s in STATES)).isnull())
        parts.append(_facts(silent, ibis.literal(0), "not told"))
        parts.append(_missing(tables))
        return ibis.union(*parts)

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Plain ratios: a census, so their bounds are themselves."""
        held: dict[tuple[str, str, str | None], dict[str, bool]] = {}
        for dims, group in groups(rows, ["channel", "platform"]):
            if not np.isin(group["what"], STATES).any():
                yield Result(not_measured(self.declaration.unit, _UNTOLD), _dims(dims))
            for category, country, hits in _figures(group):
                whole = _of(group, category)
                yield from self._series(_dims(dims, category, country), whole, hits)
                if dims["channel"] is not None:
                    per = held.setdefault((dims["platform"], category, country), {})
                    per[dims["channel"]] = bool(hits["hit"].sum())
            if dims["channel"] is not None:
                yield from self._rechecks(dims, group)
        yield from self._channels(held)

    def _series(self, dims: dict[str, Any], whole: Columns, hits: Columns) -> Iterator[Result]:
        """The share over the window and, for channels where there is any, by week."""
        posts, hit = int(whole["posts"].sum()), int(hits["hit"].sum())
        person = dims.get("channel") is None
        behind = int((hits if hit else whole)["persons"].max(initial=0)) if person else None
        result = Result(
            exact(
                hit / posts,
                self.declaration.unit,
                "share of all posts whose export tells it",
                n_posts=posts,
                n_persons=behind,
                n_channels=None if person else 1,
            ),
            dims,
        )
        yield with_largest(result, float(hits["top"].max(initial=0)), hit) if person else result
        if person or not hit:
            return
        for week in sorted(set(whole["week"])):
            start = _MONDAY + int(week) * _WEEK
            n = int(whole["posts"][whole["week"] == week].sum())
            value = int(hits["hit"][hits["week"] == week].sum()) / n
            period = {"period_start": start, "period_end": start + _WEEK}
            method = "share of the week's posts whose export tells it"
            estimate = exact(value, self.declaration.unit, method, n_posts=n, n_channels=1)
            yield Result(estimate, dims | period)

    def _channels(
        self, held: dict[tuple[str, str, str | None], dict[str, bool]]
    ) -> Iterator[Result]:
        """Share of channels with at least one such post."""
        everyone: dict[tuple[str, str], set[str]] = {}
        for (platform, category, _), per in held.items():
            everyone.setdefault((platform, category), set()).update(per)
        for (platform, category, country), per in held.items():
            n = len(everyone[platform, category])
            dims = _dims({"platform": platform}, category, country, "of=channels")
            unit, method = "share of channels, 0 to 1", "channels with at least one such post"
            yield Result(exact(sum(per.values()) / n, unit, method, n_channels=n), dims)

    def _rechecks(self, dims: dict[str, Any], group: Columns) -> Iterator[Result]:
        """Posts that a later complete crawl of the same span did not have."""
        for name in sorted({str(n) for n in group["country"][group["what"] == MISSING]}):
            rows = (group["what"] == MISSING) & (group["country"] == name)
            posts, hit = int(group["posts"][rows].sum()), int(group["hit"][rows].sum())
            yield Result(
                exact(
                    hit / posts,
                    self.declaration.unit,
                    "share of the posts that the recheck should have",
                    n_posts=posts,
                    n_channels=1,
                ),
                _dims(dims, MISSING, None, f"recheck={name}"),
            )


_UNTOLD = "no export of these posts tells whether they were removed, withheld or labelled"


def _dims(
    dims: dict[str, Any],
    category: str | None = None,
    country: str | None = None,
    params: str | None = None,
) -> dict[str, Any]:
    where = {"path": "unknown"} if "channel" in dims and dims["channel"] is None else {}
    return {**dims, **where, "category": category, "country": country, "params": params}


def _of(group: Columns, what: str) -> Columns:
    return {name: column[group["what"] == what] for name, column in group.items()}


def _figures(group: Columns) -> Iterator[tuple[str, str | None, Columns]]:
    """Category, country and rows of each figure of a series whose exports tell."""
    for state in STATES:
        if (group["what"] == state).any():
            yield state, None, _of(group, state)
    places = _of(group, "place")
    for country in sorted({str(c) for c in places["country"]}):
        here = places["country"] == country
        yield "withheld", country, {name: column[here] for name, column in places.items()}


def _facts(posts: ibis.Table, hit: ibis.Value, what: str) -> ibis.Table:
    """Posts and hits by series, country and week; distinct persons who have hits, over all weeks.

    Where there is no hit, the persons are those behind all the posts.
    """
    country = posts["country"] if "country" in posts.columns else ibis.null("string")
    rows = posts.mutate(hit=hit, country=country)
    keys = ["channel", "platform", "country"]
    weekly = rows.group_by([*keys, "week"]).aggregate(posts=rows.count(), hit=rows.hit.sum())
    people = rows.filter(rows.channel.isnull() & rows.author.notnull())
    each = people.group_by([*keys, "author"]).aggregate(posts=people.count(), hit=people.hit.sum())
    behind = each.group_by(keys).aggregate(
        hitters=each.count(where=each.hit > 0), everyone=each.count(), top=each.hit.max()
    )
    same = [weekly[k].identical_to(behind[k]) for k in keys]
    joined = weekly.left_join(behind, same)
    persons = ibis.ifelse(joined.hitters > 0, joined.hitters, joined.everyone)
    return joined.select(
        what=ibis.literal(what),
        channel=weekly.channel,
        platform=weekly.platform,
        country=weekly.country,
        week=weekly.week,
        posts=weekly.posts.cast("int64"),
        hit=weekly.hit.cast("int64"),
        persons=persons.fill_null(0).cast("int64"),
        top=joined.top.fill_null(0).cast("int64"),
    )


def _missing(tables: Tables) -> ibis.Table:
    """Of each complete later crawl: the channel's posts in its span, and those it does not have."""
    files = tables.coverage
    spans = files.filter((files.use == "recheck") & (files.capture == "complete"))
    spans = spans.group_by("source").aggregate(
        start=seconds(spans.expected_start.min()), end=seconds(spans.expected_end.max())
    )
    looks = _looks(tables)
    spans = spans.inner_join(looks, "source").select("source", "start", "end", seen="look")
    again = tables.posts.filter(tables.posts.channel.notnull())
    covered = again.select("source", "channel", "platform").distinct()
    covered = covered.inner_join(spans, "source").select(
        "channel", "platform", "start", "end", "seen", recheck="source"
    )
    own = tables.observed.inner_join(looks, "source").select(
        "channel", "platform", "post_id", "week", "look", at=seconds(tables.observed.created_at)
    )
    due = own.inner_join(covered, ["channel", "platform"])
    due = due.filter(
        (due["at"] >= due.start) & (due["at"] < due.end) & (due["at"] < due.seen)
    ).filter(due.look < due.seen)
    found = again.select("platform", "post_id", recheck="source").distinct()
    found = found.mutate(there=ibis.literal(1))
    both = due.left_join(found, ["platform", "post_id", "recheck"])
    counted = both.group_by(["channel", "platform", "recheck", "week"]).aggregate(
        posts=both.count(), hit=both.there.isnull().sum()
    )
    return counted.select(
        what=ibis.literal(MISSING),
        channel=counted.channel,
        platform=counted.platform,
        country=counted.recheck,
        week=counted.week,
        posts=counted.posts.cast("int64"),
        hit=counted.hit.cast("int64"),
        persons=ibis.literal(0).cast("int64"),
        top=ibis.literal(0).cast("int64"),
    )


def _looks(tables: Tables) -> ibis.Table:
    """The last look of each source: when counts were read off, else when posts were collected."""
    counts = tables.observations.select("source", at="observed_at")
    posts = tables.posts.select("source", at="collected_at")
    both = ibis.union(counts, posts)
    both = both.filter(both["at"].notnull())
    return both.group_by("source").aggregate(look=seconds(both["at"].max()))
