"""Publishing volume: posts over the days in which they can have been seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from howfar.schema.estimate import Result

Pick = Callable[..., Result]
WINDOW = ("2024-01-01", "2024-01-29")
DAY_S = 86_400


def row(on: int, channel: str | None = "a", **fields: Any) -> dict[str, Any]:
    moment = 19_723 + on - 1
    return {
        "channel": channel,
        "platform": "x",
        "author": channel or f"person{on % 3}",
        "day": moment,
        "week": (moment - 4) // 7,
        "created_s": moment * DAY_S,
        "observed_at": "2024-02-01T00:00:00Z",
        "input": 1,
    } | fields


def take(bench: Any, observed: list[dict[str, Any]], **tables: Any) -> list[Result]:
    results: list[Result] = bench.take("publishing_volume", {"observed": observed} | tables, WINDOW)
    return results


def test_posts_over_days_with_every_facet(bench: Any, pick: Pick) -> None:
    observed = [row(d, kind="video", language="en") for d in range(1, 15)]
    observed += [row(d, kind="photo", language="de") for d in range(15, 29, 2)]
    results = take(bench, observed)
    assert pick(results, category=None, language=None).estimate.value == pytest.approx(21 / 28)
    assert pick(results, category="kind=video").estimate.value == pytest.approx(14 / 28)
    assert pick(results, language="de").estimate.value == pytest.approx(7 / 28)


def test_days_after_the_last_look_are_no_days_without_posts(bench: Any, pick: Pick) -> None:
    observed = [row(d, observed_at="2024-01-15T00:00:00Z") for d in range(1, 15)]
    assert pick(take(bench, observed), category=None).estimate.value == pytest.approx(1.0)


def test_days_outside_the_source_are_no_days_without_posts(bench: Any, pick: Pick) -> None:
    span = {"input": 1, "use": "main", "source": "s"}
    span |= {"expected_start": "2024-01-08T00:00:00Z", "expected_end": "2024-01-22T00:00:00Z"}
    results = take(bench, [row(d) for d in range(8, 22)], coverage=[span])
    assert pick(results, category=None).estimate.value == pytest.approx(1.0)


def test_a_quiet_week_is_a_week_of_zero_posts(bench: Any, pick: Pick) -> None:
    estimate = pick(take(bench, [row(d) for d in range(1, 8)]), category=None).estimate
    assert estimate.value == pytest.approx(7 / 28)
    assert "few blocks (4)" in estimate.method
    assert estimate.low == 0.0


def test_persons_are_pooled_with_their_number(bench: Any, pick: Pick) -> None:
    observed = [row(d, None) for d in range(1, 29)] + [row(d) for d in range(1, 29, 2)]
    results = take(bench, observed)
    persons = pick(results, channel=None, category=None)
    assert persons.dims["path"] == "unknown"
    assert (persons.estimate.value, persons.estimate.n_persons) == (1.0, 3)
    assert pick(results, channel="a", category=None).estimate.n_persons is None


def test_fewer_than_five_posts_are_refused(bench: Any, pick: Pick) -> None:
    estimate = pick(take(bench, [row(d) for d in (1, 8, 15, 22)]), category=None).estimate
    assert estimate.status == "not_measured"
    assert "4 posts" in str(estimate.reason)


def test_the_largest_persons_part_is_told_for_the_dominance_rule(bench: Any) -> None:
    # One person has 3 of 4 posts in every week, another the fourth.
    rows = [
        {"platform": "x", "relation": "original", "author": f"p{k // 3}", "week": 2817 + w}
        | {"day": 19_723 + 7 * w, "reactions": 5, "kind": "link", "age_s": 10**6}
        for w in range(12)
        for k in range(4)
    ]
    found = [r for r in bench.take("publishing_volume", {"observed": rows}) if r.estimate.value]
    assert found
    for result in found:
        assert result.largest == pytest.approx(0.75 * result.estimate.value)
