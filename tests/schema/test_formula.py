"""Formulas are arithmetic on named parts and nothing else."""

import pytest

from howfar.errors import DeclarationError
from howfar.schema.formula import evaluate


def test_arithmetic_on_parts() -> None:
    assert evaluate("posts / days", {"posts": 8, "days": 28}) == 8 / 28
    assert evaluate("-(a - b) ** 2 + 1", {"a": 5, "b": 2}) == -8
    assert evaluate("sum(x * y) / sum(y)", {"x": [1, 2, 3], "y": [1, 0, 3]}) == 10 / 4
    assert evaluate("exp(log(x))", {"x": 7}) == pytest.approx(7)


def test_the_median_is_the_lower_middle_value() -> None:
    assert evaluate("quantile(x, 0.5)", {"x": [4, 1, 3, 2]}) == 2


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "x.real",
        "x[0]",
        "open(x)",
        "lambda: 1",
        "sum(x=1)",
        "'text'",
        "x < 1",
        "x // 2",
    ],
)
def test_anything_else_is_refused(formula: str) -> None:
    with pytest.raises(DeclarationError, match="not plain arithmetic"):
        evaluate(formula, {"x": 1})


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(DeclarationError, match="'days'"):
        evaluate("posts / days", {"posts": 1})
