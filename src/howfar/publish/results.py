"""Results of a run as one tidy table, in a total order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from howfar.schema.estimate import Result
from howfar.schema.measure import Declaration
from howfar.schema.tables import DIMENSIONS, ESTIMATES, REPLICATES

_FIGURES = (
    *("value", "low", "high", "low_kind", "confidence", "unit", "n_posts", "n_persons"),
    *("n_channels", "status", "reason", "method"),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The results of one measure."""

    declaration: Declaration
    results: tuple[Result, ...]


def result_tables(
    study: str, run: str, measured: Iterable[Measured], extra: Mapping[str, Mapping[str, Any]]
) -> tuple[pa.Table, pa.Table]:
    """The estimates and, beside them by row number, their replicates.

    extra: for each channel, columns that hold for all its figures (organisation).
    """
    rows: list[dict[str, Any]] = []
    kept: list[Result] = []
    for one in measured:
        for result in sorted(one.results, key=_order):
            rows.append(_row(study, run, one.declaration, result, extra))
            kept.append(result)
    drawn = [(n, r.replicates) for n, r in enumerate(kept) if r.replicates is not None]
    estimates = pa.Table.from_pylist(rows, schema=ESTIMATES.arrow())
    replicates = pa.table(
        {
            "run": pa.array([run] * len(drawn), pa.string()),
            "row": pa.array([n for n, _ in drawn], pa.int64()),
            "replicates": pa.array(
                [np.asarray(x, dtype=np.float64) for _, x in drawn], pa.list_(pa.float64())
            ),
        },
        schema=REPLICATES.arrow(),
    )
    return estimates, replicates


def _order(result: Result) -> tuple[tuple[bool, str], ...]:
    return tuple((result.dims.get(d) is not None, _text(result.dims.get(d))) for d in DIMENSIONS)


def _text(value: Any) -> str:
    return json.dumps(value, default=str, sort_keys=True)


def _row(
    study: str,
    run: str,
    declaration: Declaration,
    result: Result,
    extra: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    estimate = result.estimate
    return {
        "study": study,
        "run": run,
        "measure": declaration.id,
        "version": declaration.version,
        "level": declaration.level,
        **extra.get(result.dims.get("channel") or "", {}),
        # A profile's row has the level of its indicator among its dimensions: it stands.
        **{k: v for k, v in result.dims.items() if v is not None},
        **{name: getattr(estimate, name) for name in _FIGURES},
        "coverage": result.coverage,
    }
