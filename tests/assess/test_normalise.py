"""One scale on which more is better."""

from dataclasses import replace

import numpy as np
import pytest
from tests.assess.tables import flat, table

from howfar.assess.normalise import normalise, scaled
from howfar.assess.recipe import Normalise
from howfar.assess.tree import Tree
from howfar.errors import StudyError

NAN = np.nan
X = [[2.0], [4.0], [4.0], [10.0]]


def _scaled(spec: Normalise, tree: Tree | None = None, **more: object) -> list[float]:
    data, _ = normalise(table(X, **more), flat("a") if tree is None else tree, spec)  # type: ignore[arg-type]
    return data.column("a").tolist()


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (Normalise("min_max"), [0, 25, 25, 100]),
        (Normalise("min_max", 1, 10), [1, 3.25, 3.25, 10]),
        # Mean 5, squared distances 9 1 1 25, sd = sqrt(36 / 3).
        (Normalise("z"), list(np.array([-3, -1, -1, 5]) / np.sqrt(12))),
        (Normalise("z", 100, 10), list(100 + 10 * np.array([-3, -1, -1, 5]) / np.sqrt(12))),
        (Normalise("rank"), [1, 2, 2, 4]),
        (Normalise("borda"), [0, 1, 1, 3]),
        (Normalise("percentile"), [0, 100 / 3, 100 / 3, 100]),
        (Normalise("distance_to_max", 0, 1), [0, 0.25, 0.25, 1]),
        (Normalise("distance_to_reference", 0, 1, unit="u1"), [0, 1, 1, 1]),
        (Normalise("distance_to_reference", 0, 1, unit="u1", cap=False), [0, 1, 1, 4]),
        (Normalise("share_of_max"), [20, 40, 40, 100]),
        (Normalise("target", targets={"a": 6.0}), [0, 50, 50, 100]),
        (Normalise("target", targets={"a": 6.0}, cap=False), [0, 50, 50, 200]),
        (Normalise("goalposts", goalposts={"a": (3.0, 5.0)}), [0, 50, 50, 100]),
        (Normalise("goalposts", goalposts={"a": (3.0, 5.0)}, cap=False), [-50, 50, 50, 350]),
        (Normalise("scaled", 0, 20), [10, 20, 20, 50]),
        (Normalise("none"), [2, 4, 4, 10]),
    ],
)
def test_methods(spec: Normalise, expected: list[float]) -> None:
    assert _scaled(spec) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (Normalise("min_max"), [100, 75, 75, 0]),
        (Normalise("rank"), [4, 2, 2, 1]),
        (Normalise("percentile"), [100, 100 / 3, 100 / 3, 0]),
        # Least is best: target 4 is reached at 4 and below, 10 is farthest.
        (Normalise("target", targets={"a": 4.0}), [100, 100, 100, 0]),
        (Normalise("target", targets={"a": 2.0}), [100, 75, 75, 0]),
        (Normalise("goalposts", goalposts={"a": (2.0, 12.0)}), [100, 80, 80, 20]),
        (Normalise("goalposts", goalposts={"a": (12.0, 2.0)}), [100, 80, 80, 20]),
        (Normalise("none"), [-2, -4, -4, -10]),
    ],
)
def test_where_less_is_better(spec: Normalise, expected: list[float]) -> None:
    assert _scaled(spec, flat("a", direction=-1)) == pytest.approx(expected)


def test_the_tree_s_own_targets_and_goalposts() -> None:
    assert _scaled(Normalise("target"), flat("a", target=6.0)) == [0, 50, 50, 100]
    tree = flat("a", goalposts=(0.0, 10.0))
    assert _scaled(Normalise("goalposts"), tree) == pytest.approx([20, 40, 40, 100])


def test_missing_stays_missing_and_does_not_count() -> None:
    data, _ = normalise(table([[1], [NAN], [3]]), flat("a"), Normalise("percentile"))
    np.testing.assert_array_equal(data.column("a"), [0, NAN, 100])


@pytest.mark.parametrize("method", ["min_max", "z", "distance_to_max"])
def test_a_column_without_spread_tells_nothing(method: str) -> None:
    data, step = normalise(table([[0.3], [0.3], [0.3]]), flat("a"), Normalise(method))
    assert np.isnan(data.values).all()
    assert step.done["no spread"] == ["a"]
    assert "left out: a" in step.said


def test_a_reference_period_sets_the_scale_of_all() -> None:
    panel = {"units": "xyxy", "times": "1122"}
    # Period 1 has 2 and 4: later figures are put on the same scale.
    assert _scaled(Normalise(reference="1"), **panel) == [0, 100, 100, 400]
    assert _scaled(Normalise(), **panel) == [0, 25, 25, 100]
    assert _scaled(Normalise(reference="each"), **panel) == [0, 100, 0, 100]
    assert _scaled(Normalise("rank", reference="1"), **panel) == [1, 2, 2, 3]
    assert _scaled(Normalise("percentile", reference="1"), **panel) == [0, 100, 100, 100]


def test_single_columns_by_another_method() -> None:
    tree = flat("a", "b", "c")
    x = np.array([[2.0, 4, 10], [4, 9, 20], [10, 5, 30]])
    spec = Normalise(
        "min_max", by_column={"b": "goalposts", "c": "rank"}, goalposts={"b": (0.0, 10.0)}
    )
    data, step = normalise(table(x), tree, spec)
    expected = [[0, 40, 1], [25, 90, 2], [100, 50, 3]]
    np.testing.assert_allclose(data.values, expected)
    assert step.said == "3 columns by min_max, but b by goalposts, c by rank"
    np.testing.assert_allclose(scaled(np.stack([x, x]), tree, spec)[1], expected)
    reference = Normalise("rank", by_column={"b": "distance_to_reference"}, unit="u1")
    assert normalise(table(x), tree, reference)[0].column("b") == pytest.approx([0, 100, 20])
    with pytest.raises(StudyError, match="no indicator 'd'"):
        normalise(table(x), tree, Normalise(by_column={"d": "rank"}))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (Normalise("target"), "no target for a"),
        (Normalise("goalposts"), "no goalposts for a"),
        (Normalise(reference="1"), "no period '1'"),
        (Normalise("distance_to_reference", unit="zz"), "no unit 'zz'"),
    ],
)
def test_refused(spec: Normalise, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        _scaled(spec)


@pytest.mark.parametrize("method", ["min_max", "z", "rank", "percentile", "distance_to_max"])
def test_many_tables_at_once_are_as_one_by_one(method: str) -> None:
    rng = np.random.default_rng(3)
    many = rng.normal(size=(4, 7, 3))
    many[rng.random(many.shape) < 0.1] = NAN
    tree, spec = flat("a", "b", "c"), replace(Normalise(), method=method)
    together = scaled(many, tree, spec)
    for k, one in enumerate(many):
        np.testing.assert_allclose(together[k], scaled(one, tree, spec))
