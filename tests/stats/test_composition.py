"""Compositions: hand arithmetic, invariances, and the interval of a distance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from howfar.stats.composition import (
    aitchison_distance,
    aitchison_norm,
    closure,
    clr,
    clr_replicates,
    distance_interval,
    replace_zeros,
)

parts = st.lists(st.integers(1, 10_000), min_size=4, max_size=4)


def test_closure_by_hand() -> None:
    assert closure([[1, 3], [0, 0]])[0].tolist() == [0.25, 0.75]
    assert np.isnan(closure([[1, 3], [0, 0]])[1]).all()


def test_zero_replacement_by_hand() -> None:
    # N = 10: delta = .65 / 10; shares .2 .8 shrink by 1 - 2 * .065
    found = replace_zeros([2, 0, 8, 0])
    assert found.tolist() == pytest.approx([0.2 * 0.87, 0.065, 0.8 * 0.87, 0.065])
    assert found.sum() == pytest.approx(1)
    assert replace_zeros([1, 3]).tolist() == [0.25, 0.75]
    # one reaction and two zeros: 2 * .65 is more than there is
    assert np.isnan(replace_zeros([1, 0, 0])).all()
    assert np.isnan(replace_zeros([0, 0, 0])).all()


def test_clr_norm_and_distance_by_hand() -> None:
    e = math.e
    assert clr([1, e, e**2]).tolist() == pytest.approx([-1, 0, 1])
    assert aitchison_norm([1, e, e**2]) == pytest.approx(math.sqrt(2))
    assert aitchison_norm([5, 5, 5]) == 0
    assert aitchison_distance([1, e, e**2], [e**2, e, 1]) == pytest.approx(math.sqrt(8))


@given(parts, parts, parts, st.floats(0.01, 100), st.permutations(range(4)))
def test_distance_is_a_metric_without_unit_or_order(
    a: list[int], b: list[int], shift: list[int], unit: float, order: list[int]
) -> None:
    x, y, by = np.array(a, float), np.array(b, float), np.array(shift, float)
    d = aitchison_distance(x, y)
    assert aitchison_distance(y, x) == pytest.approx(d)
    assert aitchison_distance(x, x) == 0
    assert aitchison_distance(unit * x, y) == pytest.approx(d, abs=1e-9)
    assert aitchison_distance(x[order], y[order]) == pytest.approx(d, abs=1e-9)
    assert aitchison_distance(x * by, y * by) == pytest.approx(d, abs=1e-9)  # perturbation
    assert aitchison_distance(x, by) <= d + aitchison_distance(y, by) + 1e-9
    assert clr(x).sum() == pytest.approx(0, abs=1e-9)


def test_replicates_by_hand() -> None:
    counts = np.array([[1.0, 3.0], [4.0, 2.0]])
    found = clr_replicates(counts, np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 0.0]]))
    assert found[0].tolist() == pytest.approx([0, 0])  # 5 against 5
    assert found[1].tolist() == pytest.approx([-math.log(3) / 2, math.log(3) / 2])
    assert np.isnan(found[2]).all()


def test_distance_interval_by_hand() -> None:
    u = np.array([3.0, -3.0])
    off = np.arange(1.0, 101.0)  # |u* - u| = 1 .. 100 along the first part
    drawn = u + np.column_stack([off, np.zeros(100)])
    found = distance_interval(u, drawn, 12)
    assert found is not None
    z, t = stats.norm.ppf(0.975), stats.t.ppf(0.975, 11)
    reach = 95 * t / z * math.sqrt(12 / 11)
    assert (found.low, found.high) == pytest.approx((0, math.sqrt(18) + reach))
    far = distance_interval(100 * u, drawn + 99 * u, 12)
    assert far is not None
    assert far.low == pytest.approx(100 * math.sqrt(18) - reach)
    assert distance_interval(u, drawn, 9) is None
    assert distance_interval(u, drawn, 10) is not None
    assert distance_interval(u * np.nan, drawn, 12) is None
    drawn[:11] = np.nan
    assert distance_interval(u, drawn, 12) is None


def test_refusals() -> None:
    for bad in ([1.0], [-1.0, 2.0], [math.inf, 1.0]):
        with pytest.raises(ValueError, match=r"two parts|not negative"):
            closure(bad)
    with pytest.raises(ValueError, match="replace zeros"):
        clr([0.0, 1.0])
    for share in (0.0, 1.0):
        with pytest.raises(ValueError, match="stand-in"):
            replace_zeros([1, 2], share)
