"""A made-up study with every measure, many scripts and every kind of outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.report.chromium import ARGUMENTS, CHROMIUM

from howfar.assess.profile import DECLARATION as PROFILE
from howfar.report import ReportInput, render
from howfar.schema.measure import registry
from howfar.schema.tables import ESTIMATES, conform
from howfar.study.channel import Channel
from howfar.study.file import parse_study
from howfar.study.registry import Registry

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 84
NAMES = {
    "alpha": "Alpha Broadcasting",
    "arab": "قناة الأخبار الدولية المباشرة",
    "china": "国际新闻通讯社官方频道",
    "rus": "Международное информационное агентство",
    "long": "The Very Long Named International Public Broadcasting Service of Somewhere",
    "esc": "A <b>& \"B\"</b> 'C'",
}
STUDY = """
[[objectives]]
id = "aware"
statement = "Listeners know of the <programme>"
audience = "adults under 30"
countries = ["BR", "IN"]
by = 2024-03-31
target = 12.5

[study]
id = "made"
title = "A made-up study & its title"
question = "How far did it carry?"
contact = "The desk"

[window]
start = 2024-01-01
end = 2024-03-25
timezone = "UTC"

[[sources]]
name = "main"
path = "a.csv"
capture = "complete"

[[sources]]
name = "found"
path = "b.csv"
capture = "keyword"
query = "programme"

[[events]]
id = "launch"
start = 2024-02-01
title = "Launch"
evidence = "https://example.org/launch"

[[events]]
id = "visit"
start = 2024-02-12
end = 2024-02-15
title = "Visit"
"""


def row(measure: str, value: float | None, low: float = 0, high: float = 0, **more: Any) -> Any:
    """One row of the estimates; a value of None is not measured, with the given reason."""
    base: dict[str, Any] = {"study": "made", "run": "abc", "measure": measure, "version": 1}
    base |= {"level": "output", "unit": "count", "method": "week blocks", "n_posts": 120}
    if value is None:
        base |= {"status": "not_measured", "reason": "no views in the data"}
    else:
        base |= {"value": value, "low": low, "high": high, "low_kind": "confidence"}
        base |= {"confidence": 0.95, "status": "measured"}
    return base | {"platform": "x"} | more


def around(measure: str, value: float, **more: Any) -> Any:
    """A measured row with an interval of a fifth on each side."""
    return row(measure, value, value * 0.8, value * 1.2, **more)


def exactly(measure: str, value: float, **more: Any) -> Any:
    """A counted row."""
    return row(measure, value, value, value, **{"low_kind": "bound", "confidence": None} | more)


HELD = {
    3: "gap: 4 days without posts or not seen (2024-01-21 to 2024-01-24)",
    4: "keyword: only posts that a query found; mixed: posts captured in unlike ways",
    5: "capped: cut at a number of posts; cap: 3 days on which a source was at its cap",
}
"""What the figures of some channels rest on."""


def channel_rows(channel: str, k: int) -> list[dict[str, Any]]:
    """All figures of one channel, of a size that depends on its number."""
    size = 1 + k
    of: dict[str, Any] = {"channel": channel, "organisation": f"Org {k}", "coverage": HELD.get(k)}
    rows = [around("publishing_volume", 2.5 * size, **of)]
    for metric in ("reactions", "comments", "shares"):
        is_metric = of | {"category": metric}
        rows.append(around("engagement", 40.0 * 3**k, params="quantile=0.5", **is_metric))
        rows.append(around("attention_inequality", 0.5 + k / 20, **is_metric))
        rows.append(
            around("share_of_voice", 0.1 + k / 100, versus="compared channels", **is_metric)
        )
        for week in range(12):
            period = {
                "period_start": START + timedelta(days=7 * week),
                "period_end": START + timedelta(days=7 * week + 7),
            }
            at = is_metric | period | {"params": "quantile=0.5"}
            silent = k == 1 and week in (4, 5)
            level = 40.0 * 3**k * (1.2 + math.sin(week))
            rows.append(
                row("engagement", None, **at) if silent else around("engagement", level, **at)
            )
            past = of | period | {"category": "video", "params": f"metric={metric}"}
            rows.append(around("expected_performance", 1 + 0.1 * week, **past))
    for part in ("0.01", "0.05", "0.1"):
        top = {"category": "reactions", "params": f"top={part}"}
        rows.append(around("top_share", 0.2 + float(part), **of, **top))
    for part in ("0.5", "0.9"):
        rows.append(
            around("lorenz", float(part) / 3, category="reactions", params=f"p={part}", **of)
        )
    rows.append(
        around("attention_tail", 2.4, category="reactions", params="xmin=1200;tail=88", **of)
    )
    rows.append(around("attention_tail", 0.4, category="reactions: fit p", **of))
    rows.append(row("attention_tail", -1.5, -3, 0.2, category="reactions: vs lognormal", **of))
    talk = "comments on reactions"
    rows.append(around("talk_to_views", 0.8, category=f"elasticity: {talk}", **of))
    rows.append(
        around("talk_to_views", 1.4, category=f"residual: {talk}", versus="compared channels", **of)
    )
    for n, kind in enumerate(("like", "love", "haha", "wow", "sad", "angry")):
        rows.append(
            around("reaction_mix", [0.7, 0.1, 0.05, 0.05, 0.05, 0.05][n], category=kind, **of)
        )
    rows.append(
        row("reaction_distance", 0.5, 0.3, math.inf, low_kind="posterior", versus="x", **of)
    )
    rows.append(row("young_posts", 0.02, 0.01, 0.04, low_kind="range", confidence=None, **of))
    rows.append(around("engagement_rate", 0.03, category="reactions per view", **of))
    for name in (
        *("publishing_volume", "engagement: reactions", "attention_inequality: reactions"),
        *("talk_to_views: residual: comments on reactions", "reach"),
    ):
        rows.append(around("profile", 0.5 + k / 3, category=name, versus="compared channels", **of))
    if k < 3:
        for category, part in (("withheld", 0.2 * k), ("removed", 0.01), ("labelled", 0.0)):
            rows.append(exactly("availability", part, category=category, **of))
        country = of | {"category": "withheld", "country": "DE"}
        rows.append(exactly("availability", 0.2 * k, **country))
        for week in range(12):
            period = {
                "period_start": START + timedelta(days=7 * week),
                "period_end": START + timedelta(days=7 * week + 7),
            }
            rows.append(exactly("availability", 0.4 * k * (week > 5), **country, **period))
    for d in range(DAYS):
        at = {
            "period_start": START + timedelta(days=d),
            "period_end": START + timedelta(days=d + 1),
            "category": "posts by day",
            "params": "source=main",
        }
        if k == 2 and d > 70:
            rows.append(row("coverage", None, **of | at | {"reason": "after the last observation"}))
        else:
            quiet = k == 3 and 20 <= d < 24
            rows.append(exactly("coverage", 0 if quiet else (d * size) % 9 + k, **of, **at))
    gap = {"category": "gap", "params": "source=main", "reason": "silent or missing"}
    if k == 3:
        ends = {
            "period_start": START + timedelta(days=20),
            "period_end": START + timedelta(days=24),
        }
        rows.append(exactly("coverage", 4, **of, **gap, **ends))
    if k == 2:
        ends = {
            "period_start": START + timedelta(days=71),
            "period_end": START + timedelta(days=DAYS),
        }
        rows.append(exactly("coverage", 13, **of, **gap, **ends))
    return rows


def made_rows() -> list[dict[str, Any]]:
    """The estimates of the made-up study."""
    rows = [r for k, c in enumerate(NAMES) for r in channel_rows(c, k)]
    for d in range(DAYS):
        day = {
            "period_start": START + timedelta(days=d),
            "period_end": START + timedelta(days=d + 1),
        }
        usual = {"category": "expected by day", "params": "source=main", "platform": None}
        rows.append(row("coverage", 60, 25, 100, **usual, **day))
    full = {"category": "cap", "params": "source=main", "reason": "reached the source's cap of 80"}
    full |= {"period_start": START + timedelta(days=40), "period_end": START + timedelta(days=43)}
    rows.append(exactly("coverage", 3, **full))
    for category, value in (("rejected=date", 7), ("remark=ambiguous_time", 3)):
        rows.append(exactly("coverage", value, category=category, params="source=main"))
    for category, value in (("records", 610), ("read", 600), ("rejected", 10)):
        rows.append(exactly("coverage", value, category=category, params="source=main"))
        rows.append(exactly("coverage", value, category=category, platform=None))
    rows.append(exactly("coverage", 590, category="distinct posts", platform=None))
    share = exactly("coverage", 0.9, category="covered share", params="source=main")
    rows.append(share | {"high": 1.0})
    for path, part in (("official", 0.6), ("media", 0.3), ("unknown", 0.1)):
        for what in ("posts", "reactions"):
            rows.append(around("path_mix", part, path=path, category=what))
    for age, growth in (("0-6h", 3.1), ("6-12h", 1.9), ("12-24h", 1.2), ("1-2d", 1.05)):
        rows.append(around("maturation", growth, category="reactions", params=f"age={age}"))
    rows.append(row("engagement_rate", None, category="reactions per follower"))
    rows.append(
        row("publishing_volume", None, path="unknown")
        | {"status": "suppressed", "reason": "fewer than 10 persons"}
    )
    return rows


def made_channels() -> Registry:
    """One channel ours, the others peers; names in many scripts."""
    return Registry(
        tuple(
            Channel(
                channel=channel,
                name=name,
                organisation=f"Org {k}",
                platform="x",
                paths=("media",),
                role="ours" if k == 0 else "peer",
                basis="organisation",
                evidence=f"https://example.org/{channel}",
            )
            for k, (channel, name) in enumerate(NAMES.items())
        )
    )


Maker = Callable[..., ReportInput]


@pytest.fixture(scope="session")
def make() -> Maker:
    """Build the report's input; rows or parts of the study can be replaced."""

    def maker(
        rows: list[dict[str, Any]] | None = None,
        study: str = STUDY,
        channels: Registry | None = None,
    ) -> ReportInput:
        table = pa.Table.from_pylist(made_rows() if rows is None else rows, ESTIMATES.arrow())
        return ReportInput(
            study=parse_study(study),
            channels=made_channels() if channels is None else channels,
            estimates=conform(table, ESTIMATES),
            declarations={i: m.declaration for i, m in registry().items()} | {PROFILE.id: PROFILE},
            provenance={
                "run": "abc",
                "seed": 1,
                "code_sha256": "0f" * 32,
                "inputs": [{"file": "a.csv", "sha256": "ab" * 32, "read": 6100}],
                "libraries": {"numpy": "2.0"},
            },
        )

    return maker


@pytest.fixture(scope="session")
def page(make: Maker) -> str:
    """The report of the made-up study."""
    return render(make())


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless browser for all views."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Any]:
    """Open the report at a width, in a scheme; at the end nothing was asked for or complained."""
    contexts, asked, said = [], [], []

    def opener(width: int = 1280, scheme: Any = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
            bypass_csp=False,
        )
        context.set_offline(True)
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(file.as_uri())
        return tab

    yield opener
    for context in contexts:
        context.close()
    assert asked == [file.as_uri()] * len(contexts)
    assert said == []
