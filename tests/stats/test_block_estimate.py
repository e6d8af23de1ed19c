"""Value, interval and replicates of one figure come from one function of the weights."""

import numpy as np

from howfar.stats.block_estimate import block_estimate
from howfar.stats.blocks import BlockDraw, draw_blocks, ratio_replicates
from howfar.stats.intervals import block_interval

POSTS = np.array([2.0, 4.0, 6.0])
DAYS = np.array([7.0, 7.0, 0.0])
DRAW = BlockDraw(np.arange(3), np.array([[3.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.0, 3.0]]))


def rate(weights: np.ndarray) -> np.ndarray:
    return ratio_replicates(POSTS, DAYS, weights)


def test_the_value_is_the_statistic_of_all_blocks_once() -> None:
    assert block_estimate(rate, DRAW).value == 12 / 14


def test_replicates_follow_the_draws_and_blocks_without_data_do_not_count() -> None:
    done = block_estimate(rate, DRAW)
    assert done.replicates[0] == 6 / 21
    assert done.replicates[1] == 12 / 14
    assert np.isnan(done.replicates[2])
    assert done.n_blocks == 2


def test_the_interval_is_that_of_value_replicates_and_single_blocks() -> None:
    draw = draw_blocks(np.arange(12), 300, np.random.default_rng(3))
    x = np.arange(12.0) + 1

    def mean(weights: np.ndarray) -> np.ndarray:
        return weights @ x / 12

    done = block_estimate(mean, draw, 0.9, "log")
    expected = block_interval(6.5, draw.weights @ x / 12, x / 12, 0.9, "log")
    assert done.value == 6.5
    assert done.interval == expected
    assert done.n_blocks == 12


def test_an_undefined_value_has_no_interval() -> None:
    done = block_estimate(lambda w: np.full(len(w), np.nan), DRAW)
    assert np.isnan(done.value)
    assert done.interval is None
    assert done.n_blocks == 0


def test_one_block_gives_no_interval() -> None:
    draw = draw_blocks(np.arange(1), 50, np.random.default_rng(1))
    done = block_estimate(lambda w: w[:, 0] * 2, draw)
    assert done.value == 2
    assert done.interval is None
