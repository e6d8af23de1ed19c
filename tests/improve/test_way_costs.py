"""Costs of a study's channels by way: arithmetic, what is never pooled, what is not known."""

import datetime as dt

import ibis
import numpy as np
import pyarrow as pa
import pytest

from howfar.improve.cost_figure import CostPerEffect
from howfar.improve.way_costs import way_costs, way_results, way_rows
from howfar.schema.measure import Sampling, Tables
from howfar.schema.tables import COUNTS, OBSERVED
from howfar.stats.blocks import draw_blocks, weeks_between
from howfar.study.costs_table import CostsTable, parse_costs

DAY = 86_400_000_000
START = int(dt.datetime(2024, 1, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000  # a Monday
WEEK = int(weeks_between(START, START + DAY)[0])
HEAD = "channel,item,period_start,period_end,amount,currency\n"


def sampling(days: int = 28) -> Sampling:
    rng = np.random.default_rng(1)
    end = START + days * DAY
    return Sampling(START, end, 0.95, draw_blocks(weeks_between(START, end), 50, rng), rng)


def rows(*given: tuple[int, bool, int, float | None]) -> pa.Table:
    """Rows of channel a: week, paid, posts, reactions; no other figure is known."""
    return pa.table(
        {
            "channel": ["a"] * len(given),
            "week": [WEEK + week for week, _, _, _ in given],
            "paid": [paid for _, paid, _, _ in given],
            "posts": [posts for _, _, posts, _ in given],
            **{
                name: pa.array(
                    [value if name == "reactions" else None for _, _, _, value in given],
                    pa.float64(),
                )
                for name in COUNTS
            },
        }
    )


def costs(text: str) -> CostsTable:
    return parse_costs(HEAD + text, "costs.csv")


def told(table: pa.Table, text: str, days: int = 28) -> dict[tuple[str, str, str], CostPerEffect]:
    found = way_costs(table, costs(text), sampling(days))
    return {(one.part, one.counted, one.spend.currency): one for _, one in found}


STAFF = "a,staff,2024-01-01,2024-01-29,280,EUR\n"
ADS = "a,advertising,2024-01-01,2024-01-29,56,EUR\n"


def test_ways_apart() -> None:
    table = rows((0, False, 2, 10), (1, False, 3, 20), (3, False, 1, 40), (1, True, 1, 7),
                 (2, True, 1, 21))  # fmt: skip
    found = told(table, STAFF + ADS)
    assert set(found) == {("broadcast", "reactions", "EUR"), ("paid", "reactions", "EUR")}
    broadcast = found["broadcast", "reactions", "EUR"]
    assert broadcast.estimate.value == pytest.approx(280 / 70)
    assert (broadcast.estimate.n_posts, broadcast.estimate.n_channels) == (6, 1)
    assert found["paid", "reactions", "EUR"].estimate.value == pytest.approx(56 / 28)
    assert {one.kind for one in found.values()} == {"average"}


def test_only_days_of_the_window_count() -> None:
    table = rows((0, False, 2, 10), (1, False, 3, 20))
    # The window ends after ten of the 28 days.
    found = told(table, STAFF, days=10)["broadcast", "reactions", "EUR"]
    assert found.spend.amount == pytest.approx(100)
    assert found.estimate.value == pytest.approx(100 / 30)


def test_what_cannot_be_told_apart_is_not_pooled() -> None:
    found = told(rows((0, False, 2, 10), (1, False, 3, 20)), STAFF + ADS)
    for way in ("paid", "broadcast"):
        reason = found[way, "reactions", "EUR"].estimate.reason
        assert reason is not None
        assert "no post is marked as paid" in reason


def test_what_is_not_there_is_said() -> None:
    table = rows((0, False, 2, 10), (1, True, 3, 20))
    reason = told(table, STAFF)["paid", "reactions", ""].estimate.reason
    assert reason == "costs.csv has no paid costs of this channel"
    paid = rows((0, True, 2, 10), (1, True, 3, 20))
    reason = told(paid, STAFF + ADS)["broadcast", "reactions", "EUR"].estimate.reason
    assert reason == "all posts are marked as paid"
    assert told(table, "b,staff,2024-01-01,2024-01-29,280,EUR\n") == {}
    assert told(table, "*,rent,2024-01-01,2024-01-29,280,EUR\n") == {}


def test_word_of_mouth_by_shares() -> None:
    table = rows((0, False, 2, 10), (1, False, 3, 20))
    table = table.set_column(table.column_names.index("shares"), "shares", [[4.0, 6.0]])
    reason = told(table, STAFF)["word of mouth", "shares", ""].estimate.reason
    assert reason is not None
    assert reason.startswith("no spend of its own")
    way = f"{HEAD.strip()},way\na,hosts,2024-01-01,2024-01-29,30,EUR,word of mouth\n"
    found = list(way_costs(table, parse_costs(way, "costs.csv"), sampling()))
    mouth = [one for _, one in found if one.part == "word of mouth"]
    assert [one.estimate.value for one in mouth] == [pytest.approx(3.0)]


def test_currencies_apart() -> None:
    table = rows((0, False, 2, 10), (1, False, 3, 20))
    found = told(table, STAFF + "a,rent,2024-01-01,2024-01-29,60,USD\n")
    assert found["broadcast", "reactions", "EUR"].estimate.value == pytest.approx(280 / 30)
    assert found["broadcast", "reactions", "USD"].estimate.value == pytest.approx(2)


def test_rows_of_the_results() -> None:
    table = rows((0, False, 2, 10), (1, False, 3, 20))
    table = table.set_column(table.column_names.index("views"), "views", [[40.0, 60.0]])
    made = list(way_results(table, costs(STAFF), sampling()))
    assert [one.dims["category"] for one in made] == ["spend: broadcast", "average", "average"]
    assert made[0].estimate.value == pytest.approx(280)
    assert made[2].dims["params"] == "way=broadcast;counted=reactions"
    assert made[1].estimate.method.startswith("average cost, not incremental")


def test_posts_are_added_up_by_week_and_by_whether_they_were_paid() -> None:
    posts = [
        {"channel": "a", "week": WEEK, "exposure": "paid", "age_s": 900_000, "reactions": 3},
        {"channel": "a", "week": WEEK, "exposure": "owned", "age_s": 900_000, "reactions": 4},
        {"channel": "a", "week": WEEK, "exposure": None, "age_s": None, "reactions": 5},
        {"channel": "a", "week": WEEK, "exposure": None, "age_s": 3_600, "reactions": 1_000},
        {"channel": "a", "week": WEEK, "relation": "repost", "reactions": 1_000},
        {"channel": "b", "week": WEEK, "reactions": 1_000},
        {"channel": None, "week": WEEK, "reactions": 1_000},
    ]
    schema = OBSERVED.arrow()
    observed = pa.Table.from_pylist(
        [{name: one.get(name) for name in schema.names} for one in posts], schema
    )
    made = way_rows(Tables(*[ibis.memtable(observed)] * 7), ["a"])
    found = made.order_by("paid").to_pyarrow().to_pylist()
    assert [(one["paid"], one["posts"], one["reactions"]) for one in found] == [
        (False, 2, 9),
        (True, 1, 3),
    ]
    assert found[0]["views"] is None
