"""howfar cost: real advertisements, costs.csv with an effect, ways apart, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call

from howfar.improve.lexicon import causal_words

ROWS = """post,day,way,cost,currency,views,clicks,visits
a,2024-01-01,paid,10,EUR,100,10,4
b,2024-01-02,paid,20,EUR,100,,5
c,2024-01-09,paid,30,EUR,300,30,15
d,2024-01-10,owned,5,EUR,500,10,
e,2024-01-17,owned,5,EUR,500,30,9
f,2024-01-18,owned,0,,500,30,9
g,,earned,4,USD,50,1,1
"""
COSTS = """channel,item,period_start,period_end,amount,currency
nord,staff,2024-01-01,2024-02-01,3100,EUR
nord,change,2024-01-11,2024-02-01,2100,EUR
nord,advertising,2024-01-01,2024-02-01,50,USD
"""
EFFECT = {
    "outcome": "reactions",
    "grade": "B",
    "cumulative": {
        "value": 300.0, "low": 100.0, "high": 700.0, "low_kind": "confidence", "confidence": 0.95,
        "n_posts": 40, "unit": "reactions", "method": "a method", "status": "measured",
    },
}  # fmt: skip


def table(folder: Path, text: str = ROWS) -> Path:
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def effect(folder: Path, grade: str = "B", **changed: Any) -> Path:
    document = {**EFFECT, "grade": grade, "cumulative": {**EFFECT["cumulative"], **changed}}
    path = folder / "effect.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def told(howfar: Call, *arguments: object) -> dict[str, Any]:
    done = howfar("cost", *arguments, "--json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_averages_and_chain(howfar: Call, tmp_path: Path) -> None:
    found = told(
        howfar, table(tmp_path), "--spend", "cost", "--count", "clicks", "--currency", "EUR",
        "--step", "views", "--step", "clicks", "--step", "visits", "--week", "day",
    )  # fmt: skip
    (cost,) = found["costs"]
    assert cost["name"] == "average cost, not incremental"
    # Of b no clicks are known: 10 + 30 + 5 + 5 EUR for 10 + 30 + 10 + 30 clicks.
    assert cost["estimate"]["value"] == pytest.approx(50 / 80)
    assert cost["estimate"]["low"] < 50 / 80 < cost["estimate"]["high"]
    assert cost["estimate"]["low_kind"] == "confidence"
    assert cost["grade"] is None
    (chain,) = found["chains"]
    clicks, visits = chain["links"]
    assert (clicks["counted"], clicks["denominator"]) == (111, 1950)
    assert (visits["counted"], visits["denominator"]) == (38, 101)
    assert chain["overall"]["rate"]["value"] == pytest.approx(43 / 1550)
    assert any("rows that name no currency, left out of costs: 1" in n for n in found["notes"])
    assert any("rows without day" in note for note in found["notes"])


def test_ways_are_never_pooled(howfar: Call, tmp_path: Path) -> None:
    found = told(
        howfar, table(tmp_path), "--spend", "cost", "--count", "views", "--way", "way",
        "--step", "views", "--step", "clicks",
    )  # fmt: skip
    by = {
        (one["way"], one["spend"]["currency"]): one["estimate"]["value"] for one in found["costs"]
    }
    assert by == {
        ("paid", "EUR"): pytest.approx(60 / 500),
        ("broadcast", "EUR"): pytest.approx(10 / 1000),
        ("word of mouth", "USD"): None,
    }
    assert len(found["chains"]) == 3
    assert "currencies kept apart and never added up: EUR, USD" in found["notes"]


def test_values_of_a_column_beside_all(howfar: Call, tmp_path: Path) -> None:
    found = told(
        howfar, table(tmp_path), "--spend", "cost", "--count", "views", "--by", "way",
        "--currency", "EUR",
    )  # fmt: skip
    assert [one["of"] for one in found["costs"]] == [{}, {"way": "paid"}, {"way": "owned"}]


def test_the_cost_of_one_more(howfar: Call, tmp_path: Path) -> None:
    costs = table(tmp_path, COSTS)
    found = told(
        howfar, costs, "--effect", effect(tmp_path), "--item", "change", "--end", "2024-01-21"
    )
    (cost,) = found["costs"]
    # Ten of the change's 21 days: 1000 EUR.
    assert cost["spend"]["amount"] == pytest.approx(1000)
    assert cost["estimate"]["value"] == pytest.approx(10 / 3)
    assert cost["estimate"]["low"] == pytest.approx(10 / 7)
    assert cost["estimate"]["high"] == pytest.approx(10)
    assert cost["estimate"]["unit"] == "EUR / reactions"
    assert (cost["kind"], cost["grade"], cost["estimate"]["n_posts"]) == ("incremental", "B", 40)
    assert any("lie only partly" in note for note in cost["notes"])


@pytest.mark.parametrize(
    ("grade", "changed", "why"),
    [
        ("C", {}, "grade C, which names no effect"),
        ("B", {"low": -5.0}, "not clear of zero; if there is one, each cost at least 3 EUR"),
        ("B", {"low": None}, "not clear of zero"),
        ("A", {"value": None, "low": None, "high": None, "reason": "too short"}, "too short"),
    ],
)
def test_not_identified(
    howfar: Call, tmp_path: Path, grade: str, changed: dict[str, Any], why: str
) -> None:
    costs = table(tmp_path, COSTS)
    file = effect(tmp_path, grade, **changed)
    found = told(howfar, costs, "--effect", file, "--item", "change")
    (cost,) = found["costs"]
    assert cost["estimate"]["value"] is None
    assert "not identified" in cost["estimate"]["reason"]
    assert why in cost["estimate"]["reason"]


def test_an_end_without_a_limit(howfar: Call, tmp_path: Path) -> None:
    file = effect(tmp_path, high=None)
    found = told(howfar, table(tmp_path, COSTS), "--effect", file, "--item", "change")
    assert found["costs"][0]["estimate"]["low"] == 0


def test_currencies_are_never_added_up(howfar: Call, tmp_path: Path) -> None:
    costs, file = table(tmp_path, COSTS), effect(tmp_path)
    done = howfar("cost", costs, "--effect", file)
    assert done.code == 3
    assert "5,200.00 EUR, 50.00 USD) are never added up" in done.err
    one = told(howfar, costs, "--effect", file, "--currency", "USD")
    assert one["costs"][0]["spend"]["amount"] == 50
    listed = told(howfar, costs)
    assert {one["currency"]: one["amount"] for one in listed["spent"]} == {"EUR": 5200, "USD": 50}


def test_amounts_without_a_column_of_currencies(howfar: Call, tmp_path: Path) -> None:
    path = table(tmp_path, "cost,clicks\n2,1\n3,2\n4,1\n")
    assert "--currency EUR" in howfar("cost", path, "--spend", "cost", "--count", "clicks").err
    found = told(howfar, path, "--spend", "cost", "--count", "clicks", "--currency", "GBP")
    assert found["costs"][0]["estimate"]["value"] == 2.25
    assert any("each row counts as independent" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--spend", "price"), 'no column "price"'),
        (("--spend", "cost", "--count", "cliks"), 'did you mean "clicks"?'),
        (("--spend", "cost", "--count", "EMV"), "advertising value equivalent"),
        (("--spend", "cost", "--count", "clicks", "--currency", "CHF"), "no row is in CHF"),
        (("--spend", "cost", "--count", "clicks", "--currency", "Euro"), "is no currency"),
        (("--spend", "cost", "--count", "clicks", "--week", "post"), '"a" is no time'),
        (("--spend", "cost", "--count", "clicks", "--week", "day", "--cluster", "post"), "one of"),
        (
            ("--spend", "cost", "--count", "clicks", "--way", "post"),
            "rows.csv:2: post: unknown way",
        ),
        (("--spend", "cost", "--count", "post"), '"a" is no number'),
        (("--step", "views"), "one step is no chain"),
        (("--spend", "cost", "--effect", "no.json"), "there is no file"),
        (("--spend", "cost", "--currency", "EUR", "--effect", "rows.csv"), "there is no file"),
    ],
)
def test_what_is_wrong_is_told(
    howfar: Call, tmp_path: Path, arguments: tuple[str, ...], wanted: str
) -> None:
    done = howfar("cost", table(tmp_path), *arguments)
    assert done.code == 3
    assert wanted in done.err
    assert "Traceback" not in done.err


def test_wrong_cells_and_files(howfar: Call, tmp_path: Path) -> None:
    path = table(tmp_path, ROWS.replace("a,2024-01-01,paid,10,EUR", "a,2024-01-01,paid,-10,EURO"))
    done = howfar("cost", path, "--spend", "cost", "--count", "clicks")
    assert "rows.csv:2: cost -10 is below 0" in done.err
    path = table(tmp_path, ROWS.replace("10,EUR", "10,EURO"))
    done = howfar("cost", path, "--spend", "cost", "--count", "clicks")
    assert 'rows.csv:2: unknown currency "EURO"' in done.err
    costs = table(tmp_path, COSTS)
    for text in ("{", "[]", '{"cumulative": {}}', '{"cumulative": {"value": 1}, "grade": "B"}'):
        (tmp_path / "effect.json").write_text(text)
        done = howfar("cost", costs, "--effect", tmp_path / "effect.json", "--item", "change")
        assert done.code == 3
        assert "howfar effect --help" in done.err
    done = howfar("cost", costs, "--effect", effect(tmp_path), "--item", "rent")
    assert "nothing was spent" in done.err
    done = howfar("cost", costs, "--start", "January")
    assert '"January" is no day' in done.err
    assert "there is no file" in howfar("cost", tmp_path / "no.csv").err


def test_averages_claim_no_cause(howfar: Call, tmp_path: Path) -> None:
    done = howfar(
        "cost", table(tmp_path), "--spend", "cost", "--count", "clicks", "--count", "visits",
        "--step", "views", "--step", "clicks", "--step", "visits", "--way", "way",
    )  # fmt: skip
    assert done.code == 0
    assert "average cost, not incremental" in done.out
    assert causal_words(done.out) == ()
    weak = howfar(
        "cost", table(tmp_path, COSTS), "--effect", effect(tmp_path, "D"), "--item", "change"
    )
    assert causal_words(weak.out) == ()


def test_real_advertisements(howfar: Call, shared: Path) -> None:
    """3,012 advertisements of 2015-2017: sums by hand from the file, currencies apart."""
    path = shared / "datasets" / "ads-2015-2017" / "ads_counts.csv"
    found = told(
        howfar, path, "--spend", "cost", "--count", "clicks", "--count", "impressions",
        "--step", "impressions", "--step", "clicks", "--week", "created",
    )  # fmt: skip
    assert found["rows"] == 3012
    costs = {(one["spend"]["currency"], one["counted"]): one for one in found["costs"]}
    roubles = costs["RUB", "clicks"]
    assert roubles["spend"]["amount"] == pytest.approx(5_528_071.50)
    assert roubles["spend"]["lines"] == 2132
    assert roubles["estimate"]["value"] == pytest.approx(5_528_071.50 / 3_413_964)
    assert roubles["estimate"]["low"] == pytest.approx(1.148, abs=0.001)
    assert roubles["estimate"]["high"] == pytest.approx(2.285, abs=0.001)
    assert costs["RUB", "impressions"]["estimate"]["value"] == pytest.approx(
        5_528_071.50 / 37_644_600
    )
    dollars = costs["USD", "clicks"]
    assert dollars["spend"]["lines"] == 5
    assert dollars["estimate"]["value"] == pytest.approx(109.33 / 813)
    # Five advertisements in four weeks: next to nothing is known of dollars.
    assert dollars["estimate"]["high"] > 100 * dollars["estimate"]["value"]
    (link,) = found["chains"][0]["links"]
    assert (link["counted"], link["denominator"], link["above"]) == (3_414_792, 37_658_639, 1)
    assert link["rate"]["value"] == pytest.approx(3_414_792 / 37_658_639)
    assert 0.075 < link["rate"]["low"] < 0.085 < 0.10 < link["rate"]["high"] < 0.11
    assert any("875 (875 of them say 0)" in note for note in found["notes"])
