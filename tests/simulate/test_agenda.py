"""Precedence of agendas: the lag and strength come back from the posts, and only where planted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from howfar.simulate.agenda import MECHANISM, OTHERS, OURS, AgendaSettings, attention, shares
from howfar.simulate.parts import Part
from howfar.simulate.places import TOPICS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import CLAIM, ORIGINAL, REPLY, Posts
from howfar.simulate.society import Society, society

PART = Part("background", 0)


def plan(seed: int = 1, days: int = 364) -> Plan:
    return Plan(seed, 2_000, "agenda", frozenset({"agenda"}), days=days)


@pytest.fixture(scope="module")
def accounts() -> Society:
    return society(plan())


def originals(plan: Plan, society: Society, number: int, seed: int = 0) -> Posts:
    """Half by our channels, half by persons, at any time, on any topic."""
    rng = np.random.default_rng(seed)
    our = [n for n, channel in enumerate(society.channels) if channel.role == "ours"]
    account = np.where(
        rng.random(number) < 0.5, rng.choice(our, number), rng.choice(society.persons, number)
    )
    return Posts.of(
        number,
        account=account,
        created=plan.begins + rng.integers(0, plan.days * DAY, number),
        topic=rng.integers(0, len(TOPICS), number),
        root=np.arange(number),
    )


def oracle(plan: Plan, society: Society, posts: Posts, topic: str) -> npt.NDArray[np.float64]:
    """Coefficients of others' attention on their yesterday and on ours 1 to 5 days ago; errors."""
    settings = AgendaSettings()
    rest = [TOPICS.index(t) for t in TOPICS if t not in (settings.led, settings.free)]
    our = posts["account"] < len(society.channels)
    day = (posts["created"] - plan.begins) // DAY
    series = []
    for side in (our, ~our):
        on = np.bincount(day[side & (posts["topic"] == TOPICS.index(topic))], minlength=plan.days)
        off = np.bincount(day[side & np.isin(posts["topic"], rest)], minlength=plan.days)
        series.append(np.log(on / off))
    x, y = (one - one.mean() for one in series)
    columns = [y[4:-1], *(x[5 - lag : len(x) - lag] for lag in range(1, 6))]
    design = np.column_stack(columns)
    found, residual, *_ = np.linalg.lstsq(design, y[5:], rcond=None)
    variance = residual[0] / (len(design) - design.shape[1])
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    return np.array([found, errors])


def test_the_lag_and_the_strength_come_back(accounts: Society) -> None:
    world = plan()
    # 1,100 posts a day and side: what counting them adds to the noise is small beside 0.35.
    posts = MECHANISM.change(world, accounts, PART, originals(world, accounts, 800_000))
    found, error = oracle(world, accounts, posts, "trade")
    planted = np.array([0.5, 0, 0, 0.6, 0, 0])
    assert (error < 0.06).all()
    assert (np.abs(found - planted) < 4 * error).all()


def test_the_free_topic_has_the_memory_and_no_leader(accounts: Society) -> None:
    world = plan()
    posts = MECHANISM.change(world, accounts, PART, originals(world, accounts, 800_000))
    found, error = oracle(world, accounts, posts, "culture")
    assert (np.abs(found - [0.5, 0, 0, 0, 0, 0]) < 4 * error).all()


def test_the_oracle_finds_nobody_in_random_topics(accounts: Society) -> None:
    world = plan()
    found, error = oracle(world, accounts, originals(world, accounts, 800_000), "trade")
    assert (np.abs(found) < 4 * error).all()


def test_both_topics_vary_alike() -> None:
    settings = AgendaSettings()
    several = np.concatenate([attention(plan(seed, 3_000)) for seed in range(8)], axis=2)
    # var(x) = .36/.75 = .48; var(y) = (.36 * .48 * 1.25/.75 + .1225) / .75 = .5473
    assert settings.spread**2 == pytest.approx(0.54733, abs=1e-4)
    spread = several.std(axis=2)
    assert spread[:, OTHERS] == pytest.approx(0.5473**0.5, rel=0.05)
    assert spread[:, OURS] == pytest.approx(0.48**0.5, rel=0.05)


def test_shares_are_what_posts_are_drawn_with(accounts: Society) -> None:
    world = plan(days=28)
    posts = MECHANISM.change(world, accounts, PART, originals(world, accounts, 200_000))
    day = (posts["created"] - world.begins) // DAY
    our = posts["account"] < len(accounts.channels)
    for topic, name in enumerate(("trade", "culture")):
        for side, rows in ((OURS, our), (OTHERS, ~our)):
            n = np.bincount(day[rows])
            hit = np.bincount(day[rows & (posts["topic"] == TOPICS.index(name))])
            p = shares(world)[topic, side]
            assert (np.abs(hit / n - p) < 4.5 * np.sqrt(p * (1 - p) / n)).all()


def test_answers_keep_the_topic_of_what_they_answer_and_others_happenings_theirs(
    accounts: Society,
) -> None:
    world = plan()
    person = accounts.persons[0]
    number = 4_000
    row = np.arange(number)
    posts = Posts.of(
        number,
        account=person,
        created=world.begins + row,
        topic=TOPICS.index("sport"),
        # each second answers the one before it
        parent=np.where(row % 2, row - 1, -1),
        root=row - row % 2,
        relation=np.where(row % 2, REPLY, ORIGINAL),
        claim=np.where(row < 2_000, CLAIM, 0),
    )
    made = MECHANISM.change(world, accounts, PART, posts)
    assert (made["topic"][:2_000] == TOPICS.index("sport")).all()
    assert (made["topic"][2_000::2] == made["topic"][2_001::2]).all()
    assert {TOPICS[t] for t in made["topic"][2_000:]} == {"trade", "culture", "sport"}


def test_a_seed_gives_the_same_and_another_seed_others(accounts: Society) -> None:
    posts = originals(plan(), accounts, 1_000)
    first, again, other = (
        MECHANISM.change(plan(seed), accounts, PART, posts)["topic"] for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()
    assert MECHANISM.truth(plan(1), accounts) == MECHANISM.truth(plan(2), accounts)


def test_its_truth(accounts: Society) -> None:
    told = MECHANISM.truth(plan(), accounts)
    assert told["leads"][0] == {
        "topic": "trade",
        "leader": "ours",
        "follower": "others",
        "lag_days": 3,
        "strength": 0.6,
    }
    assert told["leads"][1]["leader"] is None
    table = MECHANISM.tables(plan(), accounts)["agenda"]
    assert len(table) == 2 * 2 * 364
    led = table.filter(
        (table["topic"].to_numpy() == "trade") & (table["side"].to_numpy() == "ours")
    )
    assert led["share"].to_numpy() == pytest.approx(shares(plan())[0, OURS])
