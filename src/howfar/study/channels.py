"""The channel registry, channels.csv: read, checked, and all that is wrong told at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from howfar.study.changes import change_problems
from howfar.study.channel import Channel
from howfar.study.explain import problems_of
from howfar.study.file import Study, read_text
from howfar.study.handles import handle_key
from howfar.study.lines import KeyLines, key_lines
from howfar.study.problems import Problem, error_from, suggest
from howfar.study.registry import Registry

FILE_NAME = "channels.csv"
COLUMNS = tuple(Channel.model_fields)
REQUIRED = tuple(name for name, info in Channel.model_fields.items() if info.is_required())
_LISTS = ("languages", "paths")


def load_channels(folder: Path) -> Registry:
    """Read channels.csv of a study folder; an empty registry where there is none.

    StudyError lists every wrong row as channels.csv:LINE.
    """
    path = folder / FILE_NAME
    return parse_channels(read_text(path), FILE_NAME) if path.exists() else Registry()


def parse_channels(text: str, file: str = FILE_NAME) -> Registry:
    """Parse and check the text of a channel registry; StudyError lists every problem."""
    problems: list[Problem] = []
    good: list[tuple[int, Channel]] = []
    for line, row in _rows(text, file, problems):
        data: dict[str, Any] = {
            key: [part.strip() for part in value.split(";") if part.strip()]
            if key in _LISTS
            else value
            for key, value in row.items()
            if value
        }
        try:
            good.append((line, Channel.model_validate(data)))
        except ValidationError as error:
            problems += problems_of(error, Channel, data, KeyLines({(): line}), file)
    problems += _clashes(good, file)
    if problems:
        raise error_from(sorted(problems, key=lambda p: int(p.where.rsplit(":", 1)[1])), file)
    return Registry(tuple(channel for _, channel in good))


def check_references(study: Study, registry: Registry, text: str, file: str) -> None:
    """StudyError where a source or a change names a channel that the registry does not hold."""
    keys = key_lines(text)
    problems = [
        Problem(
            f"{file}:{keys.of(('sources', number, 'channel'))}",
            f'sources[{number + 1}].channel: no channel "{source.channel}" in {FILE_NAME}',
            "",
            suggest(source.channel, registry.ids) or f"add it to {FILE_NAME}",
        )
        for number, source in enumerate(study.sources)
        if source.channel is not None and source.channel not in registry.ids
    ]

    def at(number: int, key: str) -> str:
        return f"{file}:{keys.of(('changes', number, key))}"

    problems += change_problems(study.changes, registry, at)
    if problems:
        raise error_from(problems, file)


def _rows(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with the line on which they begin; adds to problems what no row can be made of."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    start = 1
    while True:
        start = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(Problem(f"{file}:{start}", f"not valid CSV: {error}", "", "mend it"))
            return
        if not any(cells):
            continue
        if not header:
            header = cells
            problems += _header_problems(header, f"{file}:{start}")
            if problems:
                return
        elif len(cells) != len(header):
            expected = f"{len(header)} cells, as the header has"
            hint = "quote cells that hold a comma; lists are separated by semicolons"
            problems.append(Problem(f"{file}:{start}", f"{len(cells)} cells", expected, hint))
        else:
            yield start, dict(zip(header, cells, strict=True))
    if not header:
        problems.append(Problem(f"{file}:1", "the file is empty", f"a header: {','.join(COLUMNS)}"))


def _header_problems(header: list[str], where: str) -> Iterator[Problem]:
    for name in header:
        if name not in COLUMNS:
            hint = suggest(name, COLUMNS) or "remove the column"
            yield Problem(where, f'unknown column "{name}"', f"one of {', '.join(COLUMNS)}", hint)
        elif header.count(name) > 1:
            yield Problem(where, f'column "{name}" is given {header.count(name)} times')
    for name in REQUIRED:
        if name not in header:
            yield Problem(where, f'column "{name}" is missing', "", f"add a column {name}")


def _clashes(rows: list[tuple[int, Channel]], file: str) -> Iterator[Problem]:
    """Rows of one channel that overlap in time, and accounts that two channels claim."""
    groups: dict[tuple[str, ...], list[tuple[int, Channel]]] = {}
    for line, row in rows:
        groups.setdefault(("channel", row.channel), []).append((line, row))
        if row.account_id:
            groups.setdefault(("account_id", row.platform, row.account_id), []).append((line, row))
        if row.handle and (key := handle_key(row.handle)):
            groups.setdefault(("handle", row.platform, key), []).append((line, row))
    for kind, *names in groups:
        for (first, a), (second, b) in combinations(groups[kind, *names], 2):
            where = f"{file}:{second}"
            if kind == "channel" and a.platform != b.platform:
                yield Problem(
                    where,
                    f'channel "{names[0]}" is on {b.platform}, on line {first} on {a.platform}',
                    "one platform a channel",
                    "give each account its own channel id; the organisation joins them",
                )
            elif kind == "channel" and a.overlaps(b):
                yield Problem(
                    where,
                    f'channel "{names[0]}" is also on line {first} for the same days',
                    "rows of one channel that do not overlap",
                    "set valid_to (last day) of the earlier row and valid_from of the later one",
                )
            elif kind != "channel" and a.channel != b.channel and a.overlaps(b):
                yield Problem(
                    where,
                    f'{kind} "{names[1]}" on {names[0]} is also that of channel '
                    f'"{a.channel}" on line {first}',
                    "one channel an account",
                )
