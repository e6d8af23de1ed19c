"""An effect as document and rows: nothing is lost, nothing that JSON does not have."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from tests.improve.made_effects import effect, estimate

from howfar.improve.effect_document import COLUMNS, effect_document, effect_rows, plain
from howfar.improve.evidence import GRADES, Grade


@pytest.mark.parametrize("grade", GRADES)
def test_a_document_is_json_and_has_grade_words_and_checks(grade: Grade) -> None:
    told = json.loads(json.dumps(effect_document(effect(grade)), allow_nan=False))
    assert told["grade"] == grade
    assert told["said"]
    assert told["why"].startswith(f"Grade {grade}")
    assert told["not_to_conclude"]
    assert told["checks"][0]["id"] == "pre-trend"
    assert len(told["periods"]) == 24
    assert told["periods"][15]["effect"]["value"] == 0.0
    assert told["more"]["rate ratio"]["value"] == 1.12


def test_rows_hold_every_figure_once() -> None:
    one = effect("B")
    rows = effect_rows(one)
    assert all(tuple(row) == COLUMNS for row in rows)
    assert [row["figure"] for row in rows[:4]] == ["average", "relative", "cumulative",
                                                    "rate ratio"]  # fmt: skip
    assert len(rows) == 4 + len(one.periods)
    last = rows[-1]
    assert (last["period"], last["relative"]) == ("2016-W24", 7)
    assert last["observed"] - last["expected"] == pytest.approx(last["value"])


def test_ends_without_a_limit_and_numbers_of_arrays() -> None:
    open_ = replace(effect("B"), average=estimate(3, -math.inf, math.inf))
    told = effect_document(open_)["average"]
    assert (told["value"], told["low"], told["high"]) == (3, None, None)
    given = {"a": np.array([1.0, np.nan]), "b": (np.int64(2), {3}), 4: open_.average}
    made = plain(given)
    assert made["a"] == [1.0, None]
    assert made["b"] == [2, [3]]
    assert made["4"]["value"] == 3
