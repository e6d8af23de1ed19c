"""Costs: what was to be expected comes back from the file, and a change costs from its day on."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections import defaultdict
from dataclasses import replace

import pytest

from howfar.simulate.costs import MECHANISM, CostsSettings, costs
from howfar.simulate.plan import Plan
from howfar.simulate.practice import changes
from howfar.simulate.society import Society, society

ON = ("costs", "practice", "paid")


def plan(seed: int = 1, *on: str) -> Plan:
    return Plan(seed, 2_000, "costs", frozenset(on or ON))


@pytest.fixture(scope="module")
def accounts() -> Society:
    return society(plan())


def lines(world: Plan, accounts: Society) -> list[dict[str, str]]:
    ((name, content),) = MECHANISM.files(world, accounts)
    assert name == "costs.csv"
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_means_of_items_come_back(accounts: Society) -> None:
    sums: dict[str, float] = defaultdict(float)
    number: dict[str, int] = defaultdict(int)
    several = range(20)
    for seed in several:
        for line in lines(plan(seed), accounts):
            whole = line["period_start"][8:] == "01"
            if line["item"] == "staff" or (line["item"] == "change" and whole):
                sums[line["item"]] += float(line["amount"])
                number[line["item"]] += 1
    for item, expected in (("staff", 6_000), ("change", 2_500)):
        error = 0.10 * expected / math.sqrt(number[item])
        assert sums[item] / number[item] == pytest.approx(expected, abs=4 * error)
    ours = sum(channel.role == "ours" for channel in accounts.channels)
    assert number["staff"] == len(several) * 6 * ours


def test_a_change_costs_from_its_day_on_and_only_there(accounts: Society) -> None:
    told = [cost for cost in costs(plan(), accounts) if cost.item == "change"]
    first = {}
    for cost in told:
        first.setdefault(cost.channel, cost)
    made = {accounts.channels[c.account].channel: c.date(plan()) for c in changes(plan(), accounts)}
    assert {channel: cost.start for channel, cost in first.items()} == made
    march = next(cost for cost in told if cost.start == dt.date(2024, 3, 4))
    # 28 of March's 31 days.
    assert march.end == dt.date(2024, 4, 1)
    assert march.expected == pytest.approx(2_500 * 28 / 31)


def test_without_changes_and_payment_there_are_no_such_costs(accounts: Society) -> None:
    assert {cost.item for cost in costs(plan(), accounts)} == {
        *("staff", "production", "advertising", "change")
    }
    assert {cost.item for cost in costs(plan(1, "costs"), accounts)} == {"staff", "production"}
    truth = MECHANISM.truth(plan(1, "costs"), accounts)
    assert (truth["change_of_practice"], truth["advertising_a_thousand_views"]) == (0.0, 0.0)


def test_months_that_the_window_cuts_cost_less(accounts: Society) -> None:
    world = replace(plan(1, "costs"), start=dt.date(2023, 12, 22), days=20)
    told = [cost for cost in costs(world, accounts) if cost.item == "staff"][:2]
    assert [(cost.start, cost.end) for cost in told] == [
        (dt.date(2023, 12, 22), dt.date(2024, 1, 1)),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 11)),
    ]
    assert [cost.expected for cost in told] == pytest.approx([6_000 * 10 / 31] * 2)


def test_amounts_are_of_the_file_and_the_truth(accounts: Society) -> None:
    told = lines(plan(), accounts)
    table = MECHANISM.tables(plan(), accounts)["costs"].to_pylist()
    assert [float(line["amount"]) for line in told] == [row["amount"] for row in table]
    assert {line["currency"] for line in told} == {"USD"}
    ours = {channel.channel for channel in accounts.channels if channel.role == "ours"}
    assert {line["channel"] for line in told} == ours
    total = MECHANISM.truth(plan(), accounts)["expected_total"]
    assert total == pytest.approx(sum(row["expected"] for row in table))


def test_a_channel_that_posts_more_costs_more(accounts: Society) -> None:
    expected = {
        cost.channel: cost.expected for cost in costs(plan(), accounts) if cost.item == "production"
    }
    rates = {channel.channel: channel.rate for channel in accounts.channels}
    for channel, amount in expected.items():
        assert amount == pytest.approx(CostsSettings().production * rates[channel])


def test_a_seed_gives_the_same_bytes_and_another_seed_others(accounts: Society) -> None:
    first, again, other = (dict(MECHANISM.files(plan(seed), accounts)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert MECHANISM.truth(plan(1), accounts) == MECHANISM.truth(plan(2), accounts)
