"""A measure taken on a few rows, through the engine, as a run would take it."""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from howfar.readers.ingest import ingest, source_files
from howfar.schema.estimate import Result
from howfar.schema.measure import Sampling, Tables, registry
from howfar.schema.tables import (
    ACCOUNT_COUNTS,
    CHANNELS,
    COVERAGE,
    OBSERVATIONS,
    OBSERVED,
    POSTS,
    SERIES,
    TableSchema,
)
from howfar.stats.blocks import draw_blocks, weeks_between
from howfar.store.channels import channels_table
from howfar.store.engine import open_engine
from howfar.store.frames import observed_posts
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study

SCHEMAS: Mapping[str, TableSchema] = {
    "observed": OBSERVED,
    "observations": OBSERVATIONS,
    "account_counts": ACCOUNT_COUNTS,
    "coverage": COVERAGE,
    "channels": CHANNELS,
    "posts": POSTS,
    "series": SERIES,
}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def _arrow(rows: Sequence[Mapping[str, Any]], schema: TableSchema) -> pa.Table:
    unknown = {key for row in rows for key in row} - set(schema.names())
    assert not unknown, f"no such columns in {schema.name}: {unknown}"
    arrow = schema.arrow()
    times = {f.name for f in arrow if pa.types.is_timestamp(f.type)}
    made = [
        {
            k: dt.datetime.fromisoformat(v) if k in times and isinstance(v, str) else v
            for k, v in row.items()
        }
        for row in rows
    ]
    return pa.Table.from_pylist(made, schema=arrow)


def microseconds(day: str) -> int:
    """Midnight UTC of an ISO date as microseconds."""
    return int(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp()) * 1_000_000


class Bench:
    """Small tables, and every way in which the tests take a measure on them."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine

    def tables(self, rows: Rows) -> Tables:
        """The rows as engine tables; tables and columns left out are empty and null."""
        assert not set(rows) - set(SCHEMAS)
        made = {n: _arrow(rows.get(n, ()), s) for n, s in SCHEMAS.items()}
        return Tables(
            **{
                name: self.engine.create_table(name, table, overwrite=True)
                for name, table in made.items()
            }
        )

    def unbound(self) -> Tables:
        """The declared tables without rows or engine, to compile expressions on."""
        return Tables(
            **{
                name: ibis.table(ibis.Schema.from_pyarrow(schema.arrow()), name=name)
                for name, schema in SCHEMAS.items()
            }
        )

    def sampling(
        self, measure: str, window: tuple[str, str] = ("2024-01-01", "2024-04-01")
    ) -> Sampling:
        """200 draws with the seeds that worked examples are computed with."""
        start, end = map(microseconds, window)
        draw = draw_blocks(weeks_between(start, end), 200, np.random.default_rng([1, 0]))
        own = np.random.default_rng([1, zlib.crc32(measure.encode())])
        return Sampling(start, end, 0.95, draw, own)

    def take(
        self,
        measure: str,
        rows: Rows,
        window: tuple[str, str] = ("2024-01-01", "2024-04-01"),
        **given: Any,
    ) -> list[Result]:
        """All results of a measure on these rows; given: fields of Sampling to replace."""
        one = registry()[measure]
        expression = one.reduce(self.tables(rows))
        reduced = expression.order_by(expression.columns).to_pyarrow()
        return list(one.estimate(reduced, replace(self.sampling(measure, window), **given)))


def pick(results: Sequence[Result], **dims: Any) -> Result:
    """The one result with these dimensions (null: the dimension is absent or null)."""
    found = [r for r in results if all(r.dims.get(k) == v for k, v in dims.items())]
    shown = [dict(r.dims) for r in (found or results)][:20]
    assert len(found) == 1, f"{len(found)} results for {dims} among {shown}"
    return found[0]


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """The engine with small tables."""
    backend = ibis.duckdb.connect(threads=1)
    yield Bench(backend)
    backend.disconnect()


@pytest.fixture(name="pick")
def pick_fixture() -> Callable[..., Result]:
    """`pick(results, **dims)`: the one result with these dimensions."""
    return pick


NEWSROOMS = Path(__file__).resolve().parents[2] / "studies" / "newsrooms-2016"


@pytest.fixture(scope="session")
def newsroom_study() -> dict[str, Any]:
    """The study file of the fourteen newsrooms as plain TOML, for recomputations without howfar."""
    return tomllib.loads((NEWSROOMS / "study.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def newsroom_results(
    newsrooms: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], list[Result]]]:
    """`newsroom_results(id)`: a measure's results on the real pages, with 200 replicates."""
    folder = tmp_path_factory.mktemp("study") / "newsrooms"
    shutil.copytree(NEWSROOMS, folder)
    study, channels, store = load_study(folder), load_channels(folder), TableStore(folder)
    files = source_files(study, folder, lambda name: newsrooms.parent / name)
    ingest(study, channels, store, files, b"k" * 32)
    start, end = (
        round(moment.timestamp()) * 1_000_000
        for moment in (study.window.start_utc, study.window.end_utc)
    )
    draw = draw_blocks(weeks_between(start, end), 200, np.random.default_rng([1, 0]))
    with open_engine(store, store.manifest(), channels_table(channels)) as (engine, stored):
        tables = Tables(
            observed=engine.materialise("observed", observed_posts(stored, start, end)),
            observations=stored.counts,
            account_counts=stored.account_counts,
            coverage=stored.coverage,
            channels=stored.channels,
            posts=stored.posts,
            series=stored.series,
        )

        def take(measure: str) -> list[Result]:
            one = registry()[measure]
            expression = one.reduce(tables)
            rows = expression.order_by(expression.columns).to_pyarrow()
            own = np.random.default_rng([1, zlib.crc32(measure.encode())])
            return list(one.estimate(rows, Sampling(start, end, 0.95, draw, own)))

        yield take
