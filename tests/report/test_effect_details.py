"""Details of a fit as lists and tables: nothing raw, zeros counted, long lists cut."""

from howfar.report.model import Facts, Table
from howfar.report.sections.effect_details import detail_items, text_of


def test_values_are_words() -> None:
    assert text_of(None) == "–"
    assert text_of(True) == "yes"
    assert text_of(12.0) == "12"
    assert text_of(0.123456) == "0.123"
    assert text_of(["a", 2]) == "a, 2"
    assert text_of({"a": 1.5}) == "a: 1.50"
    assert text_of(list(range(30))).endswith("11, and 18 more (effect.json has all)")


def test_short_values_are_listed_and_the_others_are_tables() -> None:
    given = {
        "method": "classic",
        "standard_errors": {"a": 1.0, "b": 2.0, "c": 0.0, "d": 3.0},
        "weights": {"Basque": {"x": 0.25, "y": 0.0, "z": 0.0}},
        "balance": {"Basque": {"gdp": {"treated": 1.0, "synthetic": 2.0}, "pop": {"treated": 3.0}}},
        "coefficients": {"step": {"value": 1.0, "low": 0.5}, "level": {"value": 2.0, "low": None}},
        "cells": [{"group": "2004", "n": 1}, {"group": "2006", "n": 2}],
    }
    facts, *tables = detail_items(given, "Details", "effect-details")
    assert isinstance(facts, Facts)
    assert facts.rows == [("method", ["classic"])]
    by = {one.caption: one for one in tables if isinstance(one, Table)}
    assert list(by) == ["standard errors", "weights: Basque", "balance: Basque", "coefficients",
                        "cells"]  # fmt: skip
    assert by["weights: Basque"].rows == [("x", "0.250"), ("2 others", "0")]
    assert by["balance: Basque"].head == ("Name", "treated", "synthetic")
    assert by["balance: Basque"].rows[1] == ("pop", "3", "–")
    assert by["coefficients"].numeric == {1, 2}
    assert by["cells"].rows == [("2004", "1"), ("2006", "2")]


def test_a_long_table_is_cut() -> None:
    (table,) = detail_items({"many": {str(n): n + 0.5 for n in range(100)}}, "t", "i")
    assert isinstance(table, Table)
    assert len(table.rows) == 61
    assert table.rows[-1][0] == "and 40 more (effect.json has all)"
