"""What do we see of what there is?"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Estimate, Result, exact, not_measured
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.spans import DAY_S, seconds

_UNIT = "share of expected days, 0 to 1"
_GAP_DAYS = 2
_USUAL_DAYS = 28
"""A day of zero is suspicious where at least this many days of the series all have posts."""
_EXAMPLE_DAYS = ("2024-01-01", "2024-01-02", "2024-01-02", "2024-01-05", "2024-01-08")


def _day(iso: str) -> int:
    return dt.date.fromisoformat(iso).toordinal() - dt.date(1970, 1, 1).toordinal()


def _example() -> dict[str, list[dict[str, Any]]]:
    """Five posts of one file that was last looked at on the ninth of ten expected days."""
    posts = [
        {"platform": "x", "post_id": str(n), "channel": "a", "author": "a", "source": "s"}
        | {"input": 1, "line": n, "created_at": f"{day}T08:00:00Z"}
        for n, day in enumerate(_EXAMPLE_DAYS, 1)
    ]
    file = {"source": "s", "input": 1, "capture": "complete", "use": "main"}
    span = {"expected_start": "2024-01-01T00:00:00Z", "expected_end": "2024-01-11T00:00:00Z"}
    seen = {"platform": "x", "post_id": "1", "metric": "views", "value": 1, "source": "s"}
    return {
        "coverage": [file | span | {"records": 6, "read": 5, "rejected": 1}],
        "posts": posts,
        "observed": [p | {"day": _day(d)} for p, d in zip(posts, _EXAMPLE_DAYS, strict=True)],
        "observations": [seen | {"input": 1, "line": 1, "observed_at": "2024-01-09T00:00:00Z"}],
    }


@measure(
    Declaration(
        id="coverage",
        number="0",
        title="Coverage",
        asks="What do we see of what there is?",
        level="coverage",
        formula="covered / expected",
        parts={
            "covered": "days from the expected start to the source's last look",
            "expected": "days that the source should hold",
        },
        unit=_UNIT,
        source="AMEC Integrated Evaluation Framework: preparation; pitfall 3, collection manifests",
        uncertainty="exact; bounds where a source does not say when it was collected",
        needs=("files",),
        min_posts=0,
        beware=(
            "A day without posts may be a silent channel or a hole in the source; where the "
            "series has no other such day the figure says so. What was deleted before the "
            "collection is never seen."
        ),
        example=Example(
            rows=_example(),
            where={"params": "source=s", "category": "covered share"},
            value=0.8,
            interval=(0.8, 0.8),
            parts={"covered": 8, "expected": 10},
            window=("2024-01-01", "2024-01-11"),
        ),
    )
)
class Coverage:
    """Records, duplicates, covered days and gaps of each source, and totals."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Facts as rows: what, and for which source, channel, platform and day."""
        files = tables.coverage
        sources = files.group_by(["source", "use", "capture"]).aggregate(
            records=files.records.sum(),
            read=files.read.sum(),
            rejected=files.rejected.sum(),
            cap=files.cap.sum(),
            start=seconds(files.expected_start.min()),
            end=seconds(files.expected_end.max()),
            last_post=seconds(files.last_post.max()),
        )
        names = [c for c in sources.columns if c not in ("source", "use", "capture")]
        facts = [_fact(sources, what, sources[what]) for what in names]
        looked = tables.observations.group_by("source").aggregate(
            value=seconds(tables.observations.observed_at.max())
        )
        collected = tables.posts.group_by("source").aggregate(
            value=seconds(tables.posts.collected_at.max())
        )
        facts += [_fact(looked, "looked", looked.value)]
        facts += [_fact(collected, "collected", collected.value)]
        return ibis.union(*facts, *_post_facts(tables))

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Counts are known exactly; days after the last look are not measured."""
        sources, totals = _sources(rows)
        for source in sources:
            yield from source.counts()
            if source.use == "main":
                yield source.share(sampling)
                for where in sorted(source.days, key=str):
                    yield from source.by_day(where, sampling)
        if sources:
            yield from _totals(sources, totals)


def _fact(table: ibis.Table, what: str, value: ibis.Value) -> ibis.Table:
    """A column of figures as rows of the one shape that all facts have."""
    words = {
        name: table[name] if name in table.columns else ibis.null("string")
        for name in ("source", "use", "capture", "channel", "platform")
    }
    day = table["day"] if "day" in table.columns else ibis.null("int64")
    return table.select(
        what=ibis.literal(what), **words, day=day.cast("int64"), value=value.cast("int64")
    )


def _post_facts(tables: Tables) -> Iterator[ibis.Table]:
    """Distinct posts and rows of each source and channel, by day, and what only rechecks have."""
    used = tables.posts.inner_join(tables.coverage.select("input", "use"), "input")
    each = used.group_by(["source", "use", "platform", "post_id"]).aggregate(
        rows=used.count(), channel=used.channel.max(), author=used.author.max()
    )
    person = each.channel.isnull()
    by_channel = each.group_by(["source", "channel", "platform"]).aggregate(
        rows=each.rows.sum(), distinct=each.count(), persons=each.author.nunique(where=person)
    )
    for what in ("rows", "distinct", "persons"):
        yield _fact(by_channel, what, by_channel[what])
    inside = tables.observed.select("platform", "post_id", "day")
    main, later = each.filter(each.use == "main"), each.filter(each.use == "recheck")
    dated = main.inner_join(inside, ["platform", "post_id"])
    by_day = dated.group_by(["source", "channel", "platform", "day"]).aggregate(
        posts=dated.count(), persons=dated.author.nunique(where=dated.channel.isnull())
    )
    yield _fact(by_day, "posts by day", by_day.posts)
    yield _fact(by_day, "persons by day", by_day.persons)
    known = main.select("platform", "post_id").distinct()
    alone = later.anti_join(known, ["platform", "post_id"])
    by_source = alone.group_by("source").aggregate(posts=alone.count())
    yield _fact(by_source, "recheck only", by_source.posts)
    people = main.aggregate(value=main.author.nunique(where=main.channel.isnull()))
    yield _fact(people, "all persons", people.value)
    for what, posts in (("all inside", inside), ("all main", known), ("all recheck only", alone)):
        total = posts.select("platform", "post_id").distinct().aggregate(value=lambda t: t.count())
        yield _fact(total, what, total.value)


Where = tuple[str | None, str | None]
"""Channel and platform; a channel that is null stands for all persons."""


@dataclass(slots=True)
class _Source:
    """What the facts say of one source."""

    name: str
    use: str = ""
    capture: str = ""
    facts: dict[str, int] = field(default_factory=dict)
    channels: set[Where] = field(default_factory=set)
    days: dict[Where, dict[int, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def dims(self) -> dict[str, Any]:
        """The source, and the channel where it holds that one alone."""
        sole = next(iter(self.channels)) if len(self.channels) == 1 else (None, None)
        return {"params": f"source={self.name}", "channel": sole[0], "platform": sole[1]}

    @property
    def method(self) -> str:
        """How the figures were got, and how the source was collected."""
        return f"counted; capture class {self.capture or 'not declared'}"

    def inside(self) -> int:
        """Distinct posts of a main source inside the window."""
        return sum(posts for days in self.days.values() for posts, _ in days.values())

    def counts(self) -> Iterator[Result]:
        """Records, rows and posts, each as it is."""
        fact = self.facts
        duplicates = fact.get("rows", 0) - fact.get("distinct", 0)
        figures = {n: fact.get(n, 0) for n in ("records", "read", "rejected")}
        units = dict.fromkeys(figures, "records")
        if self.use == "main":
            figures |= {"distinct posts": self.inside(), "duplicate rows": duplicates}
            figures["outside window"] = fact.get("distinct", 0) - self.inside()
        else:
            figures |= {"duplicate rows": duplicates}
            figures["recheck only"] = fact.get("recheck only", 0)
        capped = fact.get("cap", 0) and fact.get("records", 0) >= fact["cap"]
        note = "as many records as the source's cap: others may be missing" if capped else None
        persons = fact.get("persons", 0) or None
        for category, value in figures.items():
            yield _exact(
                value,
                units.get(category, "rows" if category == "duplicate rows" else "posts"),
                self.method,
                self.dims | {"category": category},
                note if category == "records" else None,
                n_persons=persons,
                n_channels=sum(channel is not None for channel, _ in self.channels),
            )

    def span(self, sampling: Sampling) -> tuple[float, float, float | None]:
        """Expected start and end inside the window, and the last look (null: not known)."""
        fact = self.facts
        start = max(sampling.window_start / 1e6, fact.get("start", -np.inf))
        end = min(sampling.window_end / 1e6, fact.get("end", np.inf))
        look = fact.get("looked", fact.get("collected"))
        return start, end, None if look is None else float(min(max(look, start), end))

    def last_seen(self, start: float, look: float | None) -> float:
        """The last look or, where it is not known, the last post: it was seen at least so far."""
        return look if look is not None else float(self.facts.get("last_post", start))

    def share(self, sampling: Sampling) -> Result:
        """Covered part of the expected days."""
        start, end, look = self.span(sampling)
        dims = self.dims | {"category": "covered share"}
        if end <= start:
            reason = "nothing of what the source should hold lies inside the window"
            return Result(not_measured(_UNIT, reason, self.method), dims)
        seen = min(max(self.last_seen(start, look), start), end)
        value = (seen - start) / (end - start)
        if look is not None:
            return _exact(value, _UNIT, self.method, dims, n_posts=self.inside())
        reason = "the source does not say when it was collected: from its last post to its end"
        return Result(
            replace(
                exact(value, _UNIT, self.method, n_posts=self.inside()), high=1.0, reason=reason
            ),
            dims,
        )

    def by_day(self, where: Where, sampling: Sampling) -> Iterator[Result]:
        """Posts of each day of the window, and the runs of days without."""
        start, end, look = self.span(sampling)
        if end <= start:
            return
        last, days = self.last_seen(start, look), self.days[where]
        dims = {"params": f"source={self.name}", "channel": where[0], "platform": where[1]}
        if where[0] is None:
            dims["path"] = "unknown"
        calendar = range(int(start // DAY_S), int(-(-end // DAY_S)))
        seen = [d for d in calendar if d * DAY_S < last or d in days]
        silent = [d for d in seen if d not in days]
        runs = _runs(silent)
        usual = len(seen) - len(silent) >= _USUAL_DAYS and len(runs) == 1
        flag = "no other day without posts: probably missing, not silent" if usual else None
        after = "after the last observation"
        if look is None:
            after = "after the last post; the source does not say when it was collected"
        for day in calendar:
            at = dims | {"category": "posts by day"} | _period(day, 1)
            posts, persons = days.get(day, (0, 0))
            if day not in days and day * DAY_S >= last:
                yield Result(not_measured("posts", after, self.method), at)
                continue
            partial = day * DAY_S < start or (day + 1) * DAY_S > min(end, max(last, start))
            notes = [flag if not posts else None, "seen in part" if partial else None]
            note = "; ".join(n for n in notes if n) or None
            yield _exact(
                posts, "posts", self.method, at, note, n_posts=posts, n_persons=persons or None
            )
        gap = dims | {"category": "gap"}
        for first, length in runs:
            if length >= _GAP_DAYS:
                note = flag or "no posts: the channel was silent, or the source has a hole"
                yield _exact(length, "days", self.method, gap | _period(first, length), note)
        missing = (end - max(last, start)) / DAY_S
        if missing >= 1:
            tail = {"period_start": _moment(max(last, start)), "period_end": _moment(end)}
            estimate = replace(exact(missing, "days", self.method), reason=after)
            if look is None:
                estimate = replace(estimate, low=0.0)
            yield Result(estimate, gap | tail)


def _sources(rows: pa.Table) -> tuple[list[_Source], dict[str, int]]:
    """The facts gathered by source, and those that hold over all sources."""
    found: dict[str, _Source] = {}
    totals: dict[str, int] = {}
    for row in rows.to_pylist():
        what, value = row["what"], row["value"]
        if row["source"] is None:
            totals[what] = value
            continue
        source = found.setdefault(row["source"], _Source(row["source"]))
        where = (row["channel"], row["platform"])
        if row["use"] is not None:
            source.use, source.capture = row["use"], row["capture"] or ""
        if row["day"] is not None:
            posts, persons = source.days[where].get(row["day"], (0, 0))
            source.days[where][row["day"]] = (
                (value, persons) if what == "posts by day" else (posts, value)
            )
        elif value is not None:
            source.facts[what] = source.facts.get(what, 0) + value
            if what == "distinct":
                source.channels.add(where)
    return [found[name] for name in sorted(found) if found[name].use], totals


def _totals(sources: list[_Source], totals: Mapping[str, int]) -> Iterator[Result]:
    """Over all main sources; a post that several hold counts once."""
    main = [s for s in sources if s.use == "main"]
    rows = sum(s.facts.get("rows", 0) for s in main)
    figures = {n: sum(s.facts.get(n, 0) for s in main) for n in ("records", "read", "rejected")}
    inside, distinct = totals.get("all inside", 0), totals.get("all main", 0)
    figures |= {"distinct posts": inside, "duplicate rows": rows - distinct}
    figures |= {"outside window": distinct - inside}
    figures |= {"recheck only": totals.get("all recheck only", 0)}
    units = {"records": "records", "read": "records", "rejected": "records"}
    units["duplicate rows"] = "rows"
    channels = {channel for s in sources for channel, _ in s.channels if channel is not None}
    for category, value in figures.items():
        yield _exact(
            value,
            units.get(category, "posts"),
            f"counted over {len(main)} main sources",
            {"category": category},
            n_persons=totals.get("all persons") or None,
            n_channels=len(channels),
        )


def _exact(
    value: float,
    unit: str,
    method: str,
    dims: Mapping[str, Any],
    note: str | None = None,
    **n: int | None,
) -> Result:
    estimate: Estimate = exact(float(value), unit, method, **n)
    return Result(replace(estimate, reason=note), dims)


def _runs(days: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive days as (first day, length)."""
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and day == runs[-1][0] + runs[-1][1]:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((day, 1))
    return runs


def _moment(second: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(second, dt.UTC)


def _period(day: int, length: int) -> dict[str, dt.datetime]:
    """Whole UTC days."""
    start = _moment(day * DAY_S)
    return {"period_start": start, "period_end": start + dt.timedelta(days=length)}
