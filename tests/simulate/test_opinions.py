"""Opinions: the planted shares are found by counting true labels, cell by cell."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import chi2
from tests.simulate.hand import crowd, plan, same

from howfar.simulate.happenings import told_by
from howfar.simulate.opinions import MECHANISM, PERIOD, TELLERS, Opinions, cells, shares
from howfar.simulate.parts import Part
from howfar.simulate.places import COUNTRIES, FRAMES, TOPICS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import REPLY, SHARE, Posts
from howfar.simulate.society import society

WORLD = plan("opinions", size=20_000)
PART = Part("background", 0)


def _held(world: Plan, posts: Posts, part: Part = PART) -> Posts:
    return MECHANISM.change(world, society(world), part, posts)


def _everyone(world: Plan, rows: int) -> Posts:
    """Posts of channels and persons alike, about anything."""
    rng = np.random.default_rng(5)
    who = society(world)
    channels = rng.integers(0, len(who.channels), rows)
    account = np.where(rng.random(rows) < 0.5, channels, rng.choice(who.persons, rows))
    when = np.sort(rng.integers(world.begins, world.ends, rows))
    return told_by(who, account, when, topic=rng.integers(0, len(TOPICS), rows))


def _counted(values: npt.NDArray[np.int64], number: int) -> npt.NDArray[np.float64]:
    return np.bincount(values, minlength=number).astype(float)


@pytest.mark.parametrize(
    ("variable", "shift", "number"), [("sentiment", 1, 3), ("stance", 1, 3), ("frame", 0, 5)]
)
@pytest.mark.parametrize("axis", range(4))
def test_counted_shares_along_each_axis_are_the_planted_ones(
    variable: str, shift: int, number: int, axis: int
) -> None:
    """Pearson's statistic of counts in each cell of an axis against expected counts."""
    posts = _held(WORLD, _everyone(WORLD, 120_000))
    place = cells(WORLD, society(WORLD), posts)
    expected = shares(WORLD, variable)[place]
    statistic, freedom = 0.0, 0
    for cell in np.unique(place[axis]):
        here = place[axis] == cell
        found = _counted(posts[variable][here].astype(np.int64) + shift, number)
        wanted = expected[here].sum(axis=0)
        statistic += float(((found - wanted) ** 2 / wanted).sum())
        freedom += number - 1
    # Counts of unlike posts vary less than multinomial ones: the test is a little strict.
    assert statistic < chi2.ppf(0.9999, freedom)
    assert statistic > chi2.ppf(0.0001, freedom) * 0.5


def test_the_axes_matter() -> None:
    """Shares move by teller, topic, country and period; else nothing would be planted."""
    told = shares(WORLD, "sentiment")
    assert told.shape == (len(TELLERS), len(TOPICS), len(COUNTRIES), WORLD.days // PERIOD + 1, 3)
    for axis in range(4):
        other = tuple(a for a in range(4) if a != axis)
        middle = told[..., 2].mean(axis=other)
        assert np.ptp(middle) > 0.03
    assert np.allclose(told.sum(axis=-1), 1)
    assert told.min() > 0.01


def test_shares_by_hand() -> None:
    """Sentiment of a person of the country with the first code, on trade, in the first period."""
    own = Opinions().sentiment
    tilt = own.teller[6] + own.topic[0] - own.country  # AR is first: rank 0 of 19
    weights = np.exp([own.base[0] - tilt, own.base[1], own.base[2] + tilt])
    first = [place.code for place in COUNTRIES].index("AR")
    assert shares(WORLD, "sentiment")[6, 0, first, 0] == pytest.approx(weights / weights.sum())
    # Frames of trade told by official channels: 6 * 1.2, 1 * 0.5, 0.5 * 0.8, 1 * 1, 1.5 * 1.5.
    weights = np.array([7.2, 0.5, 0.4, 1.0, 2.25])
    assert shares(WORLD, "frame")[0, 0, 0, 0] == pytest.approx(weights / 11.35)


def test_the_table_states_every_share() -> None:
    table = MECHANISM.tables(WORLD, society(WORLD))["opinions"]
    assert table.num_rows == 7 * 6 * 20 * 7 * (3 + 3 + 5)
    for row in table.take(list(range(0, table.num_rows, 1_117))).to_pylist():
        value = row["value"]
        place = FRAMES.index(value) if row["variable"] == "frame" else int(value) + 1
        codes = [one.code for one in COUNTRIES]
        told = shares(WORLD, row["variable"])[
            TELLERS.index(row["teller"]),
            TOPICS.index(row["topic"]),
            codes.index(row["country"]),
            row["period"],
            place,
        ]
        assert row["share"] == told


def test_a_tilt_of_nothing_is_no_difference() -> None:
    flat = Opinions().sentiment.__class__((0.0, 0.0, 0.0), (0.0,) * 7, (0.0,) * 6, 0.0, 0.0)
    world = plan("opinions", size=20_000, Opinions=Opinions(sentiment=flat))
    assert np.allclose(shares(world, "sentiment"), 1 / 3)
    found = _held(world, crowd(world, 30_000))["sentiment"]
    # Standard error of a share of one third among 30,000.
    for value in (-1, 0, 1):
        assert abs((found == value).mean() - 1 / 3) < 4 * np.sqrt(2 / 9 / 30_000)


def test_opinions_move_from_one_period_to_the_next() -> None:
    own = Opinions().stance
    steep = own.__class__(own.base, own.teller, own.topic, own.country, -0.5)
    world = plan("opinions", size=20_000, Opinions=Opinions(stance=steep))
    posts = _held(world, crowd(world, 40_000))
    period = (posts["created"] - world.begins) // (PERIOD * DAY)
    support = [float((posts["stance"][period == p] == 1).mean()) for p in range(6)]
    assert all(a > b for a, b in pairwise(support))


def test_a_share_keeps_the_labels_and_an_answer_the_frame() -> None:
    rows = 9_000
    posts = crowd(WORLD, rows)
    kind = np.arange(rows) % 3  # original, its reply, a share of the reply
    root = np.arange(rows) - kind
    posts = posts.with_columns(
        relation=np.choose(kind, (0, REPLY, SHARE)),
        parent=np.where(kind == 0, -1, np.arange(rows) - 1),
        root=root,
    )
    held = _held(WORLD, posts)
    for name in ("sentiment", "stance"):
        assert (held[name][2::3] == held[name][1::3]).all()
        assert (held[name][1::3] != held[name][::3]).any()
    assert (held["frame"] == held["frame"][root]).all()


def test_a_recycled_text_has_one_label_everywhere() -> None:
    posts = crowd(WORLD, 5_000, topic=2)
    posts = posts.with_columns(recycled=np.arange(5_000) % 50)
    one, two = _held(WORLD, posts), _held(WORLD, posts, Part("background", 1))
    for name in ("sentiment", "stance", "frame"):
        assert (one[name] == one[name][np.arange(5_000) % 50]).all()
        assert (one[name] == two[name]).all()
        assert len(np.unique(one[name])) > 1


def test_posts_of_other_mechanisms_keep_what_they_say() -> None:
    posts = crowd(WORLD, 500)
    assert _held(WORLD, posts, Part("snowball", 0)) is posts
    assert len(_held(WORLD, Posts.of(0))) == 0


def test_turned_off_nothing_has_an_opinion() -> None:
    """Without the mechanism all posts keep the columns' own values: no share varies."""
    posts = crowd(WORLD, 500, sentiment=0)
    for name in ("sentiment", "stance", "frame"):
        assert not posts[name].any()
        assert _held(WORLD, posts)[name].any()


def test_the_same_seed_the_same_opinions() -> None:
    posts = crowd(WORLD, 2_000)
    assert same(_held(WORLD, posts), _held(WORLD, posts))
    other = plan("opinions", size=20_000, seed=8)
    assert not same(_held(WORLD, posts), _held(other, posts))
    assert not same(_held(WORLD, posts), _held(WORLD, posts, Part("background", 1)))


def test_truth_is_the_same_for_every_seed() -> None:
    other = plan("opinions", size=20_000, seed=8)
    assert MECHANISM.truth(WORLD, society(WORLD)) == MECHANISM.truth(other, society(other))
    told = MECHANISM.truth(WORLD, society(WORLD))
    assert told["sentiment"]["country"]["AR"] == -0.4
    assert told["sentiment"]["country"]["US"] == 0.4
