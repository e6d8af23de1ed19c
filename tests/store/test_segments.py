"""How segments are written: what costs room and time, and what queries look at."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from howfar.schema.tables import POSTS
from howfar.store.segments import SegmentSet


def _written(folder: Path, rows: int = 500) -> Path:
    empty = {name: pa.nulls(rows, kind) for name, kind in _types().items()}
    given = {
        "line": pa.array(range(rows), pa.int64()),
        "text": pa.array([f"text {n}" for n in range(rows)]),
        "withheld_in": pa.array([["DE", "FR"]] * rows, pa.list_(pa.string())),
        "created_at": pa.array(range(rows), pa.int64()).cast(_types()["created_at"]),
    }
    with SegmentSet(folder, 1, 1) as segments:
        segments.write("posts", pa.table(empty | given, schema=POSTS.arrow()))
        return folder / segments.close()["posts"].file


def _types() -> dict[str, pa.DataType]:
    return {field.name: field.type for field in POSTS.arrow()}


def test_lines_are_written_as_differences_and_lists_by_dictionary(tmp_path: Path) -> None:
    path = _written(tmp_path)
    group = pq.read_metadata(path).row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert "DELTA_BINARY_PACKED" in columns["line"].encodings
    assert not columns["line"].has_dictionary_page
    assert columns["withheld_in.list.element"].has_dictionary_page
    assert columns["text"].has_dictionary_page
    back = pq.read_table(path)
    assert back["line"].to_pylist() == list(range(500))
    assert back["withheld_in"].to_pylist() == [["DE", "FR"]] * 500


def test_statistics_are_of_times_and_numbers_alone(tmp_path: Path) -> None:
    group = pq.read_metadata(_written(tmp_path)).row_group(0)
    columns = {group.column(n).path_in_schema: group.column(n) for n in range(group.num_columns)}
    assert columns["line"].statistics.min == 0
    assert columns["line"].statistics.max == 499
    assert columns["created_at"].statistics.has_min_max
    assert columns["text"].statistics is None
    assert columns["post_id"].statistics is None
