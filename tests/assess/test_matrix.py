"""The table that an index is made of."""

import numpy as np
import pytest
from tests.assess.tables import table

from howfar.assess.matrix import Matrix
from howfar.errors import StudyError


def test_select_and_keep_take_everything_along() -> None:
    matrix = Matrix(
        ("x", "y"), ("a", "b"), np.array([[1.0, 2.0], [3.0, 4.0]]),
        standard_errors=np.array([[0.1, 0.2], [0.3, 0.4]]),
        draws=np.arange(8.0).reshape(2, 2, 2),
        groups=("p", "q"), times=("1", "1"),
    )  # fmt: skip
    part = matrix.select(["b"]).keep(np.array([False, True]))
    assert (part.units, part.columns, part.groups, part.times) == (("y",), ("b",), ("q",), ("1",))
    assert part.values.tolist() == [[4.0]]
    assert part.standard_errors is not None
    assert part.standard_errors.tolist() == [[0.4]]
    assert part.draws is not None
    assert part.draws.tolist() == [[[3.0]], [[7.0]]]


def test_a_unit_may_be_there_once_a_period() -> None:
    table([[1], [2]], units=("x", "x"), times=("1", "2"))
    with pytest.raises(StudyError, match="'x at 1' is there twice"):
        table([[1], [2]], units=("x", "x"), times=("1", "1"))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: table([[1], [2]], units=("x", "x")), "the unit 'x' is there twice"),
        (lambda: table([[1, 2]], columns="aa"), "the column 'a' is there twice"),
        (lambda: table([[np.inf]]), r"infinite value \(u0, a\)"),
        (lambda: table([[1]], units=("x", "y")), "values of shape"),
        (lambda: table([[1]], groups=("x", "y")), "2 groups for 1 units"),
        (lambda: table([[1]]).place("b"), "no column 'b'"),
        (
            lambda: Matrix(("x",), ("a",), np.ones((1, 1)), standard_errors=np.ones((2, 1))),
            "standard errors of shape",
        ),
        (lambda: Matrix(("x",), ("a",), np.ones((1, 1)), draws=np.ones((5, 1, 2))), "draws of"),
    ],
)  # type: ignore[misc]
def test_refused(make: object, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        make()  # type: ignore[operator]
