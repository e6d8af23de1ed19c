"""Texts whose export marks spans in them: persons named in plain words are taken out at once.

What a platform marks as a mention may be a person's name without @, which no redactor of texts
can find. Such a span is replaced here; one that the redactor surely catches is left to it, for it
knows which handles are those of channels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, Literal

from howfar.privacy.redaction import MENTION, Redactor

Unit = Literal["utf-8", "utf-16-le"]
"""What places in a text count: bytes of UTF-8, or code units of UTF-16."""
Span = tuple[int, int, str | Callable[[str], str]]
"""Start, end (exclusive), and what is put there: a text, or one made of what stands there."""

_HOST = re.compile(r"(?i:https?)://(?:[^/?#@\s]*@)?([^/:?#\s]+)")
_REDACTOR: Final = Redactor()
_LONGEST_HANDLE = 320


def mention(shown: str) -> str:
    """What is written for a span that the export marks as a mention of an account."""
    if len(shown) > _LONGEST_HANDLE or not shown.startswith("@"):
        return MENTION
    return shown if _is_caught(shown) else MENTION


@lru_cache(maxsize=4_096)
def _is_caught(handle: str) -> bool:
    return _REDACTOR.text(handle) == MENTION


class Units:
    """A text whose places are counted in units of its coding; it is coded once."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._coded = text.encode(unit)
        self._unit = unit
        self._width = 1 if unit == "utf-8" else 2
        self._length = len(self._coded) // self._width

    def part(self, start: int, end: int) -> str:
        """What stands between two places, halves of characters left out."""
        if not 0 <= start < end:
            return ""
        found = self._coded[start * self._width : end * self._width]
        return found.decode(self._unit, "ignore")

    def replaced(self, spans: Iterable[Span]) -> str:
        """The text with spans replaced.

        A span outside the text, inside a character or over another one is passed over, as the
        platforms' own programs do.
        """
        pieces: list[str] = []
        at = 0
        for start, end, instead in sorted(spans, key=lambda span: span[:2]):
            if at <= start < end <= self._length and self._whole(start) and self._whole(end):
                shown = self.part(start, end)
                put = instead if isinstance(instead, str) else instead(shown)
                pieces += [self.part(at, start), put]
                at = end
        return "".join([*pieces, self.part(at, self._length)])

    def _whole(self, place: int) -> bool:
        """Whether a place lies between two characters."""
        if place == self._length:
            return True
        if self._width == 1:
            return self._coded[place] & 0xC0 != 0x80
        return self._coded[2 * place + 1] & 0xFC != 0xDC


def replaced(text: str, spans: Iterable[Span], unit: Unit) -> str:
    """The text with spans replaced, see Units."""
    return Units(text, unit).replaced(spans)


def outside_host(addresses: Iterable[str | None], own: re.Pattern[str]) -> str | None:
    """Host of the first web address that does not lead to the platform itself."""
    for address in addresses:
        found = _HOST.match(address or "")
        host = found[1].lower().removeprefix("www.") if found else ""
        if host and not own.search(host):
            return host
    return None
