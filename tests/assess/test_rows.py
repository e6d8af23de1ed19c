"""Rows of an index: nothing that draws do not give is printed as known."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from howfar.assess.appraise import Appraisal, appraise
from howfar.assess.document import document_of
from howfar.assess.feed import from_table
from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.assess.rows import index_rows, robustness_rows
from howfar.publish.results import Measured, result_tables
from howfar.report.index_page import render_index
from howfar.study.index_part import parse_index
from howfar.study.units_table import parse_units

TREE = """units = "{units}"
draws = 100
steps = {{ screen = {{ method = "share", min_nonzero = 0.5 }} }}
[[groups]]
id = "index"
[[groups]]
id = "out-take"
parent = "index"
[[indicators]]
id = "x"
parent = "index"
[[indicators]]
id = "y"
parent = "out-take"
level = "out-take"
"""
TABLE = "town,x,y\na,4,5\nb,9,6\nc,6,7\nd,2,9\ne,3,4\nf,1,1\n"


def made(units: str = "town") -> Appraisal:
    """Town b has figures in 14 of 20 draws only: in the others the screen takes it out."""
    part = parse_index(TREE.format(units=units), "tree.toml")
    fed = from_table(part, parse_units(TABLE, "t.csv"))
    noise = np.random.default_rng(0).normal(size=(20, 6, 2))
    drawn = fed.matrix.values + 0.1 * noise
    drawn[:6, 1] = 0
    fed = replace(fed, matrix=replace(fed.matrix, draws=drawn))
    return appraise(part, fed, np.random.default_rng(1), where="tree.toml")


@pytest.fixture(scope="module")
def one() -> Appraisal:
    return made()


def test_a_score_that_few_draws_give_is_not_measured(one: Appraisal) -> None:
    rows = [r for r in index_rows(one) if r.dims.get("organisation") == "b"]
    scores = [r for r in rows if r.dims["category"].startswith("node: ") and "params" not in r.dims]
    assert len(scores) == 4
    for row in scores:
        assert row.estimate.status == "not_measured"
        assert row.estimate.reason == "fewer than 9 in 10 draws of the figures give it a score"
    others = [r for r in index_rows(one) if r.dims["category"] == "node: index"]
    kinds = {r.dims["organisation"]: r.estimate.low_kind for r in others if "params" not in r.dims}
    assert kinds == dict.fromkeys("acdef", "confidence") | {"b": None}


def test_it_has_no_set_of_places(one: Appraisal) -> None:
    rows = [r for r in robustness_rows(one) if r.dims["category"] == "rank"]
    chance = [r for r in rows if str(r.dims.get("params", "")).startswith("over=chance")]
    assert {r.dims["organisation"] for r in chance} == set("acdef")
    assert all(r.estimate.low >= 1 for r in chance)
    tied = document_of(one)["tied"]
    assert {unit["unit"] for unit in tied} == set("acdef")
    assert all(unit["low"] >= 1 for unit in tied)


def test_the_page_takes_it(one: Appraisal) -> None:
    measured = [Measured(PERFORMANCE, tuple(index_rows(one))),
                Measured(ROBUSTNESS, tuple(robustness_rows(one)))]  # fmt: skip
    estimates, _ = result_tables("t", "run", measured, {})
    assert isinstance(estimates, pa.Table)
    page = render_index(document_of(one), estimates, 0.95, "run")
    assert "fewer than 9 in 10 draws" in page
    # The definition names figures that are taken as known; none of these is.
    assert not any("taken as known" in method for method in estimates["method"].to_pylist())


def test_methods_say_what_was_done(one: Appraisal) -> None:
    found = {r.dims["category"].split(":")[0]: r.estimate.method for r in index_rows(one)}
    for category in ("level", "gap"):
        assert found[category].endswith("from the figures as they came, chance left aside")
    assert found["node"] in PERFORMANCE.uncertainty or "indices tried" in found["node"]
    drawn = [r.estimate.method for r in index_rows(one) if r.estimate.low_kind == "confidence"]
    assert set(drawn) == {"bootstrap: draws of the figures carried through every step"}


def test_only_channels_count_as_channels() -> None:
    for units, n in (("town", None), ("channel", 6)):
        rows = [*index_rows(made(units)), *robustness_rows(made(units))]
        scores = [r for r in rows if r.dims["category"] in ("node: index", "rank")]
        assert {r.estimate.n_channels for r in scores if r.estimate.status == "measured"} == {n}
