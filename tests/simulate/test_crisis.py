"""A crisis: the fall and the recovery are those planted, and the measure taken does nothing."""

import numpy as np
import pytest
from tests.simulate.hand import crowd, plan, told_by

from howfar.simulate.crisis import MECHANISM, CrisisSettings, remaining
from howfar.simulate.parts import Part
from howfar.simulate.plain import ours
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import SHARE, Posts, together
from howfar.simulate.society import society
from howfar.study.events import Event

OURS = CrisisSettings()
SECURITY = 4


def world(on: Plan) -> Posts:
    """Posts of all channels with the same figures, and what persons say, before the crisis."""
    who, rng = society(on), on.generator("channels")
    number = 20_000
    created = np.sort(rng.integers(on.begins, on.ends, number))
    figures = {"views": 1_000, "likes": 3, "comments": 5, "shares": 5}
    channels = told_by(who, rng.integers(0, len(who.channels), number), created, **figures)
    return together([channels, crowd(on, 60_000)])


def after(on: Plan, mechanism: str = "background") -> Posts:
    posts = world(on)
    return (
        MECHANISM.change(on, society(on), Part(mechanism, 0), posts) if on.on("crisis") else posts
    )


def test_figures_fall_and_come_back_as_planted() -> None:
    on = plan("crisis")
    posts = after(on)
    mine = ours(society(on))[posts["account"]]
    table = MECHANISM.tables(on, society(on))["crisis"]
    day = (posts["created"] - on.begins) // DAY
    factor = table["figures_factor"].to_numpy()
    for name, before in (("views", 1_000), ("likes", 3), ("comments", 5)):
        expected = factor[day[mine]] * before
        # Rounding to one of two neighbours spreads a post by at most a half; days are cut at noon.
        error = 0.5 / np.sqrt(mine.sum()) + 0.0002 * before
        assert posts[name][mine].mean() == pytest.approx(expected.mean(), abs=4 * error)
    # The recovery: the slope of the log of what is lost, by day.
    lost = 1 - posts["views"][mine] / 1_000
    since = (posts["created"][mine] - on.begins) / DAY - int(OURS.onset * on.days)
    seen = (since > 0) & (since < 30)
    slope = np.polyfit(since[seen], np.log(lost[seen]), 1)
    assert -1 / slope[0] == pytest.approx(OURS.recovery, rel=0.02)
    assert np.exp(slope[1]) == pytest.approx(OURS.figures, rel=0.02)


def test_nothing_else_falls() -> None:
    on = plan("crisis")
    posts, before = after(on), world(on)
    others = ~ours(society(on))[posts["account"]]
    early = posts["created"] < on.begins + int(OURS.onset * on.days) * DAY
    for name in ("views", "likes", "comments", "shares"):
        assert (posts[name][others | early] == before[name][others | early]).all()
    elsewhere = (posts["topic"] != SECURITY) | early
    assert (posts["sentiment"][elsewhere] == before["sentiment"][elsewhere]).all()
    assert after(on, "claims")["views"].sum() == before["views"].sum()


def test_the_mood_turns_as_planted() -> None:
    on = plan("crisis", CrisisSettings=CrisisSettings(recovery=40.0))
    posts, before = after(on), world(on)
    said = (posts["topic"] == SECURITY) & (posts["account"] >= len(society(on).channels))
    able = said & (before["sentiment"] >= 0) & (posts["created"] > on.begins + 82 * DAY)
    expected = OURS.negative * remaining(on, posts["created"][able])
    turned = posts["sentiment"][able] == -1
    error = np.sqrt((expected * (1 - expected)).sum()) / able.sum()
    assert turned.mean() == pytest.approx(expected.mean(), abs=4 * error)
    assert expected.mean() > 10 * error


def test_the_measure_seems_to_work_and_does_not() -> None:
    # Ten days before against thirty after, as one would look at it without a control.
    on = plan("crisis")
    posts = after(on)
    mine = ours(society(on))[posts["account"]]
    taken = on.begins + (int(OURS.onset * on.days) + OURS.measure) * DAY
    since = (posts["created"] - taken) / DAY
    before = posts["views"][mine & (since >= -OURS.measure) & (since < 0)].mean()
    later = posts["views"][mine & (since >= 0) & (since < 30)].mean()
    assert later / before > 1.3
    assert MECHANISM.truth(on, society(on))["effect_of_measure"] == 0


def test_the_study_names_the_crisis_and_the_measure() -> None:
    on = plan("crisis")
    told = [Event.model_validate(event) for event in MECHANISM.events(on, society(on))]
    truth = MECHANISM.truth(on, society(on))
    assert [str(event.start) for event in told] == [truth["onset"], truth["measure"]]


def test_turned_off_nothing_falls() -> None:
    calm = plan()
    posts = after(calm)
    mine = ours(society(calm))[posts["account"]]
    assert (posts["views"][mine] == 1_000).all()


def test_shares_keep_the_mood_and_figures_stay_above_what_is_there() -> None:
    on = plan("crisis")
    who = society(on)
    onset = on.begins + int(OURS.onset * on.days) * DAY
    rows = 400
    number = np.arange(rows)
    posts = told_by(
        who,
        np.where(number == 0, 0, int(who.persons[0])),
        onset + number * 1_000_000,
        parent=np.where(number == 0, -1, 0),
        root=0,
        relation=np.where(number == 0, 0, SHARE),
        topic=SECURITY,
        shares=np.where(number == 0, rows - 1, 0),
    )
    changed = MECHANISM.change(on, who, Part("background", 0), posts)
    assert changed["shares"][0] == rows - 1
    assert len(set(changed["sentiment"].tolist())) == 1


def test_a_seed_gives_its_world_and_another_seed_another() -> None:
    once, again = after(plan("crisis")), after(plan("crisis"))
    assert (once["sentiment"] == again["sentiment"]).all()
    posts = world(plan("crisis"))
    here, there = (
        MECHANISM.change(plan("crisis", seed=seed), society(plan()), Part("background", 0), posts)
        for seed in (7, 8)
    )
    assert (here["sentiment"] != there["sentiment"]).any()
