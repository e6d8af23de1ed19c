"""The only wiring: a study's tables in, published results and a report out."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import howfar
from howfar.errors import StudyError
from howfar.publish.results import Measured, result_tables
from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Measure, Sampling, Tables, registry
from howfar.schema.needs import Inventory, lacks
from howfar.schema.tables import CHANNELS, METRICS
from howfar.stats.blocks import draw_blocks, weeks_between

from howfar.store.manifest import Manifest
from howfar.store.tables import TableStore
from howfar.study.file import FILE_NAME, Study
from howfar.study.registry import Registry

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its id, its published results and what they rest on."""

    id: str
    estimates: pa.Table
    replicates: pa.Table
    inventory: Inventory
    provenance: Mapping[str, Any]


def code_hash() -> str:
    """SHA-256 over howfar's own source files: results of other code are another run."""
    digest = hashlib.sha256()
    root = resources.files(howfar)
    with resources.as_file(root) as folder:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def run_id(study_text: str, channels_text: str, manifest: Manifest, code: str) -> str:
    """Id of a run: the same data, study, registry and code give the same id."""
    inputs = [[i.source, i.sha256, i.format, i.reader_version] for i in manifest.inputs]
    segments = [[t, s.sha256] for i in manifest.inputs for t, s in sorted(i.segments.items())]
    parts = json.dumps([study_text, channels_text, inputs, segments, code])
    return hashlib.sha256(parts.encode()).hexdigest()[:12]


def channels_table(channels: Registry) -> pa.Table:
    """Named channels as rows of their table; validity days become instants in UTC."""
    import datetime as dt

    def instant(day: dt.date | None, add: int = 0) -> dt.datetime | None:
        if day is None:
            return None
        return dt.datetime.combine(day + dt.timedelta(days=add), dt.time(), dt.UTC)

    rows = [
        {
            "channel": c.channel,
            "name": c.name,
            "organisation": c.organisation,
            "platform": c.platform,
            "country": c.country,
            "languages": list(c.languages),
            "paths": list(c.paths),
            "role": c.role,
            "declared_owner": c.declared_owner,
            "basis": c.basis,
            "evidence": c.evidence,
            "valid_from": instant(c.valid_from),
            "valid_to": instant(c.valid_to, 1),
        }
        for c in channels
        if c.named
    ]
    return pa.Table.from_pylist(rows, schema=CHANNELS.arrow())


def take_inventory(tables: Tables, study: Study, compared: frozenset[str]) -> Inventory:
    """Count what the study has; one pass over the prepared posts."""
    posts = tables.observed
    counted = posts.aggregate(
        posts=posts.count(),
        weeks=posts.week.nunique(),
        **{metric: posts[metric].notnull().sum() for metric in METRICS},
    ).to_pyarrow()
    row = {k: v or 0 for k, v in counted.to_pylist()[0].items()}
    channels = posts.filter(posts.channel.notnull()).select("channel").distinct().to_pyarrow()
    named = {c for c in channels["channel"].to_pylist() if c is not None}
    seen = tables.observations
    twice = (
        seen.group_by(["platform", "post_id"])
        .aggregate(times=lambda t: t.observed_at.nunique())
        .filter(lambda t: t.times > 1)
        .count()
        .to_pyarrow()
        .as_py()
    )
    return Inventory(
        posts=row.pop("posts"),
        weeks=row.pop("weeks"),
        channels=len(named),
        compared=len(named & compared),
        metrics=row,
        followers=int(tables.account_counts.count().to_pyarrow().as_py()),
        rechecked=int(twice),
        files=int(tables.coverage.count().to_pyarrow().as_py()),
        events=len(study.events),
    )


def measure_all(
    tables: Tables, inventory: Inventory, sampling: Sampling, seed: int, progress: Progress | None
) -> list[Measured]:
    """Every measure in an order in which each finds what it needs of others."""
    done: list[Measured] = []
    measures = list(registry().values())
    for n, one in enumerate(measures):
        if progress:
            progress(one.declaration.title, n, len(measures))
        done.append(Measured(one.declaration, tuple(_take(one, tables, inventory, sampling, seed))))
    return done


def _take(
    one: Measure, tables: Tables, inventory: Inventory, sampling: Sampling, seed: int
) -> list[Result]:
    declaration = one.declaration
    missing = lacks(declaration.needs, inventory)
    if missing:
        reason = "; ".join(f"{lack.why} (would need {lack.remedy})" for lack in missing)
        return [Result(not_measured(declaration.unit, reason))]
    own = np.random.default_rng([seed, zlib.crc32(declaration.id.encode())])
    expression = one.reduce(tables)
    rows = expression.order_by(expression.columns).to_pyarrow()
    return list(one.estimate(rows, replace(sampling, rng=own)))
