"""Rates per view or follower, and their shrinkage."""

import math

import numpy as np
import pytest

from howfar.measures import engagement_rate
from howfar.stats.negative_binomial import rate

WINDOW = ("2024-01-01", "2024-04-01")


def _post(k, channel="a", **fields):
    return {
        "channel": channel,
        "platform": "x",
        "author": channel,
        "relation": "original",
        "kind": "photo",
        "role": "peer",
        "week": 2817 + k % 12,
        "day": 19_723 + k % 84,
        "age_s": 10**6,
    } | fields


def _channel(channel, rate, n=36, views=1000, **fields):
    """Posts that get `rate` reactions a view, a third more or less."""
    near = (0.75, 1.0, 1.25)
    return [
        _post(k, channel, views=views, reactions=round(rate * views * near[k % 3]), **fields)
        for k in range(n)
    ]


def _followers(**counts):
    return [
        {"platform": "x", "account": c, "metric": "followers", "value": v}
        | {"observed_at": "2024-03-01T00:00:00Z", "input": 0, "line": 1}
        for c, v in counts.items()
    ]


def _take(bench, observed, accounts=()):
    rows = {"observed": observed, "account_counts": accounts}
    return bench.take("engagement_rate", rows, WINDOW)


def test_equal_views_make_the_rate_a_plain_ratio(bench, pick):
    found = pick(_take(bench, _channel("a", 0.04)), category="reactions per view", params=None)
    # 12 posts each of 30, 40 and 50 reactions on 1,000 views.
    assert found.estimate.value == pytest.approx(0.04)
    assert found.estimate.low_kind == "confidence"
    assert "stands alone" in found.estimate.reason
    assert found.estimate.unit == "count per view"


def test_one_hit_does_not_make_the_rate(bench, pick):
    rows = [*_channel("a", 0.02), _post(0, views=10**6, reactions=200000)]
    found = pick(_take(bench, rows), category="reactions per view", params=None).estimate
    # In sums the hit alone would make (36 * 20 + 200000) / (36 * 1000 + 10**6) = 0.194.
    assert 0.02 < found.value < 0.04


def test_channels_are_shrunk_towards_each_other(bench, pick):
    rates = {"a": 0.01, "b": 0.02, "c": 0.03, "d": 0.04, "e": 0.08}
    rows = [p for c, r in rates.items() if c != "e" for p in _channel(c, r)]
    # e has few posts that differ widely: it borrows most.
    rows += [_post(k, "e", views=1000, reactions=(5, 400)[k % 2]) for k in range(12)]
    found = {
        r.dims["channel"]: r.estimate
        for r in _take(bench, rows)
        if r.dims["category"] == "reactions per view" and "params" not in r.dims
    }
    assert {e.low_kind for e in found.values()} == {"posterior"}
    assert found["a"].value > rates["a"]
    own = (5 + 400) / 2 / 1000
    common = math.exp(sum(map(math.log, (0.01, 0.02, 0.03, 0.04, own))) / 5)
    assert common < found["e"].value < own
    assert all(e.low < e.value < e.high for e in found.values())


def test_kinds_have_rates_of_their_own(bench, pick):
    rows = _channel("a", 0.02) + _channel("a", 0.08, kind="video")
    found = _take(bench, rows)
    photo = pick(found, category="reactions per view", params="kind=photo").estimate
    video = pick(found, category="reactions per view", params="kind=video").estimate
    assert photo.value == pytest.approx(0.02)
    assert video.value == pytest.approx(0.08)


def test_one_denominator_for_all_channels_of_a_platform(bench, pick):
    rows = _channel("a", 0.02) + _channel("b", 0.02) + _channel("c", 0.02)
    for row in rows:
        if row["channel"] != "a":
            row["views"] = None
    found = _take(bench, rows, _followers(a=500, b=1000, c=2000))
    assert {r.dims["category"] for r in found} == {"reactions per follower"}
    for channel, expected in (("a", 0.04), ("b", 0.02), ("c", 0.01)):
        one = pick(found, channel=channel, params=None)
        assert one.estimate.value == pytest.approx(expected)
        assert one.estimate.unit == "count per follower"


def test_views_win_where_all_have_both(bench):
    rows = _channel("a", 0.02) + _channel("b", 0.02)
    found = _take(bench, rows, _followers(a=500, b=1000))
    assert {r.dims["category"] for r in found} == {"reactions per view"}


def test_the_latest_follower_count_stands(bench, pick):
    rows = [row | {"views": None} for row in _channel("a", 0.02)]
    accounts = [
        *_followers(a=2000),
        _followers(a=9)[0] | {"observed_at": "2024-01-01T00:00:00Z", "line": 9},
    ]
    found = pick(_take(bench, rows, accounts), category="reactions per follower", params=None)
    assert found.estimate.value == pytest.approx(0.01)


def test_posts_without_views_young_posts_and_reposts_are_left_out(bench, pick):
    rows = _channel("a", 0.02)
    rows += [_post(k, views=0, reactions=5) for k in range(5)]
    rows += [_post(k, views=None, reactions=5) for k in range(5)]
    rows += [_post(k, views=10, reactions=10, age_s=60) for k in range(5)]
    rows += [_post(k, views=10, reactions=10, relation="repost") for k in range(5)]
    found = pick(_take(bench, rows), category="reactions per view", params=None).estimate
    assert (found.n_posts, found.value) == (36, pytest.approx(0.02))


def test_few_weeks_widen_the_interval(bench, pick):
    many = _channel("a", 0.02)
    few = [row | {"week": 2817 + k % 3} for k, row in enumerate(many)]
    wide, narrow = (
        pick(_take(bench, rows), category="reactions per view", params=None).estimate
        for rows in ([row | {"reactions": row["reactions"] + row["week"] % 3} for row in few], many)
    )
    assert wide.method.endswith("few blocks (3)")
    assert wide.low < wide.value < wide.high
    assert narrow.method.endswith("(12)")


def test_refusals(bench, pick):
    nine = pick(_take(bench, _channel("a", 0.02, n=9)), params=None).estimate
    assert nine.reason == "9 posts with views; at least 10 are needed"
    silent = pick(_take(bench, _channel("a", 0.0)), params=None).estimate
    assert silent.reason == "no reaction in any post"
    week = [row | {"week": 2817} for row in _channel("a", 0.02)]
    assert pick(_take(bench, week), params=None).estimate.status == "not_measured"


def test_posts_as_an_x_export_gives_them_measure_rates_and_talk(bench, pick):
    """Impressions and followers, as in API v2: what neither ready study has is measured here."""
    rows = []
    for c, channel in enumerate("abc"):
        for k in range(48):
            views = 500 * (1 + k % 8)
            talk = {"reactions": views // 20 + k % 3, "comments": views // (50 + 25 * c) + k % 2}
            rows.append(_post(k, channel, views=views, shares=k % 5, **talk))
    accounts = _followers(a=10_000, b=20_000, c=30_000)
    rates = _take(bench, rows, accounts)
    for metric in ("reactions", "comments", "shares"):
        for channel in "abc":
            one = pick(rates, channel=channel, category=f"{metric} per view", params=None)
            assert one.estimate.status == "measured"
    assert (
        0.045
        < pick(rates, channel="a", category="reactions per view", params=None).estimate.value
        < 0.06
    )
    talk = bench.take("talk_to_views", {"observed": rows, "account_counts": accounts}, WINDOW)
    assert {r.estimate.status for r in talk} == {"measured"}
    assert {r.dims["category"] for r in talk} == {
        "elasticity: comments on views",
        "residual: comments on views",
    }
    # a answers at 1 in 50 views, b and c at 1 in 75 and 1 in 100: more talk than its peers.
    residual = pick(talk, channel="a", versus="compared channels").estimate
    assert residual.low > 1


def test_many_weeks_bring_the_width_of_their_t_interval_into_the_shrinkage():
    """Else it would be narrower than the weeks tell: 89 to 91 % in planted worlds instead of 95."""
    rng = np.random.default_rng(3)
    week = np.repeat(np.arange(12), 5)
    views = np.full(60, 1000.0)
    value = rng.poisson(50 * np.exp(rng.normal(0, 0.3, 12))[week]).astype(float)
    posts = engagement_rate._Posts(None, None, week, value, views)
    fit = engagement_rate._fit(posts, 10, "views", 0.95)
    alone = rate(value, views, week)
    assert fit.interval == alone.interval
    width = math.log(alone.interval.high / alone.interval.low)
    assert fit.log_variance == pytest.approx((width / (2 * 1.959963984540054)) ** 2)
    assert fit.log_variance > alone.log_variance
