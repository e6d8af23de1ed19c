"""A channel against its own past: by hand, and the interval by simulation."""

import datetime as dt
import math

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from howfar.schema.measure import Sampling, registry
from howfar.stats.blocks import draw_blocks

DAY = 86_400
START = 1_704_067_200  # 2024-01-01
WINDOW = ("2024-01-01", "2024-06-01")


def _posts(counts, first_day=0, step_s=DAY, age_days=10.0, kind="photo", name="p", **fields):
    """Posts one after another, and one observation of each at the same age."""
    posts, seen = [], []
    for k, count in enumerate(counts):
        created = START + first_day * DAY + k * step_s
        key = {"platform": "x", "post_id": f"{name}{k:03}"}
        read = dt.datetime.fromtimestamp(created + age_days * DAY, dt.UTC)
        post = {"channel": "a", "relation": "original", "kind": kind, "created_s": created}
        posts.append(key | post | fields)
        seen.append(key | {"metric": "reactions", "value": count, "observed_at": read.isoformat()})
        seen[-1] |= {"input": 0, "line": k}
    return posts, seen


def _take(bench, *several):
    rows = {
        "observed": [p for posts, _ in several for p in posts],
        "observations": [s for _, seen in several for s in seen],
    }
    return bench.take("expected_performance", rows, WINDOW)


def _latest(found, pick, kind="photo"):
    return pick(found, category=kind, params="metric=reactions;period=latest")


def test_median_of_the_period_over_the_trimmed_mean_before_it(bench, pick):
    # Before: 1..40; ten are cut at each end, the mean of 11..30 is 20.5. Period: median of ten.
    found = _take(
        bench,
        _posts(range(1, 41)),
        _posts([41, 1000, 41, 5, 82] * 2, first_day=80, name="q"),
    )
    latest = _latest(found, pick)
    assert latest.estimate.value == pytest.approx(41 / 20.5)
    assert latest.estimate.low < 2 < latest.estimate.high
    assert latest.estimate.n_posts == 10
    assert "40 earlier and 10 posts" in latest.estimate.method
    # The last post is of the morning of day 90; a month before it the period begins.
    ends = dt.datetime.fromtimestamp(START + 89 * DAY + 1, dt.UTC)
    assert latest.dims["period_end"] == ends
    assert latest.dims["period_start"] == ends - dt.timedelta(days=30)
    assert latest.replicates.shape == (200,)


def test_only_the_last_hundred_count_as_usual(bench, pick):
    found = _take(
        bench,
        _posts([10**6] * 50, step_s=3600, name="old"),
        _posts([10] * 100, first_day=5, step_s=3600, name="mid"),
        _posts([30] * 10, first_day=60, name="new"),
    )
    latest = _latest(found, pick).estimate
    assert latest.value == 3
    # All draws are alike, so the interval is a point.
    assert (latest.low, latest.high) == (3, 3)


def test_kinds_are_compared_with_their_own_kind(bench, pick):
    found = _take(
        bench,
        _posts([10] * 30),
        _posts([1000] * 30, kind="video", name="v"),
        _posts([20] * 10, first_day=70, name="q"),
        _posts([500] * 10, first_day=70, kind="video", name="w"),
    )
    assert _latest(found, pick).estimate.value == 2
    assert _latest(found, pick, "video").estimate.value == 0.5


def test_posts_are_compared_at_the_same_age_only(bench, pick):
    # Read off young after 60 days, old before: the old are no benchmark for the young.
    old, young = _posts([100] * 30), _posts([1] * 10, first_day=70, age_days=0.1, name="q")
    refused = _latest(_take(bench, old, young), pick).estimate
    assert refused.status == "not_measured"
    assert "10 posts in the period and 0 before it at the age 0-6h" in refused.reason
    # With an early reading of the old posts too, young meet young.
    early = _posts([2] * 30, age_days=0.1)
    found = _latest(_take(bench, old, young, (early[0][:0], early[1])), pick).estimate
    assert found.value == 0.5
    assert "age 0-6h" in found.method


def test_the_later_observation_of_an_age_class_stands(bench, pick):
    before, after = _posts([10] * 30), _posts([10] * 10, first_day=70, name="q")
    again = _posts([20] * 10, first_day=70, age_days=12, name="q")
    found = _latest(_take(bench, before, after, ([], again[1])), pick).estimate
    assert found.value == 2


def test_a_lasting_rise_is_not_dissolved_in_its_own_benchmark(bench, pick):
    found = _take(bench, _posts([10] * 40), _posts([20] * 25, first_day=50, name="q"))
    assert _latest(found, pick).estimate.value == 2


def test_weeks_have_their_own_figures_without_replicates(bench, pick):
    found = _take(
        bench, _posts([10] * 56), _posts([40] * 14, first_day=56, step_s=DAY // 2, name="q")
    )
    week = pick(
        found, params="metric=reactions", period_start=dt.datetime(2024, 2, 26, tzinfo=dt.UTC)
    )
    assert week.dims["period_end"] == dt.datetime(2024, 3, 4, tzinfo=dt.UTC)
    assert week.estimate.value == 4
    assert week.replicates is None


def test_reposts_are_not_the_channels_own(bench, pick):
    found = _take(
        bench,
        _posts([10] * 30),
        _posts([10**6] * 6, first_day=70, name="r", relation="repost"),
        _posts([20] * 10, first_day=70, name="q"),
    )
    assert _latest(found, pick).estimate.value == 2


@pytest.mark.parametrize(("earlier", "recent"), [(19, 12), (40, 9)])
def test_too_few_posts_are_refused(bench, pick, earlier, recent):
    found = _take(bench, _posts([9] * earlier), _posts([9] * recent, first_day=75, name="q"))
    assert _latest(found, pick).estimate.status == "not_measured"


def test_a_usual_of_zero_is_no_benchmark(bench, pick):
    found = _take(bench, _posts([0] * 40), _posts([9] * 12, first_day=75, name="q"))
    assert "usual count is 0" in _latest(found, pick).estimate.reason


def test_it_never_compares_channels():
    assert registry()["expected_performance"].declaration.peer_comparable is False


def test_the_interval_covers_the_planted_ratio():
    """400 seeded worlds of lognormal counts; coverage within 3 standard errors of 95 %."""
    sigma, lift, trials = 1.2, 1.5, 400
    # Trimmed mean of a lognormal between its quartiles: exp(s^2/2) (F(z - s) - F(-z - s)) / 0.5.
    z = stats.norm.ppf(0.75)
    part = stats.norm.cdf(z - sigma) - stats.norm.cdf(-z - sigma)
    truth = lift / (math.exp(sigma**2 / 2) * part / 0.5)
    rng, held = np.random.default_rng(13), 0
    measure = registry()["expected_performance"]
    n = 160
    # 120 posts before the last thirty days, of which 100 count, and 40 within.
    created = np.concatenate([np.arange(120) * 3600, 200 * DAY + np.arange(40) * 3600])
    fixed = {"channel": ["a"] * n, "platform": ["x"] * n, "kind": ["photo"] * n}
    fixed |= {"metric": ["reactions"] * n, "age": ["7d+"] * n}
    for _ in range(trials):
        counts = 10_000 * np.exp(rng.normal(0, sigma, n))
        counts[120:] *= lift
        rows = pa.table({**fixed, "created_s": created, "value": counts.astype(np.int64)})
        sampling = Sampling(0, 1, 0.95, draw_blocks([10**6], 400, rng), rng)
        (found,) = measure.estimate(rows, sampling)
        held += found.estimate.low <= truth <= found.estimate.high
    tolerance = 3 * math.sqrt(0.95 * 0.05 / trials)
    assert 0.95 - tolerance <= held / trials <= 0.95 + tolerance, held / trials


def test_twenty_earlier_and_ten_recent_posts_are_enough(bench, pick):
    found = _take(bench, _posts([9] * 20), _posts([18] * 10, first_day=75, name="q"))
    assert _latest(found, pick).estimate.value == 2


def test_the_latest_days_are_thirty_up_to_the_channels_last_post(bench, pick):
    # Last post at day 80: the thirty days begin one second after the start of day 50.
    old, last = _posts([10] * 30), _posts([20] * 9, first_day=72, name="q")
    inside = _posts([1000] * 4, first_day=50, step_s=1, name="r")
    found = _latest(_take(bench, old, inside, last), pick).estimate
    # One of the four falls a second before: twelve posts, the sixth of them has 20.
    assert "31 earlier and 12 posts" in found.method
    assert found.value == 2


@pytest.mark.parametrize(
    ("earlier", "status"),
    [
        # 10 cut at each end: the mean of 20 in the middle is 1.1, but it might well be 0.
        ([0] * 20 + [2] * 18 + [9] * 2, "not_measured"),
        ([0, 1, 2, 3] * 10, "not_measured"),
        ([8, 12] * 20, "measured"),
    ],
)
def test_a_usual_that_may_be_less_than_one_count_is_no_benchmark(bench, pick, earlier, status):
    found = _take(bench, _posts(earlier), _posts([22] * 12, first_day=78, name="q"))
    latest = _latest(found, pick).estimate
    assert latest.status == status
    if status == "not_measured":
        assert "may be as low as" in latest.reason
    else:
        assert latest.low > 1


@pytest.mark.parametrize(("most", "status"), [(1000, "not_measured"), (80, "measured")])
def test_an_interval_that_excludes_nothing_is_no_figure(bench, pick, most, status):
    """Half of the period's posts draw nothing, half much: the median may be either."""
    found = _take(bench, _posts([10] * 40), _posts([0, most] * 6, first_day=78, name="q"))
    latest = _latest(found, pick).estimate
    assert latest.status == status
    if status == "not_measured":
        assert "above ten times" in latest.reason
