"""Small-cell protection of a set of figures that add up (Hundepool et al. 2012,
Statistical Disclosure Control, chapters 4 and 5, 10.1002/9781118348239).

Primary: a cell that rests on fewer distinct persons than the minimum, or of which one person
makes more than half, is suppressed. Complementary: cells that add up to a total are suppressed
too until no suppressed cell follows from those published, in its own group or through linked
groups, and until what the suppressed cells of a group make together (total less published cells)
would itself pass the primary rules. Intervals from non-negativity alone are not guarded against.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

DOMINANCE: Final = 0.5
FLOOR: Final = 5
COMPLEMENTARY: Final = "would let a suppressed figure be computed"
Row = dict[int, int | Fraction]
"""A relation between cells: cell -> coefficient."""

DOMINATED: Final = "one person makes more than half of it"


@dataclass(frozen=True, slots=True)
class Group:
    """Cells (by index) that add up to a total; null total: it is published elsewhere.

    What is public beside them (named channels, which anybody can count) may stand in the total and
    is no cell. again: the same persons may stand behind several cells, as behind the days of a
    series; together they are then known to be no more than those of the largest cell.
    """

    cells: tuple[int, ...]
    total: int | None = None
    again: bool = False

    @property
    def members(self) -> tuple[int, ...]:
        """Cells and, where it is one of the figures, the total."""
        return self.cells if self.total is None else (*self.cells, self.total)


def groups_of(
    keys: Sequence[Hashable | None], is_total: Sequence[bool] | None = None
) -> list[Group]:
    """Groups from one key a cell (null: in no group) and the mark of the totals."""
    cells: dict[Hashable, list[int]] = defaultdict(list)
    totals: dict[Hashable, int] = {}
    for index, key in enumerate(keys):
        if key is None:
            continue
        if is_total is not None and is_total[index]:
            if key in totals:
                raise ValueError(f"group {key} has two totals")
            totals[key] = index
        else:
            cells[key].append(index)
    return [Group(tuple(found), totals.get(key)) for key, found in cells.items()]


def primary(n_persons: int | None, value: float | None, largest: float | None, minimum: int) -> str:
    """Why a cell is suppressed for itself; empty where it may be shown.

    n_persons: distinct persons; null or 0 where only channels stand behind it, which have names.
    largest: the largest person's contribution, in the unit of value; null where not known.
    """
    if not n_persons:
        return ""
    if n_persons < minimum:
        return f"fewer than {minimum} persons"
    if largest is None or value is None or math.isnan(value) or math.isnan(largest):
        return ""
    return DOMINATED if abs(largest) > DOMINANCE * abs(value) else ""


def suppress(
    groups: Sequence[Group],
    n_persons: Sequence[int | None],
    values: Sequence[float | None],
    largest: Sequence[float | None],
    minimum: int = 10,
) -> list[str | None]:
    """The reason for which each cell is suppressed, or null where it may be shown.

    All sequences have one entry a cell, (N,); cells outside every group stand alone. A hidden cell
    that equals a total published elsewhere cannot be helped here: `solvable` tells. In choosing
    complementary cells the smallest cell with persons goes first, then the total, then the
    smallest cell of channels. ValueError: minimum below 5, or lengths that differ.
    """
    if minimum < FLOOR:
        raise ValueError(f"the minimum number of persons is at least {FLOOR}")
    if not len(n_persons) == len(values) == len(largest):
        raise ValueError("one entry a cell in each sequence")
    rules = zip(n_persons, values, largest, strict=True)
    reasons: list[str | None] = [primary(n, v, top, minimum) or None for n, v, top in rules]

    def order(index: int, group: Group) -> tuple[int, float, int]:
        kind = 1 if index == group.total else 0 if n_persons[index] else 2
        value = values[index]
        size = abs(value) if value is not None and not math.isnan(value) else 0.0
        return kind, size, index

    def together(group: Group, persons: Sequence[int]) -> int:
        return max(persons, default=0) if group.again else sum(persons)

    def exposed(group: Group) -> bool:
        """Whether the hidden part, total less published cells, breaks a primary rule."""
        hidden = [i for i in group.cells if reasons[i]]
        if not hidden or (group.total is not None and reasons[group.total]):
            return False
        persons = together(group, [n_persons[i] or 0 for i in hidden])
        value = math.fsum(values[i] or 0.0 for i in hidden)
        top = max(abs(largest[i] or 0.0) for i in hidden)
        return len(hidden) == 1 or bool(primary(persons, value, top, minimum))

    def too_few(group: Group, rest: Sequence[int]) -> set[int]:
        """The cells without which the hidden part stays exposed, taken in order all at once.

        Else a long series would go cell by cell, with the algebra of all cells after each.
        """
        hidden = [i for i in group.cells if reasons[i]]
        if group.total is not None and reasons[group.total]:
            return set()
        persons = together(group, [n_persons[i] or 0 for i in hidden])
        value = math.fsum(values[i] or 0.0 for i in hidden)
        top = max((abs(largest[i] or 0.0) for i in hidden), default=0.0)
        taken: set[int] = set()
        for index in sorted(rest, key=lambda i: order(i, group)):
            enough = len(hidden) + len(taken) > 1 and not primary(persons, value, top, minimum)
            if enough or index == group.total:
                break
            taken.add(index)
            persons = together(group, [persons, n_persons[index] or 0])
            value += values[index] or 0.0
            top = max(top, abs(largest[index] or 0.0))
        return taken if hidden else set()

    while True:
        solved = solvable(groups, {i for i, reason in enumerate(reasons) if reason})
        weak = [g for g in groups if exposed(g) or not solved.isdisjoint(g.members)]
        open_to_choice = [(g, [i for i in g.members if not reasons[i]]) for g in weak]
        chosen = {min(rest, key=lambda i: order(i, g)) for g, rest in open_to_choice if rest}
        for group, rest in open_to_choice:
            chosen |= too_few(group, rest)
        if not chosen:
            linked = [(g, i) for g in _linked(groups, solved) for i in g.members if not reasons[i]]
            if not linked:
                return reasons
            chosen = {min(linked, key=lambda pair: order(pair[1], pair[0]))[1]}
        for index in chosen:
            reasons[index] = COMPLEMENTARY


def solvable(groups: Sequence[Group], suppressed: set[int]) -> set[int]:
    """Suppressed cells whose value follows from the published ones by linear algebra.

    Exact: a cell is determined if and only if its unit vector is in the row space of the
    additive relations restricted to the suppressed cells.
    """
    rows: list[Row] = []
    for group in groups:
        row: Row = {i: 1 for i in group.cells if i in suppressed}
        if group.total is not None and group.total in suppressed:
            row[group.total] = -1
        if row:
            rows.append(row)
    return {next(iter(row)) for row in _reduced(rows) if len(row) == 1}


def _linked(groups: Sequence[Group], cells: set[int]) -> list[Group]:
    """Groups that hang together with some cells, directly or through other groups."""
    reached: set[int] = set(cells)
    found: list[Group] = []
    left = list(groups)
    while near := [g for g in left if not reached.isdisjoint(g.members)]:
        found += near
        reached.update(i for g in near for i in g.members)
        left = [g for g in left if g not in near]
    return found


def _reduced(rows: Iterable[Row]) -> list[Row]:
    """Reduced row echelon form of sparse rows.

    Short rows first, since the relations of a day or a channel have few cells and a series has
    thousands: the long rows then meet them as they are and fill up little.
    """
    pivots: dict[int, Row] = {}
    holders: dict[int, set[int]] = defaultdict(set)
    for source in sorted(rows, key=len):
        row = dict(source)
        while known := [c for c in row if c in pivots]:
            for column in known:
                if column in row:
                    _subtract(row, pivots[column], row[column])
        if not row:
            continue
        # The column that stands in the fewest rows, the first of those.
        pivot = min(row, key=lambda c: (len(holders[c]), c))
        scale = row[pivot]
        row = {c: x * scale if scale in (1, -1) else Fraction(x) / scale for c, x in row.items()}
        for other in sorted(holders[pivot]):
            before = set(pivots[other])
            _subtract(pivots[other], row, pivots[other][pivot])
            after = set(pivots[other])
            for column in before - after:
                holders[column].discard(other)
            for column in after - before:
                holders[column].add(other)
        pivots[pivot] = row
        for column in row:
            holders[column].add(pivot)
    return list(pivots.values())


def _subtract(row: Row, other: Row, factor: int | Fraction) -> None:
    for column, x in other.items():
        left = row.get(column, 0) - factor * x
        if left:
            row[column] = left
        else:
            row.pop(column, None)
