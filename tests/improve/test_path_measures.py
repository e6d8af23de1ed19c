"""What the measures of the path declare holds: example, formula, interval."""

from collections.abc import Callable

import numpy as np
import pytest

from howfar.assess.build import build
from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Normalise, Recipe
from howfar.assess.tree import Group, Indicator, Tree
from howfar.improve.associations import associations
from howfar.improve.conversion_chain import conversion_chain
from howfar.improve.costs import incremental_cost
from howfar.improve.experiments.power import share
from howfar.improve.gaps import gaps
from howfar.improve.interrupted_series import interrupted_series
from howfar.improve.path_measures import (
    ASSOCIATION,
    CHAIN,
    COST,
    EFFECT,
    EXPERIMENT,
    GAP,
    PATH_DECLARATIONS,
)
from howfar.improve.path_rows import association_results, chain_results, gap_results
from howfar.improve.post_table import PostTable
from howfar.schema.estimate import Estimate, Result
from howfar.schema.formula import evaluate
from howfar.schema.measure import Declaration
from howfar.schema.tables import DIMENSIONS
from howfar.study.costs_table import Spend


def of(rows: list[Result], category: str, params: str = "") -> Estimate:
    found = [
        r.estimate
        for r in rows
        if r.dims.get("category") == category and params in str(r.dims.get("params"))
    ]
    return found[0]


def effect() -> Estimate:
    weeks = EFFECT.example.rows["weeks"]
    start = next(n for n, row in enumerate(weeks) if row["changed"])
    found = interrupted_series(
        [row["replies"] for row in weeks],
        start,
        trend=0,
        errors="independent",
        reference="t",
        checks=False,
    )
    return found.relative


def gap() -> Estimate:
    rows = GAP.example.rows["scores"]
    leaf = Indicator("x", "x", "index", goalposts=(0.0, 100.0))
    tree = Tree((leaf,), (Group("index", "index", None),))
    scores = np.array([[row["score"]] for row in rows])
    matrix = Matrix(tuple(row["unit"] for row in rows), ("x",), scores)
    index = build(matrix, tree, Recipe(normalise=Normalise(method="goalposts")))
    found = gaps(index, matrix, "a")
    return of(list(gap_results(found[0])), "gap")


def association() -> Estimate:
    rows = ASSOCIATION.example.rows["posts"]
    columns = {
        name: np.array([r[name] for r in rows], dtype=object) for name in ("channel", "kind")
    }
    posts = PostTable(
        np.array([row["reactions"] for row in rows], dtype=np.float64),
        columns["channel"],
        np.array([row["week"] for row in rows]),
        {"kind": columns["kind"]},
        "reactions",
    )
    (one,) = associations(posts).items
    return of(list(association_results(one)), "kind: video", "of=relative")


def experiment() -> Estimate:
    found = [row["found"] for row in EXPERIMENT.example.rows["placebos"]]
    return share(sum(found) / len(found), len(found))


def cost() -> Estimate:
    (row,) = COST.example.rows["costs"]
    more = Estimate(row["effect"], 100.0, 300.0, "confidence", 0.95, None, None, None, "replies",
                    "given", "measured")  # fmt: skip
    spend = Spend(row["amount"], row["currency"])
    return incremental_cost(spend, more, counted="replies", grade="B").estimate


def chain() -> Estimate:
    rows = CHAIN.example.rows["weeks"]
    made = conversion_chain({name: [row[name] for row in rows] for name in ("views", "clicks")})
    return of(list(chain_results(made)), "clicks of views")


EXAMPLES: dict[str, Callable[[], Estimate]] = {
    EFFECT.id: effect,
    GAP.id: gap,
    ASSOCIATION.id: association,
    EXPERIMENT.id: experiment,
    COST.id: cost,
    CHAIN.id: chain,
}


@pytest.mark.parametrize("declaration", PATH_DECLARATIONS, ids=lambda d: d.id)
def test_the_example_is_what_the_program_gives(declaration: Declaration) -> None:
    example, found = declaration.example, EXAMPLES[declaration.id]()
    assert found.value == pytest.approx(example.value, rel=1e-9)
    assert (found.low, found.high) == pytest.approx(example.interval, rel=1e-6)
    assert evaluate(declaration.formula, example.parts) == pytest.approx(example.value)


@pytest.mark.parametrize("declaration", PATH_DECLARATIONS, ids=lambda d: d.id)
def test_parts_are_those_of_the_formula(declaration: Declaration) -> None:
    assert set(declaration.parts) == set(declaration.example.parts)
    assert set(declaration.example.where) <= set(DIMENSIONS)
