"""Figures beside figures: medians of peers and targets, where no index puts them together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.assess.tables import table

from howfar.assess.tree import Indicator
from howfar.errors import StudyError
from howfar.improve.figure_gaps import NO_INDEX, figure_gaps
from howfar.improve.gap import MEDIAN, TARGET

NAN = float("nan")
LEAVES = (Indicator("a", "A", "i", 0, unit="posts"), Indicator("b", "B", "i", 0))


def test_by_hand() -> None:
    matrix = table([[2.0, 5.0], [4.0, NAN], [8.0, 1.0], [10.0, 3.0]], columns="ab")
    peer, target = figure_gaps(
        matrix, LEAVES, "u0", ["u1", "u2", "u3"], targets={"b": 4.0}, within={"a": "frequency"}
    )
    # Medians: of 4, 8, 10 and of 1, 3; who has no figure is left out.
    assert [(p.own, p.other) for p in peer.parts] == [(2.0, 8.0), (5.0, 2.0)]
    assert [p.distance.value for p in peer.parts] == [-6.0, 3.0]
    assert [p.relative.value for p in peer.parts] == pytest.approx([-0.75, 1.5])
    assert [p.distance.unit for p in peer.parts] == ["posts", "units of the figure"]
    assert [p.within for p in peer.parts] == ["frequency", None]
    assert (peer.versus, peer.notes) == (MEDIAN, ("median of 3 units",))
    assert (peer.difference.reason, peer.scores, peer.grade) == (NO_INDEX, (None, None), "D")
    assert not peer.clear
    assert peer.behind == peer.decided == ()
    assert (target.versus, target.parts[1].other) == (TARGET, 4.0)
    assert target.parts[1].relative.value == pytest.approx(0.25)
    assert target.parts[0].distance.value == 0.0
    # Only a target has a side that is worse: beyond it where nobody says otherwise.
    assert [p.direction for p in peer.parts] == [0, 0]
    assert [p.direction for p in target.parts] == [0, 1]
    less = figure_gaps(matrix, LEAVES, "u0", ["u1"], targets={"b": 4.0}, better={"b": -1})
    assert [[p.direction for p in one.parts] for one in less] == [[0, 0], [0, -1]]


def test_missing_and_zero_have_no_relative_distance() -> None:
    matrix = table([[2.0, NAN], [0.0, 1.0], [0.0, 2.0]], columns="ab")
    (peer,) = figure_gaps(matrix, LEAVES, "u0", ["u1", "u2"])
    zero, gone = peer.parts
    assert zero.distance.value == 2.0
    assert zero.relative.status == "not_measured"
    assert (gone.own, gone.other) == (None, 1.5)
    assert gone.distance.status == gone.relative.status == "not_measured"


def test_nobody_and_nothing() -> None:
    matrix = table([[2.0, 1.0]], columns="ab")
    assert figure_gaps(matrix, LEAVES, "u0", []) == ()
    with pytest.raises(StudyError, match="no unit 'u9'"):
        figure_gaps(matrix, LEAVES, "u0", ["u9"])
    with pytest.raises(StudyError, match="no column 'c'"):
        figure_gaps(matrix, LEAVES, "u0", [], targets={"c": 1.0})


def test_intervals_hold_the_true_distance_to_the_median() -> None:
    """Log-normal figures with known errors, peers' and own drawn together: 95 % of 300 trials."""
    rng = np.random.default_rng(8)
    truth = np.array([[3.0], [4.0], [6.0], [9.0]])
    hits, n = 0, 300
    for _ in range(n):
        seen = truth * np.exp(rng.normal(0, 0.08, truth.shape))
        draws = seen * np.exp(rng.normal(0, 0.08, (300, *truth.shape)))
        matrix = replace(table(seen, columns="a"), draws=draws)
        (peer,) = figure_gaps(matrix, LEAVES[:1], "u0", ["u1", "u2", "u3"])
        low, high = peer.parts[0].relative.low, peer.parts[0].relative.high
        assert low is not None
        assert high is not None
        hits += low <= 3 / 6 - 1 <= high
    assert 0.91 <= hits / n <= 0.99
