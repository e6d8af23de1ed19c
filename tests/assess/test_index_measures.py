"""What the two measures of an index declare holds: example, formula, interval."""

import numpy as np
import pytest

from howfar.assess.appraise import Appraisal, appraise
from howfar.assess.document import document_of
from howfar.assess.feed import from_table
from howfar.assess.index_measures import FIGURES, PERFORMANCE, ROBUSTNESS
from howfar.assess.rows import index_rows, robustness_rows
from howfar.schema.estimate import Result
from howfar.schema.formula import evaluate
from howfar.schema.tables import DIMENSIONS
from howfar.study.index_part import parse_index
from howfar.study.units_table import parse_units

TREE = """units = "unit"
draws = 200
framework = "Two indicators."
[[groups]]
id = "index"
[[indicators]]
id = "reactions"
parent = "index"
[[indicators]]
id = "talk"
parent = "index"
"""


def appraised(tree: str = TREE, more: str = "") -> Appraisal:
    lines = ["unit,reactions,talk"]
    lines += [f"{r['unit']},{r['reactions']},{r['talk']}" for r in FIGURES]
    part = parse_index(tree, "tree.toml")
    fed = from_table(part, parse_units("\n".join(lines) + more, "t.csv"))
    return appraise(part, fed, np.random.default_rng(1), where="tree.toml")


def only(rows: list[Result], **where: object) -> Result:
    (found,) = [r for r in rows if all(r.dims.get(k) == v for k, v in where.items())]
    return found


def test_the_example_of_the_index() -> None:
    example = PERFORMANCE.example
    found = only(index_rows(appraised()), organisation="b", **example.where).estimate
    assert found.value == pytest.approx(example.value, rel=1e-12)
    assert (found.low, found.high) == pytest.approx(example.interval)
    assert evaluate(PERFORMANCE.formula, example.parts) == pytest.approx(example.value)


def test_the_example_of_robustness() -> None:
    example = ROBUSTNESS.example
    rows = [r for r in robustness_rows(appraised()) if "organisation" not in r.dims]
    found = only(rows, **example.where).estimate
    assert found.value == pytest.approx(example.value, rel=1e-12)
    assert (found.low, found.high) == example.interval
    assert found.low_kind == "range"
    assert evaluate(ROBUSTNESS.formula, example.parts) == pytest.approx(example.value)


def test_every_row_holds_its_value_and_names_known_dimensions() -> None:
    one = appraised()
    for row in [*index_rows(one), *robustness_rows(one)]:
        e = row.estimate
        assert set(row.dims) - {"level"} <= set(DIMENSIONS)
        assert e.low <= e.value <= e.high
        assert e.unit
        assert e.method


def test_without_standard_errors_nothing_looks_like_chance() -> None:
    one = appraised()
    assert one.uncertain.chance is None
    rows = [*index_rows(one), *robustness_rows(one)]
    kinds = {r.estimate.low_kind for r in rows if not r.dims["category"].startswith("choice: ")}
    assert kinds == {"bound", "range"}


def test_sensitivity_never_comes_without_an_interval() -> None:
    found = [r for r in robustness_rows(appraised()) if r.dims["category"].startswith("choice: ")]
    assert found
    for row in found:
        assert row.estimate.low_kind == "confidence"
        # A choice that changes nothing here (no column has outliers) is exactly 0.
        if row.dims["category"] != "choice: treat":
            assert row.estimate.low < row.estimate.high


def test_gaps_sum_to_the_difference() -> None:
    one = appraised()
    scores = {r.dims["organisation"]: r.estimate.value for r in index_rows(one)
              if r.dims["category"] == "node: index" and "params" not in r.dims}  # fmt: skip
    assert one.gaps
    for gap in one.gaps:
        parts = sum(part.contribution for part in gap.indicators)
        assert parts == pytest.approx(scores[gap.first[0]] - scores[gap.second[0]], abs=1e-12)


@pytest.mark.parametrize(
    ("level", "called"),
    [("", "communication performance"), ("outcome", "communication effectiveness")],
)
def test_it_is_called_effectiveness_only_where_outcomes_feed_it(level: str, called: str) -> None:
    tree = TREE + (f'level = "{level}"\nbasis = "survey"\n' if level else "")
    assert document_of(appraised(tree))["called"] == called


def test_an_outcome_that_one_unit_lacks_does_not_make_it_effectiveness() -> None:
    tree = TREE + 'level = "outcome"\nbasis = "survey"\n'
    assert document_of(appraised(tree, "\nd,15,\n"))["called"] == "communication performance"


def test_the_ten_steps_say_what_was_not_done() -> None:
    checks = document_of(appraised())["checklist"]
    assert [check["number"] for check in checks] == list(range(1, 11))
    states = {check["number"]: check["state"] for check in checks}
    assert states[1] == "done"
    assert states[7] == "partly"
    assert states[9] == "not"
    tree = TREE.replace('framework = "Two indicators."\n', "")
    assert document_of(appraised(tree))["checklist"][0]["state"] == "not"
