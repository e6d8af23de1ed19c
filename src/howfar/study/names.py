"""Watched names: whether the name of an account holds the name of an organisation or channel.

For the count of accounts that use such a name without being the channel; the mark says that the
name matched, never that anybody pretends anything.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from howfar.study.lookalikes import ODD_LETTERS, skeleton
from howfar.study.registry import Registry

_TOKENS: Final = re.compile(r"[^\W\d_]+|\d+")
# BBCWorldNews: where a small letter meets a capital, and before the last of several capitals.
_HUMPS: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MOST_TOKENS = 40


class WatchedNames:
    """Names to be watched for.

    Compared after compatibility folding, in any case, without separators, with characters that
    look alike as one; a watched name must fill whole words of the account's name.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._keys = frozenset(key for name in names if (key := _joined(_tokens(name))))
        self._longest = max(map(len, self._keys), default=0)
        self._maybe = "|".join(sorted(_pattern(key) for key in self._keys)) or None
        self.matches = lru_cache(maxsize=1 << 16)(self._matches)

    @property
    def keys(self) -> tuple[str, ...]:
        """What is compared, in alphabetical order."""
        return tuple(sorted(self._keys))

    def array(self, names: pa.Array) -> pa.Array:
        """Whether each name of a text array (N,) holds a watched one, (N,); null stays null."""
        coded = pc.dictionary_encode(names)
        distinct = coded.dictionary
        found = [False] * len(distinct)
        for place in self._candidates(distinct):
            found[place] = self.matches(distinct[place].as_py())
        return pa.array(found, pa.bool_()).take(coded.indices)

    def _candidates(self, names: pa.Array) -> list[int]:
        """Places of the names that may match, told apart by passes over all: few do."""
        if self._maybe is None or not len(names):
            return []
        plain = pc.utf8_normalize(names, form="NFKD")
        bare = pc.replace_substring_regex(pc.utf8_lower(plain), r"[^\p{L}\p{N}]+", "")
        folded = pc.replace_substring(pc.replace_substring_regex(bare, "[1i]", "l"), "0", "o")
        hit = pc.match_substring_regex(folded, self._maybe)
        # A name with a letter that passes for another is looked at by itself.
        hit = pc.or_(hit, pc.match_substring_regex(plain, _ODD))
        found: list[int] = pc.indices_nonzero(pc.fill_null(hit, False)).to_pylist()
        return found

    def _matches(self, name: str) -> bool:
        """Whether a run of whole words of a name is a watched name."""
        for tokens in (_tokens(name), _tokens(_HUMPS.sub(" ", name))):
            shapes = [skeleton(token) for token in tokens[:_MOST_TOKENS]]
            for start in range(len(shapes)):
                run = ""
                for shape in shapes[start:]:
                    run = _run(run + shape)
                    if run in self._keys:
                        return True
                    if len(run) > self._longest:
                        break
        return False


def watched_names(stated: Iterable[str] | None, registry: Registry) -> WatchedNames:
    """The names that the study states or, where it states none, those of our own channels."""
    if stated is not None:
        return WatchedNames(stated)
    ours = [row for row in registry if row.role == "ours"]
    return WatchedNames([n for row in ours for n in (row.name, row.handle) if n])


def _tokens(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", name)
    return _TOKENS.findall("".join(c for c in plain if unicodedata.category(c) != "Cf"))


def _run(text: str) -> str:
    # Two letters that look like one may stand in different words once these are joined.
    return text.replace("rn", "m").replace("vv", "w")


def _joined(tokens: list[str]) -> str:
    return _run("".join(map(skeleton, tokens)))


def _pattern(key: str) -> str:
    # Names are not folded this far, since that may join letters of two words.
    return re.escape(key).replace("m", "(?:m|rn)").replace("w", "(?:w|vv)")


_ODD: Final = "[" + "".join(sorted({chr(code) for code in ODD_LETTERS})) + "ßẞ]"
