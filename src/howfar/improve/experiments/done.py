"""What was really done, as the data tell it: the arm of each unit, and where the lot said other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.improve.experiments.design import Schedule, block_of
from howfar.improve.experiments.plan import Plan
from howfar.study.panel_table import PanelTable
from howfar.study.problems import Problem

UNKNOWN: Final = -1
MIXED: Final = -2
_WORDS: Final = {"control": 0, "change": 1, "0": 0, "1": 1, "": UNKNOWN}
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way in which what was done is not what was registered. serious: it lowers the grade."""

    said: str
    serious: bool


def arms_done(
    plan: Plan, table: PanelTable, schedule: Schedule, start: int
) -> npt.NDArray[np.int8] | None:
    """The arm of each unit of the lot by the data's own column, or null where there is none.

    0 control, 1 change, -1 the data do not say, -2 both. start: step of the test's first period;
    rows outside the test and in washouts do not count. StudyError for a cell that is no arm.
    """
    column = plan.columns.arm
    if column not in table.columns:
        return None
    cells = [cell.casefold() for cell in table.words(column)]
    problems = [
        Problem(f"{table.file}:{line}", f'{column}: "{cell[:40]}" is no arm', "control or change")
        for line, cell in zip(table.lines, cells, strict=True)
        if cell not in _WORDS
    ]
    table.refuse(problems)
    arms = np.array([_WORDS[cell] for cell in cells], dtype=np.int8)
    slot = slots(plan, table, schedule, start)
    found = np.full(len(schedule.frame.units), UNKNOWN, dtype=np.int8)
    for unit in range(found.size):
        said = np.unique(arms[(slot == unit) & (arms != UNKNOWN)])
        if said.size:
            found[unit] = said[0] if said.size == 1 else MIXED
    return found


def slots(plan: Plan, table: PanelTable, schedule: Schedule, start: int) -> npt.NDArray[np.int64]:
    """The unit of the lot that each row belongs to, -1 for none, shape (rows,)."""
    units = schedule.frame.units
    names = plan.lot.units if plan.design == "switchback" else units
    at = {name: place for place, name in enumerate(names)}
    row = np.array([at.get(name, -1) for name in table.units], dtype=np.int64)[table.row_unit]
    if plan.design == "posts":
        return row
    if plan.design == "switchback":
        block = block_of(plan, table.row_place, start)
        return np.where((row >= 0) & (block >= 0), row * (plan.lot.blocks or 1) + block, -1)
    since = table.row_place - start
    inside = (since >= plan.lot.washout) & (since < (plan.lot.length or 1))
    return np.where(inside, row, -1)


def deviations(
    plan: Plan,
    table: PanelTable,
    schedule: Schedule,
    start: int,
    done: npt.NDArray[np.int8] | None,
    missing: npt.NDArray[np.bool_],
) -> list[Deviation]:
    """All ways in which the data are not what was registered. missing: units without an outcome."""
    units = np.array(schedule.frame.units, dtype=object)
    found: list[Deviation] = []
    if done is not None:
        other = (done >= 0) & (done != schedule.arms)
        for which, said in (
            (other, "got the other arm than the lot gave; analysed as the lot gave it"),
            (done == MIXED, "got both arms; analysed as the lot gave it"),
        ):
            if which.any():
                found.append(Deviation(f"{_listed(units[which])} {said}", serious=True))
        silent = (done == UNKNOWN) & ~missing
        if silent.any():
            said = f"the data do not say which arm {_listed(units[silent])} got"
            found.append(Deviation(said, serious=False))
    if missing.any():
        said = f"no outcome of {_listed(units[missing])}; left out"
        found.append(Deviation(said, serious=bool(missing.mean() > 0.05)))
    if plan.design == "posts":
        planned = set(schedule.frame.units)
        strange = [name for name in table.units if name not in planned]
        if strange:
            said = f"{_listed(np.array(strange, dtype=object))} not registered; left out"
            found.append(Deviation(said, serious=False))
    else:
        length = (plan.lot.length or 1) * (plan.lot.blocks or 1 if plan.design == "switchback"
                                           else 1)  # fmt: skip
        last = int(table.row_place.max())
        if last + 1 < start + length:
            said = f"the data end {start + length - last - 1} periods before the registered end"
            found.append(Deviation(said, serious=plan.stop is None))
        elif last + 1 > start + length:
            said = f"{last + 1 - start - length} periods after the registered end; left out"
            found.append(Deviation(said, serious=False))
    return found


def _listed(names: npt.NDArray[np.object_]) -> str:
    shown = ", ".join(str(name) for name in names[:_SHOWN])
    rest = len(names) - _SHOWN
    return shown + (f" and {rest} more" if rest > 0 else "")
