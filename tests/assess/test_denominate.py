"""Ratios, and what a missing or zero denominator does."""

import numpy as np
import pytest
from tests.assess.tables import table

from howfar.assess.denominate import denominate
from howfar.assess.recipe import Denominate
from howfar.assess.tree import Group, Indicator, Tree
from howfar.errors import StudyError

TREE = Tree(
    (Indicator("a", "A", "i", denominator="p"), Indicator("b", "B", "i")), (Group("i", "I", None),)
)
TABLE = table([[6, 1, 3], [8, 1, 0], [9, 1, np.nan], [np.nan, 1, 2]], columns="abp")


def test_divided_by_the_tree_s_denominator() -> None:
    data, step = denominate(TABLE.select("ab"), TREE, Denominate(), TABLE)
    assert data.column("a").tolist()[0] == 2.0
    assert np.isnan(data.column("a")[1:]).all()
    assert data.column("b").tolist() == [1, 1, 1, 1]
    # The last was missing before.
    assert step.done["missing because the denominator is missing or 0"] == {"a": ["u1", "u2"]}
    assert step.said == "1 of 2 indicators divided"


def test_recipe_wins_over_tree_and_scales() -> None:
    data, _ = denominate(TABLE, TREE, Denominate(by={"b": "p"}, scale=1000.0))
    assert data.column("a").tolist()[:3] == [6, 8, 9]
    assert data.column("b")[0] == pytest.approx(1000 / 3)


def test_none_changes_nothing() -> None:
    data, step = denominate(TABLE, TREE, Denominate("none"))
    np.testing.assert_array_equal(data.values, TABLE.values)
    assert step.said.startswith("0 of")


def test_unknown_columns() -> None:
    with pytest.raises(StudyError, match="no column 'q'"):
        denominate(TABLE, TREE, Denominate(by={"a": "q"}))
    with pytest.raises(StudyError, match="no indicator 'z'"):
        denominate(TABLE, TREE, Denominate(by={"z": "p"}))
