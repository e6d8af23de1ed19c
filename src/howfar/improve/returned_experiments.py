"""Data that came back, as the table that a plan describes; and experiments of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from howfar.improve.experiments.analyse import Analysis
from howfar.improve.experiments.plan import Plan
from howfar.study.panel_table import PanelTable, parse_panel


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """An experiment of a study that is over. direction: 1 where more of its outcome is better."""

    analysis: Analysis
    direction: Literal[1, -1] = 1


def table_of(plan: Plan, text: str, file: str, *, of_past: bool = False) -> PanelTable:
    """A table in the plan's columns. Of the past of posts the rows need no unit of their own."""
    posts = plan.design == "posts"
    unit = None if posts and of_past else plan.columns.unit
    # Data of posts may come without their times; rows then stand in the order of the file.
    head = text.split("\n", 1)[0]
    time = plan.columns.time
    timed = not posts or of_past or time in head.replace(";", ",").replace("\t", ",").split(",")
    return parse_panel(text, file, time if timed else None, unit, repeated=posts)
