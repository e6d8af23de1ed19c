"""Weights in a whole tree."""

import numpy as np
import pytest
from tests.assess.tables import TREE, flat, random, table

from howfar.assess.build import build
from howfar.assess.correlate import correlate
from howfar.assess.index import Index
from howfar.assess.recipe import Recipe, Weigh
from howfar.errors import StudyError
from howfar.stats.criteria_weights import critic_weights, entropy_weights

EXPERTS = ((1.0, 3.0, 5.0), (1 / 3, 1.0, 2.0), (0.2, 0.5, 1.0)), (
    (1.0, 1.0, 2.0), (1.0, 1.0, 2.0), (0.5, 0.5, 1.0),
)  # fmt: skip


@pytest.fixture
def matrix() -> object:
    return random(np.random.default_rng(2), 20)


def _weighed(matrix: object, spec: Weigh) -> Index:
    return build(matrix, TREE, Recipe(weigh=spec))  # type: ignore[arg-type]


def _done(index: Index) -> dict[str, object]:
    return dict(next(step for step in index.log if step.verb == "weigh").done)


def test_equal_and_given(matrix: object) -> None:
    assert set(_weighed(matrix, Weigh("equal")).weights.values()) == {1.0}
    given = _weighed(matrix, Weigh("given", {"a": 7.0})).weights
    assert given == TREE.weights | {"a": 7.0}


def test_from_data_within_each_group(matrix: object) -> None:
    index = _weighed(matrix, Weigh("critic"))
    h = index.scores[:, [index.nodes.index(id) for id in "cde"]]
    assert [index.weights[id] for id in "cde"] == pytest.approx(list(critic_weights(h)))
    # Groups keep the tree's weights, unless asked for.
    assert index.weights["g"] == 2.0
    all_ = _weighed(matrix, Weigh("entropy", nodes="all"))
    groups = all_.scores[:, [all_.nodes.index(id) for id in "gh"]]
    assert [all_.weights[id] for id in "gh"] == pytest.approx(list(entropy_weights(groups)))
    only = _weighed(matrix, Weigh("entropy", nodes="groups"))
    assert [only.weights[id] for id in "cde"] == [1, 3, 1]


def test_pca_gives_no_weight_to_what_goes_against() -> None:
    x = np.arange(10.0)
    noise = np.random.default_rng(0).normal(size=10)
    index = build(
        table(np.column_stack([x + noise, x - noise, -x])), flat("a", "b", "c"),
        Recipe(weigh=Weigh("pca")),
    )  # fmt: skip
    assert index.weights["c"] == 0
    assert _done(index)["i"]["against the component, so without weight"] == ["c"]  # type: ignore[index]
    assert index.weights["a"] > 0 < index.weights["b"]


def test_two_opposed_indicators_have_no_component_to_follow() -> None:
    index = build(
        table([[1, 5], [2, 4], [3, 1], [4, 2.0]]), flat("a", "b"), Recipe(weigh=Weigh("pca"))
    )
    assert index.weights["a"] == index.weights["b"] == 1.0
    assert _done(index)["i"]["no direction, so equal"] is True  # type: ignore[index]


@pytest.mark.parametrize("method", ["critic", "entropy", "pca"])
def test_a_column_without_spread_gets_no_weight(matrix: object, method: str) -> None:
    values = matrix.values.copy()  # type: ignore[attr-defined]
    values[:, 2] = 4.0
    index = _weighed(matrix.with_values(values), Weigh(method))  # type: ignore[attr-defined]
    assert index.weights["c"] == 0
    assert _done(index)["h"]["without a figure"] == ["c"]  # type: ignore[index]
    assert not np.isnan(index.index).any()


def test_optimising_leaves_a_column_without_spread_alone(matrix: object) -> None:
    values = matrix.values.copy()  # type: ignore[attr-defined]
    values[:, 2] = 4.0
    index = _weighed(matrix.with_values(values), Weigh("optimised"))  # type: ignore[attr-defined]
    assert "c" not in _done(index)["aim"]  # type: ignore[operator]
    assert index.weights["c"] == 1.0


def test_several_experts_and_how_consistent_each_is(matrix: object) -> None:
    index = _weighed(matrix, Weigh("ahp", judgements={"h": EXPERTS}))
    done = _done(index)["h"]
    assert isinstance(done, dict)
    assert done["consistency ratio of each expert"] == pytest.approx([0.003185, 0], abs=1e-6)
    assert not done["inconsistent"]
    # Joint judgements: c over d sqrt(3 * 1), c over e sqrt(5 * 2), d over e sqrt(2 * 2). Of three,
    # the principal eigenvector is the geometric mean of each row.
    rows = np.array([3**0.5 * 10**0.5, 2 / 3**0.5, 1 / 2 / 10**0.5]) ** (1 / 3)
    assert [index.weights[id] for id in "cde"] == pytest.approx(list(rows / rows.sum()))
    # The other group keeps the tree's.
    assert index.weights["b"] == 2.0


def test_contradictory_judgements_are_said(matrix: object) -> None:
    loop = ((1.0, 5.0, 0.2), (0.2, 1.0, 5.0), (5.0, 0.2, 1.0))
    step = _weighed(matrix, Weigh("ahp", judgements={"h": (EXPERTS[0], loop)})).log[-2]
    assert step.said == "inconsistent judgements (ratio above 0.1): h"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (Weigh("given", {"z": 1.0}), "no such indicator or group"),
        (Weigh("given", {"a": -1.0}), "the weight of 'a' is -1"),
        (Weigh("ahp", judgements={"h": (((1.0, 2.0), (0.5, 1.0)),)}), "3 by 3, for c, d, e"),
        (Weigh("ahp", judgements={"g": (((1.0, 2.0), (2.0, 1.0)),)}), "reciprocal"),
        (Weigh("optimised", optimise_level=4), "no weights to optimise at level 4"),
        (Weigh("optimised", targets={"a": -1.0}), "below 0"),
    ],
)
def test_refused(matrix: object, spec: Weigh, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        _weighed(matrix, spec)


def test_optimised_to_equal_correlations(matrix: object) -> None:
    index = _weighed(matrix, Weigh("optimised", optimise_level=2))
    r = correlate(index)[-1]
    assert r[5] == pytest.approx(r[6], abs=1e-8)
    assert _done(index)["aim reached"] is True


def test_optimised_to_a_target(matrix: object) -> None:
    index = _weighed(matrix, Weigh("optimised", optimise_level=2, targets={"g": 3.0, "h": 2.0}))
    r = correlate(index)[-1]
    assert r[5] / r[6] == pytest.approx(1.5, abs=1e-7)


def test_a_target_out_of_reach_is_said() -> None:
    # All indicators go together, so no group can be without correlation.
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20, 1)) * [1, -1, 1, 1, 1] + 0.1 * rng.normal(size=(20, 5))
    recipe = Recipe(weigh=Weigh("optimised", optimise_level=2, targets={"g": 1.0}))
    step = build(table(x), TREE, recipe).log[-2]
    assert step.done["aim reached"] is False
    assert "no weights of 0 or more reach the targets" in step.said


def test_most_information_beats_other_weights(matrix: object) -> None:
    best = _weighed(matrix, Weigh("optimised", optimise="most_information"))
    most = correlate(best)[-1, :5].sum()
    rng = np.random.default_rng(8)
    for _ in range(20):
        other = _weighed(
            matrix, Weigh("given", dict(zip("abcde", rng.uniform(0, 1, 5), strict=True)))
        )
        assert correlate(other)[-1, :5].sum() <= most + 1e-6


def test_later_periods_do_not_move_weights_from_the_reference() -> None:
    rng = np.random.default_rng(6)
    first, later = rng.uniform(1, 9, (8, 5)), rng.uniform(1, 9, (8, 5))
    units = tuple(f"u{k}" for k in range(8))
    alone = table(first, units=units, times=("1",) * 8)
    both = table(np.vstack([first, later]), units=units * 2, times=("1",) * 8 + ("2",) * 8)
    recipe = Recipe.from_mapping(
        {"weigh": {"method": "critic", "nodes": "all"}, "normalise": {"reference": "1"}}
    )
    one, two = build(alone, TREE, recipe), build(both, TREE, recipe)
    assert two.weights == pytest.approx(one.weights)
    np.testing.assert_allclose(two.scores[:8], one.scores)
