"""The enhancement path of a run: what it is made of is reduced while the tables are open."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from howfar.improve.own_posts import in_order, own_posts
from howfar.improve.path_measures import PATH_DECLARATIONS
from howfar.improve.post_table import post_rows
from howfar.improve.returned_experiments import Done
from howfar.improve.study_path import Given, study_path, wanted
from howfar.improve.way_costs import way_rows
from howfar.improve.weekly_panel import panel_rows
from howfar.publish.results import Measured
from howfar.run.opened import COSTS, opened
from howfar.schema.comparable import Ground
from howfar.schema.measure import Sampling, Tables
from howfar.study.channels import load_channels
from howfar.study.costs_table import CostsTable, parse_costs
from howfar.study.file import Study, load_study, read_text
from howfar.study.registry import Registry
from howfar.study.units_table import UnitsTable


@dataclass(frozen=True)
class Reduced:
    """Rows of the path: weekly figures of all channels, our own posts, and these paid or not."""

    panel: pa.Table
    posts: pa.Table
    ways: pa.Table


def reduce_path(tables: Tables, study: Study, channels: Registry) -> Reduced | None:
    """The rows of a study that has a path; null where it has none."""
    if not wanted(study, channels):
        return None
    posts = post_rows(tables)
    ours = posts.filter(posts.channel.isin(sorted(channels.ours)))
    ways = way_rows(tables, channels.ours)
    return Reduced(_rows(panel_rows(tables)), _rows(ours), _rows(ways))


def assess_path(
    study: Study,
    channels: Registry,
    reduced: Reduced | None,
    measured: Sequence[Measured],
    sampling: Sampling,
    held: Ground,
    table: UnitsTable | None,
    costs: CostsTable | None,
    experiments: Sequence[Done] = (),
) -> tuple[list[Measured], dict[str, Any] | None]:
    """The path's figures and its document; nothing where the study has no path."""
    if reduced is None:
        return [], None
    given = {one.declaration.id: one.results for one in measured}
    own = np.random.default_rng([study.about.seed, zlib.crc32(b"path")])
    sampling = replace(sampling, given=given, rng=own)
    laid = study_path(
        study,
        channels,
        Given(
            reduced.panel,
            reduced.posts,
            costs,
            table,
            held,
            sampling,
            reduced.ways,
            tuple(experiments),
        ),
    )
    found = [Measured(one, tuple(laid.rows.get(one.id, ()))) for one in PATH_DECLARATIONS]
    return found, laid.document


def costs_table(folder: Path, channels: Registry) -> CostsTable | None:
    """The study's costs.csv, where it has one; StudyError lists all that is wrong with it."""
    path = folder / COSTS
    if not path.exists():
        return None
    return parse_costs(read_text(path), COSTS, channels.ids)


def path_posts(folder: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """Settled own posts of channels that the registry names, in the order of time.

    Channel, platform, time, id, kind, language, relation and figures; no text. What is no named
    channel is left out: a step speaks of channels only.
    """
    study, channels = load_study(folder), load_channels(folder)
    known = [name for name in names if (row := channels.get(name)) is not None and row.named]
    with opened(folder, study, channels) as (tables, _):
        rows = in_order(own_posts(tables(), known).to_pyarrow()).to_pylist()
    return [
        {"published": _moment(row.pop("created_s"))}
        | {name: row[name] for name in row if name not in ("week", "organisation")}
        for row in rows
    ]


def _moment(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat().replace("+00:00", "Z")


def _rows(expression: ibis.Table) -> pa.Table:
    return expression.order_by(expression.columns).to_pyarrow()
