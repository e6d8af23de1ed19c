"""kill -9 at random moments of an ingest; run again, the tables are those of an undisturbed run.

HOWFAR_KILLS sets the number of kills: 20 by default, hundreds in `make torture`.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.store.children import Child
from tests.store.ingest_child import read

from howfar.readers.ingest import Outcome
from howfar.store.tables import TableStore, verify

KILLS = int(os.environ.get("HOWFAR_KILLS", "20"))
PAGES, ROWS, BATCH = 5, 2000, 400

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems"),
    pytest.mark.timeout(120 + 10 * KILLS),
]


def start(folder: Path, how: str) -> Child:
    """A child that begins to read now."""
    return Child(read, folder, BATCH, how)


def duration(folder: Path, how: str) -> float:
    """Seconds that an undisturbed child takes."""
    child = start(folder, how)
    begun = time.monotonic()
    assert child.finish(None) == 0
    return time.monotonic() - begun


def kill_at_random(folder: Path, how: str, length: float, rng: random.Random) -> tuple[bool, float]:
    """Kill a child at a random moment; whether it was met at work, and the length to go on with.

    On a busy machine the first child may have been slow and the next ones done before their
    moment: their own duration is then the better length.
    """
    child = start(folder, how)
    begun = time.monotonic()
    code = child.finish(rng.random() * length)
    assert code in (0, -signal.SIGKILL)
    return code != 0, length if code else min(length, time.monotonic() - begun)


def test_killed_ingest_ends_where_an_undisturbed_one_does(
    tmp_path: Path,
    make_exports: Callable[..., Path],
    make_study: Callable[[Path, Path], Path],
    read_study: Callable[..., list[Outcome]],
    contents: Callable[[Path], dict[str, bytes]],
    record_property: Callable[[str, object], None],
) -> None:
    exports = make_exports(tmp_path / "exports", PAGES, ROWS)
    whole = make_study(tmp_path / "whole", exports)
    length = duration(whole, "more")
    expected = contents(whole)
    rng, left = random.Random(2024), list[int]()
    for number in range(3 * KILLS):
        folder = make_study(tmp_path / f"killed{number}", exports)
        met, length = kill_at_random(folder, "more", length, rng)
        store = TableStore(folder)
        assert verify(store) == []
        if met:
            left.append(len(store.manifest().inputs))
        read_study(folder, batch_rows=BATCH)
        assert contents(folder) == expected
        if len(left) == KILLS:
            break
    record_property("kills", len(left))
    for pages in range(PAGES + 1):
        record_property(f"{pages} of {PAGES} files committed", left.count(pages))
    # The kills must have met the work, at its beginning and in its midst, else nothing was tried.
    assert len(left) == KILLS
    assert len({n for n in left if 0 < n < PAGES}) >= 2, left


def test_killed_rebuild_leaves_the_old_tables(
    tmp_path: Path,
    make_exports: Callable[..., Path],
    make_study: Callable[[Path, Path], Path],
    read_study: Callable[..., list[Outcome]],
    contents: Callable[[Path], dict[str, bytes]],
    record_property: Callable[[str, object], None],
) -> None:
    exports = make_exports(tmp_path / "exports", PAGES, ROWS)
    folder = make_study(tmp_path / "study", exports)
    read_study(folder, batch_rows=BATCH)
    old = contents(folder)
    length = duration(folder, "fresh")
    rebuilt = contents(folder)
    assert not set(old) & set(rebuilt) - {"manifest.json"}
    kept, met, rng = 0, 0, random.Random(7)
    for number in range(3 * max(5, KILLS // 3)):
        folder = make_study(tmp_path / f"killed{number}", exports)
        read_study(folder, batch_rows=BATCH)
        hit, length = kill_at_random(folder, "fresh", length, rng)
        met += hit
        store = TableStore(folder)
        assert verify(store) == []
        found = contents(folder)
        if store.manifest().generation == 1:
            kept += 1
            assert {name: found[name] for name in old} == old
            read_study(folder, fresh=True, batch_rows=BATCH)
        else:
            read_study(folder, batch_rows=BATCH)
        assert contents(folder) == rebuilt
        if kept == max(5, KILLS // 3):
            break
    record_property("kills", met)
    record_property("left with the old tables", kept)
    assert kept >= 3
