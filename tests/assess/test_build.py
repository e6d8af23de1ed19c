"""The whole pipeline against the reference index (O1)."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.assess import asem

from howfar.assess.build import build
from howfar.assess.recipe import DATA_VERBS, Impute, Recipe, Screen, Treat

WINSORISED = {
    "Flights": 1, "Bord": 3, "Gas": 3, "Services": 4, "FDI": 2, "ForPort": 3, "CostImpEx": 1,
    "Tariff": 3, "StMob": 2, "CultServ": 3, "Forest": 2, "Poverty": 3, "NGOs": 3, "FemLab": 1,
    "PubDebt": 1,
}  # fmt: skip
SCREENED_FIRST = ("denominate", "screen", "impute", "treat", "normalise")


def test_all_units_index_and_sub_indices_to_four_decimals(shared: Path) -> None:
    index = build(asem.matrix(shared), asem.tree(shared), asem.RECIPE)
    expected = asem.expected(shared)
    assert set(index.units) == set(expected)
    for node in ("Index", "Conn", "Sust"):
        found = {u: f"{x:.4f}" for u, x in zip(index.units, index.of(node), strict=True)}
        assert found == {unit: row[node] for unit, row in expected.items()}
    ranks = {u: int(r) for u, r in zip(index.units, index.ranks[:, -1], strict=True)}
    assert ranks == {unit: int(row["Rank"]) for unit, row in expected.items()}


def test_the_log_says_what_each_verb_did(shared: Path) -> None:
    index = build(asem.matrix(shared), asem.tree(shared), asem.RECIPE)
    log = {step.verb: step for step in index.log}
    assert {c: d["points"] for c, d in log["treat"].done.items()} == WINSORISED
    assert sum(len(units) for units in log["impute"].done["filled"].values()) == 65
    lost = log["denominate"].done["missing because the denominator is missing or 0"]
    assert lost == {"Elec": ["LAO"], "Gas": ["LAO"]}
    assert [step.verb for step in index.log] == [*DATA_VERBS, "weigh", "aggregate"]
    assert index.dropped == ()


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (replace(asem.RECIPE, treat=Treat("winsorise", rule="and")), 68.05),
        (replace(asem.RECIPE, order=("impute", *DATA_VERBS[:1], *DATA_VERBS[2:])), 67.17),
        (replace(asem.RECIPE, impute=Impute("group_median")), 68.52),
    ],
)
def test_wrong_turns_show_in_the_figure_that_they_are_known_for(
    shared: Path, change: Recipe, value: float
) -> None:
    index = build(asem.matrix(shared), asem.tree(shared), change)
    assert round(float(index.index[index.row("CHE")]), 2) == value


def test_imputing_by_the_overall_mean_moves_others(shared: Path) -> None:
    right = build(asem.matrix(shared), asem.tree(shared), asem.RECIPE)
    wrong = build(
        asem.matrix(shared), asem.tree(shared), replace(asem.RECIPE, impute=Impute("mean"))
    )
    moved = abs(right.index - wrong.index)
    assert moved[right.row("CHE")] < 0.005
    assert round(float(moved.max()), 2) == 4.41


@pytest.mark.parametrize(
    ("recipe", "dropped"),
    [
        (replace(asem.RECIPE, order=SCREENED_FIRST), {"BGD", "BRN", "KHM", "LAO", "MMR"}),
        (
            replace(
                asem.RECIPE,
                order=("screen", "denominate", "impute", "treat", "normalise"),
                screen=Screen("share", min_available=0.85),
            ),
            {"BRN", "LAO", "MMR"},
        ),
    ],
)
def test_screening_before_imputation_drops_units(
    shared: Path, recipe: Recipe, dropped: set[str]
) -> None:
    index = build(asem.matrix(shared), asem.tree(shared), recipe)
    assert set(index.dropped) == dropped
    assert not set(index.units) & dropped
