"""What a change cost: of which weeks, by whose books, and the true reason where it is not known."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.improve.made_effects import effect
from tests.improve.weekly_panels import panel

from howfar.improve.change_costs import ChangeCosts, change_costs
from howfar.improve.change_effects import cast_of
from howfar.improve.path_rows import cost_results
from howfar.improve.path_steps import effect_step
from howfar.study.changes import Change
from howfar.study.costs_table import CostsTable, parse_costs

WEEKS = 20
MONDAY = dt.date(2024, 4, 1)
OF = panel(np.full((2, WEEKS), 10.0), posts=4.0)
"""40 reactions a week on each of two channels; the change falls on week 13 of 0 to 19."""


def changed(**more: Any) -> Change:
    told = {"id": "a", "date": MONDAY, "channels": ("c0",), "property": "latency", "what": "faster"}
    return Change.model_validate(told | more)


def books(*lines: str) -> CostsTable:
    head = "channel,item,period_start,period_end,amount,currency"
    return parse_costs("\n".join([head, *lines]) + "\n", "costs.csv")


def costs(
    change: Change, table: CostsTable | None = None, *others: Change, design: str = "its"
) -> ChangeCosts:
    day = (dt.date.fromisoformat(str(change.date)[:10]) - dt.date(1970, 1, 1)).days
    end = None if change.end is None else (change.end - dt.date(1970, 1, 1)).days  # type: ignore[operator]
    cast = cast_of(OF, change, (change, *others), frozenset(OF.series), day, end)
    found = replace(effect("B"), design=design)  # type: ignore[arg-type]
    return change_costs(table, change, (change, *others), found, OF, cast)


LINE = "c0,change,2024-04-01,2024-05-20,700,EUR"


@pytest.mark.parametrize(
    ("more", "weeks"),
    [({}, 7), ({"end": dt.date(2024, 4, 29)}, 4), ({"date": dt.date(2024, 4, 3)}, 6),
     ({"date": dt.date(2024, 4, 3), "end": dt.date(2024, 4, 29)}, 3)],
)  # fmt: skip
def test_the_average_is_over_the_weeks_of_the_spend(more: dict[str, Any], weeks: int) -> None:
    # 100 EUR and 40 reactions a week: 2.5 EUR each, however long the change held.
    told = costs(changed(**more), books(LINE))
    one, average = told.figures
    assert (one.kind, average.kind) == ("incremental", "average")
    assert average.spend.amount == pytest.approx(100 * weeks)
    assert average.estimate.value == pytest.approx(2.5)


@pytest.mark.parametrize("design", ["synth", "series", "did"])
def test_a_sum_of_means_is_no_count_and_has_no_cost_of_one_more(design: str) -> None:
    assert costs(changed(), books(LINE)).figures[0].identified
    one, average = costs(changed(), books(LINE), design=design).figures
    assert one.kind == "incremental"
    assert "no count of reactions" in (one.estimate.reason or "")
    assert average.estimate.value == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (None, "no cost of a is given"),
        ((LINE, "c0,change,2024-04-01,2024-05-20,5,USD"), "several currencies (EUR, USD)"),
        (("*,change,2024-04-01,2024-05-20,700,EUR",), "only for what all channels share"),
        (("c0,staff,2024-04-01,2024-05-20,700,EUR",), 'no item "change" of the channels of a'),
    ],
)
def test_the_reason_is_true(lines: tuple[str, ...] | None, told: str) -> None:
    found = costs(changed(), None if lines is None else books(*lines))
    assert found.figures == ()
    assert told in found.why
    (row,) = cost_results(found.figures, "a", found.why)
    assert told in (row.estimate.reason or "")
    step = effect_step(changed(), effect("B"), settling=None, costs=found, weeks=7)
    assert told in (step.cost.reason or "")


def test_a_cost_of_nothing_is_a_cost() -> None:
    found = costs(changed(cost=0.0, currency="EUR"))
    step = effect_step(changed(), effect("B"), settling=None, costs=found, weeks=7)
    assert (step.cost.value, step.cost.unit) == (0.0, "EUR")
    assert found.figures[0].estimate.reason == "nothing was spent"


def test_a_line_is_never_counted_for_two_changes_that_overlap() -> None:
    twin = changed(id="b", date=dt.date(2024, 4, 15))
    for one, other in ((changed(), twin), (twin, changed())):
        found = costs(one, books(LINE), other)
        assert found.figures == ()
        assert "overlap on a channel" in found.why
    apart = (changed(id="b", channels=("c1",)), changed(id="c", date=dt.date(2024, 4, 29)))
    assert costs(changed(end=dt.date(2024, 4, 29)), books(LINE), *apart).figures
    own = costs(changed(cost=5.0, currency="EUR"), books(LINE), twin)
    assert own.figures[0].spend.amount == 5.0
