"""Background and outside news: the stated rates, hour by hour, come back by counting."""

import numpy as np
import pytest
from scipy.stats import chi2
from tests.simulate.hand import plan, same

from howfar.simulate.background import MECHANISM, BackgroundSettings, rates
from howfar.simulate.news import MECHANISM as NEWS
from howfar.simulate.news import NewsSettings, news
from howfar.simulate.places import COUNTRIES, PLATFORMS, TOPICS
from howfar.simulate.plan import HOUR, Plan
from howfar.simulate.posts import ORIGINAL, Posts, together
from howfar.simulate.society import SocietySettings, society

OURS = BackgroundSettings()


def world(plan: Plan) -> Posts:
    who = society(plan)
    return together([MECHANISM.posts(plan, who, i) for i in range(MECHANISM.parts(plan, who))])


@pytest.fixture(scope="module")
def here() -> Plan:
    return plan("background", "news", size=100_000)


@pytest.fixture(scope="module")
def posts(here: Plan) -> Posts:
    return world(here)


def fits(counted: np.ndarray, expected: np.ndarray) -> float:
    """P-value of Pearson's statistic of Poisson counts with known means."""
    some = expected >= 5
    statistic = ((counted[some] - expected[some]) ** 2 / expected[some]).sum()
    return float(chi2.sf(statistic, some.sum()))


def test_size_and_order(here: Plan, posts: Posts) -> None:
    assert len(posts) == pytest.approx(here.size, abs=4 * here.size**0.5)
    assert (np.diff(posts["created"]) >= 0).all()
    assert posts["created"][0] >= here.begins
    assert posts["created"][-1] < here.ends
    assert (posts["relation"] == ORIGINAL).all()
    assert (posts["root"] == np.arange(len(posts))).all()


def test_every_channel_writes_as_often_as_stated(here: Plan, posts: Posts) -> None:
    who = society(here)
    told = MECHANISM.tables(here, who)["channel_rates"]
    account = posts["account"]
    counted = np.bincount(account[account < 40], minlength=40)
    assert fits(counted, told["expected_posts"].to_numpy()) > 0.001
    assert told["channel"].to_pylist() == [channel.channel for channel in who.channels]


def test_every_hour_has_its_stated_rate(here: Plan, posts: Posts) -> None:
    who = society(here)
    hour = (posts["created"] - here.begins) // HOUR
    hours = np.arange(here.days * 24)
    for whose, mine in (("channels", posts["account"] < 40), ("persons", posts["account"] >= 40)):
        expected = rates(here, who, hours, whose).sum(axis=1)
        assert fits(np.bincount(hour[mine], minlength=len(hours)), expected) > 0.001


def test_persons_write_in_the_evening_of_their_own_time_and_less_at_weekends() -> None:
    posts = world(plan("background", size=100_000))
    persons = posts["account"] >= 40
    offset = np.array([place.offset for place in COUNTRIES])[posts["country"]]
    local = posts["created"] / HOUR + offset
    # Mean of cos(h - peak) over a density 1 + d cos(h - peak) is d / 2.
    angle = 2 * np.pi * (local - OURS.peak[0]) / 24
    depth = 2 * np.cos(angle[persons]).mean()
    assert depth == pytest.approx(OURS.day[0], abs=4 * 2 / (2 * persons.sum()) ** 0.5)
    weekend = ((local // 24 + 3) % 7 >= 5)[persons].mean()
    expected = 2 * OURS.week[0] / (5 + 2 * OURS.week[0])
    assert weekend == pytest.approx(expected, abs=4 * 0.5 / persons.sum() ** 0.5)


def test_platforms_have_their_shares_of_persons(posts: Posts) -> None:
    persons = posts["platform"][posts["account"] >= 40]
    share = np.bincount(persons, minlength=len(PLATFORMS)) / len(persons)
    assert share == pytest.approx(SocietySettings().platforms, abs=4 * 0.5 / len(persons) ** 0.5)


def test_news_brings_the_stated_excess_of_its_topic(here: Plan, posts: Posts) -> None:
    told = NEWS.tables(here, society(here))["news"].to_pylist()
    assert len(told) == round(here.days / NewsSettings().every)
    who, hours = society(here), np.arange(here.days * 24)
    usual = sum(rates(here, who, hours, whose).sum(axis=1) for whose in ("channels", "persons"))
    excess = news(here).excess(hours)
    usual = usual / (1 + excess.sum(axis=1))
    expected = (usual[:, None] * excess).sum(axis=0)
    counted = np.array([(posts["news"] == piece["news"]).sum() for piece in told])
    assert fits(counted, expected) > 0.001
    for piece in told:
        of = posts["news"] == piece["news"]
        assert {TOPICS[topic] for topic in posts["topic"][of]} <= {piece["topic"]}
        assert (posts["created"][of] >= here.begins + piece["hour"] * HOUR).all()


def test_topics_outside_news_have_their_shares(posts: Posts) -> None:
    plain = posts["topic"][posts["news"] < 0]
    expected = np.array(OURS.topics) * len(plain)
    assert fits(np.bincount(plain, minlength=len(TOPICS)), expected) > 0.001


def test_links(here: Plan, posts: Posts) -> None:
    linked = posts["object"] >= 0
    assert linked.mean() == pytest.approx(OURS.linked, abs=4 * 0.5 / len(posts) ** 0.5)
    channels = posts["account"] < 40
    own = posts["object"][linked & channels]
    assert len(np.unique(own)) == len(own)
    assert not np.isin(own, posts["object"][linked & ~channels]).any()
    # Persons share the day's addresses, the first most.
    first = here.first("background")
    rank = (posts["object"][linked & ~channels] - first) % OURS.pool
    harmonic = (1 / np.arange(1, OURS.pool + 1)).sum()
    assert (rank == 0).mean() == pytest.approx(1 / harmonic, abs=4 * 0.5 / len(rank) ** 0.5)


def test_without_news_no_post_answers_any() -> None:
    off = plan("background", size=5_000)
    assert (world(off)["news"] == -1).all()
    assert news(off).excess(np.arange(10)).shape == (10, 0)


def test_seeds() -> None:
    one, again, other = (
        world(plan("background", "news", size=5_000, seed=seed)) for seed in (1, 1, 2)
    )
    assert same(one, again)
    assert not same(one, other)
