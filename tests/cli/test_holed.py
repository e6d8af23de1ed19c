"""A study with planted holes, through the whole program: what results and report say of them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.cli.holed import CAP, CHANNELS, GAP, GONE, HELD_FROM, START, ZEROS, make_holed

from howfar.cli import main
from howfar.schema.comparable import codes_of

Row = dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The study, read, run and reported once."""
    root = tmp_path_factory.mktemp("holed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOWFAR_KEYS", str(root / "keys"))
        patch.setenv("HOWFAR_CACHE", str(root / "cache"))
        patch.setenv("HOWFAR_OFFLINE", "1")
        study = make_holed(root)
        for command in ("read", "run", "report"):
            patch.setattr(sys, "argv", ["howfar", command, str(study)])
            with pytest.raises(SystemExit) as left:
                main()
            assert not left.value.code, command
        yield study


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[Row]:
    """The results as a spreadsheet's user gets them."""
    with (folder / "results" / "results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    """The report."""
    return (folder / "results" / "report.html").read_text(encoding="utf-8")


def at(day: int) -> str:
    return f"{START + dt.timedelta(days=day):%Y-%m-%d}T00:00:00Z"


def facts(rows: list[Row], category: str) -> list[tuple[str, str, str, float]]:
    return [
        (r["channel"], r["period_start"], r["period_end"], float(r["value"]))
        for r in rows
        if (r["measure"], r["category"]) == ("coverage", category)
    ]


def test_the_planted_gap_and_zeros_are_found_and_nothing_else(rows: list[Row]) -> None:
    gap = (at(GAP[0]), at(GAP[-1] + 1), 14.0)
    assert facts(rows, "gap") == [("alpha", *gap), ("beta", *gap)]
    assert facts(rows, "zeros") == [("delta", at(ZEROS[0]), at(ZEROS[-1] + 1), 6.0)]
    assert facts(rows, "silence") == []


def test_the_cap_that_is_hit_daily_is_named_with_its_days(rows: list[Row]) -> None:
    assert facts(rows, "cap") == [("epsilon", at(40), at(80), 40.0)]
    reason = next(r["reason"] for r in rows if r["category"] == "cap")
    assert (
        reason == f"reached the source's cap of {CAP} (40 days with as many): others may be missing"
    )


def codes(rows: list[Row], channel: str, measure: str = "engagement") -> set[tuple[str, ...]]:
    """Codes of the measured figures over the whole window."""
    return {
        codes_of(r["coverage"])
        for r in rows
        if (r["measure"], r["channel"], r["status"]) == (measure, channel, "measured")
        and not r["period_start"]
        and not r["versus"]
    }


def test_every_figure_says_what_it_rests_on(rows: list[Row]) -> None:
    expected = {
        "alpha": ("gap",),
        "delta": ("zeros",),
        "gamma": (),
        "epsilon": ("capped", "cap"),
        "zeta": ("keyword",),
        "eta": ("browsing",),
    }
    for channel, told in expected.items():
        assert codes(rows, channel) == {told}, channel
        assert codes(rows, channel, "attention_inequality") == {told}, channel


def test_weeks_carry_the_warning_of_their_own_days_alone(rows: list[Row]) -> None:
    weeks = {
        r["period_start"]: codes_of(r["coverage"])
        for r in rows
        if (r["measure"], r["channel"], r["category"]) == ("engagement", "delta", "reactions")
        and r["period_start"]
        and r["status"] == "measured"
    }
    # 8 to 13 March lie in the weeks of 4 and of 11 March.
    assert {start: told for start, told in weeks.items() if told} == {
        at(63): ("zeros",),
        at(70): ("zeros",),
    }
    assert len(weeks) > 14


def test_a_feed_gives_no_share_of_voice_and_no_volume(rows: list[Row]) -> None:
    for measure in ("share_of_voice", "publishing_volume"):
        mine = [r for r in rows if (r["measure"], r["channel"]) == (measure, "eta")]
        assert {r["status"] for r in mine} == {"not_measured"}
        assert all("personalised feed" in r["reason"] for r in mine)
    paths = [r for r in rows if (r["measure"], r["platform"]) == ("path_mix", "tiktok")]
    assert {r["status"] for r in paths} == {"not_measured"}


def test_a_keyword_or_capped_source_is_never_set_against_complete_ones(rows: list[Row]) -> None:
    for measure in ("share_of_voice", "profile"):
        for channel, capture in (("zeta", "keyword"), ("epsilon", "capped")):
            mine = [r for r in rows if (r["measure"], r["channel"]) == (measure, channel)]
            assert {r["status"] for r in mine} == {"not_measured"}
            assert {r["reason"] for r in mine} == {
                f"captured as {capture}; the study compares complete, sample only"
            }
    shares = [r for r in rows if r["measure"] == "share_of_voice" and r["platform"] == "mastodon"]
    measured = [r for r in shares if r["status"] == "measured"]
    assert {r["channel"] for r in measured} == {"alpha", "beta", "gamma", "delta"}
    assert all({"gap", "zeros"} <= set(codes_of(r["coverage"])) for r in measured)
    pooled = [r for r in rows if (r["measure"], r["platform"]) == ("path_mix", "mastodon")]
    assert all({"mixed", "keyword", "capped"} <= set(codes_of(r["coverage"])) for r in pooled)


def availability(rows: list[Row], **where: str) -> list[Row]:
    return [
        r
        for r in rows
        if r["measure"] == "availability" and all(r[k] == v for k, v in where.items())
    ]


def test_withheld_posts_are_told_by_country_and_date(rows: list[Row]) -> None:
    weeks = {
        r["period_start"]: float(r["value"])
        for r in availability(rows, channel="theta", category="withheld", country="DE")
        if r["period_start"]
    }
    since = at(HELD_FROM)
    assert all(value == 0 for start, value in weeks.items() if start < since)
    assert all(0.4 < value < 0.6 for start, value in weeks.items() if start >= since)
    assert len(weeks) == 17
    whole = {
        r["country"]: float(r["value"])
        for r in availability(rows, channel="theta", category="withheld", period_start="")
    }
    assert whole["DE"] == whole[""]
    of_channels = availability(rows, params="of=channels", country="DE")
    assert [float(r["value"]) for r in of_channels] == [0.5]
    # No other export can tell: that is no zero.
    assert {r["channel"] for r in availability(rows, status="not_measured")} == {
        c for c, (platform, _) in CHANNELS.items() if platform != "x"
    }


def test_what_a_later_crawl_does_not_have_is_counted(rows: list[Row]) -> None:
    (gamma,) = availability(rows, channel="gamma", category="missing at recheck")
    assert float(gamma["value"]) * float(gamma["n_posts"]) == pytest.approx(GONE)
    (delta,) = availability(rows, channel="delta", category="missing at recheck")
    assert float(delta["value"]) == 0


def test_withheld_posts_censor_the_share_of_voice(rows: list[Row]) -> None:
    shares = [
        r
        for r in rows
        if r["measure"] == "share_of_voice" and r["platform"] == "x" and r["status"] == "measured"
    ]
    assert {r["channel"] for r in shares} == {"theta", "iota"}
    for row in shares:
        assert codes_of(row["coverage"]) == ("censored",)
        assert re.fullmatch(r"censored: 2\d % of the posts of theta withheld", row["coverage"])


def figure(page: str, name: str) -> str:
    return page.split(f'<figure id="{name}"')[1].split("</figure>")[0]


def test_the_report_draws_sources_with_their_capture_class(page: str) -> None:
    body = figure(page, "coverage-sources")
    for label in ("radio: complete", "search: keyword search", "feed: browsing", "capped: capped"):
        assert f">{label}<" in body
    for key in ("gap: nothing seen", "at its cap", "as usual"):
        assert key in body
    assert body.count('url(#hatch)"') >= 2
    # The twin: 5 February, nothing of about seventeen in radio.
    assert re.search(r'<th scope="row">2024-02-05</th>.*?<td class="n">0 / 1\d</td>', body)


def test_the_report_lists_rejects_unknown_columns_and_caps(page: str) -> None:
    part = page[page.index("What each source lacks") :].split("</table>")[0]
    assert "id 1" in part
    assert "Brand new 2,121" in part
    assert "ferry" in part


def test_the_report_marks_figures_that_rest_on_holes(page: str) -> None:
    body = figure(page, "side-by-side")
    assert "not to be compared with each other: complete:" in body
    assert "keyword search: Zeta" in body
    note = re.search(r'<p class="foot">([^<]+)</p>', body)
    assert note
    assert note[1].startswith("† rests on incomplete data: ")
    for told in ("only what a query found (Zeta)", "gaps (Alpha, Beta)", "excludes (Delta)"):
        assert told in note[1]
    rows = re.findall(r'<th scope="row">(\w+)</th><td>Posts a day</td><td class="n">([^<]+)<', body)
    marked = {name for name, value in rows if value.endswith("†")}
    assert marked == {"Alpha", "Beta", "Delta", "Epsilon", "Zeta"}
    assert dict(rows)["Eta"] == "not measured"
    assert "captured by a personalised feed" in body
    assert "days without posts or not seen (2024-02-05 to 2024-02-18)" in body


def test_the_report_tells_of_withholding(page: str) -> None:
    assert "Theta" in figure(page, "availability-weeks")
    assert "Since when were posts withheld? (DE)" in page
    assert "Missing at a recheck" in figure(page, "availability-shares")


def test_status_shows_the_ledger(folder: Path, howfar: Call) -> None:
    told = howfar("status", folder)
    assert "rejected: id 1" in told.out
    assert "columns that the reader does not know: Brand new 2,121" in told.out
    inputs = {i["source"]: i for i in json.loads(howfar("status", folder, "--json").out)["inputs"]}
    assert (inputs["capped"]["capture"], inputs["capped"]["cap"]) == ("capped", CAP)
    assert inputs["press"]["reasons"] == {"id": 1}
    assert inputs["radio"]["reasons"] == {}
