"""Elasticity of comments, by hand and by simulation."""

import math

import numpy as np
import pyarrow as pa
import pytest

from howfar.schema.measure import Sampling, registry
from howfar.stats.blocks import draw_blocks

WINDOW = ("2024-01-01", "2024-04-01")
FIRST_WEEK = 2817


def _post(k, channel="a", **fields):
    return {
        "channel": channel,
        "platform": "x",
        "relation": "original",
        "role": "peer",
        "week": FIRST_WEEK + k % 12,
        "age_s": 10**6,
    } | fields


def _power(channel, factor, n=36, slope=2, **fields):
    """Posts whose comments are exactly factor * views ** slope."""
    posts = ((k, 2 ** (1 + k % 7)) for k in range(n))
    return [_post(k, channel, views=v, comments=factor * v**slope, **fields) for k, v in posts]


def _take(bench, rows):
    return bench.take("talk_to_views", {"observed": rows}, WINDOW)


def test_an_exact_power_law_gives_its_exponent(bench, pick):
    found = pick(
        _take(bench, _power("a", 3)), category="elasticity: comments on views", channel="a"
    )
    assert found.estimate.value == pytest.approx(2, abs=1e-12)
    assert found.estimate.low == pytest.approx(2, abs=1e-9)
    assert found.estimate.n_posts == 36


def test_slope_by_hand(bench, pick):
    # In units of ln 2: x is 0, 1, 2 and y is 0, 0, 2. Deviations of x: -1, 0, 1; so the sum of
    # products is -1 * 0 + 1 * 2 = 2, that of squares 2, and the slope 1.
    counts = [(1, 1), (2, 1), (4, 4)]
    rows = [_post(k, views=counts[k // 12][0], comments=counts[k // 12][1]) for k in range(36)]
    found = pick(_take(bench, rows), category="elasticity: comments on views", channel="a")
    assert found.estimate.value == pytest.approx(1.0)


def test_residual_is_the_factor_beyond_equal_peers(bench, pick):
    # At equal views a has 8 times, b and c have 2 times and 1/2 of what 1 * views ** 2 would give.
    rows = _power("a", 8) + _power("b", 4) + _power("c", 1)
    found = _take(bench, rows)
    # Peers of a: geometric mean of 4 and 1 is 2, so 8 / 2; of c: of 8 and 4.
    for channel, factor in (("a", 4.0), ("b", 4 / math.sqrt(8)), ("c", 1 / math.sqrt(32))):
        one = pick(found, channel=channel, category="residual: comments on views")
        assert one.estimate.value == pytest.approx(factor)
        assert one.dims["versus"] == "compared channels"
        assert one.estimate.n_channels == 3
    pooled = pick(found, channel=None)
    assert pooled.estimate.value == pytest.approx(2)
    assert pooled.estimate.method.startswith("CR2 by channel (3 clusters")


def test_channels_of_other_roles_get_a_slope_but_are_no_peers(bench, pick):
    rows = _power("a", 8) + _power("b", 2) + _power("c", 10**4, role="other")
    found = _take(bench, rows)
    assert pick(found, channel="c").dims["category"] == "elasticity: comments on views"
    residual = pick(found, channel="a", category="residual: comments on views")
    assert residual.estimate.value == pytest.approx(4)


def test_a_channel_captured_otherwise_is_no_peer(bench, pick):
    same = _power("a", 8, capture="complete") + _power("b", 2, capture="complete")
    found = _take(bench, same + _power("c", 50, capture="keyword"))
    residual = "residual: comments on views"
    assert pick(found, channel="a", category=residual).estimate.value == pytest.approx(4)
    unlike = pick(found, channel="c", category=residual).estimate
    assert unlike.status == "not_measured"
    assert unlike.reason == (
        "captured as keyword, the compared channels as complete: not comparable"
    )
    assert pick(found, channel=None).estimate.n_channels == 2
    slope = pick(found, channel="c", category="elasticity: comments on views")
    assert slope.estimate.status == "measured"


def test_reactions_stand_in_where_views_are_missing_and_are_named(bench, pick):
    rows = _power("a", 1) + _power("b", 1)
    for row in rows:
        row["reactions"] = row.pop("views") if row["channel"] == "b" else 7
    found = _take(bench, rows)
    assert pick(found, channel="a", category="elasticity: comments on views")
    assert pick(found, channel="b", category="elasticity: comments on reactions")
    for base in ("views", "reactions"):
        alone = pick(found, versus="compared channels", category=f"residual: comments on {base}")
        assert alone.estimate.status == "not_measured"
        assert alone.estimate.reason == f"no other channel with comments and {base}"


def test_zeros_are_left_out_and_counted_and_too_many_refused(bench, pick):
    few = _power("a", 1) + [_post(k, views=9, comments=0) for k in range(4)]
    one = pick(_take(bench, few), channel="a", category="elasticity: comments on views").estimate
    assert one.value == pytest.approx(2)
    assert (one.n_posts, one.reason) == (36, "4 posts without a comment or without views left out")
    many = _power("a", 1) + [_post(k, views=9, comments=0) for k in range(40)]
    refused = pick(_take(bench, many), channel="a", category="elasticity: comments on views")
    assert refused.estimate.reason == "53% of the posts have no comment or no views"


def test_young_posts_and_reposts_do_not_count(bench, pick):
    rows = _power("a", 1) + _power("a", 10**5, n=7, age_s=100)
    rows += _power("a", 10**5, n=7, relation="repost")
    found = pick(_take(bench, rows), channel="a", category="elasticity: comments on views")
    assert found.estimate.n_posts == 36


def test_too_few_posts_are_refused(bench):
    found = _take(bench, _power("a", 1, n=29))
    assert {r.estimate.status for r in found} == {"not_measured"}


def _world(rng, levels, slope, weeks=18, posts=6):
    """Reduced rows of channels with planted levels; each week moves a channel's talk as a whole."""
    columns = {name: [] for name in ("channel", "week", "x", "comments")}
    for c, level in enumerate(levels):
        week = np.repeat(np.arange(weeks), posts)
        x = np.exp(rng.normal(9 + 0.3 * c, 1.0, week.size)).round() + 1
        mood = rng.normal(0, 0.3, weeks)[week]
        y = np.exp(level + slope * np.log(x) + mood + rng.normal(0, 0.6, week.size)).round() + 1
        columns["channel"] += [f"c{c}"] * week.size
        columns["week"] += week.tolist()
        columns["x"] += x.astype(int).tolist()
        columns["comments"] += y.astype(int).tolist()
    n = len(columns["x"])
    fixed = {"platform": ["x"] * n, "role": ["peer"] * n, "posts": [1] * n, "base": ["views"] * n}
    fixed["capture"] = ["complete"] * n
    return pa.table({**columns, **fixed})


def test_the_residual_interval_covers_the_planted_factor():
    """400 seeded worlds: coverage of 95 % intervals within 3 standard errors of the nominal."""
    levels, slope, trials = np.array([0.4, 0.0, -0.3, 0.2, 0.1]), 0.7, 400
    truth = math.exp(levels[0] - levels[1:].mean())
    rng, held = np.random.default_rng(41), 0
    measure = registry()["talk_to_views"]
    for _ in range(trials):
        draw = draw_blocks(np.arange(18), 200, rng)
        sampling = Sampling(0, 1, 0.95, draw, rng)
        for result in measure.estimate(_world(rng, levels, slope), sampling):
            if result.dims.get("versus") and result.dims["channel"] == "c0":
                held += result.estimate.low <= truth <= result.estimate.high
    tolerance = 3 * math.sqrt(0.95 * 0.05 / trials)
    assert 0.95 - tolerance <= held / trials <= 0.95 + tolerance, held / trials
