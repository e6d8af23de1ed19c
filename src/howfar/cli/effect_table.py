"""One series, its dates and what it is compared with, out of a wide or a long table."""

from __future__ import annotations

from typing import Annotated

import typer

from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.study.panel_table import PanelTable

_ALL = "all"

Start = Annotated[str | None, typer.Option(
    help="First period with the change.", show_default="none")]  # fmt: skip
Changed = Annotated[str | None, typer.Option(
    help="Or a column that is 1 where the change is in force, else 0.",
    show_default="none")]  # fmt: skip
End = Annotated[str | None, typer.Option(
    help="First period after the change was taken back; it is no longer counted.",
    show_default="none")]  # fmt: skip
OwnUnit = Annotated[str | None, typer.Option(
    help="Column of units, where the table holds several series below each other.",
    show_default="none")]  # fmt: skip
Treated = Annotated[str | None, typer.Option(
    help="With --unit: the unit that was changed.", show_default="none")]  # fmt: skip
Controls = Annotated[list[str] | None, typer.Option(
    help="Series that was not changed: a column, or with --unit a unit (or all); repeatable.",
    show_default="none")]  # fmt: skip
Known = Annotated[list[str] | None, typer.Option(
    help="Column that is known whatever happens (holidays); repeatable.",
    show_default="none")]  # fmt: skip


def own_series(panel: PanelTable, treated: str | None, file: str) -> int:
    """The place of the series that was changed."""
    if panel.unit is None:
        if treated is not None:
            raise StudyError("--treated names a unit, and there is no column of units", file,
                             "--unit COLUMN")  # fmt: skip
        return 0
    if treated is None:
        raise StudyError("which unit was changed?", file, "--treated UNIT")
    return panel.unit_place(treated, "--treated")


def dates_of(
    panel: PanelTable, own: int, start: str | None, changed: str | None, end: str | None
) -> tuple[int, int | None]:
    """Places of the first period with the change and of the first after it, if it was undone."""
    if (start is None) == (changed is None):
        raise StudyError("when did it change?", panel.file,
                         "either --start PERIOD or --changed COLUMN")  # fmt: skip
    until = None if end is None else panel.place(end, "--end")
    if start is not None:
        return panel.place(start, "--start"), until
    line = panel.line(changed or "", own)
    where = [n for n, value in enumerate(line) if value == 1]
    seen = {value for value in line.tolist() if value == value}
    if not where or not seen <= {0.0, 1.0}:
        raise StudyError(f"{changed} holds no 1, or other figures than 0 and 1", panel.file,
                         "1 where the change is in force, else 0")  # fmt: skip
    after = [n for n, value in enumerate(line) if value == 0 and n > where[0]]
    if after and where[-1] > after[0]:
        raise StudyError(f"{changed} goes back to 1 after it was 0", panel.file,
                         "one stretch of 1", "analyse each stretch by itself")  # fmt: skip
    return where[0], until if until is not None else after[0] if after else None


def series_of(
    panel: PanelTable, own: int, outcome: str, controls: list[str]
) -> dict[str, FloatArray]:
    """Controls by name: columns of a wide table, units of a long one."""
    if panel.unit is None:
        return {one: panel.line(one) for one in controls}
    if controls == [_ALL] and _ALL not in panel.units:
        controls = [name for n, name in enumerate(panel.units) if n != own]
    return {one: panel.line(outcome, panel.unit_place(one, "--control")) for one in controls}


def beside(
    panel: PanelTable,
    controls: dict[str, FloatArray],
    columns: list[str] | None,
    same: str | None,
    option: str,
) -> dict[str, FloatArray] | None:
    """A column beside each control, by the control's name."""
    if panel.unit is not None and controls and (columns or same):
        column = (columns or [same or ""])[0]
        return {one: panel.line(column, panel.units.index(one)) for one in controls}
    if not columns:
        return None
    if len(columns) != len(controls):
        raise StudyError(f"{len(columns)} times --{option} for {len(controls)} controls",
                         panel.file, "one for each --control, in the same order")  # fmt: skip
    return {one: panel.line(column) for one, column in zip(controls, columns, strict=True)}
