"""Retention clocks count from collection and say where they come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.conftest import ROOT

from howfar.privacy.retention import CLOCKS, TABLE_DATE, overdue

COLLECTED = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("platform", "days"), [("youtube", 30), ("tiktok", 15)])
def test_a_clock_strikes_after_its_days(platform: str, days: int) -> None:
    due = COLLECTED + timedelta(days=days)
    before = overdue(platform, COLLECTED, due - timedelta(seconds=1))
    after = overdue(platform, COLLECTED, due)
    assert (before.overdue, after.overdue) == (False, True)
    assert before.due == after.due == due
    assert f"was due on {due.date()}" in after.reason
    assert f"is due on {due.date()}" in before.reason


@pytest.mark.parametrize(
    "platform", ["x", "reddit", "telegram", "facebook", "bluesky", "mastodon", "weibo", "vk"]
)
def test_without_a_published_number_nothing_is_overdue(platform: str) -> None:
    found = overdue(platform, COLLECTED, COLLECTED + timedelta(days=4000))
    assert not found.overdue
    assert found.due is None
    assert "no published clock known" in found.reason


def test_the_instant_counts_not_the_notation() -> None:
    now = datetime.fromisoformat("2024-01-31T13:59:59+02:00")
    assert not overdue("youtube", COLLECTED, now).overdue
    assert overdue("youtube", COLLECTED, now + timedelta(seconds=1)).overdue


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="with a zone"):
        overdue("youtube", COLLECTED.replace(tzinfo=None), COLLECTED)


def test_every_clock_has_a_source_and_the_table_a_date() -> None:
    assert TABLE_DATE.year >= 2026
    for platform, clock in CLOCKS.items():
        assert platform == clock.platform
        assert clock.source.startswith("https://")
        assert clock.days is not None or "no published clock known" in clock.duty


def test_where_a_clock_runs_data_that_nothing_dates_are_overdue() -> None:
    assert overdue("youtube", None, COLLECTED).overdue
    assert "nothing says when" in overdue("youtube", None, COLLECTED).reason
    assert not overdue("x", None, COLLECTED).overdue


def test_the_page_holds_the_table() -> None:
    page = (ROOT / "docs" / "concepts" / "retention.md").read_text(encoding="utf-8")
    assert f"Gone through on {TABLE_DATE.isoformat()}." in page
    for clock in CLOCKS.values():
        days = "none known" if clock.days is None else str(clock.days)
        row = f"| {clock.platform} | {clock.interface} | {days} | {clock.duty} | "
        assert f"{row}[terms]({clock.source}) |" in page
    assert page.count("[terms]") == len(CLOCKS)
