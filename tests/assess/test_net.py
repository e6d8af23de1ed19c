"""With and without synchronised amplification."""

from dataclasses import replace

import numpy as np
import pytest
from tests.assess.tables import flat, table

from howfar.assess.build import build
from howfar.assess.net import net_of, raw_and_net
from howfar.assess.recipe import Recipe, Screen
from howfar.assess.tree import Group, Indicator, Tree
from howfar.errors import StudyError

NAN = np.nan
TREE = Tree(
    (Indicator("a", "A", "i", net="a_net"), Indicator("b", "B", "i")), (Group("i", "I", None),)
)
COLUMNS = ("a", "b", "a_net")
TABLE = table([[10, 1, 2], [8, 2, 8], [4, 0, 4]], columns=COLUMNS)


def test_the_column_is_switched_with_its_errors_and_draws() -> None:
    full = replace(
        TABLE, standard_errors=TABLE.values / 10, draws=np.stack([TABLE.values, TABLE.values + 1])
    )
    net = net_of(full, TREE)
    assert net.column("a").tolist() == [2, 8, 4]
    assert net.column("b").tolist() == [1, 2, 0]
    assert net.standard_errors is not None
    assert net.standard_errors[:, 0].tolist() == [0.2, 0.8, 0.4]
    assert net.draws is not None
    assert net.draws[1, :, 0].tolist() == [3, 9, 5]
    assert full.column("a").tolist() == [10, 8, 4]


def test_both_forms_and_who_moves() -> None:
    both = raw_and_net(TABLE, TREE, Recipe())
    # Raw: a 100 66.7 0 and b 50 100 0, so u1 leads; net: a 0 100 33.3.
    assert both.raw.index == pytest.approx([75, 250 / 3, 0])
    assert both.net.index == pytest.approx([25, 100, 50 / 3])
    assert both.switched == ("a",)
    assert both.changed == ("u0", "u1", "u2")
    assert both.moved == ()
    assert both.differ
    np.testing.assert_array_equal(both.raw.index, build(TABLE, TREE, Recipe()).index)


def test_nothing_differs_where_nothing_is_synchronised() -> None:
    same = TABLE.with_values(TABLE.values[:, [0, 1, 0]])
    both = raw_and_net(same, TREE, Recipe())
    assert not both.differ
    assert both.moved == ()


def test_a_missing_net_figure_is_not_filled_from_the_raw() -> None:
    values = TABLE.values.copy()
    values[0, 2] = NAN
    recipe = Recipe(screen=Screen("share", 1.0))
    both = raw_and_net(TABLE.with_values(values), TREE, recipe)
    assert both.net.dropped == ("u0",)
    assert both.moved[0] == "u0"


def test_refused() -> None:
    with pytest.raises(StudyError, match="no indicator has a net form"):
        net_of(TABLE, flat("a", "b"))
    with pytest.raises(StudyError, match="no column 'a_net'"):
        net_of(TABLE.select("ab"), TREE)
