"""Claims and corrections: reach and lag counted from the posts are those planted."""

import numpy as np
import pytest
from tests.simulate.hand import crowd, made, plan, same

from howfar.simulate.claims import MECHANISM, Claims
from howfar.simulate.posts import CLAIM, CORRECTION, Posts, together
from howfar.simulate.society import society

SIZE = 2_000_000
OURS = Claims()


@pytest.fixture(scope="module")
def posts() -> Posts:
    return made(plan(MECHANISM.name, size=SIZE), MECHANISM)


def sides(posts: Posts) -> list[tuple[Posts, Posts]]:
    """Posts of the claim and of the correction, by story."""
    found = []
    for story in np.unique(posts["story"]).tolist():
        rows = [
            np.flatnonzero((posts["story"] == story) & (posts["claim"] == kind))
            for kind in (CLAIM, CORRECTION)
        ]
        found.append((posts.take(rows[0]), posts.take(rows[1])))
    return found


def test_the_ratio_of_reach_is_that_planted_in_posts_and_in_views(posts: Posts) -> None:
    pairs = [(claim, answer) for claim, answer in sides(posts) if len(answer)]
    assert len(pairs) > 50
    for reach in (len, lambda side: side["views"].max()):
        both = np.array([[reach(claim), reach(answer)] for claim, answer in pairs], float)
        ratio = both[:, 1].sum() / both[:, 0].sum()
        # Error of a ratio of sums over pairs.
        error = (both[:, 1] - ratio * both[:, 0]).std() / both[:, 0].mean() / np.sqrt(len(both))
        assert error < 0.03
        assert ratio == pytest.approx(OURS.ratio, abs=4 * error)


def test_the_table_counts_what_the_posts_count(posts: Posts) -> None:
    table = MECHANISM.tables(plan(size=SIZE), society(plan(size=SIZE)))["claims"].to_pylist()
    short = 0
    for row, (claim, answer) in zip(table, sides(posts), strict=True):
        # A few late ones may fall after the window's end.
        short += row["posts_claim"] - len(claim)
        assert claim["views"].max() == row["views_claim"]
        assert (claim["generation"] == 0).sum() == 1
        if row["channel"] is None:
            assert not len(answer)
            continue
        short += row["posts_correction"] - len(answer)
        assert answer["views"].max() == row["views_correction"]
        assert answer["account"][0] < len(society(plan(size=SIZE)).channels)
        lag = (answer["created"].min() - claim["created"].min()) / 3.6e9
        assert lag == pytest.approx(row["lag_hours"], abs=1 / 3600)
    assert 0 <= short <= 0.001 * len(posts)


def test_lags_and_silence_are_as_stated(posts: Posts) -> None:
    table = MECHANISM.tables(plan(size=SIZE), society(plan(size=SIZE)))["claims"]
    lags = np.log(table["lag_hours"].drop_null().to_numpy())
    error = OURS.lag_spread / np.sqrt(len(lags))
    assert lags.mean() == pytest.approx(np.log(OURS.lag), abs=4 * error)
    silent = table["lag_hours"].null_count / table.num_rows
    error = np.sqrt(OURS.uncorrected * (1 - OURS.uncorrected) / table.num_rows)
    assert silent == pytest.approx(OURS.uncorrected, abs=4 * error)


def test_turned_off_nothing_is_claimed() -> None:
    world = plan(size=SIZE)
    posts = together([made(world, MECHANISM), crowd(world, 1_000)])
    assert not posts["claim"].any()
    assert len(posts) == 1_000


def test_a_seed_gives_its_world_and_another_seed_another() -> None:
    one = made(plan(MECHANISM.name), MECHANISM)
    assert same(one, made(plan(MECHANISM.name), MECHANISM))
    assert not same(one, made(plan(MECHANISM.name, seed=8), MECHANISM))
