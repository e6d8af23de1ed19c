"""Exports of insights: our own reader takes them, and the audience comes back from them."""

from __future__ import annotations

import zipfile
import zoneinfo
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.readers.reader_cases import read_all

from howfar.readers.describe import describe_all
from howfar.readers.discovery import guess, readers
from howfar.readers.documents import documents
from howfar.schema.reader import ReadContext
from howfar.simulate.insights import (
    FORMAT,
    MECHANISM,
    ZONE,
    InsightsSettings,
    audience,
    exporting,
    paths,
    unplaced,
)
from howfar.simulate.places import COUNTRIES
from howfar.simulate.plan import Plan
from howfar.simulate.society import Society, society

CODES = [place.code for place in COUNTRIES]
CONTEXT = ReadContext(source="s", timezone=zoneinfo.ZoneInfo(ZONE))


def plan(seed: int = 1, **settings: Any) -> Plan:
    return Plan(seed, 2_000, "insights", frozenset({"insights"}), settings=settings)


@pytest.fixture(scope="module")
def accounts() -> Society:
    return society(plan())


@pytest.fixture(scope="module")
def folder(accounts: Society, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files as a study folder holds them."""
    made = tmp_path_factory.mktemp("study")
    for name, content in MECHANISM.files(plan(), accounts):
        path = made / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return made


def rows(path: Path) -> list[dict[str, Any]]:
    (document,) = documents(path)
    (reader, _), *_ = guess(document)
    assert reader.declaration.id == FORMAT
    told = read_all(readers()[FORMAT], document, CONTEXT)
    assert told[1] == []
    return told.others["audience"]


def test_our_reader_takes_each_file_without_a_reject(accounts: Society, folder: Path) -> None:
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.xlsx"))
    named = paths(accounts)
    assert found == sorted(name for names in named.values() for name in names)
    assert set(named) == {channel.channel for channel in exporting(accounts)}
    assert len(named) >= 2
    for name in found:
        (about,) = describe_all(folder / name, CONTEXT)
        assert (about.format, about.problem, about.rejected) == (FORMAT, None, {})


def test_the_figures_come_back(accounts: Society, folder: Path) -> None:
    table = MECHANISM.tables(plan(), accounts)["insights"].to_pylist()
    for channel, (geography, _) in paths(accounts).items():
        views = {
            row.get("country"): row["value"]
            for row in rows(folder / geography)
            if row["metric"] == "views"
        }
        own = [row for row in table if row["channel"] == channel]
        assert {row["country"]: row["views_placed"] for row in own} == {
            country: value for country, value in views.items() if country is not None
        }
        # What has no place: all views less those that have one.
        assert views[None] == sum(row["views"] - row["views_placed"] for row in own)


def test_bounds_hold_the_share_and_leaving_out_does_not(accounts: Society, folder: Path) -> None:
    table = MECHANISM.tables(plan(), accounts)["insights"].to_pylist()
    wrong = 0
    for row in table:
        everything = sum(r["views"] for r in table if r["channel"] == row["channel"])
        placed = sum(r["views_placed"] for r in table if r["channel"] == row["channel"])
        low = row["views_placed"] / everything
        high = (row["views_placed"] + everything - placed) / everything
        assert low <= row["share"] <= high
        p = row["share"]
        error = (p * (1 - p) / everything) ** 0.5
        wrong += abs(row["views_placed"] / placed - p) > 5 * error
        assert row["views"] / everything == pytest.approx(p, abs=5 * error)
    # The unplaced part differs by country: most shares of the placed views are off.
    assert wrong > len(table) / 2


def test_the_part_without_a_place_comes_back(accounts: Society) -> None:
    channel = exporting(accounts)[0]
    told = audience(plan(), channel)
    expected = unplaced(InsightsSettings())
    share = 1 - told.placed / told.views
    error = np.sqrt(expected * (1 - expected) / told.views)
    assert (np.abs(share - expected) < 4.5 * error).all()
    assert (expected[0], expected[-1]) == (0.05, 0.35)


def test_without_it_every_view_has_a_place(accounts: Society) -> None:
    all_placed = plan(InsightsSettings=InsightsSettings(unplaced=(0.0, 0.0)))
    for channel in exporting(accounts):
        told = audience(all_placed, channel)
        assert (told.placed == told.views).all()
        assert told.unplaced == 0


def test_home_and_language_draw_viewers(accounts: Society) -> None:
    for channel in exporting(accounts):
        per_head = audience(plan(), channel).share / [place.weight for place in COUNTRIES]
        assert per_head.argmax() == channel.country
        # 8 times at home, and its language is spoken there: 24 times elsewhere's.
        assert per_head.max() / per_head.min() == pytest.approx(24)


def test_ages_come_back(accounts: Society, folder: Path) -> None:
    for _, age in paths(accounts).values():
        told = {row["age"]: row["value"] for row in rows(folder / age)}
        assert list(told) == ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
        assert sum(told.values()) == pytest.approx(100, abs=0.05)
        assert told["25-34"] == pytest.approx(31, abs=0.5)


def test_a_seed_gives_the_same_bytes_and_another_seed_others(accounts: Society) -> None:
    first, again, other = (dict(MECHANISM.files(plan(seed), accounts)) for seed in (1, 1, 2))
    assert first == again
    assert first.keys() == other.keys()
    assert first != other
    assert MECHANISM.truth(plan(1), accounts) == MECHANISM.truth(plan(2), accounts)


def test_the_workbook_tells_no_clock_and_that_it_is_simulated(
    accounts: Society, folder: Path
) -> None:
    for path in folder.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            core = archive.read("docProps/core.xml").decode()
            assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2024-07-01T00:00:00Z" in core
        assert "simulated data" in core
