"""Availability: what was removed, withheld or labelled, by hand; and what cannot be told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]
WINDOW = ("2024-01-01", "2024-04-01")


def post(n: int, channel: str | None = "a", **fields: Any) -> dict[str, Any]:
    at = dt.datetime(2024, 1, 1, 8, tzinfo=dt.UTC) + dt.timedelta(days=n)
    return {
        "platform": "x",
        "post_id": f"p{n}",
        "channel": channel,
        "author": channel or f"person{n % 15}",
        "source": "s",
        "input": 1,
        "line": n,
        "created_at": at.isoformat(),
        "availability": "available",
    } | fields


def file(**fields: Any) -> dict[str, Any]:
    every = ["posts.removed", "posts.withheld", "posts.labelled"]
    return {
        "source": "s",
        "input": 1,
        "capture": "complete",
        "use": "main",
        "supplies": every,
    } | fields


def take(bench: Any, posts: list[dict[str, Any]], **tables: Any) -> list[Result]:
    first = {p["post_id"]: p for p in reversed(posts) if p["input"] == 1}
    observed = [
        {k: p[k] for k in p if k not in ("availability", "withheld_in", "platform_label")}
        | {"week": 2817 + int(p["post_id"][1:]) // 7}
        for p in first.values()
    ]
    rows = {"coverage": [file()], "posts": posts, "observed": observed} | tables
    results: list[Result] = bench.take("availability", rows, WINDOW)
    return results


WHOLE = {"period_start": None, "params": None}


def test_shares_by_state_and_country(bench: Any, pick: Pick) -> None:
    posts = [post(n) for n in range(20)]
    posts[3] |= {"availability": "withheld", "withheld_in": ["DE", "FR"]}
    posts[4] |= {"availability": "withheld", "withheld_in": ["DE"]}
    posts[5] |= {"availability": "withheld"}
    posts[6] |= {"availability": "removed"}
    posts[7] |= {"platform_label": "state-affiliated media"}
    results = take(bench, posts)
    for category, country, share in (
        ("withheld", None, 3 / 20),
        ("withheld", "DE", 2 / 20),
        ("withheld", "FR", 1 / 20),
        ("removed", None, 1 / 20),
        ("labelled", None, 1 / 20),
    ):
        found = pick(results, category=category, country=country, **WHOLE).estimate
        assert (found.value, found.low, found.high, found.n_posts) == (share, share, share, 20)
    weeks = {
        r.dims["period_start"].date().isoformat(): r.estimate.value
        for r in results
        if r.dims.get("country") == "DE" and r.dims.get("period_start")
    }
    # Days 0 to 6 are the week of 1 January, days 7 to 13 the next, days 14 to 19 the third.
    assert weeks == {"2024-01-01": 2 / 7, "2024-01-08": 0, "2024-01-15": 0}


def test_what_an_export_cannot_tell_is_no_zero(bench: Any, pick: Pick) -> None:
    posts = [post(n) for n in range(12)]
    held = take(bench, posts, coverage=[file(supplies=["posts", "posts.withheld"])])
    assert pick(held, category="withheld", channel="a", **WHOLE).estimate.value == 0
    assert not [r for r in held if r.dims.get("category") in ("removed", "labelled")]
    none = take(bench, posts, coverage=[file(supplies=["posts"])])
    (only,) = none
    assert only.estimate.status == "not_measured"
    assert "no export of these posts tells" in str(only.estimate.reason)
    old = take(bench, posts, coverage=[file(supplies=None)])
    assert [r.estimate.status for r in old] == ["not_measured"]


def test_any_look_that_finds_a_post_withheld_counts(bench: Any, pick: Pick) -> None:
    posts = [post(n) for n in range(10)]
    later = post(2, source="t", input=2, availability="withheld", withheld_in=["TR"])
    files = [file(), file(source="t", input=2, use="recheck")]
    results = take(bench, [*posts, later], coverage=files)
    assert pick(results, category="withheld", country="TR", **WHOLE).estimate.value == 0.1


def test_channels_with_at_least_one(bench: Any, pick: Pick) -> None:
    posts = [post(n, "abcd"[n % 4]) for n in range(40)]
    posts[4] |= {"availability": "removed"}
    results = take(bench, posts)
    share = pick(results, category="removed", params="of=channels").estimate
    assert (share.value, share.n_channels) == (0.25, 4)


def recheck(
    bench: Any, missing: set[int], *, look: str = "2024-03-01", capture: str = "complete"
) -> list[Result]:
    """Ten posts, seen on 1 February, and another crawl of the first week without some of them."""
    posts = [post(n) for n in range(10)]
    again = [post(n, source="t", input=2) for n in range(7) if n not in missing]
    span = {"expected_start": "2024-01-01T00:00:00Z", "expected_end": "2024-01-08T00:00:00Z"}
    files = [file(), file(source="t", input=2, use="recheck", capture=capture, **span)]
    seen = [
        {"platform": "x", "post_id": "p1", "metric": "views", "value": 1, "source": s, "line": 1}
        | {"input": i, "observed_at": f"{when}T00:00:00Z"}
        for s, i, when in (("s", 1, "2024-02-01"), ("t", 2, look))
    ]
    return take(bench, [*posts, *again], coverage=files, observations=seen)


def test_posts_that_a_later_complete_crawl_does_not_have(bench: Any, pick: Pick) -> None:
    found = pick(recheck(bench, {2, 5}), category="missing at recheck").estimate
    assert (found.value, found.n_posts) == (pytest.approx(2 / 7), 7)
    assert pick(recheck(bench, set()), category="missing at recheck").estimate.value == 0


@pytest.mark.parametrize("how", [{"look": "2024-01-20"}, {"capture": "keyword"}])
def test_an_earlier_or_incomplete_crawl_says_nothing_of_what_is_missing(
    bench: Any, how: dict[str, str]
) -> None:
    results = recheck(bench, {2, 5}, **how)
    assert not [r for r in results if r.dims.get("category") == "missing at recheck"]


def test_posts_of_persons_carry_the_persons_who_were_hit(bench: Any, pick: Pick) -> None:
    """Small cells go by the persons whose posts were removed, not by all who post."""
    posts = [post(n, None) for n in range(45)]
    for n in (0, 15, 1):
        posts[n] |= {"availability": "removed"}
    result = pick(take(bench, posts), category="removed", **WHOLE)
    assert result.dims["path"] == "unknown"
    assert (result.estimate.value, result.estimate.n_persons) == (3 / 45, 2)
    # Of the three removed posts two are of one person.
    assert result.largest == pytest.approx(3 / 45 * 2 / 3)
    none = pick(take(bench, posts[16:]), category="removed", **WHOLE)
    assert (none.estimate.value, none.estimate.n_persons) == (0, 15)
    assert not [r for r in take(bench, posts) if r.dims.get("period_start")]
