"""Words of an export that are kept as they are: only those that a platform is known to use.

What an export calls a post's kind is its own text, and could be anybody's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

LANGUAGE: Final = r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*$"
"""The form of a language tag; what has another form is no language."""
OTHER: Final = "other"
"""What stands for a kind that is not known."""

_KINDS: Final = frozenset(
    """
    ad added ads advert album albums animated animation app application article articles audio
    avatar broadcast card carousel checkin checklist clip clips collection comment comments complete
    contact container cover crosspost dice direct document documents embed embedded emoji empty
    event events external facade feed file files film forward forwarded fundraiser gallery game
    generator geo gif gifs gifv giveaway graph group hosted html igtv image images info inline
    invoice item job labeler large life link links list live location main media mention message
    mobile multi music native news none note offer other pack page paid pdf photo photos picture
    playlist podcast poll polls post posts premiere product profile question quote quoted record
    reel reels reply repost results retweet review rich round scheduled self shared shop short
    shorts sidecar sponsored starter status statuses sticker stories story stream summary tag text
    todo tombstone tweet unknown unsupported upcoming update updates url venue video videos view
    voice wall web webpage website with xdt
    """.split()
)
_RECORD: Final = re.compile(r"[@＠]|://|\d{4}|\d\D\d\D\d|[.!?]\s")
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]")


def known_kinds(kinds: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Kinds of posts (N,), those with a word that no platform uses as 'other'; null stays null."""
    if isinstance(kinds, pa.ChunkedArray):
        kinds = kinds.combine_chunks()
    coded = pc.dictionary_encode(kinds)
    kept = [kind if _known(kind) else OTHER for kind in coded.dictionary.to_pylist()]
    return pa.array(kept, pa.string()).take(coded.indices)


def _known(kind: str) -> bool:
    words = _WORD.findall(kind)
    return bool(words) and len(words) <= 6 and all(word.lower() in _KINDS for word in words)


def no_account(words: pa.Array, accounts: list[pa.Array]) -> pa.Array:
    """Words (N,) but those that are the id, handle or name of an account (arrays of any length).

    Case, leading @ signs and the instance of a federated handle do not count; null stays null.
    """
    bare = _bare(words)
    for column in accounts:
        named = pc.is_in(bare, _bare(pc.unique(column)), skip_nulls=True)
        words = pc.if_else(named, pa.scalar(None, pa.string()), words)
    return words


def _bare(names: pa.Array) -> pa.Array:
    plain = pc.utf8_ltrim(pc.utf8_lower(pc.utf8_trim_whitespace(names)), "@")
    return pc.replace_substring_regex(plain, "@.*$", "")


def header_of_table(columns: Sequence[str]) -> tuple[str, ...]:
    """Column names to be shown, or nothing where the first line is a record and no header.

    A record betrays itself by a cell that no column would be called: an address, a long number,
    a time, a sentence; or by being alone.
    """
    if len(columns) < 2 or any(_RECORD.search(name) or len(name) > 64 for name in columns):
        return ()
    return tuple(columns)
