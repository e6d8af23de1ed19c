"""Which readers there are, and which one a file belongs to."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path

import howfar.readers
from howfar.errors import DeclarationError, InputError
from howfar.schema.reader import Reader, Sniff

HEAD_BYTES = 65_536
SURE = 0.5


def readers() -> Mapping[str, Reader]:
    """All readers by id: every module of this folder that has a READER."""
    found: dict[str, Reader] = {}
    for module in pkgutil.iter_modules(howfar.readers.__path__):
        reader = getattr(
            importlib.import_module(f"{howfar.readers.__name__}.{module.name}"), "READER", None
        )
        if reader is None:
            continue
        if reader.declaration.id in found:
            raise DeclarationError(f"reader {reader.declaration.id!r} is declared twice")
        found[reader.declaration.id] = reader
    return dict(sorted(found.items()))


def guess(path: Path) -> list[tuple[Reader, Sniff]]:
    """All readers with their judgement of a file, the surest first."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    judged = [(reader, reader.sniff(path.name, head)) for reader in readers().values()]
    return sorted(judged, key=lambda pair: (-pair[1].confidence, pair[0].declaration.id))


def reader_for(path: Path, format: str) -> Reader:
    """The reader that the study names, or with 'auto' the one that is sure of the file.

    Raises InputError where there is no such reader, or where none is sure.
    """
    known = readers()
    if format != "auto":
        if format not in known:
            raise InputError(
                f"there is no reader {format!r}",
                where=path.name,
                expected=", ".join(known),
                next="set format in study.toml to one of these",
            )
        return known[format]
    if path.stat().st_size == 0:
        raise InputError(
            "the file is empty", where=path.name, next="export it again, or leave it out"
        )
    ranked = guess(path)
    reader, sniff = ranked[0]
    if sniff.confidence < SURE:
        raise InputError(
            "no reader knows this format",
            where=path.name,
            expected="; ".join(f"{r.declaration.id}: {s.why}" for r, s in ranked[:3]),
            next="name the format in study.toml, or map its columns (format = 'table-csv')",
        )
    return reader
