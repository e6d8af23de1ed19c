"""What a change cost, and what one more of its outcome cost: from the change itself, or costs.csv.

Where there is no figure the reason is true of this change: which part is missing, or doubtful.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from howfar.improve.average_cost import average_of_totals
from howfar.improve.change_effects import Cast, unit_of
from howfar.improve.cost_figure import NAMES, CostPerEffect
from howfar.improve.cost_figure import unit_of as cost_unit
from howfar.improve.costs import costs_of
from howfar.improve.effect import Effect
from howfar.improve.weekly_panel import WeeklyPanel
from howfar.schema.estimate import Estimate, exact, not_measured
from howfar.study.changes import Change
from howfar.study.costs_table import SHARED, CostsTable, Spend

ITEM: Final = "change"
"""The item of lines of costs.csv that a change cost."""
_EPOCH: Final = dt.date(1970, 1, 1)
_COUNTS: Final = "its"
"""The design whose cumulative effect is a count: the others add up means of a week."""


@dataclass(frozen=True, slots=True)
class ChangeCosts:
    """The costs of a change; where no spend is known none, and why."""

    figures: tuple[CostPerEffect, ...]
    why: str = ""


def monday(panel: WeeklyPanel, place: int) -> dt.date:
    """The first day of a week of a panel, or of one after it."""
    return _EPOCH + dt.timedelta(int(panel.weeks[0] + place) * 7 + 4)


def weeks_of(panel: WeeklyPanel, cast: Cast) -> tuple[int, int]:
    """First whole week of a change in force, and the week after the last; of the panel."""
    last = panel.weeks.size if cast.until is None else min(cast.until, panel.weeks.size)
    first = max(cast.first + (not cast.whole), 0)
    return first, max(first, last)


def change_costs(
    table: CostsTable | None,
    change: Change,
    others: Sequence[Change],
    effect: Effect,
    panel: WeeklyPanel,
    cast: Cast,
) -> ChangeCosts:
    """What the change cost over the weeks of its effect, what one more cost, and the average.

    Its own amount where the study names one, else the lines "change" of its channels in those
    weeks; not where ``others`` overlap with it there, since a line does not say of which it is. The
    cost of one more is told for an effect whose sum over weeks is a count (design its).
    """
    spend = _spend(table, change, others, panel, cast)
    if isinstance(spend, str):
        return ChangeCosts((), spend)
    counted = unit_of(change.outcome)
    if spend.amount == 0:
        return ChangeCosts(costs_of(spend, effect, counted=counted))
    total = _total(change, panel, cast)
    if effect.design == _COUNTS:
        return ChangeCosts(
            costs_of(spend, effect, total, counted=counted, direction=change.direction)
        )
    why = (
        f"not identified: the design {effect.design} adds up means of a week, which is no count of "
        f"{counted}"
    )
    none = not_measured(cost_unit(spend.currency, counted), why, NAMES["incremental"])
    one = CostPerEffect("incremental", "together", counted, spend, none, effect.grade)
    average = () if total is None else (average_of_totals(spend, total, counted=counted),)
    return ChangeCosts((one, *average))


def _spend(
    table: CostsTable | None,
    change: Change,
    others: Sequence[Change],
    panel: WeeklyPanel,
    cast: Cast,
) -> Spend | str:
    """What was spent on a change, or why that is not known."""
    if change.cost is not None and change.currency is not None:
        return Spend(change.cost, change.currency, 1, 0, (change.id,))
    if table is None:
        return f"no cost of {change.id} is given (its cost and currency, or costs.csv)"
    if not cast.treated or not 0 < cast.first < panel.weeks.size:
        return f"{change.id} has no whole weeks in the window to set costs.csv against"
    first, last = weeks_of(panel, cast)
    span = monday(panel, first), monday(panel, last)
    spent = table.spent(*span, channels=change.channels, items=(ITEM,))
    if len(spent) > 1:
        several = ", ".join(spent)
        return f"costs of {change.id} are in several currencies ({several}): never added up"
    if not spent:
        if table.spent(*span, channels=(SHARED,), items=(ITEM,)):
            return (
                f'costs.csv has the item "{ITEM}" only for what all channels share ({SHARED}), '
                "which is never divided among them"
            )
        return f'costs.csv has no item "{ITEM}" of the channels of {change.id} in its weeks'
    twins = [one.id for one in others if one.id != change.id and _overlap(one, change)]
    if twins:
        return (
            f"{change.id} and {', '.join(twins)} overlap on a channel, and a line of costs.csv "
            "does not say of which it is: give each its cost in study.toml"
        )
    return next(iter(spent.values()))


def _overlap(one: Change, other: Change) -> bool:
    """Whether two changes were in force on a channel on a day of both."""
    if not set(one.channels) & set(other.channels):
        return False
    begin = max(str(one.date)[:10], str(other.date)[:10])
    return all(x.end is None or begin < str(x.end)[:10] for x in (one, other))


def _total(change: Change, panel: WeeklyPanel, cast: Cast) -> Estimate | None:
    """All that was counted on the channels over the weeks that the spend is of."""
    if change.outcome not in panel.total or not cast.treated:
        return None
    first, last = weeks_of(panel, cast)
    since = np.nansum(panel.total[change.outcome][list(cast.treated), first:last])
    method = "sum over posts of the whole weeks of the change"
    return exact(float(since), unit_of(change.outcome), method)
