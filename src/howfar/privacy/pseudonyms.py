"""Keyed pseudonyms of persons, and of their posts where those are not a channel's.

pseudonym = prefix + hex(first 128 bits of HMAC-SHA-256(key, "platform:id")), RFC 2104.
Without the key nobody can test whether a given account is in a study; with another key the same
account has another pseudonym, so that two studies cannot be joined.
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PERSON_PREFIX: Final = "p_"
POST_PREFIX: Final = "m_"
KEY_BYTES: Final = 32
_HEX_DIGITS = 32
_BLOCK = 64


class Pseudonymiser:
    """Pseudonyms under one study's key.

    Platform names hold no colon, so that no two (platform, id) pairs give one message.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        # The two hash states after their first block; copying them is far cheaper than
        # starting an HMAC for every id.
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(b ^ 0x36 for b in padded))
        self._outer = hashlib.sha256(bytes(b ^ 0x5C for b in padded))

    def __repr__(self) -> str:
        return "Pseudonymiser(key hidden)"

    def person(self, platform: str, native_id: str) -> str:
        """The pseudonym of one account; ValueError where the id is empty."""
        return self._one(PERSON_PREFIX, platform, native_id)

    def post(self, platform: str, native_id: str) -> str:
        """The pseudonym of one post's native id; ValueError where it is empty."""
        return self._one(POST_PREFIX, platform, native_id)

    def persons(self, platform: str, ids: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Pseudonyms of a text array (N,) of account ids, (N,) strings; null stays null."""
        return self.many(PERSON_PREFIX, platform, ids)

    def posts(self, platform: str, ids: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Pseudonyms of a text array (N,) of post ids, (N,) strings; null stays null."""
        return self.many(POST_PREFIX, platform, ids)

    def many(self, prefix: str, platform: str, ids: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Pseudonyms (N,) of a text array (N,) under a prefix of one's own; null stays null."""
        if isinstance(ids, pa.ChunkedArray):
            ids = ids.combine_chunks()
        encoded = pc.dictionary_encode(ids.cast(pa.string()))
        distinct: list[bytes] = encoded.dictionary.cast(pa.binary()).to_pylist()
        _check(platform, all(distinct))
        start, outside = self._inner.copy(), self._outer
        start.update(f"{platform}:".encode())
        digests = []
        for name in distinct:
            inner, outer = start.copy(), outside.copy()
            inner.update(name)
            outer.update(inner.digest())
            digests.append(outer.digest()[: _HEX_DIGITS // 2])
        return _texts(prefix, digests).take(encoded.indices)

    def _one(self, prefix: str, platform: str, native_id: str) -> str:
        _check(platform, bool(native_id))
        inner = self._inner.copy()
        # surrogatepass: a broken id is still an id, and must not stop a read.
        inner.update(f"{platform}:{native_id}".encode("utf-8", "surrogatepass"))
        outer = self._outer.copy()
        outer.update(inner.digest())
        return prefix + outer.hexdigest()[:_HEX_DIGITS]


def _check(platform: str, given: bool) -> None:
    if not given:
        raise ValueError("an empty id has no pseudonym; give null where there is none")
    if not platform or ":" in platform:
        raise ValueError(f'"{platform}" is no platform name')


def _texts(prefix: str, digests: list[bytes]) -> pa.Array:
    """Prefix and hexadecimal digits of each digest (N,), (N,) strings."""
    digits = np.frombuffer(b"".join(digests).hex().encode(), np.uint8).reshape(-1, _HEX_DIGITS)
    start = np.frombuffer(prefix.encode(), np.uint8)
    letters = np.hstack([np.broadcast_to(start, (len(digits), len(start))), digits])
    ends = np.arange(len(digits) + 1, dtype=np.int32) * letters.shape[1]
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(letters.tobytes())]
    return pa.Array.from_buffers(pa.string(), len(digits), buffers)


def fingerprint(pseudonyms: Pseudonymiser) -> str:
    """Tells keys apart without telling the key."""
    return pseudonyms.post("howfar", "fingerprint")


def handle_accounts(handles: pa.Array | pa.ChunkedArray) -> pa.Array:
    """What stands for the account id (N,) where an export gives only handles (N,); null stays null.

    The prefix @ keeps the two apart; case, spaces around and leading @ signs do not count.
    """
    bare = pc.utf8_ltrim(pc.utf8_lower(pc.utf8_trim_whitespace(handles)), "@")
    return pc.binary_join_element_wise(pa.scalar("@"), bare, "", null_handling="emit_null")
