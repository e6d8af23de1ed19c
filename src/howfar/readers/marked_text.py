"""Texts whose export marks spans in them: persons named in plain words are taken out at once.

What a platform marks as a mention may be a person's name without @, which no redactor of texts
can find. Such a span is replaced here; one that the redactor surely catches is left to it, for it
knows which handles are those of channels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from howfar.privacy.redaction import MENTION, Redactor

Span = tuple[int, int, str]
"""Start, end (exclusive) and what is put there."""

_HOST = re.compile(r"(?i:https?)://(?:[^/?#@\s]*@)?([^/:?#\s]+)")
_REDACTOR: Final = Redactor()


def mention(shown: str) -> str:
    """What is written for a span that the export marks as a mention of an account."""
    return shown if shown.startswith("@") and _REDACTOR.text(shown) == MENTION else MENTION


def replaced(text: str, spans: Iterable[Span], unit: Literal["utf-8", "utf-16-le"]) -> str:
    """The text with spans replaced; their ends count bytes of UTF-8 or code units of UTF-16.

    A span outside the text, inside a character or over another one is passed over, as the
    platforms' own programs do.
    """
    width = 1 if unit == "utf-8" else 2
    coded = text.encode(unit)
    pieces: list[str] = []
    at = 0
    for start, end, instead in sorted(spans):
        if not at <= start * width < end * width <= len(coded):
            continue
        try:
            before = coded[at : start * width].decode(unit)
            coded[start * width : end * width].decode(unit)
        except UnicodeDecodeError:
            continue
        pieces += [before, instead]
        at = end * width
    return "".join(pieces) + coded[at:].decode(unit)


def part(text: str, start: int, end: int, unit: Literal["utf-8", "utf-16-le"]) -> str:
    """What stands between two places of a text, damage passed over."""
    width = 1 if unit == "utf-8" else 2
    return text.encode(unit)[start * width : end * width].decode(unit, "ignore")


def outside_host(addresses: Iterable[str | None], own: re.Pattern[str]) -> str | None:
    """Host of the first web address that does not lead to the platform itself."""
    for address in addresses:
        found = _HOST.match(address or "")
        host = found[1].lower().removeprefix("www.") if found else ""
        if host and not own.search(host):
            return host
    return None
