"""From a validation error of the study file to one line a problem that a person can act on."""

from __future__ import annotations

import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from howfar.study.lines import KeyLines
from howfar.study.problems import Problem, said, suggest

_WORDED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": 'a list such as ["a", "b"]',
    "dict_type": "a table",
    "model_type": "a table",
    "string_too_short": "some text",
    "string_pattern_mismatch": "a short name of lower-case letters, digits, '-', '_' and '.'",
}


def problems_of(
    error: ValidationError,
    root: type[BaseModel],
    data: dict[str, Any],
    keys: KeyLines,
    file: str,
) -> list[Problem]:
    """Every problem of a study file in the order of its lines."""
    found = [_problem(detail, root, data, keys, file) for detail in error.errors()]
    return [problem for _, problem in sorted(found, key=lambda pair: pair[0])]


def dotted(loc: tuple[str | int, ...]) -> str:
    """A key path as one would say it: sources[2].timezone, counted from one."""
    out = ""
    for part in loc:
        out += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if out else part
    return out


def _problem(
    detail: ErrorDetails,
    root: type[BaseModel],
    data: dict[str, Any],
    keys: KeyLines,
    file: str,
) -> tuple[int, Problem]:
    loc = detail["loc"]
    line = keys.of(loc)
    where = f"{file}:{line}"
    path = dotted(loc)
    kind = detail["type"]
    if kind == "extra_forbidden":
        key = str(loc[-1])
        allowed = _allowed(root, loc[:-1])
        hint = suggest(key, allowed) or f"remove it or move it; {_owner(key, root)}".rstrip("; ")
        return line, Problem(where, f'unknown key "{path}"', f"one of {', '.join(allowed)}", hint)
    if kind == "missing":
        return line, Problem(where, f'"{path}" is missing', "", f"add {loc[-1]} = ...")
    if kind == "value_error":
        message = detail["msg"].removeprefix("Value error, ")
        return line, Problem(where, f"{path}: {message}" if path else message)
    if kind == "literal_error":
        options = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        hint = suggest(str(detail["input"]), options.split(", "))
        return line, Problem(where, f'{path}: "{detail["input"]}"', f"one of {options}", hint)
    expected = _WORDED.get(kind, detail["msg"].removeprefix("Input should be "))
    shown = repr(detail["input"])
    what = f"{path}: {shown if len(shown) <= 60 else shown[:57] + '...'} will not do"
    return line, Problem(where, what, expected)


def _allowed(root: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    model = root
    for part in loc:
        if isinstance(part, int):
            continue
        field = next(f for n, f in model.model_fields.items() if part in (n, f.alias))
        model = _model_in(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    for argument in typing.get_args(annotation):
        if (model := _model_in(argument)) is not None:
            return model
    return None


def _owner(key: str, root: type[BaseModel]) -> str:
    """Which table a key would belong to, for a key that stands in the wrong one."""
    for name, field in root.model_fields.items():
        model = _model_in(field.annotation)
        if model is not None and key in model.model_fields:
            return said(f'"{key}" belongs to [{field.alias or name}]', "")
    return ""
