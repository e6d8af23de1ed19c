"""kill -9 at random moments of a deletion; run again, all is as after an undisturbed one.

HOWFAR_KILLS sets the number of kills: 10 by default, hundreds in `make torture`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.store.children import Child
from tests.store.forget_cases import all_bytes, kept_run, many, write_study
from tests.store.forget_child import forget_some

from howfar.store.run_log import verify_log
from howfar.store.tables import TableStore, verify

KILLS = int(os.environ.get("HOWFAR_KILLS", "10"))
PERSONS = 40

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems"),
    pytest.mark.timeout(120 + 10 * KILLS),
]


def start(folder: Path) -> Child:
    """A child that begins to forget now."""
    return Child(forget_some, folder, PERSONS // 4)


def outcome(folder: Path) -> dict[str, bytes]:
    """All bytes of the study; the log's last entry alone, since a deletion may be logged twice."""
    found = all_bytes(folder)
    log = found.pop("results/runs.jsonl").splitlines()
    entries = {line.split(b'"ended"')[0] for line in log}
    assert len(entries) == 1
    return {k: v for k, v in found.items() if not k.endswith(".lock")} | {"log": entries.pop()}


def test_killed_anywhere_it_ends_where_an_undisturbed_one_does(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    made = tmp_path / "made"
    kept_run(made, write_study(made, many(6, 1500, PERSONS), group=500), "0a1b")
    whole = shutil.copytree(made, tmp_path / "whole")
    begun = time.monotonic()
    assert start(whole).finish(None) == 0
    length = time.monotonic() - begun
    expected, before = outcome(whole), all_bytes(made)
    assert not (whole / "results" / "runs" / "0a1b").exists()
    rng, states = random.Random(2024), list[str]()
    for number in range(3 * KILLS):
        folder = shutil.copytree(made, tmp_path / f"killed{number}")
        child = start(folder)
        begun = time.monotonic()
        code = child.finish(rng.random() * length)
        if code == 0:
            length = min(length, time.monotonic() - begun)
            continue
        assert code == -signal.SIGKILL
        store = TableStore(folder)
        assert verify(store) == []
        verify_log(folder / "results" / "runs.jsonl")
        now = all_bytes(folder)
        known = {name: body for name, body in now.items() if name in before}
        states.append(
            "committed" if store.manifest().tombstones else "begun" if known != now else "not begun"
        )
        assert start(folder).finish(None) == 0
        assert outcome(folder) == expected
        shutil.rmtree(folder)
        if len(states) == KILLS:
            break
    record_property("kills", len(states))
    for state in ("not begun", "begun", "committed"):
        record_property(state, states.count(state))
    # The kills must have met the work in its midst, else nothing was tried.
    assert len(states) == KILLS
    assert states.count("begun") >= KILLS // 4, states
