"""costs.csv: what is read, what is never added up, and that every wrong line is told."""

import datetime as dt

import pytest

from howfar.errors import StudyError
from howfar.simulate.costs import MECHANISM
from howfar.simulate.plan import Plan
from howfar.simulate.society import society
from howfar.study.costs_table import Spend, one_currency, parse_costs

HEAD = "channel,item,period_start,period_end,amount,currency"
TEXT = f"""{HEAD}
a,staff,2024-01-01,2024-02-01,3100,EUR
a,staff,2024-02-01,2024-03-01,2900,EUR
a,advertising,2024-01-01,2024-02-01,310,USD
b,staff,2024-01-01,2024-02-01,1000,EUR
*,rent,2024-01-01,2024-02-01,500,EUR
"""


def wrong(text: str, known: tuple[str, ...] | None = None) -> str:
    with pytest.raises(StudyError) as told:
        parse_costs(text, "costs.csv", known)
    return str(told.value)


def test_lines() -> None:
    table = parse_costs(TEXT, "costs.csv", ("a", "b"))
    assert table.currencies == ("EUR", "USD")
    assert table.channels == ("a", "b")
    assert [line.way for line in table.lines] == ["broadcast"] * 2 + ["paid"] + ["broadcast"] * 2
    assert [line.line for line in table.lines] == [2, 3, 4, 5, 6]


def test_currencies_are_kept_apart() -> None:
    spent = parse_costs(TEXT, "costs.csv").spent()
    assert {code: one.amount for code, one in spent.items()} == {"EUR": 7500.0, "USD": 310.0}
    with pytest.raises(StudyError, match=r"7,500.00 EUR, 310.00 USD\) are never added up"):
        one_currency(spent, "costs.csv")
    assert one_currency({}, "costs.csv") is None


def test_days_of_a_period_count() -> None:
    table = parse_costs(TEXT, "costs.csv")
    spent = table.spent(dt.date(2024, 1, 22), dt.date(2024, 2, 11), channels=["a"])
    # Ten of 31 days of January and ten of 29 of February.
    assert spent["EUR"].amount == pytest.approx(1000 + 1000)
    assert (spent["EUR"].lines, spent["EUR"].cut) == (2, 2)
    assert spent["USD"].amount == pytest.approx(100)
    assert table.spent(dt.date(2025, 1, 1)) == {}


def test_what_is_shared_is_not_divided() -> None:
    table = parse_costs(TEXT, "costs.csv")
    assert table.spent(channels=["b"])["EUR"] == Spend(1000.0, "EUR", 1, 0, ("staff",))
    assert table.spent(items=["rent"])["EUR"].amount == 500
    assert table.spent(ways=["paid"])["USD"].items == ("advertising",)


def test_a_column_says_the_way() -> None:
    text = f"{HEAD},way\na,ambassadors,2024-01-01,2024-02-01,1,EUR,word of mouth\n"
    assert parse_costs(text, "costs.csv").lines[0].way == "word of mouth"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (",staff,2024-01-01,2024-02-01,1,EUR", "costs.csv:2: no channel; expected: a channel, or"),
        ("nord,staff,2024-01-01,2024-02-01,1,EUR", 'did you mean "nord1"?'),
        ("nord1,,2024-01-01,2024-02-01,1,EUR", "no item"),
        ("nord1,staff,2024-01-32,2024-02-01,1,EUR", '"2024-01-32" is no day'),
        ("nord1,staff,1.2.2024,2024-02-01,1,EUR", '"1.2.2024" is no day'),
        ("nord1,staff,2024-02-01,2024-02-01,1,EUR", "before or when it starts"),
        ("nord1,staff,2024-01-01,2024-02-01,,EUR", "no amount"),
        ("nord1,staff,2024-01-01,2024-02-01,-1,EUR", "amount -1 is below 0"),
        ("nord1,staff,2024-01-01,2024-02-01,many,EUR", '"many" is no number'),
        ("nord1,staff,2024-01-01,2024-02-01,1,euro", 'unknown currency "euro"'),
        ("nord1,staff,2024-01-01,2024-02-01,1,", "no currency"),
        ("nord1,staff,2024-01-01,2024-02-01,1", "5 cells"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(line: str, told: str) -> None:
    assert told in wrong(f"{HEAD}\n{line}\nnord1,x,2024-01-01,2024-02-01,,\n", ("nord1",))


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = wrong(f"{HEAD}\na,,2024-01-01,2024-02-01,-1,EU\nb,x,2024-01-01,2023-02-01,1,EUR\n")
    for part in ("costs.csv:2: no item", "costs.csv:2: amount -1", 'unknown currency "EU"'):
        assert part in told
    assert "costs.csv:3: the period ends" in told


def test_what_would_count_twice_is_refused() -> None:
    twice = TEXT + "a,staff,2024-01-01,2024-02-01,3100,EUR\n"
    assert "costs.csv:7: staff of a in 2024-01-01 to 2024-02-01 overlaps line 2" in wrong(twice)
    inside = TEXT + "a,staff,2024-02-20,2024-02-21,5,EUR\n"
    assert "overlaps line 3" in wrong(inside)
    # Of another post it is another cost.
    posts = f"{HEAD},post_id\n" + "".join(
        f"a,boost,2024-01-01,2024-02-01,5,EUR,{n}\n" for n in range(3)
    )
    assert parse_costs(posts, "costs.csv").spent()["EUR"].amount == 15


def test_columns() -> None:
    assert 'no column "currency"' in wrong(
        "channel,item,period_start,period_end,amount\na,b,c,d,1\n"
    )
    ways = TEXT.replace("currency", "currency,ways", 1)
    assert 'did you mean "way"?' in wrong(
        ways.replace("EUR", "EUR,paid").replace("USD", "USD,paid")
    )
    more = TEXT.replace("currency", "currency,booked by", 1)
    more = more.replace("EUR", "EUR,me").replace("USD", "USD,me")
    assert len(parse_costs(more, "costs.csv").lines) == 5


def test_the_file_of_a_simulated_world_is_read() -> None:
    plan = Plan(1, 2_000, "costs", frozenset({"costs", "practice", "paid"}))
    accounts = society(plan)
    ((_, content),) = MECHANISM.files(plan, accounts)
    table = parse_costs(content.decode(), "costs.csv", [c.channel for c in accounts.channels])
    told = sum(MECHANISM.tables(plan, accounts)["costs"]["amount"].to_pylist())
    assert table.spent()["USD"].amount == pytest.approx(told)
    assert {"staff", "advertising", "change"} <= {line.item for line in table.lines}
