"""What a value that was read in vain tells of the values inside of it, so that none is read twice.

Where reading looks for the next record it tries one place after another. Without this, objects
that stand inside of one another would be read as often as they are deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

# A string that is not closed goes on to the end of the stretch.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_TOKEN_OR_DAMAGE = re.compile(rf"{_TOKEN.pattern}|[\ud800-\udfff]", re.DOTALL)
_DAMAGE = re.compile("[\ud800-\udfff]")


class Tried:
    """Places of a document, counted from its beginning, at which no record begins or one does."""

    def __init__(self) -> None:
        self._hopeless: set[int] = set()
        self._records: set[int] = set()
        self._start = self._end = 0

    def is_record(self, place: int) -> bool | None:
        """Whether a record begins at a place where an object or a list begins; null: not known."""
        if place in self._hopeless:
            return False
        return place in self._records if self._start <= place < self._end else None

    def add_broken(self, text: str, at: int, end: int, place: int) -> None:
        """A value that cannot be read beyond ``end``: nor can any that is open there.

        text, at: where it begins; place: the same in the whole document.
        """
        opened: list[int] = []
        for token in _TOKEN.finditer(text, at, end):
            if token[0] in "{[":
                opened.append(token.start())
            elif token[0] in "}]" and opened:
                opened.pop()
        self._add(opened, place - at, place)

    def add_damaged(self, text: str, at: int, end: int, place: int) -> None:
        """A value with damaged bytes in it: no value that has some of them is a record."""
        opened: list[tuple[int, bool]] = []
        damaged: list[int] = []
        for token in _TOKEN_OR_DAMAGE.finditer(text, at, end):
            if token[0] in "{[":
                opened.append((token.start(), False))
            elif token[0] not in "}]":
                if opened and _DAMAGE.search(token[0]):
                    opened[-1] = opened[-1][0], True
            elif opened and (closed := opened.pop())[1]:
                damaged.append(closed[0])
                if opened:
                    opened[-1] = opened[-1][0], True
        self._add(damaged, place - at, place)

    def add_whole(
        self,
        text: str,
        at: int,
        length: int,
        value: Any,
        is_record: Callable[[Any], bool],
        place: int,
    ) -> None:
        """An intact value that is no record: which of the values inside of it are some."""
        self._start, self._end, self._records = place, place + length, set()
        records = [is_record(inner) for inner in _containers(value)]
        if any(records):
            tokens = _TOKEN.finditer(text, at, at + length)
            begins = (token.start() for token in tokens if token[0] in "{[")
            inside = zip(begins, records, strict=True)
            self._records = {place - at + begin for begin, found in inside if found}

    def _add(self, places: list[int], forgotten: int, behind: int) -> None:
        kept = {place for place in self._hopeless if place >= behind}
        self._hopeless = kept.union(forgotten + place for place in places)


def _containers(value: Any) -> Iterator[Any]:
    """Objects and lists in the order in which their text begins, the value itself first."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            yield one
            inner = one.values() if isinstance(one, dict) else one
            waiting.extend(reversed(list(inner)))
