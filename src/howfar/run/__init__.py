"""The only wiring: a study's tables in, published results and a report out."""

from howfar.run.kept import Run, kept_runs, latest_run, load_run
from howfar.run.measuring import (
    Progress,
    assess_index,
    assess_profile,
    declarations,
    index_table,
    measure_all,
    with_warnings,
)
from howfar.run.opened import study_inventory
from howfar.run.path import costs_table, path_posts
from howfar.run.provenance import code_hash
from howfar.run.study import report_study, run_study

__all__ = [
    "Progress",
    "Run",
    "assess_index",
    "assess_profile",
    "code_hash",
    "costs_table",
    "declarations",
    "index_table",
    "kept_runs",
    "latest_run",
    "load_run",
    "measure_all",
    "path_posts",
    "report_study",
    "run_study",
    "study_inventory",
    "with_warnings",
]
