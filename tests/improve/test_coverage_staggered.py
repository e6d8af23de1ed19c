"""Do staggered comparisons hold as often as they say? The worlds of the benchmark, stored."""

import json
from typing import Any

import pytest
from benchmarks import coverage_staggered as bench
from scipy import stats


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    return dict(json.loads(bench.RESULT.read_text(encoding="utf-8")))


def test_stored_table_has_every_world(stored: dict[str, Any]) -> None:
    assert set(stored["worlds"]) == set(bench.worlds())
    assert stored["trials"] >= 200
    assert stored["sources"] == bench.sources_hash(), "run benchmarks/coverage_staggered.py again"


def test_intervals_hold_and_nothing_is_found_in_nothing(stored: dict[str, Any]) -> None:
    trials = stored["trials"]
    least = stats.binom.ppf(0.0005, trials, bench.CONFIDENCE) / trials
    most = stats.binom.ppf(0.9995, trials, 1 - bench.CONFIDENCE) / trials
    for name, world in stored["worlds"].items():
        if name.startswith("hard"):
            continue
        assert world["holds"] >= least, name
        if bench.worlds()[name].effect == 0:
            assert world["clear"] <= most, name
            assert world["clear_and_b"] <= most, name


def test_larger_effects_are_found_more_often(stored: dict[str, Any]) -> None:
    worlds = stored["worlds"]
    for world in ("3 of 15 channels", "60 of 120 at three dates"):
        found = [worlds[f"{world}, {said}"]["clear"] for said in ("0", "5 %", "20 %")]
        assert found == sorted(found)
        assert found[2] > 3 * found[0]


def test_sound_comparisons_mostly_keep_their_grade(stored: dict[str, Any]) -> None:
    for name, world in stored["worlds"].items():
        if not name.startswith("hard"):
            assert world["graded_b"] > 0.7, name


def test_broken_comparisons_are_hardly_ever_clear_and_grade_b(stored: dict[str, Any]) -> None:
    hard = [world for name, world in stored["worlds"].items() if name.startswith("hard")]
    assert len(hard) == 3
    assert max(world["clear_and_b"] for world in hard) <= 0.06


@pytest.mark.parametrize("name", ["3 of 15 channels, 0", "hard: 3 of 15, a dip before, 0"])
def test_the_same_comes_out_again(name: str, stored: dict[str, Any]) -> None:
    found = bench.coverage(name, 30, seed=77)
    for figure in ("holds", "clear", "graded_b"):
        share = stored["worlds"][name][figure]
        low, high = stats.binom.ppf([0.0005, 0.9995], 30, share) / 30
        assert low <= getattr(found, figure) <= high, figure
