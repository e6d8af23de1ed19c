"""Changes of practice: the effects come back from the posts, on the dates, and only there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from howfar.simulate.parts import Part
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import CLAIM, ORIGINAL, SHARE, Posts
from howfar.simulate.practice import (
    FIGURE,
    MECHANISM,
    VOLUME,
    PracticeSettings,
    changes,
    effects,
    kept,
    without,
)
from howfar.simulate.society import Society, society
from howfar.study.events import Event

PART = Part("background", 0)
EFFECTS = (0.0, 0.05, 0.20)


def plan(seed: int = 1) -> Plan:
    return Plan(seed, 2_000, "practice", frozenset({"practice"}))


@pytest.fixture(scope="module")
def accounts() -> Society:
    return society(plan())


def even(world: Plan, society: Society, a_day: int) -> Posts:
    """So many posts of every channel each day, of 1,000 views each."""
    channels = len(society.channels)
    number = channels * world.days * a_day
    day = np.arange(number) // (channels * a_day)
    rng = np.random.default_rng(0)
    return Posts.of(
        number,
        account=np.arange(number) % channels,
        created=world.begins + day * DAY + rng.integers(0, DAY, number),
        root=np.arange(number),
        views=1_000,
        likes=7,
    )


def effect(
    counts: npt.NDArray[np.float64], society: Society, world: Plan, outcome: int, size: float
) -> float:
    """Relative change after over before, the level without it divided out; channels pooled.

    counts: (C, days). size: the effect of the channels that are pooled.
    """
    level = np.exp(without(world, society)[outcome])
    after = before = 0.0
    for change in changes(world, society):
        if (change.figures, change.volume)[outcome] == size:
            own = counts[change.account] / level[change.account]
            after += own[change.day :].mean()
            before += own[: change.day].mean()
    return after / before - 1.0


def by_day(world: Plan, society: Society, posts: Posts, weights: object = None) -> object:
    shape = (len(society.channels), world.days)
    place = posts["account"] * world.days + (posts["created"] - world.begins) // DAY
    return np.bincount(place, weights, minlength=shape[0] * shape[1]).reshape(shape)


@pytest.mark.parametrize("size", EFFECTS)
def test_the_effect_on_volume_comes_back(accounts: Society, size: float) -> None:
    world = plan()
    posts = MECHANISM.change(world, accounts, PART, even(world, accounts, 60))
    found = effect(by_day(world, accounts, posts), accounts, world, VOLUME, size)
    # About 4 channels of 60 x 0.6 posts on 91 days each side: 13,000 posts, 1.2 % of error.
    assert found == pytest.approx(size, abs=4 * 0.0125)
    assert abs(found - size) < min(abs(found - other) for other in EFFECTS if other != size)


@pytest.mark.parametrize("size", EFFECTS)
def test_the_effect_on_figures_comes_back(accounts: Society, size: float) -> None:
    world = plan()
    posts = MECHANISM.change(world, accounts, PART, even(world, accounts, 10))
    views = by_day(world, accounts, posts, posts["views"])
    mean = views / np.maximum(by_day(world, accounts, posts), 1)
    missing = by_day(world, accounts, posts) == 0
    mean = np.where(missing, np.nan, mean)
    level = np.exp(without(world, accounts)[FIGURE])
    for change in changes(world, accounts):
        if change.figures == size:
            own = mean[change.account] / level[change.account]
            found = np.nanmean(own[change.day :]) / np.nanmean(own[: change.day]) - 1.0
            # 1,000 views, rounded: nothing else varies.
            assert found == pytest.approx(size, abs=0.001)


def test_rounding_loses_nothing_of_small_figures(accounts: Society) -> None:
    world = plan()
    posts = MECHANISM.change(world, accounts, PART, even(world, accounts, 20))
    day = (posts["created"] - world.begins) // DAY
    level = np.exp(without(world, accounts)[FIGURE]) * effects(world, accounts)[FIGURE]
    expected = 7 * level[posts["account"], day]
    error = 0.5 / np.sqrt(len(posts))
    assert posts["likes"].mean() == pytest.approx(expected.mean(), abs=4 * error)
    assert (posts["comments"] == -1).all()


def test_controls_never_change_and_have_the_same_trend(accounts: Society) -> None:
    world = plan()
    treated = {change.account for change in changes(world, accounts)}
    roles = [accounts.channels[account].role for account in treated]
    assert set(roles) == {"ours"}
    ours = [c for c in accounts.channels if c.role == "ours" and c.owner and c.basis]
    assert 0 < len(treated) < len(ours)
    factor = effects(world, accounts)
    controls = [n for n in range(len(accounts.channels)) if n not in treated]
    assert (factor[:, controls] == 1).all()
    settings = PracticeSettings()
    several = np.mean([without(plan(seed), accounts) for seed in range(30)], axis=(0, 1, 2))
    days = np.arange(world.days)
    common = settings.trend * days / 182 + settings.season * np.sin(2 * np.pi * days / 91)
    # 2,400 series of noise with a deviation of 0.08, those of one channel's days related.
    assert several == pytest.approx(common, abs=5 * 0.08 / np.sqrt(2_400))


def test_the_noise_has_the_memory_that_it_says(accounts: Society) -> None:
    world = plan()
    days = np.arange(world.days)
    common = 0.10 * days / 182 + 0.08 * np.sin(2 * np.pi * days / 91)
    weekly = np.concatenate(
        [(without(plan(seed), accounts) - common)[..., 3::7].reshape(-1, 26) for seed in range(20)]
    )
    # Cut off at two standard deviations, which keeps 0.92 of the variance.
    assert weekly.std() == pytest.approx(0.08 * 0.96, rel=0.03)
    found = np.corrcoef(weekly[:, :-1].ravel(), weekly[:, 1:].ravel())[0, 1]
    assert found == pytest.approx(0.6, abs=0.03)


def test_levels_are_worked_out_once_and_nobody_can_change_them(accounts: Society) -> None:
    levels = without(plan(), accounts)
    assert without(plan(), accounts) is levels
    with pytest.raises(ValueError, match="read-only"):
        levels[0, 0, 0] = 1.0
    for other in (plan(2), Plan(1, 2_000, "", frozenset(), days=100)):
        assert not np.array_equal(without(other, accounts)[..., :100], levels[..., :100])


def test_dates_are_staggered_and_crossed_with_effects(accounts: Society) -> None:
    made = changes(plan(), accounts)
    assert {change.day for change in made} == {63, 81, 100, 118}
    assert {change.figures for change in made} == set(EFFECTS)
    assert {change.volume for change in made} == set(EFFECTS)
    assert len({(change.figures, change.volume) for change in made}) == min(9, len(made))
    for size in EFFECTS:
        assert len({change.day for change in made if change.figures == size}) >= 3
        assert len({change.day for change in made if change.volume == size}) >= 3


def test_a_part_of_posts_is_kept_at_most_all(accounts: Society) -> None:
    share = kept(plan(), accounts)
    assert 0.3 < share.min() < share.max() <= 1.0
    assert 0.6 < share.mean() < 0.85


def test_cascades_go_as_a_whole_and_other_happenings_stay(accounts: Society) -> None:
    world = plan()
    number = 6_000
    row = np.arange(number)
    posts = Posts.of(
        number,
        account=np.where(row % 3, accounts.persons[0], 0),
        created=world.begins + row * (world.days * DAY // number),
        parent=np.where(row % 3, row - 1, -1),
        root=row - row % 3,
        relation=np.where(row % 3, SHARE, ORIGINAL),
        claim=np.where(row >= 3_000, CLAIM, 0),
        object=row,
    )
    made = MECHANISM.change(world, accounts, PART, posts)
    assert 0 < len(made) < number
    assert (made["claim"] == CLAIM).sum() == 3_000
    sizes = np.bincount(made["root"])
    assert set(sizes) == {0, 3}
    later = made["parent"] >= 0
    assert (made["object"][later] == made["object"][made["parent"][later]] + 1).all()


def test_a_seed_gives_the_same_and_another_seed_others(accounts: Society) -> None:
    posts = even(plan(), accounts, 1)
    first, again, other = (
        MECHANISM.change(plan(seed), accounts, PART, posts) for seed in (1, 1, 2)
    )
    assert (first["views"] == again["views"]).all()
    assert len(first) != len(other) or (first["views"] != other["views"]).any()
    assert MECHANISM.truth(plan(1), accounts) == MECHANISM.truth(plan(2), accounts)


def test_its_truth(accounts: Society) -> None:
    told = MECHANISM.truth(plan(), accounts)["changes"]
    tables = MECHANISM.tables(plan(), accounts)
    assert {one["date"] for one in told} == {"2024-03-04", "2024-03-22", "2024-04-10", "2024-04-28"}
    names = tables["practice"].filter(tables["practice"]["date"].is_valid())["channel"]
    assert names.to_pylist() == [one["channel"] for one in told]
    assert len(tables["practice_days"]) == len(accounts.channels) * 182


def test_a_study_names_each_date_as_an_event(accounts: Society) -> None:
    told = MECHANISM.events(plan(), accounts)
    assert [str(one["start"]) for one in told] == [
        *("2024-03-04", "2024-03-22", "2024-04-10", "2024-04-28")
    ]
    events = [Event.model_validate(one) for one in told]
    assert len({event.id for event in events}) == 4
    for change in changes(plan(), accounts):
        titles = [e.title for e in events if e.start == change.date(plan())]
        assert accounts.channels[change.account].channel in titles[0]
