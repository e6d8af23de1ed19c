"""A disk that takes no more: said clearly, nothing committed is lost, and reading can go on.

A real full disk needs rights that tests do not have (benchmarks/full_disk.py has one). Here every
single act on the disk fails once, as a full one would make it; and in a process of its own the
system limits the size of files.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from howfar.errors import StoreError
from howfar.readers.ingest import Outcome
from howfar.store.durable import write_atomically as _write_atomically
from howfar.store.tables import TableStore, verify

CHILD = Path(__file__).with_name("ingest_child.py")
Read = Callable[..., list[Outcome]]
Contents = Callable[[Path], dict[str, bytes]]


class _Disk:
    """Counts what is done on the disk and refuses one act, or all from it on."""

    def __init__(self) -> None:
        self.acts = 0
        self.full_at: int | None = None
        self.for_good = False

    def act(self) -> None:
        self.acts += 1
        if self.full_at is not None and (
            self.acts == self.full_at or (self.for_good and self.acts > self.full_at)
        ):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> _Disk:
    """A disk under the store's writing: row groups, ends of files, fsync, folders, the manifest."""
    found = _Disk()

    def guarded(owner: object, name: str) -> None:
        plain = getattr(owner, name)

        def act(*given: object, **named: object) -> object:
            found.act()
            return plain(*given, **named)

        monkeypatch.setattr(owner, name, act)

    guarded(pq.ParquetWriter, "write_table")
    guarded(pq.ParquetWriter, "close")
    guarded(os, "fsync")
    guarded(Path, "mkdir")
    monkeypatch.setattr("howfar.store.durable.write_atomically", _atomically(found))
    monkeypatch.setattr("howfar.store.manifest.write_atomically", _atomically(found))
    return found


def _atomically(disk: _Disk) -> Callable[[Path, bytes], None]:
    def write(path: Path, content: bytes) -> None:
        try:
            disk.act()
        except OSError:
            path.with_name(path.name + ".tmp").write_bytes(content[: len(content) // 2])
            raise
        _write_atomically(path, content)

    return write


@contextmanager
def _full(disk: _Disk, at: int, for_good: bool) -> Iterator[None]:
    disk.acts, disk.full_at, disk.for_good = 0, at, for_good
    try:
        yield
    finally:
        disk.full_at = None


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("for_good", [False, True])
def test_wherever_the_disk_is_full_nothing_is_lost(
    study: Path,
    tmp_path: Path,
    make_study: Callable[[Path, Path], Path],
    read_study: Read,
    contents: Contents,
    disk: _Disk,
    fresh: bool,
    for_good: bool,
) -> None:
    read_study(study)
    if fresh:
        read_study(study, fresh=True)
    expected = contents(study)
    folder = make_study(tmp_path / "full", tmp_path / "exports")
    if fresh:
        read_study(folder)
    committed, at = set[int](), 0
    while True:
        at += 1
        before = _committed(folder)
        error = None
        try:
            with _full(disk, at, for_good):
                read_study(folder, fresh=fresh)
        except StoreError as refused:
            error = refused
        if error is None:
            break
        assert "disk is full" in str(error)
        assert "make room" in error.next
        store = TableStore(folder)
        assert verify(store) == []
        now = _committed(folder)
        if fresh and not set(before) & set(now):
            # The rename was done, only what comes after it failed: the new tables are the tables.
            read_study(folder)
            break
        assert {name: now[name] for name in before} == before
        committed.add(len(store.manifest().inputs))
    assert at > 20
    assert contents(folder) == expected
    assert fresh or committed >= {0, 1, 2}


def _committed(folder: Path) -> dict[str, bytes]:
    """The segments that the committed state names."""
    store = TableStore(folder)
    return {name: (store.folder / name).read_bytes() for name in store.manifest().all_segments()}


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes are of POSIX systems")
def test_a_limit_of_the_system_is_told_and_reading_goes_on_when_it_is_lifted(
    study: Path, tmp_path: Path, make_study: Callable[[Path, Path], Path], contents: Contents
) -> None:
    whole = make_study(tmp_path / "whole", tmp_path / "exports")
    assert _child(whole, None).returncode == 0
    expected = contents(whole)
    sizes = sorted(len(content) for content in expected.values())
    # Each limit lies below the size of some file of the tables: that one cannot be written.
    for limit in sorted({sizes[-1] - 1, sizes[-1] // 2, 1_000}, reverse=True):
        ended = _child(study, limit)
        assert ended.returncode == 5, (limit, ended.stderr)
        assert "a file would become larger than" in ended.stderr
        assert "next: make room" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert verify(TableStore(study)) == []
    assert _child(study, None).returncode == 0
    assert contents(study) == expected


def _child(folder: Path, limit: int | None) -> subprocess.CompletedProcess[str]:
    """Read in a process of its own, whose files may have so many bytes, as the program would."""
    code = """
import resource, runpy, sys
from howfar.errors import HowfarError
if int(sys.argv[1]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.argv = sys.argv[2:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except HowfarError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""
    return subprocess.run(
        [sys.executable, "-c", code, str(limit or 0), str(CHILD), str(folder), "50000", "more"],
        capture_output=True,
        text=True,
        check=False,
    )
