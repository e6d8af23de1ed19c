"""Files that survive a crash: whole or not at all, and on the disk before they are named."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from howfar.errors import StoreError

_NO_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EFBIG: "a file would become larger than this account or disk allows",
    errno.EROFS: "the disk can only be read, not written to",
}


def no_room(error: OSError, where: str) -> StoreError | None:
    """What to say where a disk takes no more; null for other errors."""
    if error.errno not in _NO_ROOM:
        return None
    return StoreError(
        _NO_ROOM[error.errno],
        where=where,
        expected="room for what is written; what was committed before is kept and whole",
        next="make room, or move the study to another disk, then run the same command again",
    )


@contextmanager
def room_needed(folder: Path) -> Iterator[None]:
    """Turn the errors of a full disk into a StoreError that says what to do."""
    try:
        yield
    except OSError as error:
        told = no_room(error, str(folder))
        if told is None:
            raise
        raise told from error


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file so that a reader, or a crash, sees the old or the new one, never a part."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable (a no-op where the system has no such call)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
