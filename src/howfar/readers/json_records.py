"""Whole JSON documents read with care: their records one by one, a broken one costs itself only.

For exports that are one value (an answer of an API, a result.json), a list, several values one
after another, or JSON Lines. Memory is bounded by the longest record, not by the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from howfar.readers.json_lines import parse_at
from howfar.readers.json_tried import Tried
from howfar.readers.json_window import Window
from howfar.readers.text_lines import LONGEST, damage, open_text
from howfar.schema.reader import Document

_PLAIN = (str, int, float, bool, type(None))
# No line end is skipped: in a run of blank lines each would be tried up to the last.
_ELSEWHERE = re.compile(r"[,\[\n\r][ \t]*+(?=\{)|[\n\r](?=\[)")
_NEXT_LINE = re.compile(r"[\n\r](?=[\[{\"\w-])")
_SIBLING = re.compile(r",[ \t\n\r]*(?=\{)|[\n\r](?=[\[{])")
_NEXT_OBJECT = re.compile(r"[ \t]*[\n\r]+\{")
_MOST_RETRIED = 32 * LONGEST
"""Characters that are tried in vain, over all broken stretches of a document, before it is left:
so that no document takes longer than its size justifies."""
_REREAD_EACH = 64
"""In a document with an indent as many more for each character that lies behind."""

_UNPLACED = ("depth", "duplicate_key", "number")
_COSTLY, _CHEAP = 20_000, 4_000
"""Taken for the characters that were read in vain: where the decoder does not tell the place, and
at least (it counts the lines of what stands before)."""


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """A record: its line, its value or the reason why there is none, and what stood around it.

    around: plain members of the enclosing objects that stood before the list of records.
    """

    line: int
    value: Any
    reason: str = ""
    around: Mapping[str, Any] = field(default_factory=dict)


class _BrokenError(Exception):
    """The text cannot be read on from the window's place."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def json_records(
    document: Document | Path, lists: Sequence[str], is_record: Callable[[Any], bool]
) -> Iterator[JsonRecord]:
    """The records of a document in its order.

    lists: dotted paths of the arrays whose elements are records; "" is an array at the top, * any
    element of an array ("chats.list.*.messages"). A value at the top in which no such array
    stands is one record. is_record: tells a record from other objects; after a broken record it
    decides at which object reading goes on, so that an inner object is not taken for one.

    A broken stretch gives one JsonRecord with a reason: json, depth, duplicate_key, number,
    encoding, nul or too_long. A document that ends before its lists and objects are closed gives
    one at its last line.
    """
    paths = tuple(tuple(path.split(".")) if path else () for path in lists)
    with open_text(document) as file:
        yield from _Parser(Window(file.read), paths, is_record).values()


class _LeftError(Exception):
    """The present value is left: reading goes on at the window's place, as at the top."""


class _Parser:
    """Walks the outer objects by hand; records go whole to the careful decoder."""

    def __init__(
        self, window: Window, lists: Sequence[tuple[str, ...]], is_record: Callable[[Any], bool]
    ) -> None:
        self.window = window
        self.lists = frozenset(lists)
        self.leads = {path[:end] for path in lists for end in range(len(path))}
        self.marks = [f'"{path[0]}"' for path in lists if path]
        self.is_record = is_record
        self.retried = 0
        self.reread = 0
        """Characters of the values that were read in vain, without what is taken for them."""
        self.tried = Tried()
        self.in_pages = False
        """Whether a list of pages was left, whose commas and end then stand at the top."""

    def values(self) -> Iterator[JsonRecord]:
        """Every value at the top, one after another."""
        while following := self.window.peek():
            if self.in_pages and following in ",]":
                self.window.at += 1
                continue
            # In JSON Lines a broken line must not give its inner objects as records.
            alone = self.window.line_is_a_value_without(self.marks)
            start, given = self.window.place(), False
            try:
                for record in self._value():
                    given = True
                    yield record
            except _BrokenError as broken:
                # A line that is cut must not take the next ones for its own end.
                if alone and not given and self.retried < _MOST_RETRIED:
                    self.retried += self.window.return_to_line_end(start)
                # A brace that is left over at the end of a line is broken there, not on the next.
                line = self.window.line
                next_opens = self.window.begins_a_value and self._opens_here()
                line -= not given and next_opens and line == start[1] + 1
                yield JsonRecord(line, None, broken.reason)
                yield from self._salvage(_NEXT_LINE if alone else _ELSEWHERE)
            except _LeftError:
                continue

    def _value(self) -> Iterator[JsonRecord]:
        """The records of one value at the top."""
        window = self.window
        first, line = window.peek(), window.line
        if first == "{" and not window.line_is_whole_without(self.marks):
            members: dict[str, Any] = {}
            found, fault = yield from self._members((), {}, members)
            if not found:
                yield JsonRecord(line, None if fault else members, fault)
        elif first == "[" and () in self.lists:
            window.at += 1
            yield from self._elements((), {})
        elif first == "[" and ("*",) in self.leads:
            window.at += 1
            yield from self._inner((), {})
        else:
            value, _, fault = self._decode()
            yield JsonRecord(line, value, fault)

    def _salvage(self, start: re.Pattern[str]) -> Iterator[JsonRecord]:
        """Records in what remains of a broken value, up to the next value at the top."""
        window = self.window
        while self._find(start):
            if window.at_line_start and not self._is_record_here():
                return
            more = True
            while more:
                line = window.line
                try:
                    value, _, fault = self._decode()
                except _BrokenError as broken:
                    yield JsonRecord(line, None, broken.reason)
                    start = _NEXT_LINE if window.at_line_start else _SIBLING
                    break
                yield JsonRecord(line, value, fault)
                following = window.peek()
                begins = start is _NEXT_LINE or following in "[{"
                if following and begins and window.at_line_start:
                    return
                window.at += following == ","
                more = following == "," and window.peek() == "{"

    def _members(
        self, path: tuple[str, ...], around: dict[str, Any], members: dict[str, Any]
    ) -> Generator[JsonRecord, None, tuple[bool, str]]:
        """Walk an object: its records come out, its other members go into ``members``.

        Returns whether a list of records stood in it, and what is wrong with other members.
        """
        window = self.window
        found, fault, size = False, "", 0
        self._take("{")
        closed = window.peek() == "}"
        window.at += closed
        while not closed:
            if window.peek() != '"':
                raise self._broken()
            name, length, wrong = self._decode()
            fault = fault or wrong
            if name in members:
                raise _BrokenError("duplicate_key")
            members[name] = None
            self._take(":")
            below, first = (*path, name), window.peek()
            if first == "[" and below in self.lists:
                window.at += 1
                found = True
                yield from self._elements(below, dict(around))
            elif first == "[" and (*below, "*") in self.leads:
                window.at += 1
                found = True
                yield from self._inner(below, dict(around))
            elif first == "{" and below in self.leads:
                members[name] = {}
                inner = yield from self._members(below, dict(around), members[name])
                found, fault = found or inner[0], fault or inner[1]
            else:
                members[name], more, wrong = self._decode()
                fault, size = fault or wrong, size + length + more
                if size > LONGEST:
                    raise _BrokenError("too_long")
                if isinstance(members[name], _PLAIN):
                    around[name] = members[name]
            closed = self._take(",}") == "}"
        return found, fault

    def _inner(self, path: tuple[str, ...], around: dict[str, Any]) -> Iterator[JsonRecord]:
        """Elements of an array on the way to the lists of records."""
        window = self.window
        closed = window.peek() == "]"
        window.at += closed
        while not closed:
            if window.peek() == "{":
                line, members = window.line, dict[str, Any]()
                found, fault = yield from self._members((*path, "*"), dict(around), members)
                if not found and not fault and self.is_record(members):
                    # A record that a damaged end of the list before it has left outside.
                    yield JsonRecord(line, members, "", around)
            else:
                self._decode()
            closed = self._take(",]") == "]"

    def _elements(self, path: tuple[str, ...], around: dict[str, Any]) -> Iterator[JsonRecord]:
        """The elements of a list of records; a broken one gives a reason in its place."""
        window = self.window
        opened = window.line
        closed = window.peek() == "]"
        window.at += closed
        if not path and not closed and self._are_lines_here():
            self.in_pages = True
            yield JsonRecord(opened, None, "json")
            raise _LeftError
        indent: str | None = None
        while not closed:
            window.peek()
            # What is left of a broken record has an indent of its own, and is no element.
            line, indent = window.line, window.indent if indent is None else indent
            start = window.place()
            try:
                value, _, fault = self._decode()
                following = window.peek()
                if following not in (",", "]", ""):
                    # An object that closes too early is no record: half of it stands behind.
                    raise self._broken()
                if not following and indent is not None and self._return_to_hidden(start, indent):
                    # Cut and run into the next: it took the end of the list for one of its own.
                    yield JsonRecord(line, None, "json")
                    continue
                yield JsonRecord(line, value, fault, around)
                closed = self._take(",]") == "]"
            except _BrokenError as broken:
                if window.at_line_start and window.line > line:
                    window.at -= 1  # What follows begins a line of its own, and may be whole.
                    yield JsonRecord(line, None, broken.reason)
                else:
                    yield JsonRecord(window.line, None, broken.reason)
                if indent is not None:
                    closed = yield from self._find_indented(indent)
                elif not self._find(_SIBLING, page="*" in path[:1]) or window.begins_a_value:
                    raise _LeftError from None
                elif window.at_line_start and not self._is_record_here():
                    self.in_pages = True
                    raise _LeftError from None
                elif "*" in path:
                    around = {}  # In one long line the next element may lie in another list.

    def _find_indented(self, indent: str) -> Generator[JsonRecord, None, bool]:
        """Go to the next element that is indented alike; true where the list ends before.

        In a document with line breaks between members no line begins inside a text. A line that
        begins with a value, goes on with nothing and is broken, too, has a reason of its own.
        """
        start = re.compile(rf"[\n\r]{indent}(?=\{{)|[\n\r][ \t]{{0,{max(0, len(indent) - 1)}}}\]")
        window = self.window
        while window.search(start):
            if window.text[window.at - 1] == "]":
                return True
            line, goes_on = window.line, indent or not window.follows_a_value
            found, reason = self._try_here()
            if found:
                return False
            if reason and not goes_on:
                yield JsonRecord(line, None, reason)
            if self.reread > _MOST_RETRIED + _REREAD_EACH * window.behind:
                window.finish()
        raise _LeftError

    def _return_to_hidden(self, start: tuple[int, int], indent: str) -> bool:
        """Go back to a record that is indented as an element but stands inside of the last one.

        Only for a document that ends with its lists open.
        """
        window, end = self.window, self.window.place()
        back = window.return_to_line_end(start)
        begins = re.compile(rf"[\n\r]{indent}(?=\{{)")
        while back and self.retried < _MOST_RETRIED and window.search(begins):
            # What stands inside of one another must not be read as often as it is deep.
            self.retried += end[0] - window.place()[0]
            if self._is_record_here():
                return True
        window.finish()
        return False

    def _find(self, start: re.Pattern[str], *, page: bool = False) -> bool:
        """Go to the next record, or to the next line that begins with a value at the top.

        page: or to the next line that begins with an object, the next page of a list of pages.
        """
        window = self.window
        cheap = start is _NEXT_LINE
        while (cheap or self.retried < _MOST_RETRIED) and window.search(start):
            if window.begins_a_value or (page and window.at_line_start) or self._is_record_here():
                return True
            if cheap and self._is_page_here():
                return True
        self.window.finish()
        return False

    def _opens_here(self) -> bool:
        return self.window.peek() in ("{", "[")

    def _are_lines_here(self) -> bool:
        """Whether what stands in a list at the top are lines of JSON, with no comma between.

        As where the line before them was damaged. Else each would seem to be closed too early.
        """
        window = self.window
        if window.peek() != "{" or not window.at_line_start:
            return False
        try:
            _, length, _ = self._decode()
        except _BrokenError:
            return False
        window.at -= length
        line, after = window.ahead(length)
        return not re.search("[\n\r]", line) and _NEXT_OBJECT.match(after) is not None

    def _is_page_here(self) -> bool:
        """Whether an object stands here that has a list of records."""
        try:
            value, length, _ = self._decode()
        except _BrokenError:
            return False
        self.window.at -= length
        return isinstance(value, dict) and any(path[:1] and path[0] in value for path in self.lists)

    def _is_record_here(self) -> bool:
        return self._try_here()[0]

    def _try_here(self) -> tuple[bool, str]:
        """Whether a record begins here; what is wrong with the value, where it was read."""
        window = self.window
        begins = self._opens_here()
        known = self.tried.is_record(window.behind) if begins else None
        if known is not None:
            return known, ""
        try:
            value, length, fault = self._decode()
        except _BrokenError as broken:
            return False, broken.reason
        window.at -= length
        found = self.is_record(value)
        if fault == "encoding":
            self.tried.add_damaged(window.text, window.at, window.at + length, window.behind)
        elif fault:
            self.retried += length
            self.reread += length
        elif begins and not found:
            self.tried.add_whole(
                window.text, window.at, length, value, self.is_record, window.behind
            )
        return found, fault

    def _decode(self) -> tuple[Any, int, str]:
        """The value at the window's place, which moves behind it; its length; what is wrong.

        A value whose damage does not hide its end is null with a reason; _BrokenError for others.
        """
        window = self.window
        window.peek()
        value, end, reason = parse_at(window.text, window.at)
        # What is not whole yet looks broken, and a number at the end may go on.
        while reason == "cut" or (not reason and end == len(window.text)):
            if len(window.text) - window.at > LONGEST or not window.more():
                break
            value, end, reason = parse_at(window.text, window.at)
        length = end - window.at
        text = window.text[window.at : end + 1]
        if reason == "cut":
            reason = "json" if window.ended else "too_long"
        fault = damage(text) if reason in ("", "json") else reason
        if not reason and length > LONGEST:
            fault = "too_long"
        if reason == "json":
            self.tried.add_broken(window.text, window.at, end, window.behind)
        if reason:
            self.reread += length
            self.retried += max(length, _COSTLY if reason in _UNPLACED else _CHEAP)
            window.forget()
            raise _BrokenError(fault or reason)
        window.at = end
        return (None if fault else value), length, fault

    def _take(self, expected: str) -> str:
        found = self.window.peek()
        if not found or found not in expected:
            raise self._broken()
        self.window.at += 1
        return found

    def _broken(self) -> _BrokenError:
        character = self.window.peek()
        return _BrokenError({"\x00": "nul", "\udc80": "encoding"}.get(character, "json"))
