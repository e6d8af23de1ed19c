"""Variants: each equal to a single run, on the reference index and on made-up tables."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from benchmarks import index_variants as bench
from tests.assess import asem

from howfar.assess.aggregate import scores_of
from howfar.assess.batch import index_ranks, index_scores
from howfar.assess.build import build, prepare, ranks_of, weights_of
from howfar.assess.choices import Choice, Option, choices_from, sampling_choice, usual_choices
from howfar.assess.matrix import Matrix
from howfar.assess.propagate import propagate
from howfar.assess.recipe import Aggregate, Recipe
from howfar.assess.tree import Group, Indicator, Tree
from howfar.assess.vary import Variants, variants
from howfar.assess.weigh import weigh
from howfar.errors import StudyError

METHODS = ("arithmetic", "geometric", "harmonic", "median", "copeland", "outranking")

TREE = Tree(
    (
        Indicator("a", "A", "x"),
        Indicator("b", "B", "x", direction=-1, weight=2.0, net="b_net"),
        Indicator("c", "C", "y"),
        Indicator("d", "D", "y", weight=0.5),
        Indicator("e", "E", "index"),
    ),
    (Group("x", "X", "index", 2.0), Group("y", "Y", "index"), Group("index", "Index", None)),
)


def table(seed: int = 0, units: int = 9, missing: float = 0.0, draws: int = 0) -> Matrix:
    rng = np.random.default_rng(seed)
    values = rng.lognormal(size=(units, 6)).round(2)
    values[rng.random(values.shape) < missing] = np.nan
    return Matrix(
        tuple(f"u{k}" for k in range(units)),
        ("a", "b", "c", "d", "e", "b_net"),
        values,
        draws=values + 0.2 * rng.random((draws, units, 6)) if draws else None,
    )


def agree(found: Variants, picked: range) -> None:
    """The variants are what ``build`` makes of the same choices."""
    for k in picked:
        single = build(*found.single(k))
        rows = [found.units.index(unit) for unit in single.units]
        np.testing.assert_allclose(found.scores[k][rows], single.index, rtol=1e-11, atol=1e-11)
        np.testing.assert_array_equal(found.ranks[k][rows], np.nan_to_num(single.ranks[:, -1]))
        gone = np.setdiff1d(np.arange(len(found.units)), rows)
        assert np.isnan(found.scores[k][gone]).all()
        assert (found.ranks[k][gone] == 0).all()


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("method", METHODS)
def test_many_weightings_equal_one_at_a_time(method: str, missing: float) -> None:
    """Both forms: data that all weightings share, and each with its own."""
    rng = np.random.default_rng(7)
    x = rng.integers(1, 6, size=(40, 8, 5)).astype(np.float64)
    x[rng.random(x.shape) < missing] = np.nan
    weights = rng.uniform(0.5, 1.5, size=(40, len(TREE.nodes)))
    weights[:10, 0] = 0
    weights[:5, 1] = 0
    for spec in (Aggregate(method), Aggregate(by_height=("arithmetic", method))):
        shared = index_scores(x[0], TREE, weights, spec)
        expected = scores_of(x[0], TREE, weights, spec)[..., -1]
        np.testing.assert_allclose(shared, expected, rtol=1e-11, atol=1e-12)
        own = index_scores(x, TREE, weights, spec)
        expected = scores_of(x, TREE, weights, spec)[..., -1]
        np.testing.assert_allclose(own, expected, rtol=1e-11, atol=1e-12)


def test_ranks_of_many() -> None:
    rng = np.random.default_rng(3)
    scores = rng.integers(1, 6, size=(60, 9)) + rng.integers(0, 2, size=(60, 9)) * 1e-14
    scores[rng.random(scores.shape) < 0.1] = np.nan
    times = tuple("aabbbbccc")
    with np.errstate(invalid="ignore"):
        higher = scores[:, None, :] - scores[:, :, None] > 1e-9
    expected = np.where(np.isnan(scores), 0, 1 + higher.sum(axis=-1))
    np.testing.assert_array_equal(index_ranks(scores), expected)
    np.testing.assert_array_equal(np.nan_to_num(ranks_of(scores.T, None).T), expected)
    same = np.array(times)[None, :] == np.array(times)[:, None]
    expected = np.where(np.isnan(scores), 0, 1 + (higher & same).sum(axis=-1))
    np.testing.assert_array_equal(index_ranks(scores, times), expected)
    np.testing.assert_array_equal(np.nan_to_num(ranks_of(scores.T, times).T), expected)


def test_the_reference_index(shared: Path) -> None:
    matrix, tree = asem.matrix(shared), asem.tree(shared)
    choices = usual_choices(matrix, tree, asem.RECIPE)
    assert [c.name for c in choices] == [
        "treat", "normalise", "aggregate", "weight_noise", "impute", "leave_out",
    ]  # fmt: skip
    found = variants(matrix, tree, asem.RECIPE, choices, 400, np.random.default_rng(1))
    agree(found, range(12))
    expected = asem.expected(shared)
    index = [float(expected[unit]["Index"]) for unit in found.units]
    np.testing.assert_allclose(found.nominal_scores, index, atol=5e-5)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_all_kinds_of_choices(missing: float) -> None:
    matrix = table(2, missing=missing)
    given = {
        "impute": ["none", "median"],
        "screen": ["none", {"method": "share", "min_available": 0.7}],
        "treat": ["winsorise", "log"],
        "normalise": ["z", "rank", {"method": "min_max", "low": 0.0, "high": 1.0}],
        "weigh": ["given", "equal", "entropy"],
        "aggregate": ["arithmetic", "geometric", "copeland"],
        "weight_noise": 0.3,
        "leave_out": "groups",
        "amplification": ["raw", "net"],
        "order": [["denominate", "screen", "treat", "impute", "normalise"]],
    }
    choices = choices_from(given, matrix, TREE, Recipe())
    found = variants(matrix, TREE, Recipe(), choices, 500, np.random.default_rng(5))
    agree(found, range(60))
    assert len(np.unique(found.scores.round(9), axis=0)) > 300
    again = variants(matrix, TREE, Recipe(), choices, 500, np.random.default_rng(5))
    np.testing.assert_array_equal(again.scores, found.scores)


def test_a_panel_keeps_its_reference() -> None:
    matrix = table(4, units=10)
    matrix = Matrix(
        tuple(f"u{k % 5}" for k in range(10)),
        matrix.columns,
        matrix.values,
        times=tuple("2023" if k < 5 else "2024" for k in range(10)),
    )
    recipe = Recipe.from_mapping({"normalise": {"method": "min_max", "reference": "2023"}})
    choices = choices_from({"treat": ["winsorise"], "weight_noise": 0.2}, matrix, TREE, recipe)
    found = variants(matrix, TREE, recipe, choices, 40, np.random.default_rng(0))
    for k in range(5):
        single = build(*found.single(k))
        np.testing.assert_allclose(found.scores[k], single.index, rtol=1e-11)
        np.testing.assert_array_equal(found.ranks[k], single.ranks[:, -1])
    assert found.ranks.max() <= 5


@pytest.mark.parametrize("weighed", ["entropy", "critic", "pca"])
def test_a_panel_takes_its_weights_from_the_reference(weighed: str) -> None:
    """Variants, the same singly, and draws are all of the published index."""
    matrix = table(4, units=12)
    matrix = Matrix(
        tuple(f"u{k % 6}" for k in range(12)),
        matrix.columns,
        matrix.values,
        times=tuple("2023" if k < 6 else "2024" for k in range(12)),
        draws=np.stack([matrix.values] * 3),
    )
    recipe = Recipe.from_mapping({"normalise": {"reference": "2023"}, "weigh": weighed})
    published = build(matrix, TREE, recipe).index
    everyone = weigh(
        prepare(matrix, TREE, recipe)[0].values, TREE, recipe.weigh, recipe.aggregate, matrix.times
    )[0]
    assert not np.allclose(everyone, weights_of(prepare(matrix, TREE, recipe)[0], TREE, recipe)[0])
    choices = choices_from({"aggregate": ["median"]}, matrix, TREE, recipe)
    picks, rng = np.zeros((1, 1), dtype=np.int64), np.random.default_rng(0)
    found = variants(matrix, TREE, recipe, choices, 1, rng, picks)
    np.testing.assert_allclose(found.scores[0], published, rtol=1e-11)
    np.testing.assert_allclose(build(*found.single(0)).index, published, rtol=1e-11)
    drawn = propagate(matrix, TREE, recipe, rng).of_index
    np.testing.assert_allclose(drawn, np.tile(published, (3, 1)), rtol=1e-11)


def test_sampling_is_a_choice() -> None:
    matrix = table(3, draws=30)
    choice = sampling_choice(matrix, 10)
    assert [o.name for o in choice.options][:3] == ["as measured", "draw 0", "draw 3"]
    assert len(choice.options) == 11
    assert matrix.draws is not None
    picks = np.array([[0], [2]])
    rng = np.random.default_rng(0)
    found = variants(matrix, TREE, Recipe(), [choice], 2, rng, picks)
    np.testing.assert_allclose(found.scores[0], found.nominal_scores)
    drawn = build(matrix.with_values(matrix.draws[3]), TREE, Recipe())
    np.testing.assert_allclose(found.scores[1], drawn.index)


def test_no_choice_changes_nothing() -> None:
    found = variants(table(), TREE, Recipe(), [], 3, np.random.default_rng(0))
    np.testing.assert_allclose(found.scores, np.tile(found.nominal_scores, (3, 1)))
    np.testing.assert_array_equal(found.ranks, np.tile(found.nominal_ranks, (3, 1)))


def test_positive_scales_keep_the_published_order() -> None:
    """Where geometric means are an option the scale starts at 1: arithmetic ranks stay."""
    matrix = table(8)
    choices = choices_from({"aggregate": ["geometric"]}, matrix, TREE, Recipe())
    picks = np.array([[0], [1]])
    rng = np.random.default_rng(0)
    found = variants(matrix, TREE, Recipe(), choices, 2, rng, picks)
    np.testing.assert_array_equal(found.ranks[0], found.nominal_ranks)
    np.testing.assert_allclose(found.scores[0], 1 + 0.99 * found.nominal_scores)
    assert np.isfinite(found.scores[1]).all()
    z = choices_from({"aggregate": ["harmonic"], "normalise": ["z"]}, matrix, TREE, Recipe())
    variants(matrix, TREE, Recipe(), z, 50, rng)


def test_scales_of_deviations_reach_no_zero() -> None:
    """One of 60 lies 7.6 deviations below: 50 + 10 z would be -26."""
    rng = np.random.default_rng(6)
    values = rng.lognormal(size=(60, 6))
    values[:, 1] = np.where(np.arange(60) == 7, 1.0, 0.0) + 1
    matrix = Matrix(tuple(f"u{k}" for k in range(60)), table().columns, values)
    given = {"normalise": ["z"], "aggregate": ["geometric"]}
    choices = choices_from(given, matrix, TREE, Recipe())
    found = variants(matrix, TREE, Recipe(), choices, 20, rng)
    assert (found.scores > 0).all()


def test_noise_stays_within_its_spread() -> None:
    matrix = table(1)
    choices = choices_from({"weight_noise": 0.3}, matrix, TREE, Recipe())
    found = variants(matrix, TREE, Recipe(), choices, 300, np.random.default_rng(0))
    drawn = [found.single(k)[2].weigh.weights for k in range(300)]
    ratios = np.array([[one[node] / TREE.weights[node] for node in TREE.nodes] for one in drawn])
    assert ((ratios >= 0.7) & (ratios <= 1.3)).all()
    # Uniform: mean 1, standard deviation 0.3 / sqrt(3).
    assert ratios.mean() == pytest.approx(1, abs=0.01)
    assert ratios.std() == pytest.approx(0.3 / 3**0.5, rel=0.05)


def test_names_of_options() -> None:
    given = {"normalise": [{"method": "min_max", "low": 10.0}, "z"], "treat": "winsorise"}
    first, second = choices_from(given, table(), TREE, Recipe())
    assert [o.name for o in first.options] == [
        "min_max (low as usual)", "min_max (low 10)", "z",
    ]  # fmt: skip
    assert [o.name for o in second.options] == ["none", "winsorise"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"normalize": ["z"]}, "normalise"),
        ({"normalise": ["zz"]}, "'zz' is not known"),
        ({"normalise": ["min_max"]}, "a choice with one option is none"),
        ({"weight_noise": 2}, "between 0 and 1"),
        ({"weight_noise": True}, "between 0 and 1"),
        ({"leave_out": "pillars"}, "indicators"),
        ({"leave_out": ["index"]}, "the index itself"),
        ({"leave_out": ["q"]}, "no such indicator or group"),
        ({"amplification": "net"}, "raw"),
    ],
)
def test_choices_that_cannot_be(given: dict[str, object], why: str) -> None:
    with pytest.raises(StudyError, match=why):
        choices_from(given, table(), TREE, Recipe())


def test_two_choices_of_one_part() -> None:
    one = Choice("one", (Option("a"), Option("b", {"treat": Recipe().treat})))
    with pytest.raises(StudyError, match="two choices set treat"):
        variants(table(), TREE, Recipe(), [one, one], 3, np.random.default_rng(0))
    with pytest.raises(StudyError, match="no draws"):
        sampling_choice(table())


def test_ten_thousand_variants_in_two_seconds(shared: Path) -> None:
    """Seconds of all processors, the least of three: neighbours on the machine do not count."""
    matrix, tree = asem.matrix(shared), asem.tree(shared)
    choices = usual_choices(matrix, tree, asem.RECIPE)
    took = []
    for seed in range(3):
        start = time.process_time()
        variants(matrix, tree, asem.RECIPE, choices, 10_000, np.random.default_rng(seed))
        took.append(time.process_time() - start)
    assert min(took) < bench.LIMIT


def test_stored_timings_are_of_this_code() -> None:
    stored = json.loads(bench.RESULT.read_text(encoding="utf-8"))
    assert stored["sources"] == bench.sources_hash(), "run benchmarks/index_variants.py again"
    assert stored["draws"] == 10_000
    for name, row in stored["sets"].items():
        assert row["largest difference from single runs"] < 1e-10, name
        assert row["cpu"]["median"] < bench.LIMIT, name
