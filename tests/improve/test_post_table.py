"""Posts and what is known of each: taken from the observed posts, nothing invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from howfar.errors import StudyError
from howfar.improve.post_table import PostTable, post_rows, post_table
from howfar.schema.measure import Tables
from howfar.schema.tables import OBSERVED

MONDAY = 1_704_067_200  # 2024-01-01, 00:00 UTC


def row(post: str, **more: Any) -> dict[str, Any]:
    given = {
        "platform": "x", "post_id": post, "channel": "a", "author": "a", "relation": "original",
        "kind": "photo", "language": "fr", "text": "Bonjour", "exposure": "owned", "week": 2817,
        "paths": ["media", "official"], "created_s": MONDAY + 3600, "age_s": 10 * 86_400,
        "reactions": 4, "comments": 2, "shares": 1,
    }  # fmt: skip
    return given | more


def observed(rows: list[dict[str, Any]]) -> Any:
    columns = {c: [r.get(c) for r in rows] for c in OBSERVED.names()}
    return pa.table({c.name: pa.array(columns[c.name], c.type) for c in OBSERVED.columns})


@pytest.fixture
def taken() -> Iterator[Any]:
    engine = ibis.duckdb.connect(threads=1)

    def take(rows: list[dict[str, Any]]) -> pa.Table:
        table = engine.create_table("observed", observed(rows), overwrite=True)
        nothing: Any = None
        expression = post_rows(Tables(table, *[nothing] * 6))
        return expression.order_by(expression.columns).to_pyarrow()

    yield take
    engine.disconnect()


ROWS = [
    row("p1"),
    row("p2", kind="video", relation="reply", link="example.org", language="und",
        created_s=MONDAY + 86_400 * 5 + 23 * 3600),
    row("p3", text=None, relation="unknown", paths=None),
    row("p4", relation="repost"),
    row("p5", channel=None, author="someone"),
    row("p6", age_s=86_400),
    row("p7", exposure="paid"),
    row("p8", comments=None),
]  # fmt: skip


def column(table: PostTable, name: str) -> list[Any]:
    return list(table.properties[name])


def test_properties_by_hand(taken: Any) -> None:
    table = post_table(taken(ROWS))
    assert table.counts.tolist() == [7, 7, 7]
    assert table.left_out == {
        "younger than two days when observed": 1, "paid": 1, "without engagement": 1
    }  # fmt: skip
    assert column(table, "kind") == ["photo", "video", "photo"]
    assert column(table, "language") == ["fr", None, "fr"]
    assert column(table, "reply") == ["broadcast", "reply", None]
    assert column(table, "source_given") == ["without a link", "with a link", "without a link"]
    assert column(table, "hour") == ["00-06 h", "18-24 h", "00-06 h"]
    assert column(table, "weekday") == ["Monday", "Saturday", "Monday"]
    assert column(table, "path") == ["media and official", "media and official", None]
    assert table.properties["length"][:2].tolist() == [7, 7]
    assert np.isnan(table.properties["length"][2])
    assert table.outcome == "engagement"


def test_one_count_a_zone_labels_and_counts_net_of_synchronised(taken: Any) -> None:
    rows = taken(ROWS)
    east = post_table(rows, "reactions", zone=dt.timezone(dt.timedelta(hours=6)))
    # p8 has reactions; seven in the morning, and Sunday five o'clock.
    assert east.counts.tolist() == [4, 4, 4, 4]
    assert column(east, "hour") == ["06-12 h", "00-06 h", "06-12 h", "06-12 h"]
    assert column(east, "weekday")[1] == "Sunday"
    labels = {"topic": {("x", "p1"): "trade"}}
    net = post_table(rows, "reactions", labels=labels, counts={("x", "p1"): 3.0, ("x", "p3"): 0.0})
    assert net.counts.tolist() == [3, 0]
    assert net.outcome == "reactions net of synchronised"
    assert column(net, "topic") == ["trade", None]
    assert net.left_out["without reactions"] == 2


def test_errors(taken: Any) -> None:
    rows = taken(ROWS)
    with pytest.raises(StudyError, match="no outcome 'likes'"):
        post_table(rows, "likes")
    with pytest.raises(StudyError, match="no posts of channels on 'facebook'"):
        post_table(rows, platform="facebook")
    with pytest.raises(ValueError, match="kind has 1 rows"):
        PostTable(np.ones(2), np.array(["a", "a"], dtype=object), np.ones(2, dtype=np.int64),
                  {"kind": np.array(["x"], dtype=object)}, "reactions")  # fmt: skip
    with pytest.raises(ValueError, match="leave out what is missing"):
        PostTable(np.array([np.nan]), np.array(["a"], dtype=object), np.ones(1, dtype=np.int64),
                  {}, "reactions")  # fmt: skip


def test_it_compiles_for_both_engines() -> None:
    table = ibis.table(ibis.Schema.from_pyarrow(OBSERVED.arrow()), name="observed")
    nothing: Any = None
    expression = post_rows(Tables(table, *[nothing] * 6))
    for dialect in ("duckdb", "pyspark"):
        assert "SELECT" in str(ibis.to_sql(expression, dialect=dialect))
