"""Which gaps of a study become steps of its path."""

from __future__ import annotations

import pytest
from tests.improve.test_study_gaps import HEAD, INDEX, taken

from howfar.improve.gap import Gap, GapPart
from howfar.improve.study_path import _is_behind


def behind(text: str) -> list[tuple[Gap, GapPart]]:
    """Of the audiences of one language, which no index puts together."""
    gaps = [gap for gap in taken(text).gaps if gap.audience.language == "fr"]
    assert {gap.audience.platform for gap in gaps} == {"x", "facebook"}
    return [(gap, part) for gap in gaps for part in gap.parts if _is_behind(part)]


def test_an_objective_for_a_language_makes_a_step() -> None:
    """Half a post a day in French where one was aimed at: behind, and ours to decide."""
    found = behind(HEAD + INDEX)
    assert [(gap.kind, gap.audience.platform) for gap, _ in found] == [
        ("target", "facebook"),
        ("target", "x"),
    ]
    assert [(part.within, part.direction) for _, part in found] == [("language", 1)] * 2


@pytest.mark.parametrize("said", ["target = 0.2", "target = 1.0\ndirection = -1"])
def test_beyond_a_target_or_below_a_limit_is_not_behind(said: str) -> None:
    assert behind(HEAD.replace("target = 1.0", said)) == []


def test_above_a_limit_is_behind() -> None:
    found = behind(HEAD.replace("target = 1.0", "target = 0.2\ndirection = -1"))
    assert [(gap.kind, part.direction) for gap, part in found] == [("target", -1)] * 2


def test_beside_the_median_of_peers_nobody_said_which_way_is_better() -> None:
    assert behind(HEAD.replace("target = 1.0", "")) == []
