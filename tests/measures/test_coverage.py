"""Coverage: what each source holds, what is missing, and what that does not mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]
WINDOW = ("2024-01-01", "2024-01-11")


def day(number: int) -> str:
    return (dt.date(2024, 1, 1) + dt.timedelta(days=number - 1)).isoformat()


def moment(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number - 1)


def post(n: int, on: int, channel: str | None = "a", **fields: Any) -> dict[str, Any]:
    return {
        "platform": "x",
        "post_id": f"p{n}",
        "channel": channel,
        "author": channel or f"person{n % 2}",
        "source": "s",
        "input": 1,
        "line": n,
        "created_at": f"{day(on)}T08:00:00Z",
    } | fields


def file(**fields: Any) -> dict[str, Any]:
    return {
        "source": "s",
        "input": 1,
        "capture": "complete",
        "use": "main",
        "records": 10,
        "read": 10,
        "rejected": 0,
        "expected_start": f"{day(1)}T00:00:00Z",
        "expected_end": f"{day(11)}T00:00:00Z",
    } | fields


def observed(posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a run makes of them: distinct main posts inside the window."""
    start = dt.date(2024, 1, 1)
    kept: dict[str, dict[str, Any]] = {}
    for p in posts:
        when = dt.date.fromisoformat(p["created_at"][:10])
        inside = start <= when < start + dt.timedelta(days=10)
        if inside and p["source"] != "later":
            number = (when - dt.date(1970, 1, 1)).days
            kept.setdefault(p["post_id"], p | {"day": number})
    return list(kept.values())


def look(on: int, source: str = "s") -> dict[str, Any]:
    return {
        "platform": "x",
        "post_id": "p1",
        "metric": "views",
        "value": 1,
        "source": source,
        "input": 1,
        "line": 1,
        "observed_at": f"{day(on)}T00:00:00Z",
    }


def take(bench: Any, posts: list[dict[str, Any]], **tables: Any) -> list[Result]:
    rows = {"coverage": [file()], "posts": posts, "observed": observed(posts)} | tables
    results: list[Result] = bench.take("coverage", rows, WINDOW)
    return results


def test_rows_duplicates_and_posts_outside_add_up_to_what_was_read(bench: Any, pick: Pick) -> None:
    posts = [post(n, n) for n in range(1, 8)] + [post(3, 3, line=8), post(3, 3, line=9)]
    posts += [post(10, 11)]
    results = take(bench, posts, observations=[look(11)])
    for params, channel in (("source=s", "a"), (None, None)):
        at = {"params": params, "channel": channel}
        figures = {
            c: pick(results, **at, category=c).estimate
            for c in ("read", "distinct posts", "duplicate rows", "outside window")
        }
        assert {c: e.value for c, e in figures.items()} == {
            "read": 10,
            "distinct posts": 7,
            "duplicate rows": 2,
            "outside window": 1,
        }
        assert all(e.low == e.value == e.high and e.low_kind == "bound" for e in figures.values())


def test_a_post_in_two_sources_counts_once_in_the_total(bench: Any, pick: Pick) -> None:
    posts = [post(1, 1), post(2, 2), post(1, 1, source="t", input=2), post(3, 3, source="t")]
    posts[-1]["input"] = 2
    files = [file(records=2, read=2), file(source="t", input=2, records=3, read=2, rejected=1)]
    results = take(bench, posts, coverage=files)
    assert pick(results, params="source=s", category="distinct posts").estimate.value == 2
    assert pick(results, params="source=t", category="distinct posts").estimate.value == 2
    assert pick(results, params="source=t", category="duplicate rows").estimate.value == 0
    assert pick(results, params=None, category="distinct posts").estimate.value == 3
    assert pick(results, params=None, category="duplicate rows").estimate.value == 1
    assert pick(results, params=None, category="rejected").estimate.value == 1
    assert pick(results, params=None, category="records").estimate.value == 5


def test_what_only_a_recheck_has_is_counted_and_in_no_total(bench: Any, pick: Pick) -> None:
    posts = [post(1, 1), post(2, 2)]
    posts += [post(n, n, source="later", input=2) for n in (2, 3, 4)]
    files = [file(read=2, records=2), file(source="later", input=2, use="recheck", read=3)]
    results = take(bench, posts, coverage=files)
    assert pick(results, params="source=later", category="recheck only").estimate.value == 2
    assert pick(results, params=None, category="recheck only").estimate.value == 2
    assert pick(results, params=None, category="distinct posts").estimate.value == 2
    assert pick(results, params=None, category="read").estimate.value == 2
    assert not [
        r
        for r in results
        if r.dims.get("params") == "source=later"
        and r.dims["category"] in ("posts by day", "covered share")
    ]


def test_days_after_the_last_look_are_not_zero(bench: Any, pick: Pick) -> None:
    results = take(bench, [post(n, n) for n in (1, 2, 5)], observations=[look(8)])
    by_day = {
        d: pick(results, category="posts by day", period_start=moment(d)).estimate
        for d in range(1, 11)
    }
    values = [by_day[d].value for d in range(1, 11)]
    assert values == [1, 1, 0, 0, 1, 0, 0, None, None, None]
    assert by_day[9].reason == "after the last observation"
    gaps = sorted(
        (r.dims["period_start"], r.dims["period_end"], r.estimate.value)
        for r in results
        if r.dims["category"] == "gap"
    )
    assert gaps == [
        (moment(3), moment(5), 2),
        (moment(6), moment(8), 2),
        (moment(8), moment(11), 3),
    ]
    share = pick(results, category="covered share").estimate
    assert (share.value, share.low, share.high) == (0.7, 0.7, 0.7)


def test_without_a_time_of_collection_coverage_is_bounded(bench: Any, pick: Pick) -> None:
    last = {"last_post": f"{day(6)}T00:00:00Z"}
    results = take(bench, [post(n, n) for n in (1, 2, 5)], coverage=[file(**last)])
    share = pick(results, category="covered share").estimate
    assert (share.value, share.low, share.high, share.low_kind) == (0.5, 0.5, 1.0, "bound")
    assert "does not say when" in str(share.reason)
    tail = pick(results, category="gap", period_end=moment(11)).estimate
    assert (tail.value, tail.low, tail.high) == (5, 0, 5)
    after = pick(results, category="posts by day", period_start=moment(9)).estimate
    assert after.status == "not_measured"


def test_an_unusual_silence_is_flagged_and_a_usual_one_is_not(bench: Any, pick: Pick) -> None:
    window = ("2024-01-01", "2024-02-10")
    span = {"expected_end": "2024-02-10T00:00:00Z"}

    def silent(*days: int) -> list[Result]:
        posts = [post(n, n) for n in range(1, 41) if n not in days]
        rows = {"coverage": [file(**span)], "posts": posts, "observations": [look(41)]}
        rows["observed"] = [
            p | {"day": 19_723 + n - 1} for p in posts for n in [int(p["post_id"][1:])]
        ]
        results: list[Result] = bench.take("coverage", rows, window)
        return results

    once = pick(silent(20, 21, 22), category="gap").estimate
    assert once.value == 3
    assert "no other day without posts" in str(once.reason)
    # One post a day, and one other day without: chance gives such runs of three.
    twice = pick(silent(10, 20, 21, 22), category="silence").estimate
    assert twice.reason == "no posts: usual for this series"
    assert not [r for r in silent(20) if r.dims["category"] in ("gap", "zeros", "silence")]


def test_persons_are_pooled_and_counted(bench: Any, pick: Pick) -> None:
    posts = [post(n, 1 + n % 2, None) for n in range(1, 7)]
    results = take(bench, posts, observations=[look(11)])
    first = pick(results, category="posts by day", period_start=moment(1))
    assert (first.dims["channel"], first.dims["path"]) == (None, "unknown")
    assert (first.estimate.value, first.estimate.n_persons) == (3, 1)
    assert not [r for r in results if "person" in str(r.dims)]


def test_a_source_that_reached_its_cap_says_so(bench: Any, pick: Pick) -> None:
    capped = pick(
        take(bench, [post(1, 1)], coverage=[file(cap=10, capture="capped")]),
        params="source=s",
        category="records",
    )
    assert "cap" in str(capped.estimate.reason)
    assert "capture class capped" in capped.estimate.method
    below = take(bench, [post(1, 1)], coverage=[file(cap=11)])
    assert pick(below, params="source=s", category="records").estimate.reason is None


def test_a_source_outside_the_window_covers_nothing(bench: Any, pick: Pick) -> None:
    span = {"expected_start": "2023-01-01T00:00:00Z", "expected_end": "2023-02-01T00:00:00Z"}
    share = pick(take(bench, [], coverage=[file(**span)]), category="covered share").estimate
    assert share.status == "not_measured"
    assert "inside the window" in str(share.reason)


def test_fourteen_newsrooms(newsroom_results: Callable[[str], list[Result]], pick: Pick) -> None:
    results = newsroom_results("coverage")
    totals = {
        c: pick(results, params=None, category=c).estimate.value
        for c in ("distinct posts", "duplicate rows", "outside window", "rejected")
    }
    assert totals == {
        "distinct posts": 68_071,
        "duplicate rows": 14,
        "outside window": 0,
        "rejected": 0,
    }
    mains = [r for r in results if r.dims["category"] == "covered share"]
    assert len(mains) == 14
    assert all(r.estimate.value is not None and r.estimate.value < 1 for r in mains)
    silence = pick(
        results,
        channel="veja",
        category="gap",
        period_start=dt.datetime(2016, 4, 14, tzinfo=dt.UTC),
    )
    assert silence.estimate.value == 3
    by_day = [r.estimate.value for r in results if r.dims["category"] == "posts by day"]
    assert sum(v for v in by_day if v is not None) == pytest.approx(68_071)


def test_one_whole_day_after_the_last_look_is_a_gap_and_less_is_not(bench: Any, pick: Pick) -> None:
    posts = [post(n, n) for n in range(1, 10)]
    whole = take(bench, posts, observations=[look(10)])
    assert pick(whole, category="gap").estimate.value == 1
    later = look(10) | {"observed_at": f"{day(10)}T00:00:01Z"}
    assert not [r for r in take(bench, posts, observations=[later]) if r.dims["category"] == "gap"]


def test_totals_say_how_many_persons_stand_behind_them(bench: Any, pick: Pick) -> None:
    posts = [post(1, 1, None), post(2, 1, None), post(3, 2, None), post(4, 2)]
    tables = {"coverage": [file()], "posts": posts, "observed": observed(posts)}
    results = bench.take("coverage", tables, WINDOW)
    total = pick(results, category="records", params=None).estimate
    assert (total.n_persons, total.n_channels) == (2, 1)


LONG = ("2024-01-01", "2024-03-01")
SPAN = {"expected_end": "2024-03-01T00:00:00Z"}


def busy(
    a_day: int, *without: int, days: int = 60, first: int = 1, **fields: Any
) -> list[dict[str, Any]]:
    """So many posts on each day but some."""
    return [
        post(first + n * a_day + k, n + 1, **fields)
        for n in range(days)
        for k in range(a_day)
        if n + 1 not in without
    ]


def long(bench: Any, posts: list[dict[str, Any]], **tables: Any) -> list[Result]:
    rows = {"coverage": [file(**SPAN)], "posts": posts, "observations": [look(61)]}
    rows["observed"] = [
        p | {"day": (dt.date.fromisoformat(p["created_at"][:10]) - dt.date(1970, 1, 1)).days}
        for p in posts
    ]
    results: list[Result] = bench.take("coverage", rows | tables, LONG)
    return results


def test_zeros_that_the_usual_volume_excludes_are_told_from_a_gap_of_the_source(
    bench: Any, pick: Pick
) -> None:
    alone = long(bench, busy(9, 30, 31, 32))
    gap = pick(alone, category="gap")
    assert (gap.estimate.value, gap.dims["period_start"]) == (3, moment(30))
    assert "no posts where 27 are usual: next to impossible by chance" in str(gap.estimate.reason)
    assert "the whole source has none" in str(gap.estimate.reason)
    beside = long(bench, busy(9, 30, 31, 32) + busy(2, first=2000, channel="b"))
    zeros = pick(beside, category="zeros")
    assert (zeros.dims["channel"], zeros.estimate.value) == ("a", 3)
    assert "negative binomial" in zeros.estimate.method
    assert not [r for r in beside if r.dims["category"] == "gap"]
    day_30 = pick(beside, category="posts by day", channel="a", period_start=moment(30))
    assert "next to impossible" in str(day_30.estimate.reason)
    # A single day suffices where so many are usual.
    assert pick(long(bench, busy(40, 30)), category="zeros").estimate.value == 1


def test_of_persons_no_usual_figure_is_told(bench: Any, pick: Pick) -> None:
    silent = long(bench, busy(9, 30, 31, 32, channel=None, author="someone"))
    assert "some are usual" in str(pick(silent, category="gap").estimate.reason)
    expected = [r for r in silent if r.dims["category"] == "expected by day"]
    assert {r.estimate.n_persons for r in expected} == {1}


def test_expected_days_are_those_of_the_same_weekday_with_an_interval(
    bench: Any, pick: Pick
) -> None:
    # 1 January 2024 is a Monday: four posts on Mondays, two on other days.
    posts = [post(10 * n + k, n + 1) for n in range(60) for k in range(4 if n % 7 == 0 else 2)]
    results = long(bench, posts)
    monday = pick(results, category="expected by day", period_start=moment(8)).estimate
    tuesday = pick(results, category="expected by day", period_start=moment(9)).estimate
    assert (monday.value, tuesday.value) == (4, 2)
    assert (monday.low_kind, monday.confidence) == ("confidence", 0.95)
    assert monday.low < 4 < monday.high
    assert "prediction interval" in monday.method


def test_the_platforms_own_count_is_what_to_expect(bench: Any, pick: Pick) -> None:
    """Hours and days of the same query: the days count, and hours do not come on top."""
    at = {"source": "counts", "input": 2, "line": 1, "unit": "posts"}
    series = [
        at | {"series": "x_counts_day", "at": f"{day(d)}T00:00:00Z", "value": 7.0}
        for d in range(1, 61)
    ]
    series += [at | {"series": "x_counts_hour", "at": f"{day(3)}T05:00:00Z", "value": 5.0}]
    asked = {"query": "ferry", **SPAN}
    counted = file(source="counts", input=2, **asked)
    results = long(bench, busy(4), series=series, coverage=[file(**asked), counted])
    third = pick(
        results, category="expected by day", params="source=s", period_start=moment(3)
    ).estimate
    assert (third.value, third.low, third.high, third.low_kind) == (7, 7, 7, "bound")
    assert "same query" in third.method
    other = long(bench, busy(4), series=series, coverage=[file(**SPAN), counted])
    own = pick(other, category="expected by day", params="source=s", period_start=moment(3))
    assert own.estimate.value == 4


def test_a_cap_that_days_reach_is_told_by_its_days(bench: Any, pick: Pick) -> None:
    posts = busy(3, days=20) + [post(900 + n, 5 + n // 2) for n in range(4)]
    results = long(bench, posts, coverage=[file(cap=5, capture="capped", **SPAN)])
    cap = pick(results, category="cap")
    assert (cap.estimate.value, cap.dims["period_start"]) == (2, moment(5))
    assert cap.estimate.reason == (
        "reached the source's cap of 5 (2 days with as many): others may be missing"
    )
    whole = long(bench, busy(3), coverage=[file(cap=180, records=180, **SPAN)])
    assert pick(whole, category="cap").estimate.value == 60
    assert not [
        r
        for r in long(bench, busy(3), coverage=[file(cap=181, records=180, **SPAN)])
        if r.dims["category"] == "cap"
    ]


def test_rejects_remarks_and_unknown_columns_are_counted_by_code(bench: Any, pick: Pick) -> None:
    told = {"reasons": ["date=2", "json=1"], "notes": ["ambiguous_time=4"], "unknown": ["a.b=9"]}
    files = [file(**told), file(input=2, reasons=["json=3"])]
    results = take(bench, [post(1, 1)], coverage=files)
    figures = {
        r.dims["category"]: r.estimate.value for r in results if "=" in str(r.dims["category"])
    }
    assert figures == {
        "rejected=date": 2,
        "rejected=json": 4,
        "remark=ambiguous_time": 4,
        "unknown column=a.b": 9,
    }
