"""A TOML file that the user writes: parsed, checked against its model, all that is wrong told."""

from __future__ import annotations

import re
import tomllib
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from howfar.errors import StudyError
from howfar.study.explain import problems_of
from howfar.study.lines import key_lines
from howfar.study.problems import error_from

Model = TypeVar("Model", bound=BaseModel)


def parse_toml(model: type[Model], text: str, file: str) -> Model:
    """The text as that model; StudyError lists every problem, each with its line."""
    keys = key_lines(text)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, file) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise error_from(problems_of(error, model, data, keys, file), file) from None


def _syntax_error(message: str, text: str, file: str) -> StudyError:
    twice = key_lines(text).twice
    if twice and re.match(r"Cannot (overwrite|declare)", message):
        key, first, second = twice[0]
        return StudyError(
            f"{key} is given twice, first on line {first}",
            f"{file}:{second}",
            "each key once in its table",
            f"remove or rename one of the two; a list of tables is written [[{key.strip('[]')}]]"
            if key.startswith("[")
            else "remove one of the two",
        )
    at = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", message)
    line = int(at[1]) if at and at[1] else max(1, len(text.splitlines()))
    what = re.sub(r"\s*\(at .*\)$", "", message)
    return StudyError(
        f"not valid TOML: {what[:1].lower()}{what[1:]}",
        f"{file}:{line}",
        "key = value lines; texts in double quotes",
        "mend that line",
    )
