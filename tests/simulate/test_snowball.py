"""Snowballs: true parents give back the branching numbers before and after the turn."""

import numpy as np
import pytest
from tests.simulate.hand import crowd, made, plan, same

from howfar.simulate.plan import Plan
from howfar.simulate.posts import REPLY, SHARE, Posts, together
from howfar.simulate.snowball import MECHANISM, Snowballs
from howfar.simulate.society import society

SIZE = 1_000_000


@pytest.fixture(scope="module")
def posts() -> Posts:
    return made(plan(MECHANISM.name, size=SIZE), MECHANISM)


def events(world: Plan) -> list[dict[str, object]]:
    return MECHANISM.tables(world, society(world))["snowballs"].to_pylist()


def test_offspring_by_true_parents_is_the_stated_branching(posts: Posts) -> None:
    parent = posts["parent"]
    offspring = np.bincount(parent[parent >= 0], minlength=len(posts))
    for kind in ("snowball", "grumble", "delight"):
        before, after = [], []
        told = [event for event in events(plan(size=SIZE)) if event["kind"] == kind]
        for event in told:
            mine = posts["story"] == event["story"]
            early = posts["created"] < event["turned"].timestamp() * 1e6  # type: ignore[attr-defined]
            before.append(offspring[mine & early])
            after.append(offspring[mine & ~early])
        for found, name in ((before, "branching_growing"), (after, "branching_after")):
            every = np.concatenate(found)
            stated = told[0][name]
            assert isinstance(stated, float)
            error = np.sqrt(stated / len(every))  # Poisson
            assert error < 0.06
            assert every.mean() == pytest.approx(stated, abs=4 * error)


def test_delays_are_exponential_with_the_stated_mean(posts: Posts) -> None:
    child = posts["parent"] >= 0
    delay = (posts["created"] - posts["created"][posts["parent"]])[child] / 3.6e9
    assert delay.mean() == pytest.approx(Snowballs().delay, abs=4 / np.sqrt(child.sum()))
    assert delay.std() == pytest.approx(Snowballs().delay, abs=10 / np.sqrt(child.sum()))


def test_every_event_ends(posts: Posts) -> None:
    for event in events(plan(size=SIZE)):
        mine = posts["created"][posts["story"] == event["story"]]
        begun = event["began"].timestamp() * 1e6  # type: ignore[attr-defined]
        assert mine.min() == begun
        # Branching 0.4 an hour after the turn: a day and a half later nothing is left.
        assert mine.max() < event["turned"].timestamp() * 1e6 + 36 * 3.6e9  # type: ignore[attr-defined]


def test_replies_have_the_stated_tone_and_what_is_passed_on_that_of_its_parent(
    posts: Posts,
) -> None:
    shared = posts["relation"] == SHARE
    assert (posts["sentiment"][shared] == posts["sentiment"][posts["parent"][shared]]).all()
    for course in Snowballs().courses:
        numbers = [e["story"] for e in events(plan(size=SIZE)) if e["kind"] == course.kind]
        replies = np.isin(posts["story"], numbers) & (posts["relation"] == REPLY)
        share = (posts["sentiment"][replies] == course.tone).mean()
        error = np.sqrt(course.in_tone * (1 - course.in_tone) / replies.sum())
        assert share == pytest.approx(course.in_tone, abs=4 * error)


def busiest_hour(posts: Posts, topic: int) -> float:
    """Posts of a topic's busiest hour over those of its mean hour."""
    hour = posts["created"][posts["topic"] == topic] // 3_600_000_000
    counts = np.bincount(hour - hour.min())
    return float(counts.max() / counts.mean())


def test_turned_off_no_topic_has_an_hour_beyond_chance() -> None:
    calm = plan(size=SIZE)
    others = crowd(calm, 60_000)
    assert max(busiest_hour(others, topic) for topic in range(6)) < 6
    world = plan(MECHANISM.name, size=SIZE)
    with_it = together([made(world, MECHANISM), others])
    assert busiest_hour(with_it, 3) > 12
    assert len(made(calm, MECHANISM)) == 0


def test_a_seed_gives_its_world_and_another_seed_another() -> None:
    one = made(plan(MECHANISM.name), MECHANISM)
    assert same(one, made(plan(MECHANISM.name), MECHANISM))
    assert not same(one, made(plan(MECHANISM.name, seed=8), MECHANISM))
