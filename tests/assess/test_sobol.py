"""Which choice moves the ranks: indices of an index whose answer is known."""

import itertools

import numpy as np
import pytest

from howfar.assess.choices import Choice, Option, choices_from, sampling_choice
from howfar.assess.matrix import Matrix
from howfar.assess.propagate import with_draws
from howfar.assess.recipe import Normalise, Recipe, Treat, Weigh
from howfar.assess.sobol import sensitivity
from howfar.assess.tree import Group, Indicator, Tree
from howfar.assess.vary import variants
from howfar.errors import StudyError

TREE = Tree((Indicator("a", "A", "i"), Indicator("b", "B", "i")), (Group("i", "I", None),))
MATRIX = Matrix(("p", "q", "r"), TREE.ids, np.array([[9.0, 1], [5, 6], [1, 9]]))


def weights(a: float, b: float) -> dict[str, Weigh]:
    return {"weigh": Weigh("given", weights={"a": a, "b": b})}


def test_one_choice_that_decides_and_one_that_does_nothing() -> None:
    """All movement of ranks is the weights': S = ST = 1; the treatment never acts: 0."""
    choices = (
        Choice("weigh", (Option("a", weights(3, 1)), Option("b", weights(1, 3)))),
        Choice("treat", (Option("none", {"treat": Treat("none")}),
                         Option("winsorise", {"treat": Treat("winsorise")}))),
    )  # fmt: skip
    found = sensitivity(MATRIX, TREE, Recipe(), choices, np.random.default_rng(0), base=256)
    assert found.all_units.first == pytest.approx([1, 0], abs=0.01)
    assert found.all_units.total == pytest.approx([1, 0], abs=0.01)
    # Published: equal weights, q first (57.5), p and r behind (50 each).
    assert found.variants.nominal_ranks.tolist() == [2, 1, 2]
    for low, value, high in (
        (found.all_units.first_low, found.all_units.first, found.all_units.first_high),
        (found.all_units.total_low, found.all_units.total, found.all_units.total_high),
    ):
        assert (low <= value).all()
        assert (value <= high).all()


def test_choices_that_act_only_together() -> None:
    """Ranks move only where both are taken: in part first, more in total."""
    rng = np.random.default_rng(1)
    matrix = Matrix(tuple("pqrstu"), TREE.ids, rng.lognormal(sigma=2, size=(6, 2)))
    choices = choices_from(
        {"normalise": ["z", "rank"], "treat": ["log"], "weight_noise": 0.5, "leave_out": ["a"]},
        matrix, TREE, Recipe(),
    )  # fmt: skip
    found = sensitivity(matrix, TREE, Recipe(), choices, rng, base=256)
    assert found.all_units.first.sum() <= 1.05
    assert found.all_units.total.sum() >= 0.95
    # In truth no total is below its first index: no further off than both intervals allow.
    assert (found.all_units.total_high >= found.all_units.first_low).all()


def test_the_same_as_trying_every_combination() -> None:
    """36 combinations: the parts of the variance are counted, and the sampled ones agree."""
    rng = np.random.default_rng(5)
    tree = Tree(
        (Indicator("a", "A", "i"), Indicator("b", "B", "i"), Indicator("c", "C", "i")),
        (Group("i", "I", None),),
    )
    matrix = Matrix(tuple("pqrstuv"), tree.ids, rng.lognormal(sigma=1.5, size=(7, 3)))
    given = {"normalise": ["z", "percentile"], "treat": ["log"], "leave_out": ["a", "b"],
             "aggregate": ["geometric"]}  # fmt: skip
    choices = choices_from(given, matrix, tree, Recipe())
    levels = [choice.levels for choice in choices]
    picks = np.array(list(itertools.product(*map(range, levels))))
    every = variants(matrix, tree, Recipe(), choices, len(picks), rng, picks)
    ranks = every.ranks.astype(np.float64).reshape(*levels, 7)
    whole = ranks.reshape(-1, 7).var(axis=0).sum()
    axes = range(len(levels))
    first = [
        ranks.mean(axis=tuple(k for k in axes if k != i)).var(axis=0).sum() / whole for i in axes
    ]
    total = [ranks.var(axis=i).mean(axis=tuple(range(len(levels) - 1))).sum() / whole for i in axes]
    found = sensitivity(matrix, tree, Recipe(), choices, rng)
    np.testing.assert_allclose(found.all_units.first, first, atol=0.02)
    np.testing.assert_allclose(found.all_units.total, total, atol=0.02)
    assert (found.all_units.total_low <= total).all()
    assert (found.all_units.total_high >= total).all()


def test_chance_and_choices_together() -> None:
    rng = np.random.default_rng(2)
    values = np.array([[1.0, 9], [9, 1.1], [5, 5.1]])
    noisy = Matrix(tuple("pqr"), TREE.ids, values, np.full((3, 2), 3.0))
    scales = Choice("normalise", (Option("min_max", {"normalise": Normalise("min_max")}),
                                  Option("z", {"normalise": Normalise("z")})))  # fmt: skip
    table = with_draws(noisy, rng, 200)
    both = (scales, sampling_choice(table))
    found = sensitivity(table, TREE, Recipe(), both, rng, base=128)
    # The errors are as large as the gaps; the scale hardly matters.
    assert found.all_units.total[1] > 0.8
    assert found.all_units.total[0] < 0.3


def test_refusals() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(StudyError, match="no choices"):
        sensitivity(MATRIX, TREE, Recipe(), (), rng)
    recipe = Recipe.from_mapping({"screen": {"method": "share", "drop": ["p"]}})
    drop = choices_from({"screen": [{"method": "share", "drop": ["q"]}]}, MATRIX, TREE, recipe)
    with pytest.raises(StudyError, match="fewer than two units"):
        sensitivity(MATRIX, TREE, recipe, drop, rng, base=16)
