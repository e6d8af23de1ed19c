"""What our channels cost a month, and what their changes of practice cost more."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from howfar.simulate.parts import Quiet
from howfar.simulate.plan import Plan
from howfar.simulate.practice import changes
from howfar.simulate.society import Society

PATH: Final = "costs.csv"
_HEADER: Final = ("channel", "item", "period_start", "period_end", "amount", "currency")


@dataclass(frozen=True, slots=True)
class CostsSettings:
    """Parameters of costs, in the currency and for a whole month.

    staff: of every channel. production: of a channel that posts as often as channels do on
    average. advertising: for each thousand of middle views, where posts are paid for. change: what
    a change of practice costs from its day on. spread: standard deviation of the logarithm of what
    was spent, around what was to be expected.
    """

    currency: str = "USD"
    staff: float = 6_000.0
    production: float = 3_000.0
    advertising: float = 400.0
    change: float = 2_500.0
    spread: float = 0.10


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of costs.csv and what was to be expected; the end is the first day after."""

    channel: str
    item: str
    start: dt.date
    end: dt.date
    expected: float
    amount: float


def costs(plan: Plan, society: Society) -> list[Cost]:
    """Costs of our channels by month and item; months cut by the window cost as many days less."""
    settings = plan.of(CostsSettings)
    changed = {}
    if plan.on("practice"):
        changed = {change.account: change.date(plan) for change in changes(plan, society)}
    made = []
    for account, channel in enumerate(society.channels):
        if channel.role != "ours":
            continue
        items = {"staff": settings.staff, "production": settings.production * channel.rate}
        if plan.on("paid"):
            items["advertising"] = settings.advertising * channel.reach / 1_000.0
        if account in changed:
            items["change"] = settings.change
        rng = plan.generator("costs", channel.channel)
        for first, after, length in _months(plan):
            for item, whole in items.items():
                start = max(first, changed[account]) if item == "change" else first
                expected = whole * max((after - start).days, 0) / length
                # The mean of what is drawn is 1.
                factor = np.exp(settings.spread * rng.standard_normal() - settings.spread**2 / 2)
                amount = round(expected * float(factor), 2)
                if expected:
                    made.append(Cost(channel.channel, item, start, after, expected, amount))
    return made


def _months(plan: Plan) -> Iterator[tuple[dt.date, dt.date, int]]:
    """First day, first day after and whole length in days of each month, cut by the window."""
    end = plan.start + dt.timedelta(plan.days)
    day = plan.start
    while day < end:
        begin = day.replace(day=1)
        following = (begin + dt.timedelta(31)).replace(day=1)
        yield day, min(following, end), (following - begin).days
        day = following


class Costs(Quiet):
    """Costs of our channels by month, with what a change of practice adds.

    Of ours only: nobody knows what others spend.
    """

    name = "costs"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Expected costs of a whole month, and what a change of practice adds."""
        settings = plan.of(CostsSettings)
        told = costs(plan, society)
        return {
            "currency": settings.currency,
            "unit": "amount a month",
            "staff": settings.staff,
            "production_at_average_rate": settings.production,
            "advertising_a_thousand_views": settings.advertising if plan.on("paid") else 0.0,
            "change_of_practice": settings.change if plan.on("practice") else 0.0,
            "spread": settings.spread,
            "expected_total": round(sum(cost.expected for cost in told), 2),
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """Every line of costs.csv with what was to be expected."""
        told = costs(plan, society)
        return {
            "costs": pa.table(
                {
                    "channel": pa.array([cost.channel for cost in told], pa.string()),
                    "item": pa.array([cost.item for cost in told], pa.string()),
                    "period_start": pa.array([cost.start for cost in told], pa.date32()),
                    "period_end": pa.array([cost.end for cost in told], pa.date32()),
                    "expected": pa.array([cost.expected for cost in told], pa.float64()),
                    "amount": pa.array([cost.amount for cost in told], pa.float64()),
                }
            )
        }

    def files(self, plan: Plan, society: Society) -> Iterator[tuple[str, bytes]]:
        """costs.csv: channel, item, period_start, period_end (exclusive), amount, currency."""
        currency = plan.of(CostsSettings).currency
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_HEADER)
        for cost in costs(plan, society):
            amount = f"{cost.amount:.2f}"
            writer.writerow((cost.channel, cost.item, cost.start, cost.end, amount, currency))
        yield PATH, text.getvalue().encode()


MECHANISM = Costs()
