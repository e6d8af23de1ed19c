"""The indicator tree and what it refuses."""

import pytest
from tests.assess.tables import TREE

from howfar.assess.tree import LEVELS, Group, Indicator, Tree
from howfar.errors import StudyError

ROOT = Group("i", "Index", None)


def _leaf(id: str = "a", parent: str = "i", **more: object) -> Indicator:
    return Indicator(id, id, parent, **more)  # type: ignore[arg-type]


def test_levels_children_and_leaves() -> None:
    assert TREE.levels() == (("a", "b", "c", "d", "e"), ("g", "h"), ("i",))
    assert TREE.nodes == ("a", "b", "c", "d", "e", "g", "h", "i")
    assert TREE.root == "i"
    assert TREE.children("i") == ("g", "h")
    assert TREE.children("a") == ()
    assert TREE.leaves("h") == ("c", "d", "e")
    assert TREE.leaves("i") == TREE.ids
    assert TREE.leaves("b") == ("b",)


def test_a_tree_need_not_be_even() -> None:
    tree = Tree((_leaf("a"), _leaf("b", "g")), (ROOT, Group("g", "G", "i")))
    assert tree.levels() == (("a", "b"), ("g",), ("i",))
    assert tree.effective_weights() == {"a": 0.5, "b": 0.5, "g": 0.5, "i": 1.0}


def test_effective_weights_are_products_of_shares() -> None:
    shares = TREE.effective_weights()
    assert shares["a"] == pytest.approx(1 / 3 * 2 / 3)
    assert shares["b"] == pytest.approx(2 / 3 * 2 / 3)
    assert shares["d"] == pytest.approx(3 / 5 * 1 / 3)
    assert sum(shares[id] for id in TREE.ids) == pytest.approx(1)
    assert TREE.effective_weights({"g": 0.0})["c"] == pytest.approx(1 / 5)


@pytest.mark.parametrize(
    ("indicators", "groups", "said"),
    [
        ((), (ROOT,), "needs indicators"),
        ((_leaf(), _leaf()), (ROOT,), "twins: the id 'a'"),
        ((_leaf("i"),), (ROOT,), "twins: the id 'i'"),
        ((_leaf(""),), (ROOT,), "without an id"),
        ((_leaf(parent="j"),), (ROOT,), "'a' has an unknown parent: 'j'"),
        ((_leaf(direction=0),), (ROOT,), "direction 0"),
        ((_leaf(weight=-1.0),), (ROOT,), "weight -1"),
        ((_leaf(weight=float("nan")),), (ROOT,), "weight nan"),
        ((_leaf(level="outcom"),), (ROOT,), 'did you mean "outcome"'),
        ((_leaf(goalposts=(1.0, 1.0)),), (ROOT,), "goalposts that are equal"),
        ((_leaf(),), (ROOT, Group("g", "G", "i")), "'g' is empty"),
        ((_leaf(), _leaf("b", "j")), (ROOT, Group("j", "J", None)), "2 groups without a parent"),
        ((_leaf(weight=0.0),), (ROOT,), "all weights in 'i' are 0"),
        ((_leaf(parent="a"),), (ROOT,), "unknown parent"),
    ],
)
def test_refused(indicators: tuple[Indicator, ...], groups: tuple[Group, ...], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        Tree(indicators, groups)


def test_cycles_are_shown() -> None:
    loop = (ROOT, Group("g", "G", "h"), Group("h", "H", "g"))
    with pytest.raises(StudyError, match="a cycle: g > h > g"):
        Tree((_leaf(), _leaf("b", "g"), _leaf("c", "h")), loop)


@pytest.mark.parametrize(
    ("id", "name", "unit"),
    [
        ("ave", "x", ""),
        ("x", "AVE of all clippings", ""),
        ("x", "x", "AVEs, EUR"),
        ("x", "Advertising value equivalent", ""),
        ("x", "ad-value equivalency", ""),
        ("x", "Advertising Equivalent", ""),
        ("x", "earned media value", ""),
        ("total_emv", "x", ""),
    ],
)
def test_advertising_value_equivalents_are_refused(id: str, name: str, unit: str) -> None:
    with pytest.raises(StudyError, match="advertising value equivalent"):
        Tree((Indicator(id, name, "i", unit=unit),), (ROOT,))


@pytest.mark.parametrize("name", ["average", "coverage", "leaves", "added value", "wave height"])
def test_words_that_only_look_like_it_are_not(name: str) -> None:
    Tree((Indicator("x", name, "i"),), (ROOT,))


def test_levels_rise() -> None:
    order = ("input", "activity", "output", "out-take", "outcome", "impact")
    assert [level for level in LEVELS if level != "coverage"] == list(order)


@pytest.mark.parametrize(
    "group",
    [
        Group("g", "Change", "i", level="outcome"),
        Group("outcome", "Change", "i"),
        Group("g", "Outcomes", "i"),
    ],
)
def test_an_output_cannot_enter_the_outcome_sub_index(group: Group) -> None:
    low, high = _leaf("a", group.id, level="output"), _leaf("b", group.id, level="outcome")
    with pytest.raises(StudyError, match="'a' is of level output and can not enter"):
        Tree((low, high), (ROOT, group))
    assert Tree((high,), (ROOT, group)).level_of(group.id) == "outcome"


def test_a_lower_group_inside_does_not_hide_it() -> None:
    groups = (ROOT, Group("g", "G", "i", level="outcome"), Group("h", "H", "g"))
    with pytest.raises(StudyError, match="can not enter 'g'"):
        Tree((_leaf("a", "h", level="out-take"),), groups)


def test_outcomes_are_those_with_weight() -> None:
    output, outcome = _leaf("a", level="out-take"), _leaf("b", level="outcome")
    assert Tree((output,), (ROOT,)).outcomes() == ()
    tree = Tree((output, outcome), (ROOT,))
    assert tree.outcomes() == ("b",)
    assert tree.outcomes({"b": 0.0}) == ()
    impact = _leaf("b", level="impact", weight=0.0)
    assert Tree((output, impact), (ROOT,)).outcomes() == ()


def test_an_unknown_node_gets_a_suggestion() -> None:
    with pytest.raises(StudyError, match="one of a, b, c, d, e, g, h, i"):
        TREE.node("z")
