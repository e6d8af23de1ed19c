"""`howfar verify`: are the tables, the results and the run log as they were written?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import origin, say, say_json
from howfar.errors import HowfarError, StoreError
from howfar.run import kept_runs, load_run
from howfar.store.run_log import LOG, verify_log
from howfar.store.segments import file_sha256
from howfar.store.tables import TableStore, verify
from howfar.study.file import load_study


def command(study: StudyFolder = HERE, json: AsJson = False) -> None:
    """Check every table, kept run and the run log against the hashes that were written down."""
    about = load_study(study)
    name = about.id
    store = TableStore(study)
    found: list[HowfarError] = [*verify(store)]
    segments = 0 if found else len(store.manifest().all_segments())
    log, entries = study / "results" / LOG, 0
    last = None
    try:
        last = verify_log(log)
        entries = len(log.read_bytes().splitlines()) if log.exists() else 0
    except StoreError as error:
        found.append(error)
    runs = kept_runs(study)
    for run in runs:
        found += _check_run(study, run)
    if json:
        say_json(
            {
                "study": name,
                **origin(about),
                "ok": not found,
                "segments": segments,
                "runs": len(runs),
                "log_entries": entries,
                "last_entry": last,
                "problems": [_problem(error) for error in found],
            }
        )
    else:
        for problem in found:
            say(f"problem: {problem}")
        if not found:
            say(
                f"{name}: {segments} files of tables, {len(runs)} runs and {entries} entries of "
                "the run log are as they were written"
            )
            if entries:
                say(f"last entry of the log: {last}")
    if found:
        raise typer.Exit(found[0].exit_code)


def _check_run(folder: Path, run: str) -> list[HowfarError]:
    """Whether a kept run's figures are those that its provenance tells the hash of."""
    where = folder / "results" / "runs" / run
    try:
        kept = load_run(folder, run)
        if file_sha256(where / "estimates.parquet") == kept.provenance["results"]:
            return []
        what = "the figures of the run are not those that were kept"
    except (OSError, ValueError, KeyError):
        what = "the run is damaged"
    return [
        StoreError(
            what,
            where=str(where),
            expected="figures with the hash in provenance.json",
            next=f"howfar run --again {folder}",
        )
    ]


def _problem(error: HowfarError) -> dict[str, Any]:
    return {
        "what": error.what,
        "where": error.where,
        "expected": error.expected,
        "next": error.next,
        "exit_code": error.exit_code,
    }
