"""Runs that are kept under results/runs: written once, found by their id or its beginning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import howfar
from howfar.errors import StudyError
from howfar.store.durable import write_atomically
from howfar.store.run_log import LOG, Entry, append_entry


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its id, its published results and what they rest on."""

    id: str
    estimates: pa.Table
    replicates: pa.Table
    provenance: Mapping[str, Any]
    reused: bool


def load_run(folder: Path, run: str) -> Run:
    """A kept run by its id or the beginning of it; StudyError where there is none."""
    root = folder / "results" / "runs"
    found = sorted(p.name for p in root.glob(f"{run}*") if (p / "provenance.json").exists())
    if len(found) != 1:
        known = ", ".join(sorted(p.name for p in root.glob("*"))) or "no run yet"
        raise StudyError(
            f"{'no' if not found else 'more than one'} run is called {run!r}",
            where=str(root),
            expected=known,
            next="howfar status shows the runs",
        )
    kept = root / found[0]
    return Run(
        found[0],
        pq.read_table(kept / "estimates.parquet"),
        pq.read_table(kept / "replicates.parquet"),
        json.loads((kept / "provenance.json").read_text(encoding="utf-8")),
        reused=True,
    )


def latest_run(folder: Path) -> str:
    """Id of the run that results/ shows; StudyError where nothing was run yet."""
    marker = folder / "results" / "latest"
    if not marker.exists():
        raise StudyError(
            "this study has not been run yet", where=str(folder), next=f"howfar run {folder}"
        )
    return marker.read_text(encoding="ascii").strip()


def kept_runs(folder: Path) -> list[str]:
    """Ids of the runs that are kept, in alphabetical order."""
    root = folder / "results" / "runs"
    return sorted(path.parent.name for path in root.glob("*/provenance.json"))


def keep(
    folder: Path, estimates: pa.Table, replicates: pa.Table, provenance: Mapping[str, Any]
) -> None:
    """Keep a run; provenance.json comes last, so that a half-written run does not count."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(estimates, folder / "estimates.parquet")
    pq.write_table(replicates, folder / "replicates.parquet")
    text = json.dumps(provenance, indent=1, sort_keys=True, ensure_ascii=False)
    write_atomically(folder / "provenance.json", text.encode())


def hash_table(table: pa.Table) -> str:
    """SHA-256 of a table as it is written."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def log(folder: Path, provenance: Mapping[str, Any], started: datetime) -> None:
    """Chain the run to those before it; the clock goes into the log only, never into results."""
    entry = Entry(
        command="run",
        howfar=howfar.__version__,
        study_sha256=provenance["study_sha256"],
        manifest_sha256=hashlib.sha256(
            json.dumps(provenance["segments"], sort_keys=True).encode()
        ).hexdigest(),
        seed=provenance["seed"],
        run=provenance["run"],
        result_sha256=provenance["results"],
        started=started,
        ended=datetime.now(UTC),
    )
    append_entry(folder / "results" / LOG, entry)
