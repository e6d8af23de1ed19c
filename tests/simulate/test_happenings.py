"""What dated happenings share, and that each is in a whole world when on and gone when off."""

import numpy as np
import pytest
from tests.simulate.hand import orderly, plan

from howfar.simulate.happenings import (
    awake,
    descent,
    distinct,
    family,
    in_window,
    persons_on,
    spare_moments,
    told_by,
)
from howfar.simulate.making import finished, parts
from howfar.simulate.mechanisms import MECHANISMS
from howfar.simulate.places import COUNTRIES
from howfar.simulate.plain import ours
from howfar.simulate.plan import DAY
from howfar.simulate.posts import COLUMNS, FIGURES, ORIGINAL, SHARE, Posts, together
from howfar.simulate.scenarios import PLAIN
from howfar.simulate.society import society

MARKS = {
    "synchrony": ("group",),
    "lookalikes": ("lookalike",),
    "stories": ("story",),
    "snowball": ("story",),
    "answers": ("story",),
    "claims": ("claim", "story"),
    "availability": ("removed", "withheld", "labelled"),
}


def marked(posts: Posts, names: tuple[str, ...]) -> int:
    """Posts in which any of these columns says something."""
    told = [posts[name] != np.asarray(COLUMNS[name][1], COLUMNS[name][0]) for name in names]
    return int(np.logical_or.reduce(told).sum())


def whole(*on: str) -> Posts:
    world = plan(*PLAIN, *on, size=4_000)
    who = society(world)
    made = [finished(world, who, i, part) for i, part in enumerate(parts(world, who))]
    for posts in made:
        orderly(world, posts)
    return together(made)


@pytest.mark.parametrize("name", MARKS)
def test_a_happening_leaves_its_marks_in_a_world_and_none_when_off(name: str) -> None:
    assert marked(whole(name), MARKS[name]) > 50
    assert marked(whole(), MARKS[name]) == 0


def test_a_crisis_changes_a_world_from_its_onset_on_and_nothing_before() -> None:
    calm, struck = whole(), whole("crisis")
    world = plan()
    onset = world.begins + int(0.45 * world.days) * DAY
    early = calm["created"] < onset
    for name in COLUMNS:
        same = calm[name] == struck[name]
        assert same[early].all()
        assert same.all() == (name not in {*FIGURES, "sentiment"})
    mine = ours(society(plan(size=4_000)))[calm["account"]] & ~early
    assert struck["views"][mine].sum() < 0.95 * calm["views"][mine].sum()


def test_no_two_mechanisms_share_numbers() -> None:
    firsts = [plan().first(mechanism.name) for mechanism in MECHANISMS]
    assert len(set(firsts)) == len(firsts)


def test_distinct_persons_are_drawn_by_activity_and_never_twice() -> None:
    world = plan(size=20_000)
    who = society(world)
    here = persons_on(who, 2)
    assert (who.platform[here] == 2).all()
    few = distinct(who, np.random.default_rng(1), 2, 40)
    assert len(set(few.tolist())) == 40
    assert len(set(distinct(who, np.random.default_rng(1), 2, 10**6).tolist())) == len(here)
    # The first of them is a person drawn by weight, whichever way the others are found.
    share = who.activity[here] / who.activity[here].sum()
    top = here[np.argmax(share)]
    for number in (1, len(here) // 2):
        rng = np.random.default_rng(2)
        hits = sum(int(distinct(who, rng, 2, number)[0] == top) for _ in range(3_000))
        error = np.sqrt(share.max() * (1 - share.max()) / 3_000)
        assert hits / 3_000 == pytest.approx(share.max(), abs=4 * error)


def test_waking_hours_are_those_of_the_country() -> None:
    world = plan()
    who = society(world)
    delhi, new_york = (
        next(a for a in who.persons.tolist() if COUNTRIES[who.country[a]].code == code)
        for code in ("IN", "US")
    )
    # 2:00 UTC: 7:30 in India, 21:00 of the day before in the east of the United States.
    # 5:00 UTC: 10:30 and 0:00.
    times = world.begins + np.array([2, 2, 5, 5]) * 3_600_000_000
    accounts = np.array([delhi, new_york, delhi, new_york])
    assert awake(who, accounts, times).tolist() == [True, True, True, False]
    spare = spare_moments(world, who, np.random.default_rng(3), who.persons)
    assert ((spare >= world.begins) & (spare < world.ends)).all()
    assert awake(who, who.persons, spare).all()


def test_descent_of_a_tree_by_hand() -> None:
    # 0 - 1 - 3, 0 - 2; 4 - 5.
    told = descent(np.array([-1, 0, 0, 1, -1, 4]))
    assert told["generation"].tolist() == [0, 1, 1, 2, 0, 1]
    assert told["root"].tolist() == [0, 0, 0, 0, 4, 4]


def test_a_family_begins_anew_and_goes_back_to_its_first_as_often_as_stated() -> None:
    made = family(np.random.default_rng(4), 20_000, 0.6, 0.3)
    anew = made["parent"] < 0
    assert (made["relation"] == np.where(anew, ORIGINAL, SHARE)).all()
    assert anew.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 20_000))
    direct = (made["parent"][~anew] == 0).mean()
    assert direct == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / 14_000) + 0.001)
    assert (made["parent"] < np.arange(20_001)).all()


def test_what_falls_after_the_window_is_left_out_and_shares_show_what_they_share() -> None:
    world = plan()
    who = society(world)
    hour = 3_600_000_000
    created = np.array([world.ends - 3 * hour, world.ends - 2 * hour, world.ends + hour])
    posts = told_by(
        who,
        who.persons[:3],
        created,
        **descent(np.array([-1, 0, 1])),
        relation=np.array([ORIGINAL, SHARE, SHARE]),
        language=np.array([4, 1, 2]),
        object=np.array([9, -1, -1]),
    )
    kept = in_window(world, posts)
    assert kept["object"].tolist() == [9, 9]
    assert kept["language"].tolist() == [4, 4]


def test_a_post_before_its_parent_is_refused() -> None:
    world = plan()
    who = society(world)
    created = np.array([world.ends, world.begins])
    posts = told_by(who, who.persons[:2], created, **descent(np.array([-1, 0])), relation=ORIGINAL)
    with pytest.raises(ValueError, match="without its parent"):
        in_window(world, posts)
