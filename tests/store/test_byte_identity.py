"""The same exports give the same bytes under any zone, hash seed and locale of the machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CHILD = Path(__file__).with_name("ingest_child.py")
PLACES = [
    {"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"},
    {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"},
    {"TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"},
    {"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C"},
    {"TZ": "America/St_Johns", "PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0"},
]


def test_the_machine_does_not_show(
    tmp_path: Path,
    make_exports: Callable[..., Path],
    make_study: Callable[[Path, Path], Path],
    contents: Callable[[Path], dict[str, bytes]],
):
    exports = make_exports(tmp_path / "exports", pages=3, rows=900)
    found = []
    for number, place in enumerate(PLACES):
        folder = make_study(tmp_path / f"study{number}", exports)
        done = subprocess.run(
            [sys.executable, str(CHILD), str(folder), "100", "more"],
            env={**os.environ, **place},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        found.append(contents(folder))
    # posts, counts, coverage and rejects of three files; and the manifest.
    assert len(found[0]) == 3 * 4 + 1
    for place, other in zip(PLACES, found, strict=True):
        assert other == found[0], place
