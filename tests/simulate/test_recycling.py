"""Recycling: an oracle that sees the numbers finds the planted uses, gaps and alterations."""

from __future__ import annotations

import csv
import io
import re
from functools import cache

import numpy as np
from scipy.stats import expon, kstest
from tests.simulate.hand import crowd, made, plan, same

from howfar.simulate.parts import Part
from howfar.simulate.pictures import VARIANTS
from howfar.simulate.places import LANGUAGES
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.posts import ORIGINAL, REPLY, SHARE, Posts
from howfar.simulate.recycling import MECHANISM, MEDIA, Recycling
from howfar.simulate.society import society
from howfar.simulate.texts import texts

BUSY = Recycling(posts_per_text=100, posts_per_picture=125)
WORLD = plan("recycling", size=200_000, Recycling=BUSY)
"""2,000 texts and 1,600 pictures."""


@cache
def _all() -> Posts:
    return made(WORLD, MECHANISM)


def _numbers(posts: Posts) -> np.ndarray:
    assert ((posts["recycled"] >= 0) ^ (posts["picture"] >= 0)).all()
    return np.maximum(posts["recycled"], posts["picture"])


def test_as_many_things_come_again_as_often_as_planted() -> None:
    """Without an end of the window a thing has 1 + 5 uses in the mean."""
    long = Plan(7, 200_000, "test", frozenset({"recycling"}), days=2_000, settings=WORLD.settings)
    short = Recycling(posts_per_text=100, posts_per_picture=125, wait=3.0, first=0.1)
    world = Plan(7, 200_000, "x", long.mechanisms, days=2_000, settings={"Recycling": short})
    _, uses = np.unique(_numbers(made(world, MECHANISM)), return_counts=True)
    assert len(uses) == 3_600
    # Standard error of a Poisson mean of 5.
    assert abs(uses.mean() - 6) < 4 * np.sqrt(5 / 3_600)


def test_waits_are_as_planted() -> None:
    """Waits after the first use, of things new early enough that hardly one is cut off."""
    posts = _all()
    _, thing = np.unique(_numbers(posts), return_inverse=True)
    first = np.full(thing.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, thing, posts["created"])
    since = (posts["created"] - first[thing]) / DAY
    room = (WORLD.ends - first[thing]) / DAY
    horizon = 100.0
    seen = (since > 0) & (room > horizon) & (since < horizon)
    # The exponential wait, cut at the same horizon for all.
    wait = expon(scale=BUSY.wait)
    cut = wait.cdf(horizon - BUSY.pause)
    found = kstest(since[seen], lambda t: wait.cdf(np.asarray(t) - BUSY.pause) / cut)
    assert found.pvalue > 1e-4
    assert since[since > 0].min() >= BUSY.pause - 1e-4


def test_one_thing_has_one_tongue_and_topic_and_many_tellers() -> None:
    posts = _all()
    _, thing = np.unique(_numbers(posts), return_inverse=True)
    for name in ("language", "topic"):
        low = np.full(thing.max() + 1, 255)
        high = np.zeros(thing.max() + 1, int)
        np.minimum.at(low, thing, posts[name])
        np.maximum.at(high, thing, posts[name])
        assert (low == high).all()
        assert len(np.unique(low)) > 3
    assert (posts["relation"] == ORIGINAL).all()
    assert (posts["parent"] < 0).all()
    assert len(np.unique(posts["account"])) > len(posts) / 4
    assert len(np.unique(posts["platform"])) == 5


def test_recycled_texts_are_near_copies_and_no_other_texts_are() -> None:
    """Words of the first 60 letters, without what stands at the end: same number, same words."""
    posts = _all().take(np.flatnonzero(_all()["recycled"] >= 0)[:3_000])
    said = texts(WORLD, posts, np.random.default_rng(1))
    starts: dict[str, set[int]] = {}
    for text, number, language in zip(
        said, posts["recycled"].tolist(), posts["language"].tolist(), strict=True
    ):
        words = text[: 30 if LANGUAGES[language] == "zh" else 100]
        starts.setdefault(words, set()).add(number)
        assert re.search(r"\d", text)
    assert sum(len(numbers) > 1 for numbers in starts.values()) < 0.02 * len(starts)
    assert len(starts) < 1.02 * len(np.unique(posts["recycled"]))


def test_the_table_tells_every_thing_and_its_uses() -> None:
    posts, table = _all(), MECHANISM.tables(WORLD, society(WORLD))["recycled"]
    rows = table.to_pylist()
    number = _numbers(posts)
    assert sorted(row["number"] for row in rows) == np.unique(number).tolist()
    assert sum(row["uses"] for row in rows) == len(posts)
    for row in rows[::97]:
        here = number == row["number"]
        assert here.sum() == row["uses"]
        column = "recycled" if row["kind"] == "text" else "picture"
        assert (posts[column][here] == row["number"]).all()
        created = posts["created"][here]
        assert row["first_use"].timestamp() * 1e6 == created.min()
        assert row["last_use"].timestamp() * 1e6 == created.max()


def test_fresh_pictures_are_each_of_one_post_and_of_those_who_share_it() -> None:
    posts = crowd(WORLD, 12_000)
    kind = np.arange(12_000) % 3
    posts = posts.with_columns(
        relation=np.choose(kind, (ORIGINAL, SHARE, REPLY)),
        parent=np.where(kind == 0, -1, np.arange(12_000) - 1),
    )
    who = society(WORLD)
    shown = MECHANISM.change(WORLD, who, Part("background", 1_700), posts)
    picture = shown["picture"]
    assert (picture[::3] == picture[1::3]).all()
    assert (shown["altered"][::3] == shown["altered"][1::3]).all()
    assert (picture[2::3] < 0).all()
    own = picture[::3][picture[::3] >= 0]
    assert len(np.unique(own)) == len(own)
    assert abs(len(own) / 4_000 - 0.08) < 4 * np.sqrt(0.08 * 0.92 / 4_000)
    other = MECHANISM.change(WORLD, who, Part("background", 1_701), posts)["picture"]
    assert not np.intersect1d(own, other).size
    assert not np.intersect1d(own, _numbers(_all())).size
    assert own.max() < plan().first("recycling") + 10**9


def test_pictures_are_altered_as_often_as_planted() -> None:
    posts = _all()
    altered = posts["altered"][posts["picture"] >= 0]
    size = len(altered)
    assert abs((altered > 0).mean() - 0.6) < 4 * np.sqrt(0.24 / size)
    for variant in range(1, len(VARIANTS)):
        assert abs((altered == variant).mean() - 0.15) < 4 * np.sqrt(0.15 * 0.85 / size)
    assert not posts["altered"][posts["picture"] < 0].any()


def _beside(world: Plan, posts: Posts) -> dict[str, bytes]:
    ids = [f"id{number}" for number in posts["number"].tolist()]
    whole = dict(MECHANISM.files(world, society(world)))
    for name, content in MECHANISM.beside(
        world, society(world), Part("recycling", 0), posts, ids
    ).items():
        whole[name] = whole.get(name, b"") + content
    return whole


def test_small_worlds_have_a_file_of_every_picture_that_an_export_holds() -> None:
    world = plan("recycling", size=5_000)
    posts = made(world, MECHANISM)
    rows = np.arange(len(posts))
    posts = posts.with_columns(number=rows, captured=rows % 4 > 0)
    files = _beside(world, posts)
    listed = list(csv.DictReader(io.StringIO(files.pop(MEDIA).decode())))
    wanted = np.flatnonzero((posts["picture"] >= 0) & (rows % 4 > 0))
    assert [line["post_id"] for line in listed] == [f"id{row}" for row in wanted]
    assert {line["file"] for line in listed} == set(files)
    assert {line["note"] for line in listed} == {"simulated"}
    assert all(content.startswith(b"\x89PNG") for content in files.values())
    plain = [row for row in wanted.tolist() if posts["altered"][row] == 0]
    by_picture: dict[int, set[bytes]] = {}
    for row in plain:
        content = files[f"media/sim_picture_{row}.png"]
        by_picture.setdefault(int(posts["picture"][row]), set()).add(content)
    assert all(len(contents) == 1 for contents in by_picture.values())
    assert files == {k: v for k, v in _beside(world, posts).items() if k != MEDIA}


def test_large_worlds_have_no_picture_files() -> None:
    posts = _all().take(np.arange(50))
    assert _beside(WORLD, posts) == {}


def test_turned_off_nothing_comes_again() -> None:
    off = plan(size=200_000, Recycling=BUSY)
    assert len(made(off, MECHANISM)) == 0
    posts = crowd(off, 2_000)
    assert (posts["recycled"] < 0).all()
    assert (posts["picture"] < 0).all()


def test_the_same_seed_the_same_posts() -> None:
    small = plan("recycling", size=5_000)
    assert same(made(small, MECHANISM), made(small, MECHANISM))
    assert not same(made(small, MECHANISM), made(plan("recycling", size=5_000, seed=8), MECHANISM))
