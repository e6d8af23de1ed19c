"""Whether decoding into typed structures kept every member of every object in a text.

A decoder of structures drops a twin of a key, and a key that it does not know, without a word.
To encode again what was decoded and to compare shows it, at the cost of another decoding. This
tells it from two counts:

- members kept, by counting references. Each structure refers once to its type, and once to
  ABSENT for each member that the text did not give, so that
  kept = sum over types (fields x references) - references to ABSENT.
- members in the text, by counting colons behind the quote that ends a key. In doubt a colon
  counts, so that this is never too few.

Members dropped make the first smaller than the second. Where they differ nothing is said, and the
slow comparison has to tell; where references are not counted (a Python without its lock) they
always differ.
"""

from __future__ import annotations

import operator
import sys
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt


class _Absent(tuple[()]):
    """Nothing, as an object of its own: None and msgspec.UNSET are shared or never counted."""

    __slots__ = ()


ABSENT: Final[Any] = _Absent()
"""The value of a member that a text does not have. It is false, as null is."""

_QUOTE, _COLON, _BACKSLASH, _EXCLAMATION = (ord(sign) for sign in '":\\!')


class MembersKept:
    """Counts the members of all structures of some types.

    Between two looks no other thread may make or drop structures of these types, and no decoder
    of them may be made. Structures that are dropped make the difference too small, which is safe.
    Other references to ABSENT that are dropped, from a list say, make it too large: nothing that
    holds them may be left to the collector of cycles.
    """

    def __init__(self, base: type[msgspec.Struct]) -> None:
        """Count structures of a type and of all that are derived from it.

        Raises TypeError where a member that is not given becomes anything but ABSENT: it would
        count as given.
        """
        self._types = _derived(base)
        self._fields = [len(each.__struct_fields__) for each in self._types]
        for each in self._types:
            for one in msgspec.structs.fields(each):
                if one.default is not ABSENT:
                    raise TypeError(f"{each.__name__}.{one.name}: expected the default ABSENT")

    def now(self) -> int:
        """Members that all structures hold, but for a constant: only differences tell."""
        held: int = sum(map(operator.mul, self._fields, map(sys.getrefcount, self._types)))
        return held - sys.getrefcount(ABSENT)


def _derived(base: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    below = [found for each in base.__subclasses__() for found in _derived(each)]
    return list(dict.fromkeys([base, *below]))


def are_all(kept: int, text: npt.NDArray[np.uint8]) -> bool:
    """Whether so many members are all of a text (N,) of whole JSON values, which was decoded.

    False also where it is not certain: the text may have fewer than it seems.
    """
    # Space may stand before the colon; it and the quote are among the lowest bytes.
    near = (text[1:] == _COLON) & (text[:-1] <= _QUOTE)
    found = int(np.count_nonzero(near))
    if found <= kept:
        return found == kept
    colons = np.flatnonzero(near) + 1
    before, second, third = (text[colons - n] for n in (1, 2, 3))
    # Before the space that follows a key stands its quote, or more space.
    in_text = (before != _QUOTE) & ((second > _QUOTE) | (second == _EXCLAMATION))
    in_text |= before == _EXCLAMATION
    quoted = (before == _QUOTE) & (second == _BACKSLASH) & (third != _BACKSLASH)
    return found - int(np.count_nonzero(in_text | quoted)) == kept
