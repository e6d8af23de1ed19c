"""Who stands behind a figure: distinct persons, and the part of the most active of them."""

from __future__ import annotations

import ibis

from howfar.schema.estimate import Result, exact, not_measured
from howfar.schema.persons import persons_behind, with_largest

POSTS = ibis.memtable(
    {
        "platform": ["x"] * 6,
        "channel": [None, None, None, None, "a", "a"],
        "author": ["p", "p", "q", None, "a", "a"],
        "reactions": [1, 2, 9, 50, 70, 70],
    },
    schema={"platform": "string", "channel": "string", "author": "string", "reactions": "int64"},
)


def test_persons_and_the_most_active_one_by_posts_and_by_a_metric() -> None:
    # Of p and q, p has two posts of three; q has 9 reactions, p has 1 + 2.
    (row,) = persons_behind(POSTS, ["platform"]).to_pyarrow().to_pylist()
    assert (row["persons"], row["top"]) == (2, 2)
    (row,) = persons_behind(POSTS, ["platform"], "reactions").to_pyarrow().to_pylist()
    assert (row["persons"], row["top"]) == (2, 9)


def test_channels_have_no_row() -> None:
    named = POSTS.filter(POSTS.channel.notnull())
    assert persons_behind(named, ["platform"]).to_pyarrow().num_rows == 0


def test_the_part_is_in_the_unit_of_the_value() -> None:
    assert with_largest(Result(exact(0.5, "share", "by hand")), 3, 4).largest == 0.375
    assert with_largest(Result(exact(0.5, "share", "by hand")), 0, 0).largest is None
    assert with_largest(Result(not_measured("share", "no posts")), 3, 4).largest is None
