"""Where each key of a TOML file stands, which the standard library's parser does not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_KEY_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY_PART}(?:\s*\.\s*{_KEY_PART})*"
_HEADER = re.compile(rf"^\s*(\[\[?)\s*({_DOTTED})\s*\]\]?")
_ASSIGNMENT = re.compile(rf"^\s*({_DOTTED})\s*=(.*)$", re.DOTALL)
_PART = re.compile(_KEY_PART)
_STRINGS = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


@dataclass
class KeyLines:
    """The line of every key path, and the keys that are given twice (key, first, second)."""

    lines: dict[Path, int] = field(default_factory=dict)
    twice: list[tuple[str, int, int]] = field(default_factory=list)

    def of(self, path: Path) -> int:
        """The line of a key path or of its nearest parent; 1 where nothing is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _depth(text: str) -> int:
    """How many arrays or inline tables a stretch of values leaves open."""
    bare = _STRINGS.sub("", text).split("#", 1)[0]
    return sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")


def _open_quote(text: str) -> str | None:
    """The quote of a multi-line string that a value starts and does not end."""
    for quote in ('"""', "'''"):
        start = text.find(quote)
        if start >= 0 and text.find(quote, start + 3) < 0:
            return quote
    return None


def key_lines(text: str) -> KeyLines:
    """Read the key positions of a TOML text; best effort where the text is not valid TOML."""
    found = KeyLines()
    table: Path = ()
    counts: dict[Path, int] = {}
    depth, quote = 0, None
    for number, line in enumerate(text.splitlines(), start=1):
        if quote is not None:
            quote = None if quote in line else quote
            continue
        if depth > 0:
            depth += _depth(line)
            continue
        if header := _HEADER.match(line):
            names = _names(header[2])
            if header[1] == "[[":
                parent = _resolve(names[:-1], counts)
                array: Path = (*parent, names[-1])
                counts[array] = counts.get(array, -1) + 1
                table = (*array, counts[array])
                found.lines.setdefault(array, number)
            else:
                table = _resolve(names, counts)
                if table in found.lines:
                    found.twice.append((f"[{header[2]}]", found.lines[table], number))
            found.lines[table] = number
        elif assignment := _ASSIGNMENT.match(line):
            path = (*table, *_names(assignment[1]))
            if path in found.lines:
                found.twice.append((assignment[1], found.lines[path], number))
            found.lines[path] = number
            quote = _open_quote(assignment[2])
            depth = 0 if quote else _depth(assignment[2])
    return found


def _resolve(names: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """A table name as a path: a name of an array of tables means its last element."""
    path: Path = ()
    for name in names:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    return path
