"""Results that rest on what is no longer in the tables: removed, the run log alone excepted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from howfar.store.durable import sync_folder
from howfar.store.manifest import Manifest
from howfar.store.run_log import LOG

RESULTS, RUNS = "results", "runs"
_KEPT = (LOG, LOG + ".lock")


def stale_runs(study: Path, manifest: Manifest) -> list[Path]:
    """Kept runs that rest on a segment that the tables no longer have; half-written ones too."""
    now = {segment.sha256 for segment in manifest.all_segments().values()}
    return [
        folder
        for folder in sorted((study / RESULTS / RUNS).glob("*"))
        if not _segments(folder) <= now or not _segments(folder)
    ]


def remove_stale(study: Path, manifest: Manifest) -> int:
    """Remove stale runs and, with any of them, the report, tables and figures; their number.

    What tells that a run is stale goes last, so that an interrupted removal is found again.
    """
    stale = stale_runs(study, manifest)
    results = study / RESULTS
    kept = {path.name for path in (results / RUNS).glob("*")} - {path.name for path in stale}
    if not stale and (kept or not results.is_dir()):
        return 0
    # Which run the report shows is not known for sure: it can be drawn again from a kept one.
    for path in sorted(results.iterdir()):
        if path.name not in (*_KEPT, RUNS):
            _remove(path)
    for folder in stale:
        for path in sorted(folder.iterdir(), key=lambda p: p.name == "provenance.json"):
            _remove(path)
        folder.rmdir()
    sync_folder(results)
    return len(stale)


def _segments(run: Path) -> set[str]:
    try:
        told = json.loads((run / "provenance.json").read_bytes())["segments"]
        return set(told.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
