"""Members of JSON objects, each as what it should be or with a reason why the record goes.

Missing (no such member, or null) is null everywhere; nothing is converted silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from howfar.readers.fields import MOST
from howfar.readers.text_lines import damage

Object = Mapping[str, Any]

_DIGITS = re.compile(r"[0-9]{1,20}")
_WHOLE = re.compile(r"[0-9]{1,12}")


class BadPostError(Exception):
    """A record that cannot be kept: reason code and detail, never its text."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def text(value: Object, key: str, empty: str | None = None) -> str | None:
    """A text; an empty one is ``empty``. BadPostError: type, encoding, nul."""
    found = value.get(key)
    if found is None:
        return None
    if not isinstance(found, str):
        raise BadPostError("type", f"{key}: expected text")
    if reason := damage(found):
        raise BadPostError(reason, f"{key}: expected whole characters and no NUL")
    return found or empty


def name_of(value: Object, key: str) -> str | None:
    """A display name; a damaged one is missing, for the record is intact without it."""
    found = value.get(key)
    return found if isinstance(found, str) and found and not damage(found) else None


def texts(value: Object, key: str) -> list[str]:
    """A list of texts, empty where missing. BadPostError: type, encoding, nul."""
    found = value.get(key) or []
    if not isinstance(found, list) or not all(isinstance(v, str) for v in found):
        raise BadPostError("type", f"{key}: expected a list of texts")
    if reason := damage("".join(found)):
        raise BadPostError(reason, f"{key}: expected whole characters and no NUL")
    return found


def digits(value: Object, key: str, *, required: bool = False) -> str | None:
    """An id that must be digits in a text: as a number it went through a float, say."""
    found = value.get(key)
    if found is None and not required:
        return None
    if not isinstance(found, str) or not _DIGITS.fullmatch(found):
        raise BadPostError("id", f"{key}: expected digits in quotation marks")
    return found


def identifier(value: Object, key: str, *, required: bool = False) -> str | None:
    """An id as text: a text without white space, or a whole number, which JSON holds exactly.

    BadPostError id: missing though required, empty, or a number with a fraction or an exponent.
    """
    found = value.get(key)
    if found is None and not required:
        return None
    if type(found) is int and found >= 0:
        return str(found)
    if not isinstance(found, str) or not found or any(c.isspace() for c in found):
        raise BadPostError("id", f"{key}: expected an id, not empty and never rounded")
    if reason := damage(found):
        raise BadPostError(reason, f"{key}: expected whole characters and no NUL")
    return found


def figure(value: Object, key: str, *, as_text: bool = False) -> int | None:
    """A count: a whole number of zero or more, with as_text also as digits in a text."""
    found = value.get(key)
    if found is None:
        return None
    if as_text and isinstance(found, str) and _WHOLE.fullmatch(found):
        found = int(found)
    if type(found) is not int or not 0 <= found < MOST:
        raise BadPostError("number", f"{key}: expected a whole number of zero or more")
    return found


def truth_of(value: Object, key: str) -> bool | None:
    """True or false."""
    found = value.get(key)
    if found is not None and not isinstance(found, bool):
        raise BadPostError("type", f"{key}: expected true or false")
    return found


def obj(value: Object, key: str) -> Object:
    """An object, empty where missing. BadPostError: type."""
    found = value.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadPostError("type", f"{key}: expected an object")
    return found


def objs(value: Object, key: str) -> list[Object]:
    """A list of objects, empty where missing. BadPostError: type."""
    found = value.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(v, dict) for v in found):
        raise BadPostError("type", f"{key}: expected a list of objects")
    return found
