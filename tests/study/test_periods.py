"""Periods in every notation that is taken, on one regular line of time."""

import pytest

from howfar.study.periods import Periods, parse_periods


def periods(*cells: str) -> Periods:
    found, wrong = parse_periods(cells)
    assert found is not None, wrong
    return found


@pytest.mark.parametrize(
    ("cells", "kind", "step", "places", "said"),
    [
        (("2003", "2005", "2004.0"), "number", 1, (0, 1, 2), "1 step"),
        (("1", "3", "7"), "number", 2, (0, 1, 3), "2 steps"),
        (("2016-02-28", "2016-02-29", "2016-03-01"), "day", 1, (0, 1, 2), "1 day"),
        (("2016-01-04", "2016-01-11", "2016-01-25"), "day", 7, (0, 1, 3), "1 week"),
        (("2016-01-01", "2016-02-01", "2016-04-01"), "month", 1, (0, 1, 3), "1 month"),
        (("2016/02/28", "2016/02/29"), "day", 1, (0, 1), "1 day"),
        (("2015-12", "2016-01"), "month", 1, (0, 1), "1 month"),
        (("2015-W53", "2016-W01", "2016-W02"), "week", 1, (0, 1, 2), "1 week"),
        (("2015-Q4", "2016-Q1"), "quarter", 1, (0, 1), "1 quarter"),
        (("2016",), "number", 1, (0,), "1 step"),
    ],
)
def test_notations(
    cells: tuple[str, ...], kind: str, step: int, places: tuple[int, ...], said: str
) -> None:
    found = periods(*cells)
    assert (found.kind, found.step, found.places, found.said) == (kind, step, places, said)
    assert found.labels == tuple(sorted(cell.removesuffix(".0") for cell in cells))


def test_holes_are_counted() -> None:
    assert periods("1", "2", "5").holes == 2
    assert periods("2016-01", "2016-02").holes == 0


def test_what_lies_between_two_periods_belongs_to_the_later() -> None:
    weeks = periods("2016-01-04", "2016-01-11", "2016-01-18")
    assert weeks.place("2016-01-11") == 1
    assert weeks.place("2016-01-12") == 2
    assert weeks.place("2015-12-28") == -1
    months = periods("2016-01", "2016-02")
    assert months.place("2016-02-01") == 1
    assert months.place("2016-01-20") == 1
    assert months.place("2016-01-01") == 0
    assert periods("2016-W01", "2016-W02").place("2016-01-11") == 1
    assert periods("2016-W01", "2016-W02").place("2016-01-06") == 1
    assert periods("2016-Q1", "2016-Q2").place("2016-02-01") == 1


@pytest.mark.parametrize("text", ["", "soon", "2016-W01", "2016-13", "2016-02-30"])
def test_what_is_no_period_of_the_column(text: str) -> None:
    assert periods("2016-01", "2016-02").place(text) is None


def test_rows_of_another_kind_are_told() -> None:
    found, wrong = parse_periods(["2016", "2016-01", "x", "2017"])
    assert found is None
    assert wrong == [1, 2]


@pytest.mark.parametrize(
    ("cells", "a_year"), [(("2016-01", "2016-02"), 12), (("2015", "2016"), None)]
)
def test_periods_in_a_year(cells: tuple[str, ...], a_year: float | None) -> None:
    assert periods(*cells).a_year == (None if a_year is None else pytest.approx(a_year))


@pytest.mark.parametrize(
    ("cells", "hole"),
    [
        (("1", "2", "4"), "3"),
        (("2015-12-28", "2015-12-29", "2015-12-31"), "2015-12-30"),
        (("2015-W52", "2015-W53", "2016-W02"), "2016-W01"),
        (("2015-11", "2015-12", "2016-02"), "2016-01"),
        (("2015-11-01", "2015-12-01", "2016-02-01"), "2016-01-01"),
        (("2015-Q3", "2015-Q4", "2016-Q2"), "2016-Q1"),
    ],
)
def test_names_of_holes_are_in_the_notation_of_the_table(cells: tuple[str, ...], hole: str) -> None:
    found = periods(*cells)
    for place, label in zip(found.places, found.labels, strict=True):
        assert found.label(place) == label
    gap = next(n for n in range(found.places[-1]) if n not in found.places)
    assert found.label(gap) == hole
    assert found.place(hole) == gap
