"""The engine: the committed segments and nothing else, the same at any number of threads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from howfar.errors import StoreError, StudyError
from howfar.readers.ingest import Outcome
from howfar.schema.tables import CHANNELS, TABLES
from howfar.store.channels import channels_table
from howfar.store.engine import open_engine
from howfar.store.frames import observed_posts
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels

Read = Callable[..., list[Outcome]]
WINDOW = (0, 4_000_000_000_000_000)
NO_CHANNELS = CHANNELS.arrow().empty_table()


def observed(folder: Path, threads: int | None = None) -> pa.Table:
    """The prepared posts of a study."""
    store = TableStore(folder)
    channels = channels_table(load_channels(folder))
    with (
        store.reading() as manifest,
        open_engine(store, manifest, channels, threads=threads) as (engine, stored),
    ):
        return engine.materialise("observed", observed_posts(stored, *WINDOW)).to_pyarrow()


def test_a_study_without_data_has_empty_tables(tmp_path: Path):
    store = TableStore(tmp_path)
    with open_engine(store, store.manifest(), NO_CHANNELS) as (engine, stored):
        for name in ("posts", "counts", "account_counts", "coverage", "channels"):
            table = getattr(stored, name).to_pyarrow()
            assert len(table) == 0
            assert table.schema.names == list(TABLES[name].names())
            assert table.schema.types == TABLES[name].arrow().types
        assert len(engine.materialise("o", observed_posts(stored, *WINDOW)).to_pyarrow()) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_rows_are_those_of_the_segments(study: Path, read_study: Read):
    outcomes = read_study(study)
    store = TableStore(study)
    with open_engine(store, store.manifest(), NO_CHANNELS) as (_, stored):
        assert stored.posts.count().to_pyarrow().as_py() == sum(o.read for o in outcomes)
        for name in ("posts", "counts", "coverage"):
            table = getattr(stored, name)
            assert table.to_pyarrow().cast(TABLES[name].arrow()) == store.read(name)
        # No segment holds followers.
        assert stored.account_counts.to_pyarrow().schema.types == (
            TABLES["account_counts"].arrow().types
        )


def test_one_row_a_post_with_its_channel(study: Path, read_study: Read):
    read_study(study)
    table = observed(study)
    assert len(set(table["post_id"].to_pylist())) == len(table) > 100
    assert set(zip(table["channel"].to_pylist(), table["role"].to_pylist(), strict=True)) == {
        ("one", "ours"),
        ("two", "peer"),
        (None, None),
    }


def test_threads_do_not_change_a_row(study: Path, read_study: Read):
    read_study(study, batch_rows=7)
    one = observed(study, 1)
    assert observed(study, 2) == one
    assert observed(study, 4) == one


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{study}/study.toml')",
        "SELECT * FROM read_csv('{study}/channels.csv')",
        "SELECT * FROM read_parquet('{study}/tables/rejects/1-000001.parquet')",
        "SELECT * FROM glob('{study}/*')",
        "COPY (SELECT 1) TO '{study}/out.csv'",
        "COPY (SELECT 1) TO '{study}/tables/posts/1-000001.parquet'",
        "ATTACH '{study}/other.db'",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_paths = ['{study}/study.toml']",
        "SET memory_limit = '900GB'",
    ],
)
def test_the_engine_opens_nothing_else(study: Path, read_study: Read, statement: str):
    read_study(study)
    store = TableStore(study)
    before = {p: p.read_bytes() for p in sorted(study.rglob("*")) if p.is_file()}
    with (
        open_engine(store, store.manifest(), NO_CHANNELS) as (engine, _),
        pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException)),
    ):
        engine.backend.raw_sql(statement.format(study=study)).fetchall()
    assert {p: p.read_bytes() for p in sorted(study.rglob("*")) if p.is_file()} == before


def test_the_engine_spills_outside_the_study_and_cleans_up(
    study: Path, read_study: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    read_study(study)
    spill = tmp_path / "spill"
    spill.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spill))
    store = TableStore(study)
    with open_engine(store, store.manifest(), NO_CHANNELS, memory_limit="60MB", threads=1) as (
        engine,
        _,
    ):
        engine.backend.raw_sql(
            "CREATE TEMP TABLE big AS SELECT i, hash(i)::VARCHAR || hash(i + 1)::VARCHAR AS s "
            "FROM range(3000000) t(i)"
        )
        assert sum(p.stat().st_size for p in spill.rglob("*") if p.is_file()) > 1_000_000
        assert engine.backend.raw_sql("SELECT count(*) FROM big").fetchone() == (3_000_000,)
    assert list(spill.iterdir()) == []


def test_a_folder_with_odd_characters(
    tmp_path: Path,
    make_exports: Callable[..., Path],
    make_study: Callable[[Path, Path], Path],
    read_study: Read,
):
    folder = make_study(tmp_path / "it's [a] *study*, «été»", make_exports(tmp_path / "exports"))
    outcomes = read_study(folder)
    assert len(observed(folder)) == sum(o.read for o in outcomes)


def test_a_lost_segment_is_told_before_anything_is_computed(study: Path, read_study: Read):
    read_study(study)
    store = TableStore(study)
    manifest = store.manifest()
    (study / "tables" / manifest.segments("counts")[1].file).unlink()
    with (
        pytest.raises(StoreError, match="missing"),
        open_engine(store, manifest, NO_CHANNELS),
    ):
        pytest.fail("opened")


def test_overlapping_rows_of_a_channel_are_refused(study: Path, read_study: Read):
    read_study(study)
    store = TableStore(study)
    twice = pa.Table.from_pylist([{"channel": "one"}, {"channel": "one"}], schema=CHANNELS.arrow())
    with (
        pytest.raises(StudyError, match="two rows of channel 'one'"),
        open_engine(store, store.manifest(), twice),
    ):
        pytest.fail("opened")


def test_each_post_of_the_newsrooms_is_prepared_once(
    tmp_path: Path, newsrooms: Path, make_study: Callable[[Path, Path], Path], read_study: Read
):
    folder = make_study(tmp_path / "study", newsrooms)
    text = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(text.replace("2024-05-01", "2017-01-15"))
    outcomes = read_study(folder)
    assert sum(o.read for o in outcomes) == 72_860
    table = observed(folder, threads=1)
    assert len(table) == len(set(table["post_id"].to_pylist()))
