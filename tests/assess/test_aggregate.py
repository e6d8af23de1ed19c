"""One figure of several."""

import numpy as np
import pytest
from tests.assess.tables import TREE

from howfar.assess.aggregate import combine, level_ties, outranking, scores_of
from howfar.assess.recipe import Aggregate
from howfar.errors import StudyError

NAN = np.nan
X = np.array([[2.0, 8.0], [4.0, 4.0], [1.0, NAN], [NAN, NAN]])
W = np.array([1.0, 3.0])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("arithmetic", [(2 + 24) / 4, 4, 1, NAN]),
        ("geometric", [(2 * 8**3) ** 0.25, 4, 1, NAN]),
        ("harmonic", [4 / (1 / 2 + 3 / 8), 4, 1, NAN]),
        ("median", [5, 4, 1, NAN]),
    ],
)
def test_means(method: str, expected: list[float]) -> None:
    np.testing.assert_allclose(combine(X, W, method), expected)


def test_too_little_available() -> None:
    np.testing.assert_allclose(combine(X, W, "arithmetic", 0.5), [6.5, 4, 1, NAN])
    np.testing.assert_allclose(combine(X, W, "arithmetic", 0.51), [6.5, 4, NAN, NAN])


def test_all_weight_missing_is_missing() -> None:
    assert np.isnan(combine(X, np.array([0.0, 1.0]), "arithmetic")[2])


@pytest.mark.parametrize("method", ["geometric", "harmonic"])
def test_zero_is_refused_unless_it_has_no_weight(method: str) -> None:
    x = np.array([[0.0, 4.0]])
    with pytest.raises(StudyError, match="low = 1, high = 100"):
        combine(x, np.ones(2), method)
    assert combine(x, np.array([0.0, 1.0]), method).tolist() == [4.0]


def test_outranking_by_hand() -> None:
    # Criteria of weight 1 and 3: u0 beats u1 on the second (3/4), u1 beats u0 on the first (1/4).
    # u0 and u2 tie on the first (1/8), u0 wins the second (3/4); u1 and u2: 1/4 and a tie (3/8).
    x = np.array([[1.0, 9.0], [2.0, 5.0], [1.0, 5.0]])
    expected = [[0, 0.75, 0.875], [0.25, 0, 0.625], [0.125, 0.375, 0]]
    np.testing.assert_allclose(outranking(x, W), expected)
    np.testing.assert_allclose(combine(x, W, "outranking"), [1.625, 0.875, 0.5])
    assert combine(x, W, "copeland").tolist() == [2, 0, -2]


def test_outranking_with_missing_uses_what_both_have() -> None:
    x = np.array([[1.0, NAN], [2.0, 5.0], [NAN, 7.0]])
    # u0 and u1 have the first in common, u1 and u2 the second, u0 and u2 nothing.
    expected = [[0, 0, 0.5], [1, 0, 0], [0.5, 1, 0]]
    np.testing.assert_allclose(outranking(x, W), expected)


def test_an_even_split_is_no_majority() -> None:
    x = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert combine(x, np.array([0.1, 0.1]), "copeland").tolist() == [0, 0]


def test_rounding_makes_no_winner() -> None:
    x = np.array([0.1 + 0.2, 0.3, 5.0, NAN, 0.30000001])
    assert x[0] != x[1]
    levelled = level_ties(x)
    assert levelled[0] == levelled[1]
    np.testing.assert_array_equal(levelled[2:], x[2:])


def test_a_tree_by_hand() -> None:
    # g = (1 * 10 + 2 * 40) / 3 = 30; h = (20 + 3 * 60 + 30) / 5 = 46; i = (2 * 30 + 46) / 3.
    x = np.array([[10.0, 40.0, 20.0, 60.0, 30.0]])
    weights = np.array([TREE.weights[node] for node in TREE.nodes])
    found = scores_of(x, TREE, weights, Aggregate())
    np.testing.assert_allclose(found[0, 5:], [30, 46, 106 / 3])
    mixed = scores_of(x, TREE, weights, Aggregate(by_height=("arithmetic", "geometric")))
    np.testing.assert_allclose(mixed[0, 5:], [30, 46, (30**2 * 46) ** (1 / 3)])


@pytest.mark.parametrize(
    "method", ["arithmetic", "geometric", "harmonic", "median", "outranking", "copeland"]
)
def test_many_weightings_at_once_are_as_one_by_one(method: str) -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(1, 9, (6, 5))
    x[2, 3] = NAN
    weights = rng.uniform(0.5, 2, (4, len(TREE.nodes)))
    together = scores_of(x, TREE, weights, Aggregate(method))
    for k, one in enumerate(weights):
        np.testing.assert_allclose(together[k], scores_of(x, TREE, one, Aggregate(method)))


def test_rivals_are_of_the_same_period() -> None:
    x = np.array([[1.0], [2.0], [3.0], [4.0]])
    x = np.repeat(x, 5, axis=1)
    weights = np.ones(len(TREE.nodes))
    found = scores_of(x, TREE, weights, Aggregate("copeland"), ("1", "1", "2", "2"))
    assert found[:, -1].tolist() == [-1, 1, -1, 1]
