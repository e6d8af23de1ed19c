"""The enhancement path of a run: what it is made of is reduced while the tables are open."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.improve.path_measures import PATH_DECLARATIONS
from howfar.improve.post_table import post_rows
from howfar.improve.study_path import Given, study_path, wanted
from howfar.improve.weekly_panel import panel_rows
from howfar.publish.results import Measured
from howfar.schema.comparable import Ground
from howfar.schema.measure import Sampling, Tables
from howfar.study.costs_table import CostsTable, parse_costs
from howfar.study.file import Study, read_text
from howfar.study.registry import Registry
from howfar.study.units_table import UnitsTable

COSTS = "costs.csv"


@dataclass(frozen=True)
class Reduced:
    """Rows that the path is made of: weekly figures of all channels, and our own posts."""

    panel: pa.Table
    posts: pa.Table


def reduce_path(tables: Tables, study: Study, channels: Registry) -> Reduced | None:
    """The rows of a study that has a path; null where it has none."""
    if not wanted(study, channels):
        return None
    posts = post_rows(tables)
    ours = posts.filter(posts.channel.isin(sorted(channels.ours)))
    return Reduced(_rows(panel_rows(tables)), _rows(ours))


def assess_path(
    study: Study,
    channels: Registry,
    reduced: Reduced | None,
    measured: Sequence[Measured],
    sampling: Sampling,
    held: Ground,
    table: UnitsTable | None,
    costs: CostsTable | None,
) -> tuple[list[Measured], dict[str, Any] | None]:
    """The path's figures and its document; nothing where the study has no path."""
    if reduced is None:
        return [], None
    given = {one.declaration.id: one.results for one in measured}
    own = np.random.default_rng([study.about.seed, zlib.crc32(b"path")])
    sampling = replace(sampling, given=given, rng=own)
    laid = study_path(
        study, channels, Given(reduced.panel, reduced.posts, costs, table, held, sampling)
    )
    found = [Measured(one, tuple(laid.rows.get(one.id, ()))) for one in PATH_DECLARATIONS]
    return found, laid.document


def costs_table(folder: Path, channels: Registry) -> CostsTable | None:
    """The study's costs.csv, where it has one; StudyError lists all that is wrong with it."""
    path = folder / COSTS
    if not path.exists():
        return None
    return parse_costs(read_text(path), COSTS, channels.ids)


def _rows(expression: ibis.Table) -> pa.Table:
    return expression.order_by(expression.columns).to_pyarrow()
