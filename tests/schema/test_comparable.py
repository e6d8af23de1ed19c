"""Which channels may be compared: captured alike, and at least two of them."""

from __future__ import annotations

import numpy as np

from howfar.schema.comparable import captured_alike, rows_of


def alike(**held: str) -> tuple[tuple[str, ...], dict[str, str]]:
    rows = [(channel, c) for channel, classes in held.items() for c in classes.split("+")]
    found = captured_alike(*(np.array(column, dtype=object) for column in zip(*rows, strict=True)))
    return found.channels, dict(found.why_not)


def test_the_most_frequent_way_of_capture_counts() -> None:
    channels, why = alike(a="keyword", b="complete", c="keyword")
    assert channels == ("a", "c")
    assert why == {"b": "captured as complete, the compared channels as keyword: not comparable"}


def test_of_equally_frequent_ways_the_most_telling_one_counts() -> None:
    channels, why = alike(a="capped", b="complete", c="capped", d="complete")
    assert channels == ("b", "d")
    assert set(why) == {"a", "c"}


def test_a_mixture_is_a_way_of_its_own() -> None:
    channels, why = alike(a="complete", b="complete", c="complete+keyword")
    assert channels == ("a", "b")
    assert "complete, keyword" in why["c"]


def test_feeds_and_single_channels_are_not_compared() -> None:
    assert alike(a="browsing", b="browsing")[0] == ()
    channels, why = alike(a="complete", b="sample")
    assert channels == ()
    assert "no second" in why["a"]
    assert "captured as sample" in why["b"]


def test_rows_of_keeps_their_order() -> None:
    group = {"channel": np.array(["b", "a", "c", "b"]), "n": np.array([1, 2, 3, 4])}
    assert rows_of(group, ("b", "c"))["n"].tolist() == [1, 3, 4]
