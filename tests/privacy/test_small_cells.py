"""Small cells: hand tables, and an independent attack on random ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.privacy.small_cells import (
    COMPLEMENTARY,
    DOMINATED,
    Group,
    groups_of,
    solvable,
    suppress,
)

# A shared machine stalls at times: what a single example takes says nothing.
UNHURRIED = settings(deadline=None)

FEW = "fewer than 10 persons"


def test_a_lone_small_cell_is_suppressed_and_a_large_one_is_not() -> None:
    assert suppress([], [9, 10], [90.0, 100.0], [10.0, 10.0]) == [FEW, None]


def test_one_person_above_half_dominates() -> None:
    # 51 of 100 is more than half, 50 of 100 is not.
    assert suppress([], [20, 20], [100.0, 100.0], [51.0, 50.0]) == [DOMINATED, None]


def test_channels_are_exempt() -> None:
    assert suppress([], [None, 0, 3], [5.0, 5.0, 5.0], [5.0, 5.0, None]) == [None, None, FEW]


def test_a_single_small_cell_takes_the_smallest_other_with_it() -> None:
    # 100 - 40 - 30 - 25 = 5 would give the cell of 5 away; 25 is the smallest other.
    groups = groups_of(["c", "c", "c", "c"])
    reasons = suppress(groups, [5, 40, 25, 30], [5.0, 40.0, 25.0, 30.0], [1.0] * 4)
    assert reasons == [FEW, None, COMPLEMENTARY, None]


def test_two_small_cells_protect_each_other_if_together_they_are_enough() -> None:
    groups = groups_of(["c"] * 3)
    assert suppress(groups, [6, 4, 50], [6.0, 4.0, 50.0], [1.0] * 3) == [FEW, FEW, None]
    # 5 + 4 = 9 persons: total less the third cell would be a figure on nine persons.
    three = suppress(groups, [5, 4, 50], [5.0, 4.0, 50.0], [1.0] * 3)
    assert three == [FEW, FEW, COMPLEMENTARY]


def test_what_two_cells_hide_together_must_not_be_one_persons_either() -> None:
    # Hidden: 60 + 20 = 80, of which one person makes 55, more than 40.
    groups = groups_of(["c"] * 3)
    reasons = suppress(groups, [20, 8, 50], [60.0, 20.0, 300.0], [55.0, 3.0, 9.0])
    assert reasons == [DOMINATED, FEW, COMPLEMENTARY]


def test_where_no_cell_is_left_the_total_goes() -> None:
    groups = groups_of(["c", "c", "c"], [False, False, True])
    reasons = suppress(groups, [5, None, 5], [5.0, 100.0, 105.0], [1.0, None, 1.0])
    assert reasons == [FEW, None, FEW]
    reasons = suppress(groups, [5, None, None], [5.0, 100.0, 105.0], [1.0, None, None])
    assert reasons == [FEW, None, COMPLEMENTARY]


def test_where_the_total_is_published_elsewhere_a_channel_cell_goes_last() -> None:
    reasons = suppress([Group((0, 1))], [5, None], [5.0, 100.0], [1.0, None])
    assert reasons == [FEW, COMPLEMENTARY]


def test_linked_tables_are_protected_together() -> None:
    # Cells 0..3 form a 2 x 2 table; hiding one needs one more in its row and in its column, and
    # those two need the fourth.
    groups = [Group((0, 1)), Group((2, 3)), Group((0, 2)), Group((1, 3))]
    persons = [3, 40, 50, 60]
    reasons = suppress(groups, persons, [float(n) for n in persons], [1.0] * 4)
    assert reasons == [FEW, COMPLEMENTARY, COMPLEMENTARY, COMPLEMENTARY]


def test_two_totals_in_one_group_and_a_low_minimum_are_refused() -> None:
    with pytest.raises(ValueError, match="two totals"):
        groups_of(["c", "c"], [True, True])
    with pytest.raises(ValueError, match="at least 5"):
        suppress([], [1], [1.0], [1.0], minimum=4)
    with pytest.raises(ValueError, match="one entry a cell"):
        suppress([], [1], [1.0, 2.0], [1.0])


def test_cells_without_a_key_stand_alone() -> None:
    assert groups_of([None, "a", None, "a"]) == [Group((1, 3))]


def test_missing_values_are_no_dominance() -> None:
    assert suppress([], [20, 20], [None, float("nan")], [5.0, 5.0]) == [None, None]


CELLS = st.lists(
    st.tuples(st.none() | st.integers(0, 40), st.integers(1, 99), st.floats(0.01, 1.0)),
    min_size=4,
    max_size=12,
)


def determined(groups: list[Group], hidden: list[int]) -> set[int]:
    """Cells that the linear relations fix, found with numpy's null space, not with our algebra."""
    if not hidden or not groups:
        return set()
    matrix = np.zeros((len(groups), len(hidden)))
    for row, group in enumerate(groups):
        for column, cell in enumerate(hidden):
            matrix[row, column] = (cell in group.cells) - (cell == group.total)
    _, sizes, right = np.linalg.svd(matrix)
    free = right[np.sum(sizes > 1e-9) :]
    return {cell for column, cell in enumerate(hidden) if np.all(np.abs(free[:, column]) < 1e-9)}


@UNHURRIED
@given(CELLS, st.data())
def test_no_suppressed_cell_can_be_solved(
    cells: list[tuple[int | None, int, float]], data: st.DataObject
) -> None:
    index = st.integers(0, len(cells) - 1)
    groups = [
        Group(tuple(sorted(members)), None)
        for members in data.draw(st.lists(st.sets(index, min_size=2), max_size=4))
    ]
    if data.draw(st.booleans()):
        groups.append(Group(tuple(range(len(cells) - 1)), len(cells) - 1))
    persons = [n for n, _, _ in cells]
    values = [float(v) for _, v, _ in cells]
    reasons = suppress(groups, persons, values, [v * top for _, v, top in cells])
    hidden = [i for i, reason in enumerate(reasons) if reason]
    # Only where nothing is left to hide may a total published elsewhere give a cell away.
    for cell in determined(groups, hidden):
        linked = {cell}
        for _ in groups:
            for group in groups:
                if linked & set(group.members):
                    linked |= set(group.members)
        assert linked <= set(hidden)
    for group in groups:
        inside = [i for i in group.cells if reasons[i]]
        if inside and (group.total is None or not reasons[group.total]):
            assert len(inside) > 1 or len(group.members) == len(inside)
            together = sum(persons[i] or 0 for i in inside)
            everything = len(inside) == len(group.cells)
            assert together == 0 or together >= 10 or everything
    for i, n in enumerate(persons):
        assert not (n and n < 10 and reasons[i] is None)


@UNHURRIED
@given(CELLS, st.data())
def test_our_algebra_finds_what_an_attacker_finds(
    cells: list[tuple[int | None, int, float]], data: st.DataObject
) -> None:
    index = st.integers(0, len(cells) - 1)
    drawn = data.draw(st.lists(st.sets(index, min_size=1), max_size=6))
    groups = [Group(tuple(sorted(members))) for members in drawn]
    hidden = data.draw(st.sets(index))
    assert solvable(groups, hidden) == determined(groups, sorted(hidden))
