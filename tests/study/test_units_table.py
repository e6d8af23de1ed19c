"""A table of units: what is read, and that every wrong cell is told with its line."""

import math

import pytest

from howfar.errors import StudyError
from howfar.study.units_table import parse_units


def wrong(text: str, *columns: str, **how: str) -> str:
    with pytest.raises(StudyError) as told:
        parse_units(text, "t.csv", **how).numbers(columns)
    return str(told.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_units_and_numbers(delimiter: str) -> None:
    text = "u,a,b\nx,1,2.5\n\ny,,-3e2\nz,NA,0\n".replace(",", delimiter)
    table = parse_units(text, "t.csv")
    assert table.units == ("x", "y", "z")
    assert table.lines == (2, 4, 5)
    rows = table.numbers(["b", "a"])
    assert [row[0] for row in rows] == [2.5, -300.0, 0.0]
    assert rows[0][1] == 1.0
    assert math.isnan(rows[1][1])
    assert math.isnan(rows[2][1])


def test_a_decimal_comma_is_read_where_it_cannot_be_a_separator() -> None:
    assert parse_units("u;a\nx;1,5\n", "t.csv").numbers(["a"]) == [[1.5]]


def test_quoted_line_ends_do_not_shift_lines() -> None:
    told = wrong('u,a\n"two\nlines",1\ny,bad\n', "a")
    assert 't.csv:4: a of y: "bad" is no number' in told


@pytest.mark.parametrize("cell", ["1_000", "inf", "12%", "1.2.3", "1,2"])
def test_what_is_no_number_is_told(cell: str) -> None:
    assert f'"{cell}" is no number' in wrong(f'u,a\nx,"{cell}"\n', "a")


def test_all_wrong_cells_are_told_and_many_are_counted() -> None:
    told = wrong("u,a\n" + "".join(f"x{n},bad\n" for n in range(30)), "a")
    assert told.count("is no number") == 20
    assert "and 10 more such cells" in told


def test_an_unknown_column_is_told_with_the_nearest() -> None:
    told = wrong("unit,visits\nx,1\n", "vists")
    assert 'there is no column "vists"' in told
    assert 'did you mean "visits"?' in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("u,a\n", "no row below the header"),
        ("u,a,a\nx,1,2\n", 'column "a" is given 2 times'),
        ("u,a\nx\n", "1 cells"),
        ("u,a\n,1\n", 'no name in the column "u"'),
        ("u,a\nx,1\nx,2\n", 'the unit "x" is also on line 2'),
        ('u,a\nx,"1\n', "not valid CSV"),
    ],
)
def test_what_is_no_table_is_told(text: str, told: str) -> None:
    assert told in wrong(text, "a")


def test_periods_tell_rows_of_a_unit_apart() -> None:
    text = "u,year,a\nx,1,1\nx,2,2\n"
    assert parse_units(text, "t.csv", times="year").units == ("x", "x")
    assert "one row a unit and period" in wrong(text + "x,2,3\n", "a", times="year")
