"""What measures read, by hand: which copy of a post counts, and which of its figures."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.schema.tables import OBSERVED, TABLES
from howfar.stats.blocks import week_of
from howfar.store.engine import compile_for_spark
from howfar.store.frames import (
    Stored,
    distinct_posts,
    latest_counts,
    observed_posts,
    wide_counts,
)

Row = dict[str, Any]
Build = Callable[..., Stored]


def at(text: str) -> dt.datetime:
    """An instant in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def us(text: str) -> int:
    """An instant as UTC microseconds."""
    return round(at(text).timestamp() * 1_000_000)


STORED = ("posts", "counts", "account_counts", "coverage", "series", "channels")
ALWAYS = (us("1900-01-01"), us("2100-01-01"))


def post(post_id: str, input: int = 1, line: int = 2, **more: Any) -> Row:
    """A post of channel 'a' at noon of 2 January 2024."""
    row = {"platform": "x", "post_id": post_id, "input": input, "line": line, "channel": "a"}
    return row | {"created_at": at("2024-01-02T12:00:00")} | more


def count(post_id: str, metric: str, value: int, **more: Any) -> Row:
    """A figure of a post, observed at the start of 5 January 2024."""
    row = {"platform": "x", "post_id": post_id, "metric": metric, "value": value}
    return row | {"observed_at": at("2024-01-05"), "input": 1, "line": 2} | more


def covered(input: int, use: str = "main", capture: str = "complete") -> Row:
    """A file."""
    return {"input": input, "use": use, "capture": capture}


@pytest.fixture(scope="module")
def build() -> Iterator[Build]:
    """Stored tables filled with rows, the same tables each time; columns left out are null."""
    backend = ibis.duckdb.connect(threads=2)
    schemas = {name: TABLES[name].arrow() for name in STORED}
    stored = Stored(
        **{
            name: backend.create_table(name, schema=ibis.Schema.from_pyarrow(schema))
            for name, schema in schemas.items()
        }
    )

    def make(**rows: list[Row]) -> Stored:
        for name, schema in schemas.items():
            backend.raw_sql(f"DELETE FROM {name}")
            backend.con.register("filling", pa.Table.from_pylist(rows.get(name, []), schema=schema))
            backend.raw_sql(f"INSERT INTO {name} SELECT * FROM filling")
        return stored

    yield make
    backend.disconnect()


def rows_of(table: ibis.Table, *columns: str) -> list[tuple[Any, ...]]:
    """Rows as tuples of some columns, in the table's order."""
    return [tuple(row[c] for c in columns) for row in table.to_pyarrow().to_pylist()]


def observed(stored: Stored, *columns: str, window: tuple[int, int] = ALWAYS) -> list[Any]:
    """Observed posts as tuples."""
    backend = stored.posts.get_backend()
    found = backend.con.sql(observed_sql(stored, *window)).to_arrow_table()
    return [tuple(row[c] for c in columns) for row in found.to_pylist()]


@functools.cache
def observed_sql(stored: Stored, *window: int) -> str:
    """The compiled frame: compiling takes far longer than running it on a few rows."""
    return str(ibis.to_sql(observed_posts(stored, *window), dialect="duckdb"))


def test_a_duplicate_in_one_file_counts_once(build: Build):
    stored = build(
        posts=[post("p", line=9, text="second"), post("p", line=3, text="first"), post("q")],
        coverage=[covered(1)],
    )
    assert observed(stored, "post_id", "line", "text") == [("q", 2, None), ("p", 3, "first")]


def test_a_post_in_two_files_counts_once_as_in_the_first(build: Build):
    stored = build(
        posts=[post("p", input=2, line=2, text="later"), post("p", input=1, line=70, text="here")],
        coverage=[covered(1), covered(2, capture="sample")],
    )
    assert observed(stored, "input", "text", "capture") == [(1, "here", "complete")]


def test_the_same_id_on_two_platforms_is_two_posts(build: Build):
    stored = build(
        posts=[post("p"), post("p", platform="facebook", line=3)],
        counts=[count("p", "reactions", 5), count("p", "reactions", 8, platform="facebook")],
        coverage=[covered(1)],
    )
    assert observed(stored, "platform", "reactions") == [("x", 5), ("facebook", 8)]


def test_a_recheck_adds_observations_and_no_posts(build: Build):
    stored = build(
        posts=[post("p"), post("p", input=2), post("only in the recheck", input=2, line=3)],
        counts=[
            count("p", "reactions", 10),
            count("p", "reactions", 25, observed_at=at("2024-02-01"), input=2),
            count("only in the recheck", "reactions", 7, input=2, line=3),
        ],
        coverage=[covered(1), covered(2, use="recheck")],
    )
    assert observed(stored, "post_id", "input", "reactions") == [("p", 1, 25)]
    # Both observations stay to be read.
    assert stored.counts.count().to_pyarrow().as_py() == 3


def test_the_first_file_is_a_recheck_of_the_second(build: Build):
    stored = build(
        posts=[post("p", input=1), post("p", input=2)],
        coverage=[covered(1, use="recheck"), covered(2)],
    )
    assert observed(stored, "post_id", "input") == [("p", 2)]


def test_the_latest_observation_wins_though_it_is_smaller_or_read_first(build: Build):
    stored = build(
        counts=[
            count("p", "reactions", 90, observed_at=at("2024-01-09"), input=1),
            count("p", "reactions", 100, observed_at=at("2024-01-08"), input=2),
        ]
    )
    assert rows_of(latest_counts(stored), "value") == [(90,)]


def test_of_equally_late_observations_the_last_file_then_line_wins(build: Build):
    rows = [
        count("p", "reactions", 1, input=1, line=500),
        count("p", "reactions", 2, input=2, line=7),
        count("p", "reactions", 3, input=2, line=8),
        count("p", "reactions", 4, input=2, line=6),
    ]
    for order in (rows, rows[::-1], rows[2:] + rows[:2]):
        assert rows_of(latest_counts(build(counts=order)), "value") == [(3,)]


def test_an_observation_without_time_gives_way_to_one_with(build: Build):
    stored = build(
        counts=[
            count("p", "reactions", 1, observed_at=at("1971-01-01")),
            count("p", "reactions", 2, observed_at=None, input=9),
        ]
    )
    assert rows_of(latest_counts(stored), "value") == [(1,)]


def test_each_metric_has_its_own_latest_observation(build: Build):
    # The second crawl did not give comments: its silence is no zero.
    stored = build(
        counts=[
            count("p", "reactions", 10),
            count("p", "comments", 4),
            count("p", "reactions", 20, observed_at=at("2024-01-06"), input=2),
            count("q", "shares", 0),
        ]
    )
    found = rows_of(
        wide_counts(latest_counts(stored)).order_by("post_id"),
        *("post_id", "reactions", "comments", "shares", "views", "observed_at"),
    )
    assert found == [
        ("p", 20, 4, None, None, at("2024-01-06")),
        ("q", None, None, 0, None, at("2024-01-05")),
    ]


def test_a_figure_read_while_the_post_was_young_does_not_pass_for_an_old_one(build: Build):
    # Published on 2 January at noon: views were read after an hour, reactions again on the tenth.
    hour, later = at("2024-01-02T13:00:00"), at("2024-01-10")
    stored = build(
        posts=[post("p"), post("q", line=3)],
        counts=[
            count("p", "views", 100, observed_at=hour),
            count("p", "reactions", 10, observed_at=hour),
            count("p", "reactions", 20, observed_at=later, input=2),
            count("q", "views", 100, observed_at=hour),
        ],
        coverage=[covered(1), covered(2, "recheck")],
    )
    found = observed(stored, "post_id", "views", "reactions", "age_s")
    assert found == [("p", None, 20, 7 * 86_400 + 43_200), ("q", 100, None, 3_600)]


def test_a_post_without_counts_stays_with_nulls(build: Build):
    stored = build(posts=[post("p")], coverage=[covered(1)])
    assert observed(stored, "reactions", "observed_at", "age_s") == [(None, None, None)]


def test_the_window_starts_inside_and_ends_outside(build: Build):
    moments = [
        "2023-12-31T23:59:59.999999",
        "2024-01-01T00:00:00",
        "2024-01-31T23:59:59.999999",
        "2024-02-01T00:00:00",
    ]
    stored = build(
        posts=[post(m, line=n, created_at=at(m)) for n, m in enumerate(moments, start=2)],
        coverage=[covered(1)],
    )
    found = observed(stored, "post_id", window=(us("2024-01-01"), us("2024-02-01")))
    assert found == [(moments[1],), (moments[2],)]
    # To the microsecond, where a window is given so.
    edge = us("2024-01-31T23:59:59.999999")
    assert observed(stored, "post_id", window=(edge, edge + 1)) == [(moments[2],)]
    assert observed(stored, "post_id", window=(edge, edge)) == []


def test_day_and_week_are_cut_off_not_rounded(build: Build):
    # 2024-01-07 is a Sunday: day 19729, the last of week (19723 - 4) / 7 = 2817.
    stored = build(
        posts=[post("p", created_at=at("2024-01-07T23:59:59.600000"))],
        counts=[count("p", "reactions", 1, observed_at=at("2024-01-08T00:00:09.900000"))],
        coverage=[covered(1)],
    )
    assert at("2024-01-01").timestamp() / 86_400 == 19_723
    found = observed(stored, "day", "week", "created_s", "age_s")
    assert found == [(19_729, 2_817, 19_730 * 86_400 - 1, 10)]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    times=st.lists(
        st.integers(us("1960-01-01"), us("2050-01-01"))
        | st.integers(-700, 700).map(lambda w: w * 604_800_000_000 + 345_600_000_000)
        | st.integers(-700, 700).map(lambda w: w * 604_800_000_000 + 345_599_999_999),
        min_size=1,
        max_size=20,
    )
)
def test_weeks_are_those_of_the_block_bootstrap(build: Build, times: list[int]):
    epoch = at("1970-01-01")
    posts = [
        post(str(n), line=n, created_at=epoch + dt.timedelta(microseconds=t))
        for n, t in enumerate(times)
    ]
    found = observed(build(posts=posts, coverage=[covered(1)]), "week", "day", "created_s")
    assert [week for week, _, _ in found] == week_of(np.array(times)).tolist()
    assert [(d, s) for _, d, s in found] == [(t // 86_400_000_000, t // 10**6) for t in times]


def test_attributes_are_those_of_the_row_that_held_at_the_time(build: Build):
    turn = at("2024-02-01")
    stored = build(
        posts=[
            post("before", line=2, created_at=turn - dt.timedelta(microseconds=1)),
            post("at", line=3, created_at=turn),
            post("after", line=4, created_at=at("2024-03-01")),
            post("too late", line=5, created_at=at("2024-06-01")),
            post("a person's", line=6, channel=None),
            post("unlisted", line=7, channel="z"),
        ],
        channels=[
            {"channel": "a", "role": "peer", "organisation": "Old", "valid_to": turn}
            | {"paths": ["media"], "country": "GB"},
            {"channel": "a", "role": "ours", "organisation": "New", "valid_from": turn}
            | {"paths": ["official", "media"], "country": "FR", "valid_to": at("2024-06-01")},
            {"channel": "b", "role": "peer", "organisation": "B"},
            {"channel": None, "role": "other", "organisation": "nobody"},
        ],
        coverage=[covered(1)],
    )
    found = observed(stored, "post_id", "role", "organisation", "paths", "channel_country")
    assert found == [
        ("before", "peer", "Old", ["media"], "GB"),
        ("at", "ours", "New", ["official", "media"], "FR"),
        ("after", "ours", "New", ["official", "media"], "FR"),
        ("too late", None, None, None, None),
        ("a person's", None, None, None, None),
        ("unlisted", None, None, None, None),
    ]


def test_columns_and_order_are_as_declared(build: Build):
    stored = build(
        posts=[
            post("m", input=2, line=2),
            post("k", input=1, line=10),
            post("z", input=1, line=9),
            post("b", input=1, line=9),
        ],
        coverage=[covered(1), covered(2)],
    )
    table = observed_posts(stored, *ALWAYS)
    assert table.schema().to_pyarrow().names == list(OBSERVED.names())
    assert table.to_pyarrow().schema.types == OBSERVED.arrow().types
    assert [row[0] for row in rows_of(table, "post_id")] == ["b", "z", "k", "m"]


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[Row]]:
    """A few posts, many times over, in main and recheck files."""
    names, inputs = st.sampled_from("pqr"), st.integers(1, 4)
    lines = draw(st.lists(st.tuples(inputs, st.integers(2, 9), names), max_size=25, unique=True))
    days = st.sampled_from([None, at("2024-01-05"), at("2024-01-06")])
    metrics = st.sampled_from(["reactions", "comments"])
    return {
        "posts": [post(name, input=i, line=n) for i, n, name in lines],
        "counts": [
            count(name, draw(metrics), draw(st.integers(0, 9)), input=i, line=n)
            | {"observed_at": draw(days)}
            for i, n, name in lines
        ],
        "coverage": [covered(i, draw(st.sampled_from(["main", "recheck"]))) for i in range(1, 5)],
    }


@settings(max_examples=50, deadline=None, derandomize=True)
@given(world=worlds(), shuffle=st.randoms(use_true_random=False))
def test_frames_equal_a_plain_reckoning(build: Build, world: dict[str, list[Row]], shuffle: Any):
    """Against a few lines of Python, and in whatever order the rows lie."""
    main = {c["input"] for c in world["coverage"] if c["use"] == "main"}
    first: dict[str, tuple[int, int]] = {}
    for row in sorted(world["posts"], key=lambda r: (r["input"], r["line"])):
        if row["input"] in main:
            first.setdefault(row["post_id"], (row["input"], row["line"]))
    latest: dict[tuple[str, str], int] = {}
    none = at("1900-01-01")
    for row in sorted(
        world["counts"], key=lambda r: (r["observed_at"] or none, r["input"], r["line"])
    ):
        latest[row["post_id"], row["metric"]] = row["value"]
    for rows in world.values():
        shuffle.shuffle(rows)
    found = observed(build(**world), "post_id", "input", "line", "reactions", "comments")
    assert sorted(found) == sorted(
        (name, *place, latest.get((name, "reactions")), latest.get((name, "comments")))
        for name, place in first.items()
    )


def test_every_frame_compiles_for_spark():
    unbound = Stored(
        **{
            name: ibis.table(ibis.Schema.from_pyarrow(TABLES[name].arrow()), name=name)
            for name in STORED
        }
    )
    for frame in (
        distinct_posts(unbound),
        latest_counts(unbound),
        wide_counts(latest_counts(unbound)),
        observed_posts(unbound, *ALWAYS),
    ):
        sql = compile_for_spark(frame)
        assert sql.startswith("SELECT")
        # Spark quotes names with backticks; double quotes would be text there.
        assert "`post_id`" in sql
        assert '"' not in sql
