"""Which readers there are, and which one a file belongs to."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path

import howfar.readers
from howfar.errors import DeclarationError, InputError
from howfar.readers.documents import head_of
from howfar.readers.http_recordings import recording
from howfar.schema.reader import Document, Reader, Sniff

HEAD_BYTES = 65_536
SURE = 0.5


@functools.cache
def readers() -> Mapping[str, Reader]:
    """All readers by id: every module of this folder that has a READER."""
    found: dict[str, Reader] = {}
    for module in pkgutil.iter_modules(howfar.readers.__path__):
        loaded = importlib.import_module(f"{howfar.readers.__name__}.{module.name}")
        one = getattr(loaded, "READER", None)
        for reader in (*getattr(loaded, "READERS", ()), *((one,) if one is not None else ())):
            if reader.declaration.id in found:
                raise DeclarationError(f"reader {reader.declaration.id!r} is declared twice")
            found[reader.declaration.id] = reader
    return dict(sorted(found.items()))


def guess(document: Document | Path) -> list[tuple[Reader, Sniff]]:
    """All readers with their judgement of a file, the surest first."""
    head = head_of(document, HEAD_BYTES)
    judged = [(reader, reader.sniff(document.name, head)) for reader in readers().values()]
    return sorted(judged, key=lambda pair: (-pair[1].confidence, pair[0].declaration.id))


def reader_for(document: Document | Path, format: str) -> Reader:
    """The reader that the study names, or with 'auto' the one that is sure of the file.

    Raises InputError where there is no such reader, or where none is sure.
    """
    known = readers()
    if format != "auto":
        if format not in known:
            raise InputError(
                f"there is no reader {format!r}",
                where=document.name,
                expected=", ".join(known),
                next="set format in study.toml to one of these",
            )
        return known[format]
    if not head_of(document, 1):
        raise InputError(
            "the file is empty",
            where=document.name,
            next="export it again, or leave it out",
            reason="empty",
        )
    return sure_guess(document, format)[0]


def sure_guess(document: Document | Path, format: str = "auto") -> tuple[Reader, Sniff]:
    """The surest reader and why; with a format, that reader and what it sees in the file.

    Raises InputError as reader_for does.
    """
    ranked = guess(document)
    if format in readers():
        return next(pair for pair in ranked if pair[0].declaration.id == format)
    if format != "auto" or not head_of(document, 1):
        reader_for(document, format)
    reader, sniff = ranked[0]
    if sniff.confidence < SURE:
        raise unknown_format(document, ranked)
    return reader, sniff


def unknown_format(document: Document | Path, ranked: list[tuple[Reader, Sniff]]) -> InputError:
    """The error for a file of which no reader is sure: what it is instead, as far as is known."""
    if recorded := recording(head_of(document, HEAD_BYTES)):
        return InputError(
            f"the file is {recorded}, no export of posts",
            where=document.name,
            expected="the answers themselves, as the platform gave them",
            next="export the posts anew, or save the bodies that hold public posts",
        )
    near = [(reader, sniff) for reader, sniff in ranked[:3] if sniff.confidence > 0]
    return InputError(
        "no reader knows this format",
        where=document.name,
        expected="; ".join(f"{r.declaration.id}: {s.why}" for r, s in near)
        or f"one of {len(ranked)} formats: howfar explain readers lists them",
        next="name the format in study.toml, or map its columns (format = 'table-csv')",
    )
