"""Trimmed means: hand arithmetic, the rolling form against the plain one, the bootstrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from howfar.stats.trimmed import bootstrap_trimmed_mean, rolling_trimmed_mean, trimmed_mean

numbers = st.lists(st.integers(0, 1000), min_size=1, max_size=60)


def test_by_hand() -> None:
    assert trimmed_mean([100, 1, 2, 3]) == (2 + 3) / 2  # one off each end of four
    assert trimmed_mean([100, 1, 2]) == 103 / 3  # floor(3 / 4) = 0 off
    assert trimmed_mean([9, 1, 2, 3, 100]) == (2 + 3 + 9) / 3
    assert trimmed_mean([1, 2, 3, 4, 5, 6, 7, 80]) == (3 + 4 + 5 + 6) / 4
    assert trimmed_mean([1, 2, 9], trim=0.0) == 4
    assert trimmed_mean(np.arange(30), trim=0.1) == np.arange(3, 27).mean()
    assert np.isnan(trimmed_mean([]))


@given(numbers)
def test_lies_between_the_quartiles_and_agrees_with_scipy(x: list[int]) -> None:
    m = trimmed_mean(x)
    assert m == pytest.approx(stats.trim_mean(x, 0.25))
    ordered = sorted(x)
    g = len(x) // 4
    assert ordered[g] - 1e-9 <= m <= ordered[len(x) - 1 - g] + 1e-9


@given(numbers, st.integers(1, 12), st.data())
def test_rolling_is_the_trimmed_mean_of_the_posts_before(
    x: list[int], window: int, data: st.DataObject
) -> None:
    minimum = data.draw(st.integers(1, window))
    rolled = rolling_trimmed_mean(x, window, minimum)
    for i, found in enumerate(rolled):
        before = x[max(0, i - window) : i]
        if len(before) < minimum:
            assert np.isnan(found)
        else:
            assert found == pytest.approx(trimmed_mean(before))


def test_rolling_over_more_posts_than_one_chunk() -> None:
    x = np.random.default_rng(0).integers(0, 500, 20_050)
    rolled = rolling_trimmed_mean(x)
    for i in (1, 99, 100, 101, 19_999, 20_000, 20_001, 20_049):
        assert rolled[i] == pytest.approx(trimmed_mean(x[max(0, i - 100) : i]))
    assert rolling_trimmed_mean([]).size == 0


def test_bootstrap_is_that_of_the_window() -> None:
    rng = np.random.default_rng(5)
    x = rng.exponential(100, 300)
    drawn = bootstrap_trimmed_mean(x, [250, 0, 40, 250], 4_000, rng)
    assert drawn.shape == (4, 4_000)
    assert np.isnan(drawn[1]).all()
    assert np.array_equal(drawn[0], drawn[3])
    for row, i in ((0, 250), (2, 40)):
        window = x[max(0, i - 100) : i]
        plain = [
            trimmed_mean(rng.choice(window, window.size)) for _ in range(4_000)
        ]  # the definition, slowly
        assert stats.ks_2samp(drawn[row], plain).pvalue > 0.001


def test_bootstrap_of_one_predecessor_is_itself() -> None:
    drawn = bootstrap_trimmed_mean([7.0, 9.0], [1], 5, np.random.default_rng(0))
    assert drawn.tolist() == [[7.0] * 5]


def test_refusals() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="NaN"):
        trimmed_mean([1.0, float("nan")])
    for trim in (-0.1, 0.5):
        with pytest.raises(ValueError, match=r"\[0, 0.5\)"):
            trimmed_mean([1.0], trim)
    for window, minimum in ((3, 0), (3, 4)):
        with pytest.raises(ValueError, match="minimum"):
            rolling_trimmed_mean([1.0], window, minimum)
    for at in ([1], [-1]):
        with pytest.raises(ValueError, match=r"0\.\.0"):
            bootstrap_trimmed_mean([1.0], at, 5, rng)
