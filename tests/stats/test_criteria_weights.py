"""Weights from data and from judgements."""

import numpy as np
import pytest

from howfar.stats.criteria_weights import (
    ahp_weights,
    critic_weights,
    entropy_weights,
    first_component,
    joint_judgements,
)

NAN = np.nan
CARS = [[5000, 3, 3, 4, 3, 2], [680, 5, 3, 2, 2, 1], [2000, 3, 2, 3, 4, 3], [600, 4, 3, 1, 2, 2],
        [800, 2, 4, 3, 3, 4]]  # fmt: skip


def test_critic_of_the_reference_example() -> None:
    # O5.
    expected = [0.157, 0.249, 0.168, 0.121, 0.154, 0.151]
    assert critic_weights(CARS).round(3).tolist() == expected


def test_both_as_the_peer_package_gives_them() -> None:
    # pymcdm 1.4.0 on the same example, stored.
    np.testing.assert_allclose(
        critic_weights(CARS),
        [0.157003432041533, 0.24948924316364143, 0.1676752491926968, 0.1211002224302237,
         0.1540992915859476, 0.1506325615859576],
        rtol=1e-12,
    )  # fmt: skip
    np.testing.assert_allclose(
        entropy_weights(CARS),
        [0.5623887912140147, 0.07040526704639131, 0.03538900508143334, 0.13236664719957186,
         0.0552093098592281, 0.14424097959936064],
        rtol=1e-12,
    )  # fmt: skip


def test_entropy_by_hand() -> None:
    # First column all in one unit: entropy 0, diversity 1. Second even: diversity 0.
    assert entropy_weights([[4, 1], [0, 1]]).tolist() == [1, 0]
    assert entropy_weights([[1, 1], [1, 1]]).tolist() == [0.5, 0.5]
    with pytest.raises(ValueError, match="0 or more"):
        entropy_weights([[-1, 1], [1, 1]])


def test_critic_gives_nothing_to_a_level_criterion() -> None:
    found = critic_weights([[1, 5, 2], [2, 5, 1], [3, 5, 4]])
    assert found[1] == 0
    assert found.sum() == pytest.approx(1)


def test_missing_values_are_left_out() -> None:
    x = np.array([[1, 4.0], [2, 1], [3, 3], [5, 2]])
    more = np.vstack([x, [[NAN, NAN]]])
    np.testing.assert_allclose(critic_weights(more), critic_weights(x))
    np.testing.assert_allclose(entropy_weights(more), entropy_weights(x))


def test_first_component_of_two() -> None:
    # Two criteria with correlation r: loadings 1/sqrt(2), share (1 + r) / 2.
    x = np.array([[1, 2.0], [2, 1], [3, 4], [4, 3]])
    loadings, share = first_component(x)
    assert np.corrcoef(x.T)[0, 1] == pytest.approx(0.6)
    assert loadings == pytest.approx([0.5**0.5, 0.5**0.5])
    assert share == pytest.approx(0.8)
    # Opposed criteria: the sum says nothing, the first one leads.
    assert first_component(x * [1, -1])[0] == pytest.approx([0.5**0.5, -(0.5**0.5)])
    with pytest.raises(ValueError, match="3 complete units"):
        first_component(x[:2])


def test_consistent_judgements_give_back_their_weights() -> None:
    w = np.array([0.6, 0.3, 0.1])
    found, ratio = ahp_weights(w[:, None] / w)
    np.testing.assert_allclose(found, w)
    assert ratio == pytest.approx(0, abs=1e-12)


def test_consistency_ratio_by_hand() -> None:
    # Weights as pymcdm 1.4.0 gives them; lambda = 3 + 2 * 0.58 * ratio.
    a = np.array([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]])
    found, ratio = ahp_weights(a)
    np.testing.assert_allclose(found, [0.64832901, 0.22965079, 0.12202019], atol=5e-9)
    # a is 3 by 3: lambda = 1 + t + 1 / t, t = (a12 a23 / a13)^(1/3).
    t = (3 * 2 / 5) ** (1 / 3)
    assert ratio == pytest.approx((1 + t + 1 / t - 3) / 2 / 0.58)


def test_contradictions_show() -> None:
    assert ahp_weights([[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]])[1] > 0.1
    assert ahp_weights([[1, 9], [1 / 9, 1]])[1] == 0.0


@pytest.mark.parametrize(
    ("judgements", "said"),
    [
        ([[1, 3], [3, 1]], "reciprocal"),
        ([[1, -3], [-1 / 3, 1]], "above 0"),
        ([[1, 2, 3]], "square"),
    ],
)
def test_refused(judgements: list[list[float]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ahp_weights(judgements)


def test_joint_judgements_stay_reciprocal() -> None:
    joint = joint_judgements([[[1, 8], [1 / 8, 1]], [[1, 2], [1 / 2, 1]]])
    np.testing.assert_allclose(joint, [[1, 4], [1 / 4, 1]])
