"""A study run from its tables to published results, and its report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from howfar.assess.study_index import check_index
from howfar.errors import StudyError
from howfar.publish.protect import protect_persons
from howfar.publish.results import result_tables
from howfar.report import ReportInput, render, write_exports
from howfar.report.path_page import render_path
from howfar.run.experiments import returned_experiments
from howfar.run.kept import Run, hash_table, keep, latest_run, load_run, log
from howfar.run.measuring import (
    Progress,
    assess_index,
    assess_profile,
    declarations,
    index_table,
    measure_all,
    with_warnings,
)
from howfar.run.opened import check_compared, held_series, inventory_of, opened, sampling_of
from howfar.run.path import assess_path, costs_table, reduce_path
from howfar.run.provenance import provenance_of
from howfar.schema.comparable import ground_of
from howfar.store.channels import channels_table
from howfar.store.durable import write_atomically
from howfar.study.channels import load_channels
from howfar.study.file import load_study


def run_study(
    folder: Path,
    *,
    again: bool = False,
    progress: Progress | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> Run:
    """Measure a study's tables; the published results, kept under results/runs/<id>.

    The same data, study file, registry and code are not measured twice (unless ``again``).
    leave_out: measures that this run does not take; their outcome says so.
    Raises StudyError where nothing was read yet, or where the compared channels have no posts.
    """
    started = datetime.now(UTC)
    study, channels = load_study(folder), load_channels(folder)
    table, costs = index_table(folder, study), costs_table(folder, channels)
    check_index(study, table)
    experiments = returned_experiments(folder, study, channels)
    with opened(folder, study, channels) as (tables, manifest):
        if not manifest.inputs:
            raise StudyError(
                "nothing has been read into this study yet",
                where=str(folder),
                next=f"howfar read {folder}",
            )
        provenance = provenance_of(folder, study, manifest, leave_out)
        kept = folder / "results" / "runs" / provenance["run"]
        if (kept / "provenance.json").exists() and not again:
            write_atomically(folder / "results" / "latest", provenance["run"].encode())
            return load_run(folder, provenance["run"])
        compared = frozenset(channels.with_role(*study.peers.roles))
        check_compared(tables(), channels, compared)
        inventory = inventory_of(tables(), compared, study, costs=costs is not None)
        sampling = sampling_of(study)
        held = ground_of(held_series(tables()), compared, study.peers.capture)
        measured = measure_all(
            tables(), inventory, sampling, study.about.seed, progress, held, leave_out
        )
        measured.append(assess_profile(tables(), study, measured, sampling, held))
        reduced = reduce_path(tables(), study, channels)
    indices, document = assess_index(study, channels, measured, sampling, held, table)
    measured += indices
    steps, path = assess_path(
        study, channels, reduced, measured, sampling, held, table, costs, experiments
    )
    measured += steps
    measured = with_warnings(measured, held)
    shown = protect_persons(measured, study.about.minimum_persons)
    extra = {
        row["channel"]: {"organisation": row["organisation"]}
        for row in channels_table(channels).to_pylist()
    }
    estimates, replicates = result_tables(study.told, provenance["run"], shown, extra)
    provenance = {**provenance, "results": hash_table(estimates)}
    if document is not None:
        provenance["index"] = document
    if path is not None:
        provenance["path"] = path
    keep(kept, estimates, replicates, provenance)
    write_atomically(folder / "results" / "latest", provenance["run"].encode())
    log(folder, provenance, started)
    return Run(provenance["run"], estimates, replicates, provenance, reused=False)


def report_study(folder: Path, run: str | None = None, progress: Progress | None = None) -> Path:
    """Write the report and the tables of a run; the path of the report."""
    done = load_run(folder, run or latest_run(folder))
    study, channels = load_study(folder), load_channels(folder)
    given = ReportInput(
        study=study,
        channels=channels,
        estimates=done.estimates,
        declarations=declarations(),
        provenance=done.provenance,
    )
    path = folder / "results" / "report.html"
    write_atomically(path, render(given).encode())
    steps = render_path(given)
    page = folder / "results" / "path.html"
    if steps is not None:
        write_atomically(page, steps.encode())
    else:  # the page of an earlier run would pass for this run's
        page.unlink(missing_ok=True)
    write_exports(folder / "results", done.estimates, study.about.simulated)
    if progress:
        progress("done", 1, 1)
    return path
