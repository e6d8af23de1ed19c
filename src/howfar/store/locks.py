"""Who writes and who reads: locks of the operating system, which go with the process.

One writer holds ``.lock``. Each reader holds a lock on a file of its own under ``.readers``, so
that it never waits for anyone; a writer that wants to remove replaced segments finds out by
trying these locks whether a reader may still need them. After a crash the files stay, the locks
do not.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from howfar.errors import StoreError
from howfar.store.durable import no_room, room_needed

LOCK = ".lock"
READERS = ".readers"


@contextmanager
def writer_lock(tables: Path) -> Iterator[None]:
    """Hold the only writer's lock; StoreError at once where another process has it."""
    with room_needed(tables):
        tables.mkdir(parents=True, exist_ok=True)
    with file_lock(tables / LOCK, tables, timeout=0):
        yield


@contextmanager
def file_lock(path: Path, guarded: Path, timeout: float) -> Iterator[None]:
    """Hold an exclusive lock; StoreError where another process has it after so many seconds."""
    # A soft lock (a marker file) would outlive a killed process: refused rather than used.
    lock = filelock.FileLock(path, timeout=timeout, fallback_to_soft=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise StoreError(
            "another howfar is writing to this study",
            where=str(guarded),
            expected="one writer at a time",
            next="wait until it has finished, then run the command again",
        ) from error
    except OSError as error:
        raise no_room(error, str(guarded)) or StoreError(
            f"cannot be locked for writing: {error.strerror}",
            where=str(guarded),
            expected="a folder that you may write to, on a disk with file locks",
            next="check the folder's permissions, or move the study to a local disk",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def reader_pin(tables: Path) -> Iterator[None]:
    """Keep the segments of the state that is read after this from being removed.

    Where the folder cannot be written to, nobody removes anything there through it either, and
    reading goes on without a pin.
    """
    with contextlib.ExitStack() as stack:
        if tables.is_dir() and os.access(tables, os.W_OK):
            folder = tables / READERS
            folder.mkdir(exist_ok=True)
            path = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
            stack.callback(path.unlink, missing_ok=True)
            stack.enter_context(filelock.FileLock(path, timeout=5, fallback_to_soft=False))
        yield


def has_readers(tables: Path) -> bool:
    """Whether a living reader holds a pin; the files of dead ones are removed."""
    living = False
    for path in sorted((tables / READERS).glob("*")):
        try:
            with filelock.FileLock(path, timeout=0, fallback_to_soft=False):
                path.unlink(missing_ok=True)
        except filelock.Timeout:
            living = True
    return living
