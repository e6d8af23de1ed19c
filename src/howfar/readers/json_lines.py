"""JSON Lines read with care: every intact line, every bad one named by line and reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from howfar.readers.text_lines import LONGEST, damage, text_lines
from howfar.schema.reader import Document

DETAIL = {
    "json": "expected one whole JSON value",
    "depth": "expected fewer nested objects",
    "duplicate_key": "expected each key once in its object",
    "number": "expected no NaN or infinity",
    "encoding": "expected text in the file's encoding",
    "nul": "expected no NUL bytes",
    "too_long": "expected a line of at most 8 Mi characters",
}
"""What to say of a line that could not be parsed, by its reason."""


class _DuplicateKeyError(ValueError):
    """A key stands twice in one object: which of the two values was meant is unknowable."""


class _NotANumberError(ValueError):
    """NaN or an infinity, which JSON does not have."""


def json_lines(document: Document | Path) -> Iterator[tuple[int, Any, str]]:
    """Line number, value and an empty reason; or the reason why there is no value.

    Blank lines are no records. Numbers with a fraction or an exponent become floats, others
    exact integers of any size.
    """
    return values_of(text_lines(document))


def values_of(lines: Iterable[str], number: int = 0) -> Iterator[tuple[int, Any, str]]:
    """As json_lines, of lines as text_lines gives them. number: of the line before."""
    unfinished = ""
    for text in lines:
        if unfinished:
            # The rest of a line that was rejected already as too long.
            unfinished = "" if text.endswith(("\n", "\r")) else unfinished
            continue
        number += 1
        if len(text) > LONGEST:
            unfinished = "" if text.endswith(("\n", "\r")) else "too_long"
            yield number, None, "too_long"
        elif text.strip():
            yield number, *parse(text)


def parse(text: str) -> tuple[Any, str]:
    """The value of one line and an empty reason, or null and the reason."""
    if reason := damage(text):
        return None, reason
    try:
        value = msgspec.json.decode(text)
        if _no_key_was_dropped(text, value):
            return value, ""
    except (ValueError, RecursionError):
        pass  # The careful parser tells what is wrong, or accepts what this one does not.
    return parse_carefully(text)


def parse_carefully(text: str) -> tuple[Any, str]:
    """As parse, by the slower parser that sees every key; the two agree wherever both apply."""
    value, end, reason = _parse_at_carefully(text, _after_space(text, 0))
    if reason == "cut" or (not reason and _after_space(text, end) < len(text)):
        return None, "json"
    return value, reason


def parse_at(text: str, at: int) -> tuple[Any, int, str]:
    """The value that begins at a place of a text, where it ends, and an empty reason.

    Else null, the place up to which it was read where that is known, and the reason: also 'cut'
    where the value might be whole if the text went on.
    """
    try:
        value, end = _quick_decoder.raw_decode(text, at)
        if _no_key_was_dropped(text[at:end], value):
            return value, end, ""
    except (ValueError, RecursionError):
        pass
    return _parse_at_carefully(text, at)


def _parse_at_carefully(text: str, at: int) -> tuple[Any, int, str]:
    try:
        return *_decoder.raw_decode(text, at), ""
    except _DuplicateKeyError:
        return None, at, "duplicate_key"
    except _NotANumberError:
        return None, at, "number"
    except RecursionError:
        return None, at, "depth"
    except json.JSONDecodeError as error:
        open_end = error.pos >= len(text) - _LONGEST_WORD or error.msg.startswith("Unterminated")
        return None, min(error.pos, len(text)), "cut" if open_end else "json"
    except ValueError:  # A whole number of thousands of digits.
        return None, at, "number"


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n\r":
        at += 1
    return at


def _no_key_was_dropped(text: str, value: Any) -> bool:
    r"""Whether the decoded value surely has every key of the text; the fast decoder drops twins.

    Counts the key marks `":` in the text and in the value encoded again. Inside strings a quote
    is always escaped, so the mark there reads the same in both, unless as \u0022; and a key may
    stand apart from its colon. Where one of the two might be, the answer is no.
    """
    if "\\u0022" in text or " :" in text or "\t:" in text or "\r:" in text:
        return False
    return text.count('":') == msgspec.json.encode(value).count(b'":')


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _refuse(_: str) -> NoReturn:
    raise _NotANumberError


_LONGEST_WORD = 12
"""Characters of the longest word that may be cut at the end of a text, -Infinity or an escape."""

_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
_quick_decoder = json.JSONDecoder(parse_constant=_refuse)
