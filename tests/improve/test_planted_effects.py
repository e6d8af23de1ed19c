"""Stored effects of planted changes are of this code, hold as often as they say, and are shown."""

import json
from typing import Any

import pytest
from benchmarks import planted_effects as bench
from scipy import stats
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    return dict(json.loads(bench.RESULT.read_text(encoding="utf-8")))


def test_they_are_of_this_code(stored: dict[str, Any]) -> None:
    assert stored["sources"] == bench.sources_hash(), "run: python -m benchmarks.planted_effects"
    assert bench.PAGE.read_text(encoding="utf-8") == bench.page(stored)


def test_every_planted_effect_is_there(stored: dict[str, Any]) -> None:
    planted = {(r["design"], r["outcome"], r["effect"]) for r in stored["rows"]
               if r["scenario"] == "practice"}  # fmt: skip
    outcomes = (bench.VOLUME, bench.FIGURE)
    assert planted == {(d, o, e) for d in ("its", "did") for o in outcomes for e in (0, 0.05, 0.2)}
    # Single effects can be wanting where a channel has too few figures, not many of them.
    assert all(row["measured"] >= 0.9 * row["changes"] for row in stored["rows"])


def falls_short(row: dict[str, Any]) -> bool:
    """Whether an interval holds less often than it says, or finds more than it may, at 99.9 %."""
    holds = row["holds"] >= stats.binom.ppf(0.0005, row["measured"], bench.CONFIDENCE)
    most = stats.binom.ppf(0.9995, row["measured"], 0.05)
    return not holds or (row["effect"] == 0 and row["clear"] > most)


def test_intervals_hold_as_often_as_they_say(stored: dict[str, Any]) -> None:
    short = [tuple(row[key] for key in bench.KEYS) for row in stored["rows"] if falls_short(row)]
    assert not short
    for design in ("its", "did"):
        rows = [row for row in stored["rows"] if row["design"] == design]
        held = sum(row["holds"] for row in rows) / sum(row["measured"] for row in rows)
        assert 0.93 <= held <= 0.98, design


def test_the_page_on_effects_quotes_them(stored: dict[str, Any]) -> None:
    text = " ".join((ROOT / "docs" / "concepts" / "effects.md").read_text("utf-8").split())
    for design in ("its", "did"):
        rows = [row for row in stored["rows"]
                if row["design"] == design and row["scenario"] == "practice"]  # fmt: skip
        shares = [round(100 * row["holds"] / row["measured"]) for row in rows]
        nothing = [round(100 * r["clear"] / r["measured"]) for r in rows if r["effect"] == 0]
        large = [round(100 * r["clear"] / r["measured"]) for r in rows if r["effect"] == 0.2]
        cells = (design, *(f"{min(x)} to {max(x)} %" for x in (shares, nothing, large)))
        assert f"| {' | '.join(cells)} |" in text


def test_nothing_of_grade_b_is_found_where_nothing_was_planted(stored: dict[str, Any]) -> None:
    for row in stored["rows"]:
        if row["effect"] == 0:
            assert row["clear_and_b"] <= stats.binom.ppf(0.9995, row["graded_b"], 0.05), row


@pytest.mark.parametrize("design", ["its", "did"])
def test_larger_effects_are_found_more_often(stored: dict[str, Any], design: str) -> None:
    def found(effect: float) -> float:
        rows = [r for r in stored["rows"] if (r["design"], r["effect"]) == (design, effect)
                and r["scenario"] == "practice"]  # fmt: skip
        return sum(row["clear"] for row in rows) / sum(row["measured"] for row in rows)

    assert found(0.2) > 2 * found(0.0)


def test_a_channel_with_many_posts_is_told_from_chance(stored: dict[str, Any]) -> None:
    """A single channel of a large world, 20 %: the interval of one series used to find 0 to 9 %."""
    rows = [r for r in stored["rows"]
            if (r["design"], r["size"], r["effect"]) == ("its", 400_000, 0.2)]  # fmt: skip
    assert len(rows) == 2
    assert all(row["clear"] >= 0.25 * row["measured"] for row in rows)


def test_a_recovery_by_itself_is_never_called_quasi_experimental(stored: dict[str, Any]) -> None:
    alone = [row for row in stored["rows"] if row["design"] == "its, nobody beside"]
    assert alone
    assert [row["graded_b"] for row in alone] == [0]


def test_a_world_is_the_same_again() -> None:
    first, second = (bench.one_world("crisis", 6_000, 5) for _ in range(2))
    assert first == second
    assert all(one.grade != "B" for one in first if one.design == "its, nobody beside")
