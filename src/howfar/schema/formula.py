"""Formulas of measures as text that can be evaluated: stated once, tested, printed.

The language is arithmetic over named parts (numbers or vectors) with a few functions. Nothing
else of Python is reachable, so a formula can be shown to users and run in tests.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from howfar.errors import DeclarationError
from howfar.stats.quantiles import quantile
from howfar.stats.trimmed import trimmed_mean

Part = float | Sequence[float]

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "mean": np.mean,
    "abs": np.abs,
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "max": np.max,
    "trimmed_mean": trimmed_mean,
    "quantile": lambda x, p: quantile(np.asarray(x, dtype=np.float64), float(p)),
}


def evaluate(formula: str, parts: Mapping[str, Part]) -> float:
    """The value of a formula on its parts.

    Raises DeclarationError for a name that is no part, or for anything but arithmetic.
    """
    names = {k: np.asarray(v, dtype=np.float64) for k, v in parts.items()}
    return float(_value(ast.parse(formula, mode="eval").body, names, formula))


def _value(node: ast.AST, names: Mapping[str, Any], formula: str) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise DeclarationError(
                f"formula {formula!r} speaks of {node.id!r}", expected=f"parts: {sorted(names)}"
            )
        return names[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _value(node.left, names, formula), _value(node.right, names, formula)
        return _OPERATORS[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.operand, names, formula))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        function = _FUNCTIONS.get(node.func.id)
        if function is not None and not node.keywords:
            return function(*(_value(a, names, formula) for a in node.args))
    raise DeclarationError(
        f"formula {formula!r} is not plain arithmetic",
        expected=f"+ - * / **, numbers, parts and {sorted(_FUNCTIONS)}",
    )
