"""What do we see of what there is?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Estimate, Result, exact, not_measured
from howfar.schema.ledger import (
    COUNTED,
    GAP_DAYS,
    PERIODS,
    Calendar,
    Source,
    Where,
    expected_days,
    mains,
    read_facts,
)
from howfar.schema.measure import Declaration, Example, Sampling, Tables, measure
from howfar.schema.spans import DAY_S, seconds
from howfar.stats.silences import FALSE_ALARMS, IMPOSSIBLE, USUAL_DAYS, Silence

_UNIT = "share of expected days, 0 to 1"
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
        uncertainty="exact; bounds where a source does not say when it was collected; a "
        "prediction interval for what a day usually has",
        needs=("files",),
        min_posts=0,
        rules="Expected posts of a day: the platform's own count where the study has one for the "
        "same query (or source), else the mean of the eight nearest seen days of the same weekday "
        "within ten weeks, at least three, with a negative binomial prediction interval. A run of "
        f"days without posts (zeros) is impossible where {USUAL_DAYS} or more other days were seen "
        "and two bounds on the probability of such a run anywhere in the series are both at most "
        f"{IMPOSSIBLE}: a negative binomial of the posts that its days usually have, with the "
        "series' overdispersion and its autocorrelation from day to day, times the number of seen "
        "days; and, where the series has other silences that chance does not explain, their "
        "number times the chance that one goes on so long. Fewer than "
        f"{FALSE_ALARMS:.0%} of simulated series without a hole are flagged. A gap is a run of "
        f"{GAP_DAYS} days or more that is no silence usual for the series (silence: so few posts "
        "that chance gives such runs).",
        beware=(
            "A run of days without posts may be a silent channel or a hole in the source: how "
            "improbable it is tells how unusual, not why. What was deleted before the "
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
    """Records, duplicates, covered days, caps, silences and gaps of each source, and totals."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Facts as rows: what, and for which source, channel, platform and day."""
        files = tables.coverage
        sources = files.group_by(["source", "use", "capture"]).aggregate(
            records=files.records.sum(),
            read=files.read.sum(),
            rejected=files.rejected.sum(),
            cap_a_file=files.cap.max(),
            files_at_cap=(files.records == files.cap).cast("int64").sum(),
            start=seconds(files.expected_start.min()),
            end=seconds(files.expected_end.max()),
            last_post=seconds(files.last_post.max()),
        )
        names = [c for c in sources.columns if c not in ("source", "use", "capture")]
        facts = [_fact(sources, what, sources[what]) for what in names]
        for what in ("reasons", "notes", "unknown"):
            found = files.select("source", name=files[what].unnest())
            found = found.group_by(["source", "name"]).aggregate(files=lambda t: t.count())
            facts.append(_fact(found, what, found.files))
        looked = tables.observations.group_by("source").aggregate(
            value=seconds(tables.observations.observed_at.max())
        )
        collected = tables.posts.group_by("source").aggregate(
            value=seconds(tables.posts.collected_at.max())
        )
        facts += [_fact(looked, "looked", looked.value)]
        facts += [_fact(collected, "collected", collected.value)]
        return ibis.union(*facts, _platform_counts(tables), *_post_facts(tables))

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Counts are known exactly; days after the last look are not measured."""
        sources, totals = read_facts(rows)
        for source in sources:
            yield from _counts(source)
            if source.use == "main":
                yield from _main(source, sampling)
        if sources:
            yield from _totals(sources, totals)


def _fact(table: ibis.Table, what: str, value: ibis.Value) -> ibis.Table:
    """A column of figures as rows of the one shape that all facts have."""
    words = {
        name: table[name] if name in table.columns else ibis.null("string")
        for name in ("source", "use", "capture", "channel", "platform", "name")
    }
    day = table["day"] if "day" in table.columns else ibis.null("int64")
    return table.select(
        what=ibis.literal(what), **words, day=day.cast("int64"), value=value.cast("int64")
    )


def _platform_counts(tables: Tables) -> ibis.Table:
    """All posts of a source's query by day, where a series of the platform's counts tells."""
    series, files = tables.series, tables.coverage
    counts = series.filter(series.series.isin(PERIODS))
    counts = counts.mutate(day=seconds(counts["at"]) // DAY_S)
    daily = counts.group_by(["source", "series", "day"]).aggregate(value=counts.value.sum())
    asked = files.select(counted_by="source", query="query").distinct()
    holds = files.filter(files.use == "main").select("source", "query").distinct()
    alike = holds.inner_join(
        asked, [(holds.source == asked.counted_by) | (holds.query == asked.query)]
    )
    alike = alike.select(held="source", counted_by="counted_by").distinct()
    joined = daily.inner_join(alike, daily.source == alike.counted_by)
    joined = joined.select(
        source="held", counted_by="counted_by", name="series", day="day", value="value"
    )
    # Several sources may count the same query; each of them counts all of it.
    most = joined.group_by(["source", "name", "day"]).aggregate(value=joined.value.max())
    return _fact(most, "platform count", most.value.round())


def _post_facts(tables: Tables) -> Iterator[ibis.Table]:
    """Distinct posts and rows of each source and channel, by day, and what only rechecks have."""
    used = tables.posts.inner_join(tables.coverage.select("input", "use"), "input")
    rows = used.filter(used.use == "main").mutate(day=lambda t: seconds(t.created_at) // DAY_S)
    a_day = rows.group_by(["source", "day"]).aggregate(rows=rows.count())
    yield _fact(a_day, "rows by day", a_day.rows)
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


def _counts(source: Source) -> Iterator[Result]:
    """Records, rows and posts, each as it is; rejects and remarks by their code."""
    fact = source.facts
    duplicates = fact.get("rows", 0) - fact.get("distinct", 0)
    figures = {n: fact.get(n, 0) for n in ("records", "read", "rejected")}
    units = dict.fromkeys(figures, "records")
    if source.use == "main":
        figures |= {"distinct posts": source.inside(), "duplicate rows": duplicates}
        figures["outside window"] = fact.get("distinct", 0) - source.inside()
    else:
        figures |= {"duplicate rows": duplicates}
        figures["recheck only"] = fact.get("recheck only", 0)
    persons = fact.get("persons", 0) or None
    for category, value in figures.items():
        yield _exact(
            value,
            units.get(category, "rows" if category == "duplicate rows" else "posts"),
            source.method,
            source.dims | {"category": category},
            _cap_note(source) if category == "records" else None,
            n_persons=persons,
            n_channels=sum(channel is not None for channel, _ in source.channels),
        )
    for (kind, name), records in sorted(source.remarks.items()):
        category = {"reasons": "rejected", "notes": "remark", "unknown": "unknown column"}[kind]
        where = source.dims | {"category": f"{category}={name}"}
        yield _exact(records, "records", source.method, where, n_persons=persons)


def _cap_note(source: Source) -> str | None:
    files, days = source.facts.get("files_at_cap", 0), len(source.capped_days())
    if not files and not days:
        return None
    cap = source.facts["cap_a_file"]
    told = [f"{files} file{'s' * (files > 1)} with as many records as the cap"] if files else []
    told += [f"{days} day{'s' * (days > 1)} with as many"] if days else []
    return f"reached the source's cap of {cap:,} ({', '.join(told)}): others may be missing"


def _main(source: Source, sampling: Sampling) -> Iterator[Result]:
    """What a main source shows of the days that it should hold."""
    calendar = source.calendar(sampling)
    dims = source.dims | {"category": "covered share"}
    if calendar is None:
        reason = "nothing of what the source should hold lies inside the window"
        yield Result(not_measured(_UNIT, reason, source.method), dims)
        return
    yield _share(source, calendar, dims)
    yield from _expected(source, calendar, sampling)
    yield from _caps(source, calendar)
    for where in sorted(source.days, key=str):
        yield from _by_day(source, where, calendar)


def _share(source: Source, calendar: Calendar, dims: Mapping[str, Any]) -> Result:
    """Covered part of the expected days."""
    start, end = calendar.start, calendar.end
    value = (min(max(calendar.last, start), end) - start) / (end - start)
    if calendar.known:
        return _exact(value, _UNIT, source.method, dims)
    reason = "the source does not say when it was collected: from its last post to its end"
    estimate = exact(value, _UNIT, source.method)
    return Result(replace(estimate, high=1.0, reason=reason), dims)


def _expected(source: Source, calendar: Calendar, sampling: Sampling) -> Iterator[Result]:
    """What each day should hold: by the platform's count or by the source's own usual."""
    dims, unit = source.dims | {"category": "expected by day"}, "posts"
    counted = source.platform_counts()
    for day, posts in sorted(counted.items()):
        if day in calendar.days:
            at = dims | _period(day, 1)
            yield _exact(posts, unit, COUNTED, at, n_persons=source.persons_on(day))
    usual = expected_days(source, calendar, sampling.confidence)
    if counted or usual is None:
        return
    method = "prediction interval, negative binomial: mean of the nearest same weekdays"
    persons = source.persons_near()
    for n, day in enumerate(calendar.days):
        if not np.isfinite(usual.mean[n]):
            continue
        mean, low, high = (float(x[n]) for x in (usual.mean, usual.low, usual.high))
        estimate = replace(
            exact(mean, unit, method, n_persons=persons),
            low=min(low, mean),
            high=max(high, mean),
            low_kind="confidence",
            confidence=sampling.confidence,
        )
        yield Result(estimate, dims | _period(day, 1))


def _caps(source: Source, calendar: Calendar) -> Iterator[Result]:
    """Days at the cap, or all days of a source one of whose files ends at it."""
    note, cap = _cap_note(source), source.dims | {"category": "cap"}
    days = [d for d in source.capped_days() if d in calendar.days]
    for first, length in _runs(days):
        yield _exact(length, "days", source.method, cap | _period(first, length), note)
    if note and not days:
        whole = {"period_start": _moment(calendar.start), "period_end": _moment(calendar.end)}
        span = (calendar.end - calendar.start) / DAY_S
        yield _exact(span, "days", source.method, cap | whole, note)


def _by_day(source: Source, where: Where, calendar: Calendar) -> Iterator[Result]:
    """Posts of each day of the window, and the runs of days without."""
    dims = {"params": f"source={source.name}", "channel": where[0], "platform": where[1]}
    if where[0] is None:
        dims["path"] = "unknown"
    days, last = source.days[where], calendar.last
    runs = source.silences(where, calendar)
    judged = {calendar.first + r.first + k: r for r in runs for k in range(r.length)}
    after = "after the last observation"
    if not calendar.known:
        after = "after the last post; the source does not say when it was collected"
    for day in calendar.days:
        at = dims | {"category": "posts by day"} | _period(day, 1)
        posts, persons = days.get(day, (0, 0))
        if day not in days and day * DAY_S >= last:
            yield Result(not_measured("posts", after, source.method), at)
            continue
        silent = judged.get(day)
        notes = [_why(silent, where) if silent and _kind(silent) != "silence" else None]
        notes.append("seen in part" if calendar.partial(day) else None)
        note = "; ".join(n for n in notes if n) or None
        yield _exact(
            posts, "posts", source.method, at, note, n_posts=posts, n_persons=persons or None
        )
    for run in runs:
        first = calendar.first + run.first
        kind = _kind(run)
        whole = source.whole(where, first, run.length)
        if kind == "zeros" and whole and run.length >= GAP_DAYS:
            kind = "gap"
        if kind:
            note = _why(run, where) + (
                "; the whole source has none" if whole and kind == "gap" else ""
            )
            at = dims | {"category": kind} | _period(first, run.length)
            yield _exact(run.length, "days", _METHOD[kind], at, note)
    yield from _tail(source, dims | {"category": "gap"}, calendar, after)


_METHOD = {
    "gap": "counted",
    "silence": "counted",
    "zeros": f"negative binomial and own silences, p at most {IMPOSSIBLE} over the series",
}


def _kind(run: Silence) -> str:
    """zeros, gap or silence; empty for a single day that means nothing."""
    if run.impossible:
        return "zeros"
    if run.length < GAP_DAYS:
        return ""
    return "silence" if run.usual else "gap"


def _why(run: Silence, where: Where) -> str:
    """What can be said of days without a post; of persons no figure that others would hide."""
    if run.impossible:
        usual = f"{run.expected:.3g}" if where[0] is not None else "some"
        return (
            f"no posts where {usual} are usual: next to impossible by chance (p < "
            f"{IMPOSSIBLE:g}): missing, or a pause"
        )
    if run.usual:
        return "no posts: usual for this series"
    if run.expected is None:
        return "no posts: silent or a hole; too few days tell what is usual"
    if not run.others:
        return "no posts: silent or a hole; no other day without posts"
    return "no posts: silent or a hole"


def _tail(source: Source, gap: dict[str, Any], calendar: Calendar, after: str) -> Iterator[Result]:
    """What lies after the last look."""
    begins = max(calendar.last, calendar.start)
    missing = (calendar.end - begins) / DAY_S
    if missing < 1:
        return
    tail = {"period_start": _moment(begins), "period_end": _moment(calendar.end)}
    estimate = replace(exact(missing, "days", source.method), reason=after)
    if not calendar.known:
        estimate = replace(estimate, low=0.0)
    yield Result(estimate, gap | tail)


def _totals(sources: list[Source], totals: Mapping[str, int]) -> Iterator[Result]:
    """Over all main sources; a post that several hold counts once."""
    main = list(mains(sources))
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
