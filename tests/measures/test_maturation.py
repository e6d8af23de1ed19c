"""Growth between two crawls, by hand and by simulation."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest

from howfar.schema.age import AGES
from howfar.schema.measure import Sampling, registry
from howfar.stats.blocks import draw_blocks

START = 1_704_067_200
HOUR = 3_600
NAMES = [name for name, _, _ in AGES]


def _post(k, *readings, **fields):
    """A post of the k-th hour; readings: (age in hours, count)."""
    created = START + round(k * HOUR)
    key = {"platform": "x", "post_id": f"p{k}"}
    post = key | {"channel": "a", "relation": "original", "created_s": created} | fields
    seen = [
        key
        | {"metric": "reactions", "value": value, "input": n, "line": round(k)}
        | {"observed_at": dt.datetime.fromtimestamp(created + age * HOUR, dt.UTC).isoformat()}
        for n, (age, value) in enumerate(readings)
    ]
    return post, seen


def _take(bench, posts):
    rows = {
        "observed": [post for post, _ in posts],
        "observations": [row for _, seen in posts for row in seen],
    }
    return bench.take("maturation", rows)


def test_growth_is_the_ratio_of_sums_by_first_age(bench, pick):
    posts = [_post(k, (2, 10), (100, 20 + k % 2)) for k in range(10)]
    posts += [_post(k, (30, 100), (100, 110)) for k in range(10, 22)]
    found = _take(bench, posts)
    # 10 posts: 5 grew from 10 to 20, 5 from 10 to 21: 205 / 100.
    early = pick(found, params="age=0-6h").estimate
    assert early.value == pytest.approx(2.05)
    assert early.low < 2.05 < early.high
    assert "hours of publication" in early.method
    assert pick(found, params="age=1-2d").estimate.value == pytest.approx(1.1)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("hours", "name"),
    [(0, "0-6h"), (6, "6-12h"), (12, "12-24h"), (24, "1-2d"), (48, "2-7d"), (168, "7d+")],
)
def test_classes_begin_at_their_first_hour_and_end_before_the_next(bench, hours, name):
    rows = _take(bench, [_post(k, (hours, 1), (1000, 2)) for k in range(12)])
    assert [r.dims["params"] for r in rows] == [f"age={name}"]
    if hours:
        before = _take(bench, [_post(k, (hours - 0.01, 1), (1000, 2)) for k in range(12)])
        assert [r.dims["params"] for r in before] == [f"age={NAMES[NAMES.index(name) - 1]}"]


def test_of_many_observations_the_first_and_the_last_count(bench, pick):
    posts = [_post(k, (50, 999), (2, 10), (100, 30), (20, 0)) for k in range(12)]
    assert pick(_take(bench, posts), params="age=0-6h").estimate.value == 3


def test_posts_seen_once_or_of_others_tell_nothing(bench):
    posts = [_post(k, (2, 10)) for k in range(20)]
    posts += [_post(k, (2, 10), (90, 20), relation="repost") for k in range(20, 40)]
    posts += [_post(k, (2, 10), (90, 20), channel=None) for k in range(40, 60)]
    assert _take(bench, posts) == []


def test_refusals(bench):
    nine = _take(bench, [_post(k, (2, 10), (90, 20)) for k in range(9)])
    assert nine[0].estimate.reason == "9 posts seen twice; at least 10 are needed"
    zero = _take(bench, [_post(k, (2, 0), (90, 20)) for k in range(12)])
    assert zero[0].estimate.reason == "all earlier counts are 0"
    one = _take(bench, [_post(k / 20, (2, 10), (90, 20)) for k in range(12)])
    assert one[0].estimate.reason == "all posts are of one hour; an interval needs two"


def test_withdrawn_counts_give_less_than_one(bench, pick):
    found = _take(bench, [_post(24 * k, (200, 10), (300, 9)) for k in range(12)])
    assert pick(found, params="age=7d+").estimate.value == pytest.approx(0.9)
    assert "days of publication" in pick(found, params="age=7d+").estimate.method


def test_growth_of_the_page_that_was_scraped_twice(newsroom_results, pick):
    """Real growth: the younger at the first crawl, the more; after a week next to none."""
    found = newsroom_results("maturation")
    assert {r.dims["channel"] for r in found} == {"bbcnews"}
    values = [
        pick(found, category="reactions", params=f"age={name}").estimate.value for name in NAMES
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > 1.3
    assert values[-1] == pytest.approx(1.0, abs=0.001)


def test_the_interval_covers_the_planted_growth():
    """400 seeded crawls of 20 hours with 3 posts each; within 3 standard errors of 95 %."""
    growth, trials, n = 1.7, 400, 60
    rng, held = np.random.default_rng(14), 0
    measure = registry()["maturation"]
    hour = np.repeat(np.arange(20), 3)
    fixed = {"channel": ["a"] * n, "platform": ["x"] * n, "metric": ["reactions"] * n}
    fixed |= {"created_s": START + hour * HOUR, "age_s": np.full(n, 30 * HOUR)}
    for _ in range(trials):
        earlier = np.exp(rng.normal(6, 0.7, n)).round()
        # Each hour grows by a factor of its own, each post about it; both with mean 1.
        mood = np.exp(rng.normal(0, 0.1, 20) - 0.1**2 / 2)[hour]
        later = earlier * growth * mood * np.exp(rng.normal(0, 0.2, n) - 0.2**2 / 2)
        rows = pa.table({**fixed, "earlier": earlier.astype(int), "later": later.astype(int)})
        sampling = Sampling(0, 1, 0.95, draw_blocks([0], 300, rng), rng)
        (found,) = measure.estimate(rows, sampling)
        held += found.estimate.low <= growth <= found.estimate.high
    tolerance = 3 * math.sqrt(0.95 * 0.05 / trials)
    assert 0.95 - tolerance <= held / trials <= 0.95 + tolerance, held / trials
