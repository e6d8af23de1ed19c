"""What all parts of the study file share: unknown keys are errors, values are not converted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from howfar.study.codes import Country, Language


class Part(BaseModel):
    """A table of the study file."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
    )


def _parse_day(value: Any) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f'"{value}" is no date; write it as 2024-03-01') from None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError(f"{value} is no date; write it as 2024-03-01")


def _parse_moment(value: Any) -> date | datetime:
    if isinstance(value, str):
        try:
            if len(value) <= 10:
                return date.fromisoformat(value)
            return datetime.fromisoformat(value)
        except ValueError:
            value = f'"{value}"'
    elif isinstance(value, date):
        return value
    raise ValueError(
        f"{value} is no date or time; write it as 2024-03-01 or 2024-03-01T12:30:00 "
        "(with an offset such as +02:00 where it is not in the window's time zone)"
    )


Day = Annotated[
    date, BeforeValidator(_parse_day), WithJsonSchema({"type": "string", "format": "date"})
]
Moment = Annotated[
    date | datetime,
    BeforeValidator(_parse_moment),
    WithJsonSchema(
        {
            "type": "string",
            "anyOf": [{"format": "date"}, {"format": "date-time"}],
        }
    ),
]
Text = Annotated[str, Field(min_length=1)]
# TOML gives lists; strictness stays on for what they hold.
Texts = Annotated[tuple[Text, ...], Field(strict=False)]
Countries = Annotated[tuple[Country, ...], Field(strict=False)]
Languages = Annotated[tuple[Language, ...], Field(strict=False)]


def repeated(names: Sequence[str]) -> str | None:
    """The first name that occurs twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
