"""A stretch of a long text that moves along: what is behind is forgotten, but for its lines."""

from __future__ import annotations

import re
from collections.abc import Callable

PIECE = 1 << 20
_BEHIND = 256
"""Characters behind the present place that stay, so that its line's beginning can be seen."""
_AHEAD = 256
"""Characters at the end of a searched stretch that are searched again with the next."""
_SPACE = re.compile(r"[ \t\n\r]*")


class Window:
    """Reads on as it is asked for more; ``text[at]`` is the present place."""

    def __init__(self, read: Callable[[int], str]) -> None:
        """read: gives at most so many characters more, none at the end of the text."""
        self._read = read
        self.text = ""
        self.at = 0
        self.ended = False
        self._line = 1
        self._counted = 0
        self._forgotten = 0

    @property
    def line(self) -> int:
        """Line of the present place, from 1; between two calls places only move forward."""
        text, start, end = self.text, self._counted, self.at
        if end > start:
            self._line += text.count("\n", start, end)
            if text.find("\r", start, end) >= 0:
                self._line += text.count("\r", start, end) - text.count("\r\n", start, end + 1)
            self._counted = end
        return self._line

    @property
    def indent(self) -> str | None:
        """The white space before the present place if nothing else is on its line before it."""
        before = self.text[max(0, self.at - _BEHIND) : self.at]
        bare = before.rstrip(" \t")
        if bare == before == "" or not bare.endswith(("\n", "\r")):
            return None
        return before[len(bare) :]

    @property
    def at_line_start(self) -> bool:
        """Whether the present place begins a line."""
        return self.at == 0 or self.text[self.at - 1] in "\n\r"

    @property
    def begins_a_value(self) -> bool:
        """Whether the present place begins a line, and none that goes on with a list."""
        before = self.text[max(0, self.at - _BEHIND) : self.at]
        return self.at_line_start and not before.rstrip().endswith(",")

    @property
    def follows_a_value(self) -> bool:
        """Whether an object or a list ends before the present place, with no comma between."""
        before = self.text[max(0, self.at - _BEHIND) : self.at]
        return before.rstrip().endswith(("}", "]"))

    def more(self) -> bool:
        """Read on, and forget what is behind; false at the end of the text."""
        if self.ended:
            return False
        self.forget()
        piece = self._read(max(PIECE, len(self.text)))
        self.ended = not piece
        self.text += piece
        return bool(piece)

    def ahead(self, length: int) -> tuple[str, str]:
        """The next characters, so many as are asked for, and some behind them."""
        while len(self.text) < self.at + length + _AHEAD and self.more():
            pass
        end = self.at + length
        return self.text[self.at : end], self.text[end : end + _AHEAD]

    def forget(self) -> None:
        """Let go of what is far behind."""
        if self.at > PIECE // 4:
            _ = self.line
            cut = self.at - min(_BEHIND, self.at)
            self.text, self.at = self.text[cut:], self.at - cut
            self._forgotten += cut
            self._counted = self.at

    @property
    def behind(self) -> int:
        """How much of the whole text lies before the present place."""
        return self._forgotten + self.at

    def place(self) -> tuple[int, int]:
        """The present place in the whole text, and its line."""
        return self.behind, self.line

    def return_to_line_end(self, place: tuple[int, int]) -> int:
        """Go back to the end of the line of an earlier place; the characters that this went.

        Nowhere where that end lies ahead, or was forgotten already.
        """
        at = place[0] - self._forgotten
        ends = [e for e in (self.text.find(c, at, self.at) for c in "\n\r") if e >= 0]
        if at < 0 or not ends:
            return 0
        back = self.at - min(ends)
        self.at, self._line, self._counted = min(ends), place[1], min(ends)
        return back

    def peek(self) -> str:
        """Skip white space; the next character, empty at the end of the text."""
        while True:
            found = _SPACE.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def search(self, pattern: re.Pattern[str]) -> bool:
        """Move behind the next match; to the end of the text where there is none."""
        while True:
            found = pattern.search(self.text, self.at)
            if found and (self.ended or found.end() < len(self.text)):
                self.at = found.end()
                return True
            if self.ended:
                self.at = len(self.text)
                return False
            self.at = max(self.at, len(self.text) - _AHEAD)
            self.more()

    def finish(self) -> None:
        """Move to the end of the text."""
        self.at = len(self.text)
        while self.more():
            self.at = len(self.text)

    def line_is_whole_without(self, marks: list[str]) -> bool:
        """Whether the rest of the line is at hand, ends an object and holds none of the marks."""
        line = self._rest_of_line()
        return line.rstrip().endswith("}") and not any(mark in line for mark in marks)

    def line_is_a_value_without(self, marks: list[str]) -> bool:
        """Whether a line begins here with more than a bracket, and holds none of the marks."""
        line = self._rest_of_line()
        return (
            self.at_line_start
            and len(line.rstrip()) > 1
            and line[0] == "{"
            and not any(mark in line for mark in marks)
        )

    def _rest_of_line(self) -> str:
        end = self.text.find("\n", self.at)
        while end < 0 and len(self.text) - self.at < PIECE and self.more():
            end = self.text.find("\n", self.at)
        return self.text[self.at : end] if end >= 0 else self.text[self.at :]
