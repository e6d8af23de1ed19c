"""Distances to a peer, to the best and to a target: exact parts, by hand and for any tree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assess.tables import TREE, flat, table

from howfar.assess.build import build
from howfar.assess.decompose import gap as decomposed
from howfar.assess.index import Index
from howfar.assess.matrix import Matrix
from howfar.assess.propagate import Sampled, propagate
from howfar.assess.recipe import Aggregate, Impute, Normalise, Recipe, Treat, Weigh
from howfar.assess.tree import Group, Indicator, Tree
from howfar.errors import StudyError
from howfar.improve.gap_parts import contributions
from howfar.improve.gaps import TARGET, Audience, Gap, gaps

NAN = float("nan")
MEANS = ("arithmetic", "geometric", "harmonic")


def of(found: tuple[Gap, ...], kind: str) -> Gap:
    return next(one for one in found if one.kind == kind)


def total(found: Gap) -> float:
    return abs(sum(p.contribution.value or 0.0 for p in found.parts)
               - (found.difference.value or 0.0))  # fmt: skip


def test_by_hand() -> None:
    # Weights of g 1/3 and 2/3 at 2/3 of the index: a adds 2/9 of its gap, b 4/9, less being more.
    x = [[10, 20, 30, 40, 50], [0, 50, 30, 60, 10], [100, 100, 100, 100, 100], [0, 0, 0, 0, 0]]
    matrix = table(x)
    index = build(matrix, TREE, Recipe())
    found = gaps(index, matrix, "u1", peer="u0", within={"a": "frequency"},
                 audience=Audience(platform="x"))  # fmt: skip
    one = of(found, "peer")
    parts = {p.indicator: p.contribution.value for p in one.parts}
    assert parts == pytest.approx(
        {"a": -10 * 2 / 9, "b": -30 * 4 / 9, "c": 0, "d": 20 * 3 / 15, "e": -40 / 15}
    )
    assert one.difference.value == pytest.approx(index.index[1] - index.index[0])
    assert [p.indicator for p in one.behind] == ["b", "e", "a"]
    assert [p.indicator for p in one.decided] == ["a"]
    b = one.parts[1]
    assert (b.own, b.other, b.distance.value, b.direction) == (50, 20, 30, -1)
    assert b.share == pytest.approx(parts["b"] / one.difference.value)  # type: ignore[operator]
    assert (one.grade, one.audience.said) == ("D", "on x")
    # Without draws figures count as known, and the bounds are the value.
    assert one.difference.low_kind == "bound"
    assert one.clear
    # (40 - 0 and 60 - 10) / ...: u2 has 100 everywhere and is the best.
    assert of(found, "best").versus == max(zip(index.index, index.units, strict=True))[1]


def test_the_best_has_none_better() -> None:
    matrix = table([[3.0, 9.0], [1.0, 4.0]], columns="ab")
    index = build(matrix, flat("a", "b"), Recipe(normalise=Normalise("none")))
    assert gaps(index, matrix, "u0") == ()
    assert [one.kind for one in gaps(index, matrix, "u1")] == ["best"]


def test_a_target_by_hand() -> None:
    # Scores on 0..10 and 0..4: u1 has (2, 1) = (20, 25), and aims at 6 of a: 40 points of a half.
    matrix = table([[10.0, 4.0], [2.0, 1.0], [0.0, 0.0]], columns="ab")
    index = build(matrix, flat("a", "b"), Recipe())
    one = of(gaps(index, matrix, "u1", targets={"a": 6.0}), "target")
    assert one.versus == TARGET
    assert one.scores == pytest.approx((22.5, 42.5))
    assert [p.contribution.value for p in one.parts] == pytest.approx([-20.0, 0.0])
    assert [p.share for p in one.parts] == pytest.approx([1.0, 0.0])
    assert (one.parts[0].own, one.parts[0].other) == (2.0, 6.0)
    assert one.parts[1].distance.value == 0.0


def test_targets_of_the_tree_and_beyond_the_scale() -> None:
    tree = Tree(
        (Indicator("a", "A", "i", target=20.0), Indicator("b", "B", "i")),
        (Group("i", "I", None),),
    )
    matrix = table([[10.0, 4.0], [2.0, 1.0], [0.0, 0.0]], columns="ab")
    index = build(matrix, tree, Recipe())
    # 20 is twice the most that anyone has: 200 of 100 points.
    assert of(gaps(index, matrix, "u1"), "target").difference.value == pytest.approx(-90.0)
    assert [g.kind for g in gaps(index, matrix, "u0")] == ["target"]
    assert gaps(index, matrix, "u0", targets={}) == ()


def test_a_missing_figure_stays_missing() -> None:
    matrix = table([[60.0, NAN], [40.0, 20.0]], columns="ab")
    index = build(matrix, flat("a", "b"), Recipe(normalise=Normalise("none")))
    one = of(gaps(index, matrix, "u1", peer="u0"), "peer")
    b = one.parts[1]
    assert (b.own, b.other) == (20.0, None)
    assert b.distance.status == "not_measured"
    assert b.contribution.value == pytest.approx(20.0 / 2 - 60.0 / 2)


def test_no_exact_parts_is_said_part_by_part() -> None:
    matrix = table(np.random.default_rng(0).uniform(1, 9, (5, 5)))
    index = build(matrix, TREE, Recipe(aggregate=Aggregate("median")))
    one = of(gaps(index, matrix, "u0", peer="u1"), "peer")
    assert one.difference.value == pytest.approx(float(index.index[0] - index.index[1]))
    assert {p.contribution.status for p in one.parts} == {"not_measured"}
    assert "median" in (one.parts[0].contribution.reason or "")
    assert {p.share for p in one.parts} == {None}
    assert one.behind == ()


def test_errors() -> None:
    matrix = table([[3.0, 9.0], [1.0, 4.0], [NAN, NAN]], columns="ab")
    index = build(matrix, flat("a", "b"), Recipe(normalise=Normalise("none")))
    with pytest.raises(StudyError, match="'u2' has no score"):
        gaps(index, matrix, "u2")
    with pytest.raises(StudyError, match="'u2' has no score"):
        gaps(index, matrix, "u0", peer="u2")
    with pytest.raises(StudyError, match="no unit 'u7'"):
        gaps(index, matrix, "u0", peer="u7")
    with pytest.raises(StudyError, match="no indicator 'i'"):
        gaps(index, matrix, "u0", targets={"i": 3.0})
    other = build(table([[3.0, 9.0], [1.0, 4.0]], columns="ab", units=("x", "y")), flat("a", "b"),
                  Recipe())  # fmt: skip
    with pytest.raises(ValueError, match="another index"):
        gaps(index, matrix, "u0", sampled=Sampled(other, np.zeros((2, 2, 3)), None, ()))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000),
    st.tuples(st.sampled_from(MEANS), st.sampled_from(MEANS)),
    st.floats(0, 0.3),
    st.booleans(),
)
def test_parts_sum_to_every_distance(
    seed: int, methods: tuple[str, str], gone: float, treated: bool
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 9, (6, 5))
    values[:4][rng.random((4, 5)) < gone] = NAN
    recipe = Recipe(
        treat=Treat("winsorise") if treated else Treat(),
        normalise=Normalise(low=1, high=100),
        aggregate=Aggregate(by_height=methods),
    )
    matrix = table(values)
    index = build(matrix, TREE, recipe)
    for unit, score in zip(index.units, index.index, strict=True):
        if np.isnan(score):
            continue
        targets = {"a": float(rng.uniform(2, 8)), "b": float(rng.uniform(2, 8))}
        inside = targets if not treated else {}
        for one in gaps(index, matrix, unit, peer="u5", targets=inside):
            if one.kind == "target" and one.difference.value is None:
                continue
            assert total(one) < 1e-12 * 100
            if one.kind != "target":
                exact = decomposed(index, unit, one.versus).difference
                assert one.difference.value == pytest.approx(exact, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.tuples(st.sampled_from(MEANS), st.sampled_from(MEANS)),
    st.floats(0, 0.3),
)
def test_all_draws_at_once_are_the_parts_one_by_one(
    seed: int, methods: tuple[str, str], gone: float
) -> None:
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 9, (6, 5))
    values[:4][rng.random((4, 5)) < gone] = NAN
    recipe = Recipe(normalise=Normalise(low=1, high=100), aggregate=Aggregate(by_height=methods),
                    weigh=Weigh("given", weights={"c": 0.0}))  # fmt: skip
    index = build(table(values), TREE, recipe)
    rows = np.flatnonzero(~np.isnan(index.index))
    first = index.scores[rows]
    found = contributions(first, np.broadcast_to(first[-1], first.shape).copy(), index)
    for place, row in enumerate(rows):
        one = decomposed(index, index.units[row], index.units[rows[-1]])
        assert found[place] == pytest.approx([p.contribution for p in one.indicators], abs=1e-10)


def _drawn(seed: int = 3) -> tuple[Matrix, Index, Sampled]:
    rng = np.random.default_rng(seed)
    matrix = table(rng.uniform(2, 9, (6, 5)))
    matrix = replace(matrix, draws=matrix.values + rng.normal(0, 0.3, (500, 6, 5)))
    sampled = propagate(matrix, TREE, Recipe(), rng, degrees=19)
    return matrix, sampled.index, sampled


def test_intervals_come_from_the_draws() -> None:
    matrix, index, sampled = _drawn()
    found = gaps(index, matrix, "u0", peer="u1", targets={"a": 9.0}, sampled=sampled)
    for one in found:
        for made in (one.difference, *(p.contribution for p in one.parts)):
            assert made.status == "measured"
            assert (made.low_kind, made.confidence) == ("confidence", 0.95)
            assert made.low is not None
            assert made.value is not None
            assert made.high is not None
            assert made.low <= made.value <= made.high
    peer, target = of(found, "peer"), of(found, "target")
    spread = np.ptp([peer.difference.low or 0, peer.difference.high or 0])
    # t on 19 degrees of freedom times sd sqrt(20 / 19), either side, and the bias beside it.
    drawn = sampled.of_index[:, 0] - sampled.of_index[:, 1]
    least = 2 * 2.093 * drawn.std(ddof=1) * np.sqrt(20 / 19)
    assert spread >= least * 0.999
    # What has no target is the unit's own in both: nothing that chance could move.
    flat_part = target.parts[2].distance
    assert (flat_part.low, flat_part.value, flat_part.high) == (0.0, 0.0, 0.0)
    own = target.parts[0].distance
    assert own.value == pytest.approx(matrix.values[0, 0] - 9.0)
    assert own.high is not None
    assert own.low is not None
    assert own.high - own.low == pytest.approx(2 * 2.093 * 0.3 * np.sqrt(20 / 19), rel=0.15)


def test_outranking_has_parts_and_intervals_of_its_own() -> None:
    rng = np.random.default_rng(5)
    matrix = table(rng.uniform(2, 9, (6, 5)))
    matrix = replace(matrix, draws=matrix.values + rng.normal(0, 0.3, (300, 6, 5)))
    recipe = Recipe(aggregate=Aggregate("outranking"), normalise=Normalise("none"))
    sampled = propagate(matrix, TREE, recipe, rng)
    one = of(gaps(sampled.index, matrix, "u0", peer="u1", sampled=sampled), "peer")
    assert total(one) < 1e-11
    assert {p.contribution.low_kind for p in one.parts} == {"confidence"}
    # A target is nobody to be compared with: figures beside figures, and no points.
    aim = of(gaps(sampled.index, matrix, "u0", targets={"a": 3.0}, sampled=sampled), "target")
    assert "compares units with one another" in (aim.difference.reason or "")
    assert {p.contribution.status for p in aim.parts} == {"not_measured"}
    assert aim.parts[0].distance.value == pytest.approx(matrix.values[0, 0] - 3.0)
    assert aim.parts[0].distance.low_kind == "confidence"


def test_a_target_below_a_scale_without_zero() -> None:
    matrix = table([[10.0, 4.0], [2.0, 1.0], [1.0, 2.0]], columns="ab")
    recipe = Recipe(normalise=Normalise(low=1, high=100), aggregate=Aggregate("geometric"))
    index = build(matrix, flat("a", "b"), recipe)
    aim = of(gaps(index, matrix, "u1", targets={"a": -5.0}), "target")
    assert aim.difference.reason == "the target has no score on the scale of the index"
    assert aim.scores == (float(index.index[1]), None)
    assert (aim.parts[0].own, aim.parts[0].other, aim.parts[0].distance.value) == (2.0, -5.0, 7.0)


def test_a_panel_and_imputed_figures() -> None:
    rng = np.random.default_rng(9)
    units, times = ("x", "y", "z", "w") * 2, ("1",) * 4 + ("2",) * 4
    values = rng.uniform(1, 9, (8, 5))
    values[5, 0] = NAN
    matrix = table(values, units=units, times=times)
    recipe = Recipe(impute=Impute("mean"), normalise=Normalise(reference="1"))
    index = build(matrix, TREE, recipe)
    found = gaps(index, matrix, "x", peer="y", time="2", targets={"a": 5.0})
    peer = of(found, "peer")
    assert total(peer) < 1e-11
    assert peer.parts[0].other is not None  # imputed, as the index has it
    target = of(found, "target")
    assert total(target) < 1e-11
    assert target.scores[0] == pytest.approx(float(index.index[index.row("x", "2")]))
