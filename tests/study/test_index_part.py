"""The index part: what it takes, and that every wrong thing is told with its line."""

import pytest

from howfar.errors import StudyError
from howfar.study.file import parse_study
from howfar.study.index_part import parse_index

STUDY = """[study]
id = "a"
title = "t"
question = "q"
objectives_unknown = "w"

[window]
start = 2024-01-01
end = 2024-02-01
timezone = "UTC"

"""
TREE = """title = "Made"
[[groups]]
id = "index"
[[indicators]]
id = "a"
parent = "index"
goalposts = [0, 10]
[[indicators]]
id = "b"
parent = "index"
direction = -1
"""


def wrong(text: str) -> str:
    with pytest.raises(StudyError) as told:
        parse_index(text, "tree.toml")
    return str(told.value)


def test_a_tree_of_columns() -> None:
    part = parse_index(TREE, "tree.toml")
    assert [(one.id, one.direction, one.goalposts) for one in part.indicators] == [
        ("a", 1, (0.0, 10.0)),
        ("b", -1, None),
    ]
    assert part.own_columns
    assert (part.draws, part.units, part.amplification) == (10_000, "channel", "raw")


def test_a_mistyped_key_is_told_with_its_line_and_the_nearest_key() -> None:
    told = wrong(TREE.replace("direction", "dirction"))
    assert 'tree.toml:11: unknown key "indicators[2].dirction"' in told
    assert 'did you mean "direction"?' in told
    assert told.count("unknown key") == 1


def test_broken_toml_is_told() -> None:
    assert "not valid TOML" in wrong(TREE + "x = [")


@pytest.mark.parametrize("level", ["outcome", "impact"])
def test_an_outcome_needs_a_basis(level: str) -> None:
    told = wrong(TREE + f'level = "{level}"\n')
    assert "tree.toml:8: indicators[2]" in told
    assert "a survey, an experiment" in told
    part = parse_index(TREE + f'level = "{level}"\nbasis = "survey"\n', "tree.toml")
    assert part.indicators[1].level == level


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('measure = "engagement"\nlevel = "outcome"\nbasis = "survey"', "level of a measure"),
        ('measure = "engagement"\nunit = "x"', "brings its own column"),
        ('category = "reactions"', "go with a measure"),
    ],
)
def test_a_figure_has_one_origin(more: str, told: str) -> None:
    assert told in wrong(TREE + more + "\n")


def test_twins_are_refused() -> None:
    assert 'the id "a" is given twice' in wrong(TREE.replace('id = "b"', 'id = "a"'))


def test_figures_of_measures_are_of_units_that_results_know() -> None:
    text = 'units = "village"\n' + TREE + 'measure = "engagement"\n'
    assert 'units = "village"' in wrong(text)


def in_study(tree: str) -> str:
    text = tree.replace("[[", "[[index.")
    return STUDY + "[index]\n" + text


def test_a_study_with_columns_names_their_table() -> None:
    with pytest.raises(StudyError, match="name the table"):
        parse_study(in_study(TREE))
    index = parse_study(in_study('table = "own.csv"\n' + TREE)).index
    assert index is not None
    assert index.table == "own.csv"
    assert parse_study(STUDY).index is None


def test_a_study_compares_what_results_know() -> None:
    with pytest.raises(StudyError, match=r"howfar index TABLE\.csv TREE\.toml"):
        parse_study(in_study('table = "own.csv"\nunits = "village"\n' + TREE))
    with pytest.raises(StudyError, match="one window"):
        parse_study(in_study('table = "own.csv"\ntime_column = "year"\n' + TREE))
