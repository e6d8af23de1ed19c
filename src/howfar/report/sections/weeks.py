"""Time series: posts and typical reactions by week, and each channel against its own past."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from howfar.report.charts.multiples import multiples_chart
from howfar.report.charts.scene import Panel, Span
from howfar.report.model import Figure, Key, Section, Table
from howfar.report.numbers import day, is_exact, number, phrase
from howfar.report.results import Results, Row, utc
from howfar.report.sections.coverage import days_of, gaps_of, merged_days, time_of
from howfar.report.sections.twins import foot_of, long_table, unlike
from howfar.report.words import say
from howfar.schema.tables import COUNTS

_WEEK = timedelta(days=7)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


def series_section(results: Results) -> Section:
    """Weekly posts, and the weekly median of the first metric there is."""
    found = tuple(f for f in (_posts(results), _medians(results)) if f is not None)
    intro = (say("weeks.intro"),) if found else (say("nothing"),)
    return Section("weeks", say("weeks.title"), intro, found)


def past_section(results: Results) -> Section:
    """Expected performance: a channel and its own past, never beside others."""
    figure = _past(results)
    intro = (say("past.intro"),) if figure else (say("past.none"),)
    return Section("past", say("past.title"), intro, (figure,) if figure else ())


def keys_of(results: Results, band: bool) -> tuple[Key, ...]:
    """Legend of a time series: band, gap, event; what occurs."""
    found = [Key("band", say("key.band", level=results.confidence))] if band else []
    if any(gaps_of(results, c) for c in results.names):
        found.append(Key("hatch", say("key.gap")))
    if time_of(results).marks:
        found.append(Key("event", say("key.event")))
    return tuple(found)


def _posts(results: Results) -> Figure | None:
    """Weekly sums of the daily counts; weeks that were not seen whole are drawn but named."""
    panels, lines = [], []
    time, daily = time_of(results), days_of(results)
    for channel in results.ordered(daily):
        weeks: dict[datetime, list[float | None]] = defaultdict(list)
        for start, _, value in merged_days(daily[channel]):
            weeks[start - (start - _MONDAY) % _WEEK].append(value)
        spans = []
        for monday, values in sorted(weeks.items()):
            known = [v for v in values if v is not None]
            if not known:
                continue
            total = sum(known)
            part = "" if len(known) == 7 else say("weeks.days", n=len(known))
            tip = f"{results.names[channel]}, {day(monday)}: {number(total)} {part}".strip()
            start, end = max(monday, time.start), min(monday + _WEEK, time.end)
            spans.append(Span(start, end, total, total, total, tip))
            lines.append((results.names[channel], f"{monday:%Y-%m-%d}", number(total), part))
        gaps = gaps_of(results, channel)
        panels.append(Panel(results.names[channel], results.roles[channel], spans, gaps))
    if not any(panel.spans for panel in panels):
        return None
    asks = say("weeks.posts_asks")
    head = tuple(say(f"head.{h}") for h in ("channel", "week", "posts", "note"))
    return Figure(
        id="weekly-posts",
        asks=asks,
        drawing=multiples_chart(panels, time, kind="bars"),
        read=say("weeks.posts_read"),
        alt=say("alt.multiples", n=len(panels), asks=asks),
        measures=("coverage",),
        table=Table(say("caption.exact", asks=asks), head, lines, frozenset({2}), dense=True),
        keys=keys_of(results, band=False),
    )


def _medians(results: Results) -> Figure | None:
    for metric in ("reactions", *COUNTS):
        rows = [
            row
            for row in results.rows("engagement", category=metric, params="quantile=0.5")
            if row["period_start"] is not None and row["channel"] in results.names
        ]
        if any(row["status"] == "measured" for row in rows):
            asks = say("weeks.median_asks", metric=say(f"metric.{metric}"))
            read = say("weeks.median_read", metric=say(f"metric.{metric}"))
            return series_figure(results, "weekly-medians", asks, read, rows, scale="log")
    return None


def _past(results: Results) -> Figure | None:
    rows = [
        row
        for row in results.rows("expected_performance", params="metric=reactions")
        if row["period_start"] is not None and row["channel"] in results.names
    ]
    # A panel holds one kind of post: the one with the most figures; the table has that one too.
    kinds: dict[str | None, int] = defaultdict(int)
    for row in rows:
        kinds[row["category"]] += row["status"] == "measured"
    if not any(kinds.values()):
        return None
    best = max(kinds, key=lambda k: (kinds[k], k is None, k or ""))
    chosen = [row for row in rows if row["category"] == best]
    asks = say("past.asks", kind=best or say("past.all"))
    return series_figure(
        results, "own-past", asks, say("past.read"), chosen, scale="log", reference=1.0
    )


def series_figure(
    results: Results, id: str, asks: str, read: str, rows: list[Row], **chart: Any
) -> Figure:
    """Small multiples of weekly figures with their bands."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["channel"]].append(row)
    log = chart.get("scale") == "log"
    panels, entries = [], []
    for channel in results.ordered(found):
        name = results.names[channel]
        spans = []
        for row in sorted(found[channel], key=lambda r: r["period_start"]):
            start, end = utc(row["period_start"]), utc(row["period_end"])
            entries.append((name, f"{start:%Y-%m-%d}", row, False))
            if row["status"] != "measured" or (log and row["value"] <= 0):
                continue
            tip = f"{name}, {day(start)}: {phrase(row)}"
            spans.append(Span(start, end, row["value"], row["low"], row["high"], tip))
        gaps = gaps_of(results, channel)
        panels.append(Panel(name, results.roles[channel], spans, gaps))
    table = long_table(
        results, say("caption.table", asks=asks), entries, (say("head.channel"), say("head.week"))
    )
    return Figure(
        id=id,
        asks=asks,
        drawing=multiples_chart(panels, time_of(results), **chart),
        read=read,
        alt=say("alt.multiples", n=len(panels), asks=asks),
        measures=(rows[0]["measure"],),
        table=table,
        keys=keys_of(results, band=not all(is_exact(row) for row in rows)),
        warnings=unlike(entries),
        foot=foot_of(entries),
    )
