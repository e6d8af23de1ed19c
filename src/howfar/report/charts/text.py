"""How wide a text will be, and where to break it, in any script."""

from __future__ import annotations

import unicodedata

_NARROW = "iljtfrI.,:;'|!()[] "
_WIDE = "mwMW@%—"


def width(text: str, size: float = 12) -> float:
    """Estimated width in pixels, 15 % on the wide side, since readers' fonts differ."""
    return sum(map(_em, text)) * size * 1.15


def _em(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.28
    if character in _WIDE:
        return 0.85
    return 0.67 if character.isupper() else 0.53


def wrap(text: str, limit: float, size: float = 12, lines: int = 2) -> str:
    """The text in at most that many lines of a width, broken at spaces, else between letters.

    What does not fit ends in an ellipsis; the table twin has it in full.
    """
    found: list[str] = []
    rest = " ".join(text.split())
    while rest and len(found) < lines:
        if width(rest, size) <= limit:
            return "\n".join([*found, rest])
        fits = _fitting(rest, limit, size)
        at = rest.rfind(" ", 0, fits + 1)
        cut = at if at > fits // 3 else fits
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        last = found[-1]
        while last and width(last + "…", size) > limit:
            last = last[:-1]
        found[-1] = last.rstrip() + "…"
    return "\n".join(found)


def _fitting(text: str, limit: float, size: float) -> int:
    used = 0.0
    for at, character in enumerate(text):
        used += _em(character) * size * 1.15
        if used > limit:
            return max(at, 1)
    return len(text)
