"""Places over variants and ties by chance, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from howfar.assess.choices import choices_from
from howfar.assess.matrix import Matrix
from howfar.assess.ranks import places, ties
from howfar.assess.recipe import Recipe
from howfar.assess.robustness import RULE, order_kept, verdict
from howfar.assess.tree import Group, Indicator, Tree
from howfar.assess.vary import Variants, variants
from howfar.stats.rank_sets import RankSets, normal_errors, rank_sets

TREE = Tree((Indicator("a", "A", "i"), Indicator("b", "B", "i")), (Group("i", "I", None),))


def made(ranks: list[list[int]]) -> Variants:
    """Variants with these ranks, the first of them the published ones."""
    matrix = Matrix(("p", "q", "r"), TREE.ids, np.array([[3.0, 3], [2, 2], [1, 1]]))
    found = variants(matrix, TREE, Recipe(), [], len(ranks), np.random.default_rng(0))
    return replace(found, ranks=np.array(ranks), nominal_ranks=np.array(ranks[0]))


def sets(values: list[float], error: float) -> RankSets:
    errors = normal_errors(np.full(len(values), error), 2_000, np.random.default_rng(1))
    return rank_sets(np.array(values), errors)


def test_places_by_hand() -> None:
    # p: 90 times first, 6 second, 4 third; q: 90 second, 10 first; r has no rank 4 times.
    ranks = [[1, 2, 3]] * 90 + [[2, 1, 3]] * 6 + [[3, 1, 0]] * 4
    found = places(made(ranks))
    assert found.variants == 100
    # 5 % may lie on either side: beyond second place p has 4.
    assert (found.low.tolist(), found.high.tolist()) == ([1, 1, 3], [2, 2, 3])
    all_of_them = places(made(ranks), 1.0)
    assert (all_of_them.low.tolist(), all_of_them.high.tolist()) == ([1, 1, 3], [3, 2, 3])
    half = places(made(ranks), 0.5)
    assert (half.low.tolist(), half.high.tolist()) == ([1, 2, 3], [1, 2, 3])


def test_a_unit_that_never_has_a_rank() -> None:
    found = places(made([[1, 2, 0]] * 5))
    assert found.low.tolist() == [1, 2, 0]
    assert found.high.tolist() == [1, 2, 0]


def test_scores_have_a_range_only_on_one_scale() -> None:
    rng = np.random.default_rng(0)
    matrix = Matrix(tuple("pqrs"), TREE.ids, rng.normal(size=(4, 2)))
    noise = choices_from({"weight_noise": 0.3}, matrix, TREE, Recipe())
    found = places(variants(matrix, TREE, Recipe(), noise, 200, rng))
    assert (found.score_low <= found.score_high).all()
    scales = choices_from({"normalise": ["z"], "weight_noise": 0.3}, matrix, TREE, Recipe())
    found = places(variants(matrix, TREE, Recipe(), scales, 200, rng))
    assert np.isnan(found.score_low).all()


def test_ties_in_words() -> None:
    units = ("p", "q", "r", "s")
    all_tied = ties(sets([1.0, 1.1, 1.2, 1.3], 1.0), units)
    assert (all_tied.pairs, all_tied.apart) == (6, 0)
    assert all_tied.tiers == (("s", "r", "q", "p"),)
    assert all_tied.said == (
        "All are tied: with 95% confidence no unit can be told from another by its figures."
    )
    two = ties(sets([9.0, 1.0, 8.9, 1.1], 0.3), units)
    assert two.tiers == (("p", "r"), ("s", "q"))
    assert two.first == ("p", "r")
    assert (two.pairs, two.apart) == (6, 4)
    assert two.said == (
        "4 of 6 pairs of units can be told apart with 95% confidence. Tied for the first place: "
        "p, r. There are 2 groups that are apart from one another."
    )
    clear = ties(sets([9.0, 1.0, np.nan, 5.0], 0.1), units)
    assert clear.tiers == (("p",), ("s",), ("q",))
    assert " p is first." in clear.said
    assert ties(sets([1.0], 1.0), ("p",)).said == "There is nothing to rank."


def test_a_chain_of_ties_is_one_group() -> None:
    """The ends are told apart, but the middle from neither: no order inside the group."""
    found = ties(sets([0.0, 2.5, 5.0], 1.0), tuple("pqr"))
    assert found.tiers == (("r", "q", "p"),)
    assert found.apart == 1


def test_order_kept_by_hand() -> None:
    found = made([[1, 2, 3]] * 6 + [[2, 1, 3]] * 2 + [[1, 1, 3], [1, 2, 0]])
    kept = order_kept(found)
    assert kept[0, 1] == pytest.approx(0.7)
    assert kept[1, 0] == pytest.approx(0.2)
    assert kept[1, 2] == 1


def test_verdicts() -> None:
    units = ("p", "q", "r")
    steady = made([[1, 2, 3]] * 99 + [[2, 1, 3]])
    shaky = made([[1, 2, 3]] * 90 + [[2, 1, 3]] * 10)
    apart, near = sets([9.0, 5.0, 1.0], 0.1), sets([5.2, 5.1, 1.0], 0.2)
    best = verdict(steady, apart, units)
    assert (best.grade, best.robust, best.firm, best.pairs) == ("robust", True, 3, 3)
    assert best.first == ("p",)
    assert RULE in best.said
    part = verdict(shaky, None, units)
    assert (part.grade, part.robust, part.by_choices) == ("robust in part", False, 2)
    assert "Sampling error was not tried" in part.said
    assert part.by_chance is None
    both = verdict(shaky, near, units)
    assert (both.grade, both.by_choices, both.by_chance, both.firm) == ("robust in part", 2, 2, 2)
    tied = verdict(None, sets([1.0, 1.1, 1.2], 1.0), units)
    assert (tied.grade, tied.firm) == ("not robust", 0)
    assert tied.said.startswith("The ranking is not robust: of 3 pairs of units 0 (0%)")
    assert "Other choices were not tried" in tied.said
    none = verdict(None, None, units)
    assert (none.grade, none.robust) == (None, None)
    # Exactly 95 % is firm.
    edge = made([[1, 2, 3]] * 19 + [[2, 1, 3]])
    assert verdict(edge, None, units).by_choices == 3
    flat = verdict(made([[1, 1, 1]] * 5), None, units)
    assert (flat.grade, flat.pairs) == ("not robust", 0)
    with pytest.raises(ValueError, match="other units"):
        verdict(steady, apart, units[:2])
