"""What figures rest on: which warnings they carry, and what is refused for its capture."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from howfar.schema.comparable import CODES, Ground, codes_of, ground_of
from howfar.schema.estimate import Result, exact, not_measured
from howfar.schema.measure import Declaration, registry

VOLUME = registry()["publishing_volume"].declaration
VOICE = registry()["share_of_voice"].declaration
PATHS = registry()["path_mix"].declaration
MEDIANS = registry()["engagement"].declaration

HELD = [
    ("a", "x", "complete", "peer"),
    ("b", "x", "complete", "peer"),
    ("c", "x", "keyword", "other"),
    ("d", "x", "complete", "peer"),
    ("d", "x", "keyword", "other"),
    ("e", "tiktok", "browsing", "other"),
    (None, "x", "keyword", None),
]
WANTED = frozenset("abcde")


def day(number: int) -> dt.datetime:
    return dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number - 1)


def figure(**dims: Any) -> Result:
    return Result(exact(1.0, "u", "m"), dims)


def fact(category: str, channel: str | None, first: int, last: int, **more: Any) -> Result:
    dims = {"params": "source=s", "platform": "x", "channel": channel, "category": category}
    period = {"period_start": day(first), "period_end": day(last + 1)}
    return Result(exact(float(more.pop("value", 1)), "u", "m"), dims | period | more)


def ground(*ledger: Result, available: tuple[Result, ...] = ()) -> Ground:
    return ground_of(HELD, WANTED, ("complete", "sample")).with_holes(ledger, available)


def told(g: Ground, declaration: Declaration, **dims: Any) -> str | None:
    return g.warned(declaration, [figure(**dims)])[0].coverage


def test_a_complete_channel_without_a_hole_carries_no_warning() -> None:
    assert told(ground(), MEDIANS, channel="a", platform="x") is None


def test_the_way_of_capture_is_named() -> None:
    assert codes_of(told(ground(), MEDIANS, channel="c", platform="x")) == ("keyword",)
    assert codes_of(told(ground(), MEDIANS, channel="d", platform="x")) == ("keyword", "mixed")
    assert codes_of(told(ground(), MEDIANS, channel="e", platform="tiktok")) == ("browsing",)


def test_a_gap_touches_the_figures_of_its_channel_and_days() -> None:
    holed = ground(fact("gap", "a", 10, 12, value=3))
    words = told(holed, MEDIANS, channel="a", platform="x")
    assert words == "gap: 3 days without posts or not seen (2024-01-10 to 2024-01-12)"
    assert told(holed, MEDIANS, channel="b", platform="x") is None
    week = {"channel": "a", "platform": "x"}
    late = told(holed, MEDIANS, **week, period_start=day(12), period_end=day(19))
    assert late == "gap: 1 day without posts or not seen (2024-01-12)"
    assert told(holed, MEDIANS, **week, period_start=day(13), period_end=day(20)) is None


def test_what_is_set_against_others_rests_on_their_holes_too() -> None:
    holed = ground(fact("zeros", "a", 10, 12, value=3))
    where = {"channel": "b", "platform": "x"}
    assert told(holed, VOICE, **where) is None
    words = told(holed, VOICE, **where, versus="compared channels")
    assert words is not None
    assert words.startswith("zeros: up to 3 days without posts")
    assert words.endswith("of 1 of the series behind it (a)")


def test_a_pooled_figure_rests_on_every_series_of_its_platform() -> None:
    holed = ground(fact("gap", "a", 10, 12, value=3))
    words = told(holed, PATHS, path="media", platform="x")
    assert codes_of(words) == ("keyword", "mixed", "gap")
    assert told(holed, MEDIANS, path="unknown", platform="x") == told(
        ground(), MEDIANS, path="unknown", platform="x"
    )


def test_days_that_another_source_of_the_channel_has_are_no_hole() -> None:
    other = [fact("posts by day", "a", d, d, value=4, params="source=t") for d in (10, 11, 12)]
    assert told(ground(fact("gap", "a", 10, 12, value=3), *other), MEDIANS, channel="a") is None
    two = told(ground(fact("gap", "a", 10, 12, value=3), *other[:2]), MEDIANS, channel="a")
    assert two == "gap: 1 day without posts or not seen (2024-01-12)"


def test_a_cap_touches_every_channel_of_its_source() -> None:
    capped = fact("cap", None, 5, 6, value=2)
    seen = fact("posts by day", "a", 5, 5, value=9)
    words = told(ground(capped, seen), MEDIANS, channel="a", platform="x")
    assert words == "cap: 2 days on which a source was at its cap (2024-01-05 to 2024-01-06)"
    assert told(ground(capped, seen), MEDIANS, channel="b", platform="x") is None


def test_what_is_not_measured_carries_no_warning() -> None:
    absent = Result(not_measured("u", "too few"), {"channel": "c", "platform": "x"})
    assert ground().warned(MEDIANS, [absent])[0].coverage is None


def test_removed_and_withheld_posts_censor_reach_and_voice_alone() -> None:
    where = {"channel": "a", "platform": "x", "category": "withheld", "country": None}
    held = ground(available=(replace(figure(**where), estimate=exact(0.25, "u", "m")),))
    voice = told(held, VOICE, channel="a", platform="x")
    assert voice == "censored: 25 % of the posts of a withheld"
    assert told(held, MEDIANS, channel="a", platform="x") is None


def test_a_feed_is_refused_where_a_measure_bars_it() -> None:
    refused = list(ground().refused(VOLUME, []))
    assert [r.dims for r in refused] == [{"channel": "e", "platform": "tiktok"}]
    assert "personalised feed" in str(refused[0].estimate.reason)
    assert list(ground().refused(MEDIANS, [])) == []
    (paths,) = ground().refused(PATHS, [])
    assert paths.dims == {"platform": "tiktok"}


def test_what_the_study_does_not_compare_is_named_where_peers_are_compared() -> None:
    refused = {r.dims["channel"]: str(r.estimate.reason) for r in ground().refused(VOICE, [])}
    assert refused["c"] == "captured as keyword; the study compares complete, sample only"
    assert "personalised feed" in refused["e"]
    assert set(refused) == {"c", "e"}
    # What the measure itself says of a channel is not said twice.
    own = Result(not_measured("u", "own words"), {"channel": "c", "platform": "x"})
    assert {r.dims["channel"] for r in ground().refused(VOICE, [own])} == {"e"}


@pytest.mark.parametrize("text", [None, ""])
def test_no_text_has_no_codes(text: str | None) -> None:
    assert codes_of(text) == ()


def test_codes_stand_in_their_order_and_words_never_pass_for_codes() -> None:
    text = "keyword: cap: not this one; gap: 2 days"
    assert codes_of(text) == ("keyword", "gap")
    assert set(codes_of(text)) <= set(CODES)
