"""The parts of a gap or a change sum to it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assess import asem
from tests.assess.tables import TREE, flat, table

from howfar.assess.build import build
from howfar.assess.decompose import Decomposition, change, gap, log_mean
from howfar.assess.index import Index
from howfar.assess.recipe import Aggregate, Impute, Normalise, Recipe, Screen
from howfar.errors import StudyError

METHODS = ("arithmetic", "geometric", "harmonic")
NAN = np.nan


def _sums(index: Index, found: Decomposition) -> float:
    """The largest distance of a sum of parts from what they are parts of."""
    parts = {part.node: part.contribution for part in (*found.groups, *found.indicators)}
    off = [abs(sum(p.contribution for p in found.indicators) - found.difference)]
    for group in found.groups:
        children = index.tree.children(group.node)
        off.append(abs(sum(parts[child] for child in children) - parts[group.node]))
    return max(off)


@pytest.mark.parametrize(
    ("method", "imputed"),
    [*((method, imputed) for method in METHODS for imputed in (True, False)), ("outranking", True)],
)
def test_all_gaps_of_the_reference_index_to_1e_12(shared: Path, method: str, imputed: bool) -> None:
    recipe = replace(asem.RECIPE, aggregate=Aggregate(method), normalise=Normalise(low=1, high=100))
    if not imputed:
        recipe = replace(recipe, impute=Impute(), screen=Screen())
    index = build(asem.matrix(shared), asem.tree(shared), recipe)
    for unit in index.units[::7]:
        for other in index.units:
            found = gap(index, unit, other)
            assert _sums(index, found) < 1e-12
            scores = index.index[index.row(unit)] - index.index[index.row(other)]
            assert found.difference == scores


def test_arithmetic_by_hand() -> None:
    # Weights of g 1/3 and 2/3 at 2/3 of the index: a adds 2/9 of its gap, b 4/9.
    x = [[10, 20, 30, 40, 50], [0, 50, 30, 60, 10], [100, 100, 100, 100, 100], [0, 0, 0, 0, 0]]
    index = build(table(x), TREE, Recipe())
    parts = {p.node: p.contribution for p in gap(index, "u0", "u1").indicators}
    # b counts against: 20 is 30 better than 50.
    assert parts == pytest.approx(
        {"a": 10 * 2 / 9, "b": 30 * 4 / 9, "c": 0, "d": -20 * 3 / 15, "e": 40 / 15}
    )


def test_geometric_by_hand() -> None:
    # One group of two, equal weights: L(A, B) ln(a / b) / 2.
    flat_index = build(
        table([[4.0, 9.0], [1.0, 4.0]], columns="ab"),
        flat("a", "b"), Recipe(normalise=Normalise("none"), aggregate=Aggregate("geometric")),
    )  # fmt: skip
    found = gap(flat_index, "u0", "u1")
    mean = (6 - 2) / np.log(3)
    assert found.difference == pytest.approx(4)
    assert [p.contribution for p in found.indicators] == pytest.approx(
        [mean * np.log(4) / 2, mean * np.log(9 / 4) / 2]
    )


def test_what_is_missing_counts_as_its_group() -> None:
    # u0 has 60 and nothing: its group is 60, so the missing b differs by 60 - 20.
    index = build(
        table([[60.0, NAN], [40.0, 20.0]], columns="ab"),
        flat("a", "b"),
        Recipe(normalise=Normalise("none")),
    )
    found = gap(index, "u0", "u1")
    assert [p.contribution for p in found.indicators] == [10, 20]
    assert found.indicators[1].first is None
    assert found.difference == 30


def test_a_sub_index_by_itself() -> None:
    rng = np.random.default_rng(1)
    index = build(table(rng.uniform(1, 9, (6, 5))), TREE, Recipe())
    found = gap(index, "u0", "u1", of="h")
    assert [p.node for p in found.indicators] == ["c", "d", "e"]
    assert found.difference == pytest.approx(float(index.of("h")[0] - index.of("h")[1]))
    assert _sums(index, found) < 1e-12


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10_000),
    st.tuples(st.sampled_from(METHODS), st.sampled_from(METHODS)),
    st.floats(0, 0.3),
)
def test_any_tree_of_means_with_gaps(seed: int, methods: tuple[str, str], gone: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 9, (6, 5))
    values[:4][rng.random((4, 5)) < gone] = NAN
    recipe = Recipe(normalise=Normalise(low=1, high=100), aggregate=Aggregate(by_height=methods))
    index = build(table(values), TREE, recipe)
    known = [u for u, x in zip(index.units, index.index, strict=True) if not np.isnan(x)]
    for unit in known:
        for other in known:
            assert _sums(index, gap(index, unit, other)) < 1e-12


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_outranking_with_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 4, (6, 5)).astype(float)
    index = build(table(values), TREE, Recipe(aggregate=Aggregate("outranking"),
                                              normalise=Normalise("none")))  # fmt: skip
    for other in index.units[1:]:
        assert _sums(index, gap(index, "u0", other)) < 1e-11


def _panel(reference: str | None) -> Index:
    rng = np.random.default_rng(9)
    units, times = ("x", "y", "z", "w") * 2, ("1",) * 4 + ("2",) * 4
    return build(
        table(rng.uniform(1, 9, (8, 5)), units=units, times=times), TREE,
        Recipe(normalise=Normalise(reference=reference)),
    )  # fmt: skip


@pytest.mark.parametrize("reference", [None, "1"])
def test_a_change_of_a_unit(reference: str | None) -> None:
    index = _panel(reference)
    found = change(index, "x", "1", "2")
    ends = index.index[index.row("x", "2")] - index.index[index.row("x", "1")]
    assert found.difference == ends
    assert _sums(index, found) < 1e-12
    assert found.first == ("x", "2")


def test_with_a_scale_a_period_there_is_no_change() -> None:
    with pytest.raises(StudyError, match="each period has its own scale"):
        change(_panel("each"), "x", "1", "2")


@pytest.mark.parametrize("method", ["median", "copeland"])
def test_no_exact_parts(method: str) -> None:
    index = build(table(np.eye(5)), TREE, Recipe(aggregate=Aggregate(method)))
    with pytest.raises(StudyError, match=f"a difference of {method} scores has no exact parts"):
        gap(index, "u0", "u1")


def test_outranking_with_missing_values_has_none() -> None:
    values = np.random.default_rng(0).uniform(1, 9, (5, 5))
    values[3, 3] = NAN
    index = build(table(values), TREE, Recipe(aggregate=Aggregate("outranking")))
    with pytest.raises(StudyError, match="missing values has no exact parts"):
        gap(index, "u0", "u1")


def test_unknown_unit_or_no_score() -> None:
    index = build(table([[1.0, NAN], [2, 3], [NAN, NAN]], columns="ab"), flat("a", "b"), Recipe())
    with pytest.raises(StudyError, match="no unit 'u7'"):
        gap(index, "u7", "u0")
    with pytest.raises(StudyError, match="has no score"):
        gap(index, "u0", "u2")


def test_log_mean_near_equality() -> None:
    assert float(log_mean(2.0, 2.0)) == 2.0
    assert float(log_mean(1.0, np.e)) == pytest.approx(np.e - 1)
    # Exact to the third order: x (1 + d / 2 - d^2 / 12), d = 1e-5.
    assert float(log_mean(1.0, 1 + 1e-5)) == pytest.approx(1 + 0.5e-5 - 1e-10 / 12, rel=1e-15)
