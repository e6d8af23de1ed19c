"""A change is a change."""

import numpy as np
import pytest
from tests.assess.tables import TREE, flat, table

from howfar.assess.build import build
from howfar.assess.matrix import Matrix
from howfar.assess.panel import changes, with_reference
from howfar.assess.recipe import Normalise, Recipe, Treat, Weigh
from howfar.errors import StudyError

RNG = np.random.default_rng(12)
FIRST, SECOND, THIRD = (RNG.lognormal(size=(12, 5)) for _ in range(3))
UNITS = tuple(f"u{k}" for k in range(12))
RECIPE = Recipe(treat=Treat("winsorise"), weigh=Weigh("critic", nodes="all"))


def _panel(*parts: np.ndarray) -> Matrix:
    times = tuple(str(k) for k in range(1, len(parts) + 1) for _ in UNITS)
    return table(np.vstack(parts), units=UNITS * len(parts), times=times)


def test_figures_stay_what_they_were_when_a_period_is_added() -> None:
    recipe = with_reference(RECIPE, "1")
    two = build(_panel(FIRST, SECOND), TREE, recipe)
    three = build(_panel(FIRST, SECOND, THIRD), TREE, recipe)
    np.testing.assert_allclose(three.scores[:24], two.scores, rtol=1e-12)
    np.testing.assert_array_equal(three.ranks[:24], two.ranks)
    alone = build(_panel(FIRST), TREE, RECIPE)
    np.testing.assert_allclose(two.scores[:12], alone.scores, rtol=1e-12)


def test_a_unit_that_stays_the_same_does_not_change() -> None:
    second = SECOND.copy()
    second[3] = FIRST[3]
    index = build(_panel(FIRST, second), TREE, with_reference(RECIPE, "1"))
    found = {one.unit: one for one in changes(index, "1", "2")}
    assert found["u3"].difference == 0
    assert found["u4"].difference == pytest.approx(
        float(index.index[index.row("u4", "2")] - index.index[index.row("u4", "1")])
    )
    assert found["u4"].start_rank == index.ranks[4, -1]
    # On a scale of its own in each period the same figures would have moved.
    each = build(_panel(FIRST, second), TREE, Recipe(normalise=Normalise(reference="each")))
    assert each.index[each.row("u3", "2")] != each.index[each.row("u3", "1")]


def test_a_unit_that_is_not_there_in_both() -> None:
    matrix = table([[1.0, 2], [2, 3], [3, 1]], columns="ab", units="xyx", times="112")
    found = {one.unit: one for one in changes(build(matrix, flat("a", "b"), Recipe()), "1", "2")}
    assert found["y"].end is None
    assert found["y"].difference is None
    assert found["y"].end_rank is None
    assert found["x"].end_rank == 1


def test_refused() -> None:
    index = build(_panel(FIRST, SECOND), TREE, RECIPE)
    with pytest.raises(StudyError, match="no period '9'"):
        changes(index, "1", "9")
    each = build(_panel(FIRST, SECOND), TREE, with_reference(RECIPE, "each"))
    with pytest.raises(StudyError, match="no change"):
        changes(each, "1", "2")
    with pytest.raises(StudyError, match="no unit 'u0'"):
        index.row("u0")
