"""Sets of ratios: arithmetic, their defining property, their three shapes, and coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from howfar.stats.fieller import fieller, fieller_of_replicates, ratio_from_limits

Z = float(stats.norm.ppf(0.975))
figures = st.floats(-50, 50).map(lambda x: round(x, 3))
spreads = st.floats(0.01, 10).map(lambda x: round(x, 3))


def test_by_hand() -> None:
    # N = 10, D = 5, both with variance 1, z^2 = 4: a = 21, b = 50, e = 96;
    # (50 -+ sqrt(2500 - 2016)) / 21 = 28 / 21 and 72 / 21.
    confidence = 2 * float(stats.norm.cdf(2)) - 1
    found = fieller(10, 5, 1, 1, confidence=confidence)
    assert found.value == 2
    assert found.low == pytest.approx(28 / 21)
    assert found.high == pytest.approx(72 / 21)
    assert found.identified


def test_a_known_numerator_is_divided_by_the_limits() -> None:
    found = fieller(100, 20, 0, 4)
    assert found.low == pytest.approx(100 / (20 + 2 * Z))
    assert found.high == pytest.approx(100 / (20 - 2 * Z))


def test_covariance_narrows_what_moves_together() -> None:
    apart, together = fieller(10, 5, 1, 0.25), fieller(10, 5, 1, 0.25, 0.5)
    assert together.high - together.low < apart.high - apart.low
    # With correlation 1 and the same relative spread the ratio is known.
    assert together.high - together.low == pytest.approx(0, abs=1e-6)


def test_shapes() -> None:
    assert fieller(10, 1, 1, 1).shape == "two rays"
    assert fieller(1, 1, 1, 1).shape == "everything"
    assert not fieller(10, 1, 1, 1).identified
    assert math.isnan(fieller(1, 0, 1, 1).value)


@given(figures, figures, spreads, spreads, st.floats(-0.95, 0.95))
def test_ends_are_where_the_difference_is_just_not_clear_of_zero(
    n: float, d: float, sn: float, sd: float, rho: float
) -> None:
    c = rho * sn * sd
    found = fieller(n, d, sn**2, sd**2, c)

    def distance(r: float) -> float:
        return abs(n - r * d) / math.sqrt(sn**2 - 2 * r * c + r**2 * sd**2)

    if found.shape == "interval":
        assert abs(d) > Z * sd
        assert found.low <= n / d <= found.high
        for end in (found.low, found.high):
            assert distance(end) == pytest.approx(Z, rel=1e-4)
    elif found.shape == "two rays":
        middle = (found.low + found.high) / 2
        assert distance(middle) >= Z * (1 - 1e-6)
        wide = found.high - found.low
        assert distance(found.low - wide) <= Z * (1 + 1e-6)
        assert distance(found.high + wide) <= Z * (1 + 1e-6)
    else:
        for r in (-1e6, -3.0, 0.0, 0.5, 7.0, 1e6):
            assert distance(r) <= Z * (1 + 1e-6)


@given(figures, figures, spreads, spreads)
def test_limits_of_the_parts_give_the_same_where_they_are_symmetric(
    n: float, d: float, sn: float, sd: float
) -> None:
    whole = fieller(n, d, sn**2, sd**2)
    parts = ratio_from_limits((n, n - Z * sn, n + Z * sn), (d, d - Z * sd, d + Z * sd))
    assert parts.identified == whole.identified
    if whole.identified:
        assert parts.low == pytest.approx(whole.low, rel=1e-6, abs=1e-9)
        assert parts.high == pytest.approx(whole.high, rel=1e-6, abs=1e-9)


def test_lopsided_limits_stay_lopsided() -> None:
    found = ratio_from_limits((100, 100, 100), (20, 10, 50))
    assert (found.low, found.value, found.high) == (2, 5, 10)
    found = ratio_from_limits((100, 100, 100), (-20, -50, -10))
    assert (found.low, found.value, found.high) == (-10, -5, -2)
    assert ratio_from_limits((100, 100, 100), (20, 10, math.inf)).low == 0
    assert ratio_from_limits((0, 0, 0), (20, 10, 50)).high == 0
    assert ratio_from_limits((100, 100, 100), (20, 0, 50)).shape == "everything"


def test_replicates_bring_their_covariance() -> None:
    rng = np.random.default_rng(3)
    both = rng.multivariate_normal([0, 0], [[4, 1.5], [1.5, 1]], size=200_000)
    drawn = fieller_of_replicates(40, 10, 40 + both[:, 0], 10 + both[:, 1])
    exact = fieller(40, 10, 4, 1, 1.5)
    assert drawn.low == pytest.approx(exact.low, rel=0.01)
    assert drawn.high == pytest.approx(exact.high, rel=0.01)
    some = [1.0, math.nan, 3.0], [math.nan, 2.0, 3.0]
    with pytest.raises(ValueError, match="two replicates"):
        fieller_of_replicates(1, 1, *some)


@pytest.mark.parametrize(
    "wrong", [(1, 1, -1, 1, 0), (1, 1, 1, 1, 2), (math.nan, 1, 1, 1, 0), (1, math.inf, 1, 1, 0)]
)
def test_what_cannot_be_is_refused(wrong: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"cannot be|finite"):
        fieller(*wrong)
    with pytest.raises(ValueError, match="do not hold"):
        ratio_from_limits((1, 2, 3), (1, 0.5, 2))


@pytest.mark.parametrize("clear", [1.0, 2.5, 6.0])
def test_coverage_however_near_to_zero_the_denominator(clear: float) -> None:
    """The set holds the true ratio in 95 of 100 draws, of all shapes together (exact theory)."""
    rng = np.random.default_rng(int(10 * clear))
    draws = 4_000
    n = 6 + rng.standard_normal(draws)
    d = clear + rng.standard_normal(draws)
    truth, hits = 6 / clear, 0
    for one, other in zip(n, d, strict=True):
        found = fieller(one, other, 1, 1)
        inside = found.low <= truth <= found.high
        hits += (not inside or found.low == truth) if found.shape == "two rays" else inside
    assert hits / draws == pytest.approx(0.95, abs=3.5 * math.sqrt(0.95 * 0.05 / draws))
