"""Recipes are data: written, read back, checked."""

import pytest

from howfar.assess.recipe import (
    Aggregate,
    Denominate,
    Impute,
    Normalise,
    Recipe,
    Screen,
    Treat,
    Weigh,
)
from howfar.errors import StudyError

FULL = Recipe(
    Denominate(by={"a": "p"}, scale=1000.0),
    Impute("group_mean"),
    Screen("share", 0.9, 0.1, keep=("x",), drop=("y",)),
    Treat("winsorise", "boxcox", max_points=3, rule="and", columns=("a",)),
    Normalise(
        "goalposts",
        1.0,
        10.0,
        "2020",
        goalposts={"a": (0.0, 5.0)},
        targets={"b": 2.0},
        by_column={"b": "target"},
    ),
    Weigh("ahp", {"a": 2.0}, {"i": (((1.0, 3.0), (1 / 3, 1.0)),)}, targets={"g": 1.0}),
    Aggregate("geometric", ("arithmetic", "geometric"), 0.5),
    ("screen", "denominate", "treat", "impute", "normalise"),
)


def test_json_gives_the_same_recipe_back() -> None:
    assert Recipe.from_json(FULL.to_json()) == FULL
    assert Recipe.from_json(Recipe().to_json()) == Recipe()


def test_plain_mappings_with_defaults() -> None:
    given = {"impute": "median", "treat": {"method": "winsorise", "max_points": 2}}
    assert Recipe.from_mapping(given) == Recipe(
        impute=Impute("median"), treat=Treat("winsorise", max_points=2)
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"normalize": {}}, 'did you mean "normalise"'),
        ({"impute": "group_men"}, 'did you mean "group_mean"'),
        ({"treat": {"rules": "or"}}, 'did you mean "rule"'),
        ({"treat": {"rule": "xor"}}, "'xor' is not known"),
        ({"treat": {"otherwise": "logs"}}, 'did you mean "log"'),
        ({"aggregate": {"by_height": ["geometrc"]}}, 'did you mean "geometric"'),
        ({"normalise": {"by_column": {"a": "ranks"}}}, 'did you mean "rank"'),
        ({"weigh": {"nodes": "leaves"}}, "indicators, groups, all"),
        ({"weigh": {"optimise": "most"}}, "balance, most_information"),
        ({"order": ["impute", "normalise"]}, "in any order, then normalise"),
        ({"order": ["normalise", "impute", "screen", "treat", "denominate"]}, "then normalise"),
    ],
)
def test_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        Recipe.from_mapping(given)


def test_methods_by_height() -> None:
    spec = Aggregate("harmonic", ("arithmetic", "geometric"))
    assert [spec.at(height) for height in (1, 2, 3)] == ["arithmetic", "geometric", "geometric"]
    assert Aggregate("harmonic").at(2) == "harmonic"


def test_ends_of_the_scale() -> None:
    assert Normalise("min_max").ends == (0.0, 100.0)
    assert Normalise("z").ends == (0.0, 1.0)
    assert Normalise("z", 100.0, 10.0).ends == (100.0, 10.0)
