"""Details of a fit as they come (weights, coefficients, cells): lists, tables where they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from howfar.improve.wording import figure
from howfar.report.model import Cell, Facts, Table
from howfar.report.words import say

_FEW = 12
_ROWS = 60


def detail_items(given: Mapping[str, Any], title: str, id: str) -> list[Facts | Table]:
    """What is short as a list of definitions, and each mapping or list of records as a table."""
    short: list[tuple[str, list[str | Cell]]] = []
    tables: list[Table] = []
    for key, value in given.items():
        name = key.replace("_", " ")
        found = _tables(name, value)
        if found:
            tables += found
        else:
            short.append((name, [text_of(value)]))
    return [*([Facts(short, title, id)] if short else []), *tables]


def text_of(value: Any) -> str:
    """A value on one line; long lists are cut, the document has them whole."""
    if value is None or value == [] or value == {}:
        return say("none")
    if isinstance(value, bool):
        return say("effect.yes" if value else "effect.no")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e6 else figure(value)
    if isinstance(value, Mapping):
        return _cut([f"{name}: {text_of(one)}" for name, one in value.items()], "; ")
    if isinstance(value, list | tuple):
        return _cut([text_of(one) for one in value], ", ")
    return str(value)


def _cut(parts: Sequence[str], between: str) -> str:
    if len(parts) <= 2 * _FEW:
        return between.join(parts)
    return between.join(parts[:_FEW]) + between + say("effect.more", n=len(parts) - _FEW)


def _simple(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _tables(name: str, value: Any) -> list[Table]:
    """Tables of a mapping of figures, of records by name, or of a list of records."""
    if isinstance(value, list) and len(value) > 1 and all(_record(one) for one in value):
        head = list(dict.fromkeys(key for one in value for key in one))
        return [_table(name, head, [[one.get(key) for key in head] for one in value])]
    if not isinstance(value, Mapping) or not value:
        return []
    if all(_record(one) for one in value.values()):
        head = list(dict.fromkeys(key for one in value.values() for key in one))
        if len(value) == 1 or len(head) > 6:
            made: list[Table] = []
            for label, one in value.items():
                made += _figures(f"{name}: {label}", one)
            return made
        rows = [[label, *(one.get(key) for key in head)] for label, one in value.items()]
        return [_table(name, [say("effect.head_name"), *head], rows)]
    if all(isinstance(one, Mapping) and one for one in value.values()):
        return [table for label, one in value.items() for table in _tables(f"{name}: {label}", one)]
    return _figures(name, value) if _record(value) and len(value) > 3 else []


def _record(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(map(_simple, value.values()))


def _figures(name: str, value: Mapping[str, Any]) -> list[Table]:
    """Name and figure a row; zeros among figures are counted, not listed."""
    rows = [[label, one] for label, one in value.items() if one != 0 or isinstance(one, bool)]
    zeros = len(value) - len(rows)
    if zeros:
        rows.append([say("effect.zeros", n=zeros), 0])
    return [_table(name, [say("effect.head_name"), say("effect.head_value")], rows)]


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    shown = [tuple(text_of(one) for one in row) for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        rest = say("effect.more", n=len(rows) - _ROWS)
        shown.append((rest, *("" for _ in head[1:])))
    numeric = frozenset(
        n for n in range(1, len(head)) if any(isinstance(r[n], int | float) for r in rows)
    )
    names = tuple(one.replace("_", " ") for one in head)
    return Table(caption, names, shown, numeric, (), len(shown) > 30)
