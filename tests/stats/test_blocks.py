"""Weeks, draws and ratios of block sums."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from howfar.stats.blocks import (
    BlockDraw,
    block_sums,
    draw_blocks,
    mean_replicates,
    ratio_replicates,
    week_of,
    weeks_between,
    weighted_totals,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us(*when: int) -> int:
    return (datetime(*when, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


def test_week_turns_at_midnight_before_monday() -> None:
    monday = us(1970, 1, 5)
    assert week_of(np.array([monday - 1, monday, monday + 7 * 86_400_000_000 - 1])).tolist() == [
        -1,
        0,
        0,
    ]
    # 2016-10-31 was a Monday: (17105 days since 1970-01-01 - 4) / 7 = 2443
    assert week_of(np.array([us(2016, 10, 30, 23, 59, 59), us(2016, 10, 31)])).tolist() == [
        2442,
        2443,
    ]


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))
def test_a_week_starts_on_its_monday(when: datetime) -> None:
    when = when.replace(tzinfo=UTC)
    week = int(week_of(np.array([(when - EPOCH) // timedelta(microseconds=1)]))[0])
    start = EPOCH + timedelta(days=4 + 7 * week)
    assert start.weekday() == 0
    assert start <= when < start + timedelta(days=7)


def test_times_must_be_whole() -> None:
    with pytest.raises(ValueError, match="integer"):
        week_of(np.array([1.5]))
    assert week_of(np.array([], dtype=np.float64)).size == 0


def test_weeks_between_holds_quiet_weeks_and_leaves_out_the_end() -> None:
    first, last = us(2016, 10, 30), us(2016, 11, 14)
    assert weeks_between(first, last).tolist() == [2442, 2443, 2444]
    assert weeks_between(first, last + 1).tolist() == [2442, 2443, 2444, 2445]
    with pytest.raises(ValueError, match="empty"):
        weeks_between(last, last)


def test_draws_are_multinomial_seeded_and_sorted() -> None:
    draw = draw_blocks([7, 3, 3, 5], 4_000, np.random.default_rng(1))
    again = draw_blocks([3, 5, 7], 4_000, np.random.default_rng(1))
    assert draw.blocks.tolist() == [3, 5, 7]
    assert (draw.n_blocks, draw.replicates) == (3, 4_000)
    assert np.array_equal(draw.weights, again.weights)
    assert (draw.weights.sum(axis=1) == 3).all()
    # Binomial(3, 1/3): mean 1, variance 2/3, standard error of the mean .013
    assert np.abs(draw.weights.mean(axis=0) - 1).max() < 0.05
    assert np.abs(draw.weights.var(axis=0) - 2 / 3).max() < 0.08


def test_a_draw_needs_blocks_and_replicates() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="at least one block"):
        draw_blocks([], 10, rng)
    with pytest.raises(ValueError, match="at least one replicate"):
        draw_blocks([1], 0, rng)


def test_index_names_positions_and_refuses_strangers() -> None:
    draw = BlockDraw(np.array([3, 5, 9]), np.ones((1, 3)))
    assert draw.index([9, 3, 5, 9]).tolist() == [2, 0, 1, 2]
    assert draw.index([]).size == 0
    for stranger in (2, 4, 10):
        with pytest.raises(ValueError, match=f"first {stranger}"):
            draw.index([3, stranger])


def test_sums_and_ratios_by_hand() -> None:
    weights = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0], [0.0, 3.0, 0.0]])
    top, bottom = np.array([1.0, 5.0, 4.0]), np.array([2.0, 0.0, 3.0])
    assert weighted_totals(top, weights).tolist() == [10.0, 2 + 4, 15.0]
    ratios = ratio_replicates(top, bottom, weights)
    assert ratios[:2].tolist() == [10 / 5, 6 / 7]
    assert np.isnan(ratios[2])
    two = weighted_totals(np.column_stack([top, bottom]), weights)
    assert two.tolist() == [[10, 5], [6, 7], [15, 0]]
    with pytest.raises(ValueError, match="3 blocks"):
        weighted_totals([1.0, 2.0], weights)


def test_means_by_hand() -> None:
    x, index = [1.0, 2.0, 9.0], [0, 0, 1]
    weights = np.array([[1.0, 1.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    means = mean_replicates(x, index, weights)
    assert means[:2].tolist() == [(1 + 2 + 9) / 3, (2 * 1 + 2 * 2) / 4]
    assert np.isnan(means[2])


def test_block_sums_checks_positions() -> None:
    assert block_sums([1.0, 2.0, 4.0], [1, 1, 3], 4).tolist() == [0, 3, 0, 4]
    for bad in (-1, 4):
        with pytest.raises(ValueError, match=r"0\.\.3"):
            block_sums([1.0], [bad], 4)
    with pytest.raises(ValueError, match="block positions"):
        block_sums([1.0, 2.0], [0], 4)
