"""Collections: what each class holds, and that without it everything is held."""

from __future__ import annotations

import numpy as np
import pytest
from tests.simulate.hand import crowd, same

from howfar.simulate.capture import (
    CAPTURES,
    MECHANISM,
    CaptureSettings,
    capture_of,
    captured,
    chance,
)
from howfar.simulate.parts import Part
from howfar.simulate.places import LANGUAGES, PLATFORMS, TOPICS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import Posts
from howfar.simulate.society import Society, society

PART = Part("background", 0)
SETTINGS = CaptureSettings()
ROWS = 40_000


def plan(seed: int = 1, *on: str) -> Plan:
    return Plan(seed, 20_000, "capture", frozenset(on or {"capture"}))


@pytest.fixture(scope="module")
def accounts() -> Society:
    return society(plan())


@pytest.fixture(scope="module")
def posts() -> Posts:
    return crowd(plan(), ROWS)


def test_a_tenth_in_a_sample(accounts: Society, posts: Posts) -> None:
    held = captured(plan(), accounts, posts, "sample", 0)
    assert held.mean() == pytest.approx(0.1, abs=4 * (0.1 * 0.9 / ROWS) ** 0.5)
    # A part of which nothing decides: neither time nor topic.
    late = posts["created"] > (plan().begins + plan().ends) // 2
    assert held[late].mean() == pytest.approx(held[~late].mean(), abs=4 * 2 * (0.09 / ROWS) ** 0.5)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_query_finds_its_topics_by_language(accounts: Society, posts: Posts, tag: str) -> None:
    held = captured(plan(), accounts, posts, "keyword", 0)
    own = posts["language"] == LANGUAGES.index(tag)
    on_topic = own & np.isin(posts["topic"], [TOPICS.index("trade"), TOPICS.index("security")])
    p = SETTINGS.recall[LANGUAGES.index(tag)]
    assert on_topic.sum() > 30
    assert held[on_topic].mean() == pytest.approx(p, abs=4 * (p * (1 - p) / on_topic.sum()) ** 0.5)
    off = own & ~on_topic
    assert held[off].mean() == pytest.approx(0.01, abs=4 * (0.01 / off.sum()) ** 0.5)


def test_a_cap_keeps_the_newest_of_each_account_and_day(accounts: Society) -> None:
    hours = np.array([9, 1, 5, 25, 26, 5, 23])
    account = np.array([7, 7, 7, 7, 7, 8, 7])
    told = Posts.of(7, account=account, created=plan().begins + hours * (DAY // 24))
    held = captured(plan(), accounts, told, "capped", 0)
    # Account 7, first day: hours 1, 5, 9, 23, of which the newest two.
    assert held.tolist() == [True, False, False, True, True, True, True]


def test_of_one_instant_a_cap_keeps_as_many_as_it_says(accounts: Society) -> None:
    told = Posts.of(5, account=3, created=plan().begins)
    assert captured(plan(), accounts, told, "capped", 0).tolist() == [False] * 3 + [True] * 2


def test_a_feed_shows_the_known_and_the_understood(accounts: Society, posts: Posts) -> None:
    held = captured(plan(), accounts, posts, "browsing", 0)
    followers = accounts.followers[posts["account"]]
    understood = np.isin(posts["language"], [LANGUAGES.index("en"), LANGUAGES.index("es")])
    p = np.minimum(0.05 * (followers / 1_000) ** 0.3 * np.where(understood, 3, 1), 1)
    for rows in (understood, ~understood, followers > 200, followers < 50):
        n = rows.sum()
        assert n > 1_000
        error = np.sqrt((p[rows] * (1 - p[rows])).sum()) / n
        assert held[rows].mean() == pytest.approx(p[rows].mean(), abs=4 * error)
    assert held[understood].mean() > 2 * held[~understood].mean()


def test_chances_of_all_classes_are_chances(accounts: Society, posts: Posts) -> None:
    for capture in CAPTURES:
        p = chance(SETTINGS, accounts, posts, capture)
        assert p.shape == (ROWS,)
        assert 0 <= p.min() <= p.max() <= 1
    with pytest.raises(KeyError):
        chance(SETTINGS, accounts, posts, "telepathy")


def test_each_platform_has_its_class(accounts: Society, posts: Posts) -> None:
    told = MECHANISM.change(plan(), accounts, PART, posts)
    for place, platform in enumerate(PLATFORMS):
        rows = posts["platform"] == place
        capture = SETTINGS.classes[place]
        assert capture_of(plan(), place) == capture
        expected = chance(SETTINGS, accounts, posts, capture)[rows]
        error = np.sqrt((expected * (1 - expected)).sum()) / rows.sum()
        share = told["captured"][rows].mean()
        assert share == pytest.approx(expected.mean(), abs=4 * error + 1e-12), platform
    assert set(SETTINGS.classes) == set(CAPTURES)
    untouched = told.with_columns(captured=posts["captured"])
    assert same(untouched, posts)


def test_without_it_every_export_is_complete() -> None:
    off = plan(1, "background")
    assert [capture_of(off, n) for n in range(5)] == ["complete"] * 5


def test_what_another_left_out_stays_out(accounts: Society, posts: Posts) -> None:
    none = posts.with_columns(captured=np.zeros(ROWS, bool))
    assert not MECHANISM.change(plan(), accounts, PART, none)["captured"].any()


def test_a_seed_gives_the_same_and_another_seed_others(accounts: Society, posts: Posts) -> None:
    first, again, other = (
        MECHANISM.change(plan(seed), accounts, PART, posts)["captured"] for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()
    assert MECHANISM.truth(plan(1), accounts) == MECHANISM.truth(plan(2), accounts)


def test_its_truth(accounts: Society) -> None:
    told = MECHANISM.truth(plan(), accounts)
    assert told["classes"]["x"] == "sample"
    assert told["lost"]["sample"] == 0.9
    assert told["lost"]["keyword"]["lost_on_topic"]["sw"] == 0.5
