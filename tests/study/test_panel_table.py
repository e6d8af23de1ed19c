"""A panel or series that the user brings: what is read, and that all that is wrong is told."""

import math

import numpy as np
import pytest

from howfar.errors import StudyError
from howfar.study.panel_table import PanelTable, parse_panel

PANEL = """city,year,y,first,size
A,2003,1,2004,big
A,2004,2,2004,big
B,2004,,0,small
B,2003,4,0,small
"""


def panel(text: str = PANEL, **how: bool | str) -> PanelTable:
    return parse_panel(text, "p.csv", **{"time": "year", "unit": "city", **how})


def wrong(text: str, **how: bool | str) -> str:
    with pytest.raises(StudyError) as told:
        panel(text, **how)
    return str(told.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_panel(delimiter: str) -> None:
    found = panel(PANEL.replace(",", delimiter))
    assert found.units == ("A", "B")
    assert found.periods.labels == ("2003", "2004")
    assert found.lines == (2, 3, 4, 5)
    np.testing.assert_array_equal(found.matrix("y"), [[1, 2], [4, math.nan]])
    assert found.of_units("size") == ("big", "small")
    np.testing.assert_array_equal(found.first_treated("first"), [1, math.nan])


def test_a_hole_in_time_counts() -> None:
    found = panel("city,year,y\nA,2003,1\nA,2005,2\nA,2006,3\n")
    assert found.row_period.tolist() == [0, 1, 2]
    assert found.row_place.tolist() == [0, 2, 3]
    assert found.place("2006", "--start") == 3
    np.testing.assert_array_equal(found.line("y"), [1, math.nan, 2, 3])
    assert found.line_labels == ("2003", "2004", "2005", "2006")


def test_a_series_without_a_column_of_time() -> None:
    found = parse_panel("y,x1\n3,1\n4,2\n", "s.csv")
    assert found.periods.labels == ("1", "2")
    np.testing.assert_array_equal(found.numbers(["x1", "y"]), [[1, 3], [2, 4]])
    np.testing.assert_array_equal(found.matrix("y"), [[3, 4]])


def test_zero_is_a_period_where_the_table_has_it() -> None:
    found = panel("city,year,y,first\nA,-1,1,0\nA,0,2,0\nB,0,1,\nB,-1,1,\n")
    np.testing.assert_array_equal(found.first_treated("first"), [1, math.nan])


def test_repeated_cross_sections() -> None:
    text = "city,year,y,first\nA,2003,1,2004\nA,2003,2,2004\nA,2004,2,2004\nB,2004,3,\n"
    assert "A, 2003 is also on line 2" in wrong(text)
    found = panel(text, repeated=True)
    np.testing.assert_array_equal(found.first_treated("first", each_row=True), [1, 1, 1, math.nan])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("city,year,y\n", "no row below the header"),
        ("city,year,y,y\nA,1,1,1\n", 'column "y" is given 2 times'),
        ("city,year,y\nA,1\n", "p.csv:2: 2 cells"),
        ("city,yaer,y\nA,1,2\n", 'did you mean "yaer"?'),
        ("city,year,y\nA,2003,2\nA,soon,2\n", 'p.csv:3: year: "soon" is no period'),
        ("city,year,y\n,2003,2\n", 'no name in the column "city"'),
        ('city,year,y\n"A,2003,2\n', "not valid CSV"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str) -> None:
    assert told in wrong(text)


def test_wrong_cells_are_told_with_unit_and_period() -> None:
    found = panel(PANEL.replace("A,2004,2", "A,2004,many").replace("B,2003,4", "B,2003,lots"))
    with pytest.raises(StudyError) as told:
        found.numbers(["y"])
    assert 'p.csv:3: y of A, 2004: "many" is no number' in str(told.value)
    assert 'p.csv:5: y of B, 2003: "lots" is no number' in str(told.value)
    with pytest.raises(StudyError, match="y of B, 2004 is missing"):
        panel().numbers(["y"], whole=True)


def test_a_unit_with_two_first_periods_is_told() -> None:
    found = panel(PANEL.replace("A,2004,2,2004", "A,2004,2,2003"))
    with pytest.raises(StudyError, match='first of A, 2004 is "2003", and on line 2 it is "2004"'):
        found.first_treated("first")


def test_a_first_period_that_is_none_is_told() -> None:
    with pytest.raises(StudyError, match='"big" is no period'):
        panel().first_treated("size")


def test_names_that_the_user_gives() -> None:
    with pytest.raises(StudyError, match="there is no unit"):
        panel().unit_place("C", "--treated")
    with pytest.raises(StudyError, match="2003 to 2004"):
        panel().place("soon", "--start")
    assert panel().unit_place("B", "--treated") == 1


def test_a_series_with_rows_of_several_units_is_told() -> None:
    with pytest.raises(StudyError, match="name the column of units"):
        parse_panel(PANEL, "p.csv", time="year")
