"""The tidy table: typed, in a total order, with replicates beside the rows that have them."""

import numpy as np

from howfar.publish.results import Measured, result_tables
from howfar.schema.estimate import Result, exact, not_measured
from howfar.schema.measure import registry
from howfar.schema.tables import ESTIMATES

DECLARATION = registry()["publishing_volume"].declaration


def test_rows_carry_dimensions_declaration_and_what_holds_for_the_channel() -> None:
    results = (
        Result(exact(2, "posts", "counted"), {"channel": "b"}, np.array([1.0, 3.0])),
        Result(not_measured("posts", "no views"), {"channel": "a", "category": None}),
    )
    extra = {"a": {"organisation": "A", "coverage": None}}
    estimates, replicates = result_tables("s", "r1", [Measured(DECLARATION, results)], extra)
    assert estimates.schema == ESTIMATES.arrow()
    first, second = estimates.to_pylist()
    assert (first["channel"], first["organisation"], first["status"], first["reason"]) == (
        "a",
        "A",
        "not_measured",
        "no views",
    )
    assert first["value"] is None
    assert (second["channel"], second["value"], second["measure"]) == (
        "b",
        2,
        "publishing_volume",
    )
    assert second["organisation"] is None
    assert replicates.to_pylist() == [{"run": "r1", "row": 1, "replicates": [1.0, 3.0]}]


def test_the_order_of_the_rows_does_not_depend_on_the_order_of_the_results() -> None:
    cells = [Result(exact(n, "posts", "counted"), {"channel": f"c{n}"}) for n in range(5)]
    forwards, _ = result_tables("s", "r", [Measured(DECLARATION, tuple(cells))], {})
    backwards, _ = result_tables("s", "r", [Measured(DECLARATION, tuple(cells[::-1]))], {})
    assert forwards.equals(backwards)


def test_no_results_give_an_empty_table() -> None:
    estimates, replicates = result_tables("s", "r", [], {})
    assert len(estimates) == len(replicates) == 0
    assert estimates.schema == ESTIMATES.arrow()
