"""Packed bytes to plain ones: streamed, bounded, and honest about where the data ends early."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import zstandard

from howfar.errors import InputError

FREE_BYTES = 64 * 1024 * 1024
MOST_RATIO = 250
"""What unpacks to more than FREE_BYTES may be at most so many times its packed size. Exports of
posts pack 5 to 40 times; bombs a thousand times and more."""

_CHUNK = 1 << 16
# A kilobyte of zstandard unpacks to 32 MiB at most; the library cannot be told a limit.
_ZSTD_PIECE = 1 << 10
ZSTD_WINDOW = "HOWFAR_WINDOW"
_USUAL_WINDOW = 27
_LARGEST_WINDOW = 31

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}


class DamagedError(Exception):
    """The packed data is cut or wrong from here on."""


def packing_of(head: bytes) -> str:
    """gzip, zstandard, zip or plain, by the first bytes and never by the name."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "plain")


def unpacked(file: BinaryIO, packing: str, name: str) -> Iterator[bytes]:
    """What a stream of gzip or zstandard holds; closes the file at its end.

    Raises DamagedError after the last intact bytes, InputError where the ratio is a bomb's.
    """
    with file:
        chunks = _gzip(file) if packing == "gzip" else _zstandard(file, name)
        packed = plain = 0
        for taken, chunk in chunks:
            packed += taken
            plain += len(chunk)
            check_ratio(packed, plain, name)
            yield chunk


def check_ratio(packed: int, plain: int, name: str) -> None:
    """InputError where so many bytes cannot come from an export of that packed size."""
    if plain > FREE_BYTES and plain > MOST_RATIO * packed:
        raise InputError(
            f"it unpacks to more than {MOST_RATIO} times its size",
            where=name,
            expected="an export of posts, which packs 5 to 40 times",
            next="unpack it yourself if you trust it, and read what comes out",
            reason="ratio",
        )


def _gzip(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    unpack = zlib.decompressobj(wbits=31)
    started = False
    data = file.read(_CHUNK)
    taken = len(data)
    while data:
        if unpack.eof:
            # Another member follows, or the zero bytes with which tapes and tools fill up.
            data = data.lstrip(b"\0")
            if data:
                unpack, started = zlib.decompressobj(wbits=31), False
        try:
            chunk = unpack.decompress(data, 16 * _CHUNK)
        except zlib.error:
            raise DamagedError from None
        started = True
        if chunk:
            yield taken, chunk
            taken = 0
        data = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        if not data:
            data = file.read(_CHUNK)
            taken += len(data)
    if started and not unpack.eof:
        if chunk := unpack.flush():
            yield taken, chunk
        raise DamagedError


def _zstandard(file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    window = _window(name)
    context = zstandard.ZstdDecompressor(max_window_size=2**window)
    unpack = context.decompressobj()
    finished = False
    while data := file.read(_ZSTD_PIECE):
        taken = len(data)
        while data:
            if finished:
                unpack, finished = context.decompressobj(), False
            try:
                chunk = unpack.decompress(data)
            except zstandard.ZstdError as error:
                if "memory" in str(error):
                    raise _too_large_window(window, name) from None
                raise DamagedError from None
            finished = unpack.eof
            data = unpack.unused_data if finished else b""
            yield taken, chunk
            taken = 0
    if not finished:
        raise DamagedError


def _window(name: str) -> int:
    told = os.environ.get(ZSTD_WINDOW, "")
    if not told:
        return _USUAL_WINDOW
    if not told.isdecimal() or not 10 <= int(told) <= _LARGEST_WINDOW:
        raise InputError(
            f"{ZSTD_WINDOW} is no size of a window",
            where=name,
            expected=f"a number from 10 to {_LARGEST_WINDOW}, the window's size as a power of two",
            next=f"set {ZSTD_WINDOW}=31, or unset it",
        )
    return int(told)


def _too_large_window(window: int, name: str) -> InputError:
    return InputError(
        f"it was packed with a window of more than {2**window:,} bytes",
        where=name,
        expected="a window that fits the memory that reading may take",
        next=f"where there are 3 GB of memory: {ZSTD_WINDOW}=31 howfar read ...; "
        "or unpack it with zstd -d --long=31",
        reason="ratio",
    )
