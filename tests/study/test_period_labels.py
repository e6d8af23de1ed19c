"""What is written of a period is read as the same period."""

import pytest

from howfar.study.period_labels import label_of
from howfar.study.periods import parse_periods


@pytest.mark.parametrize(
    "cells",
    [
        ["3", "4", "9"],
        ["2023-12-30", "2023-12-31", "2024-02-29"],
        ["2020-W52", "2020-W53", "2021-W01"],
        ["2023-11", "2023-12", "2024-01"],
        ["2023-Q3", "2023-Q4", "2024-Q1"],
    ],
)
def test_labels_are_those_of_the_table(cells: list[str]) -> None:
    periods, wrong = parse_periods(cells)
    assert periods is not None
    assert not wrong
    assert [label_of(periods.kind, one) for one in periods.ordinals] == cells
