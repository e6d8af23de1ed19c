"""DuckDB over a study's committed segments: the default engine of the measures.

What is read may come from hostile exports and a study folder from someone else, so the engine can
open the committed segments and its own spill folder, and nothing else: no other file, no
connection, no extension; and these settings are locked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from ibis.backends.sql.compilers import PySparkCompiler
from ibis.config import Config

from howfar.errors import StudyError
from howfar.schema.tables import CHANNELS, TABLES
from howfar.store.frames import Stored
from howfar.store.manifest import Manifest
from howfar.store.tables import TableStore

MEMORY_LIMIT = "700MB"
_STORED = ("posts", "counts", "account_counts", "coverage", "series")


@dataclass(frozen=True, slots=True)
class Engine:
    """An open engine."""

    backend: Backend

    def materialise(self, name: str, expression: ibis.Table) -> ibis.Table:
        """Compute an expression once into a temporary table, rows in the expression's order.

        Measures read the prepared posts many times; they are made once.
        """
        return self.backend.create_table(name, expression, temp=True)


@contextmanager
def open_engine(
    store: TableStore,
    manifest: Manifest,
    channels: pa.Table,
    *,
    threads: int | None = None,
    memory_limit: str = MEMORY_LIMIT,
) -> Iterator[tuple[Engine, Stored]]:
    """The tables of a committed state as Ibis tables; closed, with its spill folder, at the end.

    Take the manifest from ``store.reading()`` and stay inside it, so that no writer removes the
    segments meanwhile. A table without a segment is empty, with its declared columns. threads:
    DuckDB's own choice where not given; results do not depend on it.

    Raises StoreError for a missing or cut segment, StudyError where two rows of one channel hold
    at one time (a post would count twice).
    """
    _check_validity(channels)
    paths = {table: store.paths(table, manifest) for table in _STORED}
    with tempfile.TemporaryDirectory(prefix="howfar-") as spill:
        backend = ibis.duckdb.connect(
            temp_directory=spill,
            memory_limit=memory_limit,
            preserve_insertion_order=True,
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
            **({} if threads is None else {"threads": threads}),
        )
        try:
            _confine(backend, [p for several in paths.values() for p in several])
            tables = {name: _table(backend, name, several) for name, several in paths.items()}
            registry = backend.create_table(
                CHANNELS.name, channels.cast(CHANNELS.arrow()), temp=True
            )
            yield Engine(backend), Stored(**tables, channels=registry)
        finally:
            backend.disconnect()


def compile_for_spark(expression: ibis.Expr) -> str:
    """The expression as SQL for Apache Spark; needs neither Java nor PySpark.

    The expression must stand on unbound tables (``ibis.table``).
    """
    if ibis.options.pyspark is None:
        # Ibis registers the options of a backend on its import, which needs PySpark itself.
        ibis.options.pyspark = _SparkOptions()
    sql: str = PySparkCompiler().to_sqlglot(expression).sql("spark")
    return sql


class _SparkOptions(Config):  # type: ignore[misc]  # Ibis declares no types here.
    """Ibis's own default: NaN is a figure, not a null."""

    treat_nan_as_null: bool = False


def _confine(backend: Backend, files: Sequence[Path]) -> None:
    allowed = ", ".join(_quoted(path) for path in files)
    backend.raw_sql(f"SET allowed_paths = [{allowed}]")
    backend.raw_sql("SET enable_external_access = false")
    backend.raw_sql("SET lock_configuration = true")


def _table(backend: Backend, name: str, paths: Sequence[Path]) -> ibis.Table:
    if not paths:
        return backend.create_table(name, schema=_schema(name), temp=True)
    files = ", ".join(_quoted(path) for path in paths)
    # The declared columns are named, so that the view has them even if a segment has others.
    columns = ", ".join(f'"{column}"' for column in TABLES[name].names())
    read = f"read_parquet([{files}])"
    if any(set(TABLES[name].names()) - set(pq.read_schema(path).names) for path in paths):
        # Segments of an earlier version lack columns: null, of the declared type.
        typed = backend.create_table(f"{name}_columns", schema=_schema(name), temp=True)
        read = f"(FROM {typed.get_name()} UNION ALL BY NAME FROM "
        read += f"read_parquet([{files}], union_by_name = true))"
    backend.raw_sql(f"CREATE TEMP VIEW {name} AS SELECT {columns} FROM {read}")
    return backend.table(name)


def _schema(name: str) -> ibis.Schema:
    return ibis.Schema.from_pyarrow(TABLES[name].arrow())


def _quoted(path: Path) -> str:
    text = path.resolve().as_posix().replace("'", "''")
    return f"'{text}'"


def _check_validity(channels: pa.Table) -> None:
    starts = pc.fill_null(channels["valid_from"].cast(pa.int64()), -(2**62)).to_pylist()
    ends = pc.fill_null(channels["valid_to"].cast(pa.int64()), 2**62).to_pylist()
    spans = sorted(zip(channels["channel"].to_pylist(), starts, ends, strict=True))
    for before, after in pairwise(spans):
        if before[0] == after[0] and after[1] < before[2]:
            raise StudyError(
                f"two rows of channel {before[0]!r} hold at one time",
                where="channels.csv",
                expected="rows of one channel that do not overlap",
                next="set valid_to (last day) of the earlier row and valid_from of the later one",
            )
