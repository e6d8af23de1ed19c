"""Coverage first: what the sources show of what there is."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from howfar.report.charts.heatmap import Square, class_of, classes, heat_chart
from howfar.report.charts.scene import Mark, Time
from howfar.report.charts.scene import Row as ChartRow
from howfar.report.model import Figure, Key, Section, Table
from howfar.report.numbers import day, is_exact, number
from howfar.report.results import Results, Row, params_of, utc
from howfar.report.sections.sources import MOST_DAYS, lacks_table, sources_figure
from howfar.report.words import say

_COUNTS = ("records", "read", "rejected", "duplicate rows", "outside window", "distinct posts")
HOLES = ("gap", "zeros")
PERSONS = "\x00persons"
"""Key of the row of persons, which have no channel."""


def coverage_section(results: Results) -> Section:
    """Heat map by day, counts of each source, gaps, and what to beware of."""
    items: list[Figure | Table] = []
    drawn = (sources_figure(results, time_of(results)), _heat(results))
    items += [figure for figure in drawn if figure is not None]
    tables = (_counts(results), lacks_table(results), _gaps(results))
    items += [table for table in tables if table is not None]
    return Section(
        "coverage",
        say("coverage.title"),
        (say("coverage.intro"),),
        tuple(items),
        _warnings(results),
    )


def days_of(results: Results) -> dict[str, list[Row]]:
    """The daily counts of each channel (and of persons under their own key), in order of time."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in results.rows("coverage", category="posts by day"):
        key = row["channel"] or PERSONS
        if key == PERSONS or key in results.names:
            found[key].append(row)
    return {key: sorted(rows, key=lambda r: r["period_start"]) for key, rows in found.items()}


def gaps_of(results: Results, channel: str) -> list[tuple[datetime, datetime]]:
    """Stretches of a channel without posts or after its source's end."""
    return [
        (utc(row["period_start"]), utc(row["period_end"]))
        for row in results.rows("coverage", channel=channel)
        if row["category"] in HOLES
        and row["period_start"] is not None
        and row["period_end"] is not None
    ]


def time_of(results: Results) -> Time:
    """The window with the study's events, numbered in order of time."""
    study = results.given.study
    window = study.window
    starts = sorted(e.bounds(study.zone)[0] for e in study.events)
    marks = [
        Mark(n, at) for n, at in enumerate(starts, 1) if window.start_utc <= at < window.end_utc
    ]
    return Time(window.start_utc, window.end_utc, marks)


def merged_days(rows: list[Row]) -> list[tuple[datetime, datetime, float | None]]:
    """Start, end and posts of each day; several sources of a channel add up."""
    found: dict[datetime, list[float | None]] = defaultdict(list)
    for row in rows:
        found[utc(row["period_start"])].append(row["value"])
    days = []
    for start, values in sorted(found.items()):
        known = [v for v in values if v is not None]
        days.append((start, start + timedelta(days=1), sum(known) if known else None))
    return days


def _grouped(
    days: list[tuple[datetime, datetime, float | None]], length: int
) -> list[tuple[datetime, datetime, float | None]]:
    """Days in runs of a length; a run with an unseen day is unseen unless it has posts."""
    found = []
    for k in range(0, len(days), length):
        run = days[k : k + length]
        known = [v for _, _, v in run if v is not None]
        found.append((run[0][0], run[-1][1], sum(known) if known else None))
    return found


def _heat(results: Results) -> Figure | None:
    daily = {key: merged_days(rows) for key, rows in days_of(results).items()}
    if not daily:
        return None
    longest = max(len(days) for days in daily.values())
    length = 1 if longest <= MOST_DAYS else 7
    unit = say("coverage.day" if length == 1 else "coverage.week")
    cells = {key: _grouped(days, length) for key, days in daily.items()}
    edges = classes([v for days in cells.values() for _, _, v in days if v is not None])
    rows = results.chart_rows(cells)
    if PERSONS in cells:
        rows = [*rows, ChartRow(PERSONS, say("persons"), "other")]
    squares = []
    for row in rows:
        gaps = [] if row.key == PERSONS else gaps_of(results, row.key)
        for start, end, value in cells[row.key]:
            silent = not value and any(a <= start and end <= b for a, b in gaps)
            step = None if value is None or silent else class_of(value, edges)
            unseen = "coverage.hidden" if row.key == PERSONS else "coverage.unseen"
            text = say(unseen) if value is None else number(value)
            squares.append(Square(row.key, start, end, step, f"{row.label}, {day(start)}: {text}"))
    asks = say("coverage.heat_asks", unit=unit)
    return Figure(
        id="coverage-days",
        asks=asks,
        drawing=heat_chart(rows, squares, time_of(results)),
        read=say("coverage.heat_read", unit=unit),
        alt=say("coverage.heat_alt", n=len(rows), unit=unit),
        measures=("coverage",),
        table=_heat_table(rows, cells, asks, unit),
        keys=_heat_keys(edges, PERSONS in cells),
    )


def _heat_keys(edges: tuple[int, ...], persons: bool) -> tuple[Key, ...]:
    # Days of too few persons are hidden: of them nobody can say that they are gaps.
    gap = say("coverage.key_gap_or_hidden" if persons else "coverage.key_gap")
    keys = [Key("hatch", gap), Key("step0", "0")]
    starts = (1, *edges)
    for n, low in enumerate(starts):
        high = starts[n + 1] - 1 if n + 1 < len(starts) else None
        text = f"{low:,}–{high:,}" if high and high > low else f"{low:,}" if high else f"{low:,}+"
        keys.append(Key(f"step{n + 1}", text))
    return tuple(keys)


def _heat_table(
    rows: list[ChartRow],
    cells: dict[str, list[tuple[datetime, datetime, float | None]]],
    asks: str,
    unit: str,
) -> Table:
    """A line a day, a column a channel."""
    starts = sorted({start for days in cells.values() for start, _, _ in days})
    lookup = {key: {start: value for start, _, value in days} for key, days in cells.items()}
    lines: list[tuple[str, ...]] = []
    for start in starts:
        values = (lookup[r.key].get(start) for r in rows)
        lines.append((start.strftime("%Y-%m-%d"), *(number(v) for v in values)))
    head = (unit.capitalize(), *(r.label for r in rows))
    numeric = frozenset(range(1, len(head)))
    return Table(say("caption.exact", asks=asks), head, lines, numeric, dense=True)


def _counts(results: Results) -> Table | None:
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    total: dict[str, Row] = {}
    wanted = (*_COUNTS, "recheck only", "covered share")
    for row in results.rows("coverage"):
        if row["category"] not in wanted:
            continue
        source = params_of(row).get("source")
        if source:
            found[source].setdefault(row["category"], row)
        elif row["channel"] is None:
            total.setdefault(row["category"], row)
    if not found and not total:
        return None
    columns = [c for c in wanted if c in total or any(c in rows for rows in found.values())]
    if not any(
        (rows.get("recheck only") or {"value": 0})["value"] for rows in (*found.values(), total)
    ):
        columns = [c for c in columns if c != "recheck only"]

    def line(name: str, rows: dict[str, Row]) -> tuple[str, ...]:
        return (name, *(_count_text(rows.get(c)) for c in columns))

    lines = [line(source, found[source]) for source in sorted(found)]
    if total:
        lines.append(line(say("coverage.all"), total))
    head = (say("head.source"), *(say(f"coverage.{c}") for c in columns))
    return Table(say("coverage.counts"), head, lines, frozenset(range(1, len(head))))


def _count_text(row: Row | None) -> str:
    if row is None or row["status"] != "measured":
        return say("none")
    if row["category"] != "covered share":
        return number(row["value"], 0)
    if is_exact(row):
        return number(row["value"], 1, percent=True)
    ends = (number(row[end], 1, percent=True) for end in ("low", "high"))
    return say("coverage.between", **dict(zip(("low", "high"), ends, strict=True)))


def _gaps(results: Results) -> Table | None:
    rows = [
        r
        for r in results.rows("coverage")
        if r["category"] in (*HOLES, "cap") and r["value"] is not None and r["period_start"]
    ]
    if not rows:
        return None
    order = {channel: n for n, channel in enumerate(results.names)}
    rows.sort(key=lambda r: (order.get(r["channel"], len(order)), utc(r["period_start"])))
    lines = [
        (
            results.name(r["channel"]),
            _edge(results, utc(r["period_start"])),
            _edge(results, utc(r["period_end"]), timedelta(microseconds=1)),
            number(r["value"], 1 if r["value"] % 1 else 0),
            r["reason"] or say("none"),
        )
        for r in rows
    ]
    head = tuple(say(f"head.{h}") for h in ("channel", "from", "to", "days", "why"))
    return Table(say("coverage.gaps"), head, lines, frozenset({3}))


def _edge(results: Results, moment: datetime, before: timedelta = timedelta(0)) -> str:
    """A date of a gap: whole days are UTC days, other moments are in the study's zone."""
    whole = moment.hour == moment.minute == moment.second == 0
    return day(moment - before, None if whole else results.given.study.zone)


def _warnings(results: Results) -> tuple[str, ...]:
    """What a reader must know before any comparison."""
    study = results.given.study
    found = []
    kinds = {s.capture for s in study.sources if s.use == "main"}
    if len(kinds) > 1:
        found.append(say("coverage.unequal", kinds=", ".join(sorted(kinds))))
    apart = kinds - set(study.peers.capture)
    if apart:
        found.append(say("coverage.apart", kinds=", ".join(sorted(apart))))
    flagged = {
        row["reason"]
        for row in results.rows("coverage")
        if row["reason"] and row["category"] == "records" and row["status"] == "measured"
    }
    found += sorted(flagged)
    ends = {}
    for channel in results.names:
        gaps = [b - a for a, b in gaps_of(results, channel) if b >= study.window.end_utc]
        if gaps:
            ends[channel] = max(gaps)
    if ends:
        names = ", ".join(
            f"{results.names[c]} ({gap.total_seconds() / 86_400:.0f})" for c, gap in ends.items()
        )
        found.append(say("coverage.early", names=names))
    return tuple(found)
