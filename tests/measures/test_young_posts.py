"""How many posts were seen while their counts still grew."""

import pytest


def _post(**fields):
    return {
        "channel": "a",
        "platform": "x",
        "author": "a",
        "relation": "original",
        "observed_at": "2024-02-01T00:00:00Z",
    } | fields


def test_two_days_to_the_second_is_no_longer_young(bench, pick):
    rows = [_post(age_s=a) for a in (0, 172_799, 172_800, 172_801, 10**7)]
    found = pick(bench.take("young_posts", {"observed": rows}), channel="a").estimate
    assert found.value == pytest.approx(2 / 5)
    assert (found.low, found.high, found.low_kind) == (2 / 5, 2 / 5, "bound")
    assert found.n_posts == 5


def test_reposts_and_posts_never_observed_are_not_counted(bench, pick):
    rows = [
        _post(age_s=60),
        _post(age_s=10**6, relation=None),
        _post(age_s=60, relation="repost"),
        _post(observed_at=None),
    ]
    found = pick(bench.take("young_posts", {"observed": rows}), channel="a").estimate
    assert (found.value, found.n_posts) == (1 / 2, 2)


def test_persons_are_pooled_and_counted(bench, pick):
    rows = [_post(channel=None, author=f"p{k % 3}", age_s=10**6 * k) for k in range(7)]
    found = pick(bench.take("young_posts", {"observed": rows}), channel=None)
    assert found.dims["path"] == "unknown"
    assert found.estimate.value == pytest.approx(1 / 7)
    assert (found.estimate.n_posts, found.estimate.n_persons, found.estimate.n_channels) == (
        7,
        3,
        None,
    )


def test_no_posts_give_no_figure(bench):
    assert bench.take("young_posts", {"observed": []}) == []
