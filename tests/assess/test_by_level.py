"""Sub-indices by level."""

import numpy as np
from tests.assess.tables import table

from howfar.assess.build import build
from howfar.assess.by_level import by_level
from howfar.assess.recipe import Normalise, Recipe
from howfar.assess.tree import Group, Indicator, Tree


def test_each_level_by_itself() -> None:
    tree = Tree(
        (
            Indicator("a", "A", "g", level="outcome"),
            Indicator("b", "B", "i", weight=3.0, level="output"),
            Indicator("c", "C", "g", weight=2.0, level="output"),
            Indicator("d", "D", "g", weight=0.0, level="impact"),
        ),
        (Group("i", "I", None), Group("g", "G", "i")),
    )
    index = build(
        table([[8.0, 4, 2, 7]], columns="abcd"), tree, Recipe(normalise=Normalise("none"))
    )
    found = by_level(index)
    # Shares of the index: a 1/12, b 3/4, c 1/6.
    assert list(found) == ["output", "outcome"]
    np.testing.assert_allclose(found["output"], [(4 * 3 / 4 + 2 / 6) / (3 / 4 + 1 / 6)])
    np.testing.assert_allclose(found["outcome"], [8])
