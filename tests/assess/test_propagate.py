"""Sampling error through the recipe: by hand, and in worlds whose true index is known."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from howfar.assess.build import build
from howfar.assess.matrix import Matrix
from howfar.assess.propagate import propagate, with_draws
from howfar.assess.ranks import ties
from howfar.assess.recipe import Denominate, Normalise, Recipe, Treat, Weigh
from howfar.assess.tree import Group, Indicator, Tree
from howfar.errors import StudyError

FloatArray = npt.NDArray[np.float64]
TREE = Tree(
    (Indicator("a", "A", "x"), Indicator("b", "B", "x"), Indicator("c", "C", "index")),
    (Group("x", "X", "index", 2.0), Group("index", "Index", None)),
)
GOALS = Recipe.from_mapping(
    {"normalise": {"method": "goalposts", "cap": False,
                   "goalposts": {"a": [0.0, 10.0], "b": [0.0, 10.0], "c": [0.0, 10.0]}}}
)  # fmt: skip


def matrix(values: FloatArray, errors: FloatArray | None) -> Matrix:
    return Matrix(tuple(f"u{k}" for k in range(len(values))), TREE.ids, values, errors)


def test_known_spread_by_hand() -> None:
    """Index = 10 (a / 3 + b / 3 + c / 3): sd = 10 / 3 sqrt(0.3^2 + 0.4^2 + 1.2^2) = 4.33."""
    values = np.array([[2.0, 5, 5], [5, 5, 8]])
    errors = np.tile([0.3, 0.4, 1.2], (2, 1))
    found = propagate(matrix(values, errors), TREE, GOALS, np.random.default_rng(1), draws=20_000)
    assert found.of_index.std(axis=0) == pytest.approx([13 / 3, 13 / 3], rel=0.02)
    low, high = found.intervals()[0, -1]
    assert found.index.index[0] == pytest.approx(40)
    # A hair wider than 40 -+ 1.96 * 4.33 by the bias that the draws happen to have.
    assert (low, high) == pytest.approx((40 - 8.493, 40 + 8.493), abs=0.3)
    narrower = found.intervals(0.5)[0, -1]
    assert low < narrower[0] < 40 < narrower[1] < high
    wide = replace(found, degrees=4.0).intervals()[0, -1]
    # Student's t on 4 degrees of freedom, 5 blocks: 2.776 * sqrt(5 / 4) / 1.96 times as wide.
    assert (wide[1] - wide[0]) / (high - low) == pytest.approx(1.584, rel=0.02)


def test_each_draw_is_a_build() -> None:
    rng = np.random.default_rng(0)
    values = rng.lognormal(size=(7, 3))
    table = replace(matrix(values, None), draws=values + rng.normal(size=(5, 7, 3)) * 0.1)
    for recipe in (
        Recipe(),
        Recipe(denominate=Denominate(by={"a": "b"}), normalise=Normalise("percentile")),
        Recipe(weigh=Weigh("entropy"), treat=Treat("winsorise")),
    ):
        found = propagate(table, TREE, recipe, rng)
        assert found.draws.shape == (5, 7, 5)
        for drawn, scores in zip(table.draws, found.draws, strict=True):
            single = build(table.with_values(drawn), TREE, recipe)
            np.testing.assert_allclose(scores, single.scores, rtol=1e-12)


def test_figures_that_move_together() -> None:
    """Draws keep the covariance: an error that all units share moves no rank."""
    rng = np.random.default_rng(2)
    values = np.array([[1.0, 1, 1], [2, 2, 2], [3, 3, 3]])
    drawn = values + rng.normal(size=(400, 1, 1)) * 5
    sets = propagate(replace(matrix(values, None), draws=drawn), TREE, GOALS, rng).rank_sets()
    assert sets.low.tolist() == sets.high.tolist() == [3, 2, 1]


def test_optimised_weights_stay_as_published() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=(12, 3))
    table = matrix(values, np.full((12, 3), 0.2))
    found = propagate(table, TREE, Recipe(weigh=Weigh("optimised")), rng, draws=20)
    fixed = Recipe(weigh=Weigh("given", weights=dict(found.index.weights)))
    again = propagate(table, TREE, fixed, np.random.default_rng(3), draws=5)
    assert found.draws.shape[0] == 20
    assert again.index.index == pytest.approx(found.index.index)


def test_what_is_known_and_what_is_missing() -> None:
    values = np.array([[1.0, 4, 2], [2, np.nan, 3], [5, 6, 9]])
    errors = np.array([[0.1, 0, np.nan], [0.1, 0, np.nan], [0.2, 0, 0]])
    found = propagate(matrix(values, errors), TREE, Recipe(), np.random.default_rng(0), draws=50)
    assert found.known == ("b", "c")
    assert np.isfinite(found.of_index).all()
    drawn = with_draws(matrix(values, errors), np.random.default_rng(0), 50)
    assert drawn.draws is not None
    assert np.isnan(drawn.draws[:, 1, 1]).all()
    assert propagate(drawn, TREE, Recipe(), np.random.default_rng(0)).known == ("b", "c")
    with pytest.raises(StudyError, match="no sampling error"):
        propagate(matrix(values, None), TREE, Recipe(), np.random.default_rng(0))


def test_a_unit_dropped_in_a_draw_has_no_score_there() -> None:
    """Screened by zeros: where the draw is 0 the unit is out."""
    values = np.tile([[4.0, 5, 6]], (4, 1)) + np.arange(4)[:, None]
    drawn = np.repeat(values[None], 10, axis=0)
    drawn[:3, 0] = 0
    recipe = Recipe.from_mapping({"screen": {"method": "share", "min_nonzero": 0.5}})
    table = replace(matrix(values, None), draws=drawn)
    found = propagate(table, TREE, recipe, np.random.default_rng(0))
    assert np.isnan(found.of_index[:, 0]).sum() == 3
    assert np.isnan(found.intervals()[0, -1]).all()
    assert found.rank_sets().rank.tolist() == [0, 3, 2, 1]


def test_a_panel_needs_its_rows() -> None:
    values = np.random.default_rng(0).normal(size=(6, 3))
    panel = Matrix(tuple("abcabc"), TREE.ids, values, np.full((6, 3), 0.1),
                   times=tuple("111222"))  # fmt: skip
    found = propagate(panel, TREE, Recipe(), np.random.default_rng(0), draws=50)
    with pytest.raises(ValueError, match="one period"):
        found.rank_sets()
    ranks = found.rank_sets(among=np.arange(6) >= 3).rank
    assert ranks[:3].tolist() == [0, 0, 0]
    assert sorted(ranks[3:].tolist()) == [1, 2, 3]


WORLDS = {
    "tied": np.full((6, 3), 5.0),
    "near ties": np.array([[5.0, 5, 5], [5, 5, 5.05], [5.1, 5, 5], [5, 6, 6], [6, 6, 5.05],
                           [8, 8, 8]]),
    "apart": np.array([[1.0, 2, 1], [3, 4, 3], [5, 5, 6], [7, 8, 7], [9, 9, 9], [6.9, 8, 7]]),
}  # fmt: skip


# Without any true spread there is no true index on the scale of that spread.
@pytest.mark.parametrize(
    ("world", "scale"),
    [(w, s) for w in WORLDS for s in ("goalposts", "min_max") if (w, s) != ("tied", "min_max")],
)
def test_rank_sets_and_intervals_hold_the_true_index(world: str, scale: str) -> None:
    """True figures are known; what is seen has independent errors of known size."""
    recipe = GOALS if scale == "goalposts" else Recipe()
    truth = WORLDS[world]
    true = build(matrix(truth, None), TREE, recipe).index
    low = 1 + (true[None, :] > true[:, None] + 1e-9).sum(axis=1)
    high = len(true) - (true[None, :] < true[:, None] - 1e-9).sum(axis=1)
    trials, held, inside = 120, 0, 0.0
    errors = np.full(truth.shape, 0.4)
    for trial in range(trials):
        rng = np.random.default_rng(50_000 + trial)
        seen = matrix(truth + errors * rng.standard_normal(truth.shape), errors)
        found = propagate(seen, TREE, recipe, rng, draws=120)
        sets = found.rank_sets()
        held += bool(((sets.low <= low) & (high <= sets.high)).all())
        limits = found.intervals()[:, -1]
        inside += float(((limits[:, 0] <= true) & (true <= limits[:, 1])).mean())
    least = stats.binom.ppf(0.0005, trials, 0.95) / trials
    assert held / trials >= least
    assert inside / trials >= least


def test_units_that_cannot_be_told_apart_are_called_tied() -> None:
    rng = np.random.default_rng(9)
    errors = np.full((6, 3), 0.4)
    seen = matrix(5 + errors * rng.standard_normal((6, 3)), errors)
    found = ties(propagate(seen, TREE, GOALS, rng).rank_sets(), seen.units)
    assert found.apart == 0
    assert len(found.first) == 6
    assert found.said.startswith("All are tied")
