"""The ledger: what each source should hold, day by day, against what it holds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from howfar.report.charts import theme
from howfar.report.charts.heatmap import Square, heat_chart
from howfar.report.charts.scene import Row as ChartRow
from howfar.report.charts.scene import Time
from howfar.report.model import Figure, Key, Table
from howfar.report.numbers import day, number
from howfar.report.results import Results, Row, params_of, utc
from howfar.report.words import say

MOST_DAYS = 190
"""A longer window is drawn by week."""
USUAL, MORE = 2, 4
_FAR = 1.6
_DAY = timedelta(days=1)


@dataclass(slots=True)
class _Days:
    """What the results say of a source: posts by day, what is usual, holes and days at a cap.

    seen: null where the day was not observed. hidden: days with a figure that protects persons.
    silent: days on which some of its channels have a hole, and which ones. partial: days that it
    saw in part only, which are no match for whole ones.
    """

    seen: dict[datetime, float | None] = field(default_factory=dict)
    hidden: set[datetime] = field(default_factory=set)
    partial: set[datetime] = field(default_factory=set)
    usual: dict[datetime, Row] = field(default_factory=dict)
    silent: dict[datetime, list[str]] = field(default_factory=lambda: defaultdict(list))
    full: set[datetime] = field(default_factory=set)


def days_by_source(results: Results) -> dict[str, _Days]:
    """The days of each main source, all its channels together."""
    found: dict[str, _Days] = defaultdict(_Days)
    for row in results.rows("coverage"):
        source = params_of(row).get("source")
        if source is None or row["period_start"] is None:
            continue
        start = utc(row["period_start"])
        if row["category"] == "posts by day":
            _add(found[source], start, row)
        elif row["category"] == "expected by day" and row["status"] == "measured":
            found[source].usual[start] = row
        elif row["category"] in ("gap", "zeros"):
            for one in _span(row):
                found[source].silent[one].append(results.name(row["channel"]))
        elif row["category"] == "cap":
            found[source].full |= set(_span(row))
    return {source: found[source] for source in sorted(found) if found[source].seen}


def _add(days: _Days, start: datetime, row: Row) -> None:
    if row["status"] == "suppressed":
        days.hidden.add(start)
    if "seen in part" in (row["reason"] or ""):
        days.partial.add(start)
    known = days.seen.get(start)
    value = row["value"]
    days.seen[start] = known if value is None else (known or 0) + value


def _span(row: Row) -> list[datetime]:
    start, end = utc(row["period_start"]), utc(row["period_end"])
    first = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return [first + n * _DAY for n in range(-(-(end - first) // _DAY))]


def sources_figure(results: Results, time: Time) -> Figure | None:
    """Days by sources: observed against expected; gaps hatched, grey where nothing is expected."""
    found = days_by_source(results)
    if not found:
        return None
    capture = {s.name: say(f"capture.{s.capture}") for s in results.given.study.sources}
    rows = [
        ChartRow(s, say("sources.label", source=s, capture=capture.get(s, say("none"))), "other")
        for s in found
    ]
    first = time.start.replace(hour=0, minute=0, second=0, microsecond=0)
    window = [first + n * _DAY for n in range(-(-(time.end - first) // _DAY))]
    length = 1 if len(window) <= MOST_DAYS else 7
    unit = say("coverage.day" if length == 1 else "coverage.week")
    squares: list[Square] = []
    lines: dict[datetime, list[str]] = {}
    for row in rows:
        for n in range(0, len(window), length):
            run = window[n : n + length]
            step, seen, usual = _cell(found[row.key], run)
            texts = {"label": row.label, "day": day(run[0]), "seen": seen, "usual": usual}
            tip = say("sources.tip_expected" if usual else "sources.tip", **texts)
            silent = list(dict.fromkeys(n for d in run for n in found[row.key].silent.get(d, ())))
            if silent and step == theme.FEW:
                tip += say("sources.tip_without", names=", ".join(silent))
            end = min(run[-1] + _DAY, time.end)
            squares.append(Square(row.key, max(run[0], time.start), end, step, tip))
            lines.setdefault(run[0], []).append(f"{seen} / {usual or say('none')}")
    asks = say("sources.asks")
    head = (unit.capitalize(), *(r.label for r in rows))
    table = Table(
        say("sources.table", asks=asks),
        head,
        [(f"{start:%Y-%m-%d}", *texts) for start, texts in lines.items()],
        frozenset(range(1, len(head))),
        dense=True,
    )
    return Figure(
        id="coverage-sources",
        asks=asks,
        drawing=heat_chart(rows, squares, time),
        read=say("sources.read", unit=unit),
        alt=say("sources.alt", n=len(rows), unit=unit),
        measures=("coverage",),
        table=table,
        keys=_keys({s.step for s in squares}),
    )


def _cell(days: _Days, run: list[datetime]) -> tuple[int | None, str, str]:
    """Fill, what was seen and what is usual over some days."""
    held = [d for d in run if d in days.seen]
    if not held:
        return theme.GREY, say("sources.absent"), ""
    known = [v for d in held if (v := days.seen[d]) is not None]
    usual = [days.usual[d] for d in held if d in days.usual]
    whole = len(usual) == len(held)
    mean = sum(float(r["value"]) for r in usual) if whole else None
    told = "" if mean is None else number(mean, 0 if mean >= 10 else 1)
    if any(d in days.hidden for d in held):
        return theme.PLAIN, say("sources.hidden"), told
    if not known:
        return None, say("coverage.unseen"), told
    seen = sum(known)
    if any(d in days.full for d in held):
        return theme.FULL, number(seen), told
    if seen and any(d in days.silent for d in held):
        return theme.FEW, number(seen), told
    if mean is None:
        return (theme.PLAIN if seen else None), number(seen), told
    low, high = (sum(float(r[end]) for r in usual) for end in ("low", "high"))
    if len(run) > 1 or low == high:
        # Intervals of days do not add up, and a platform's count has none.
        far = _FAR if low != high else 1.05
        low, high = mean / far, mean * far
    if not seen:
        return (0 if low <= 0 else None), number(seen), told
    if seen < low and any(d in days.partial for d in held):
        return theme.PLAIN, number(seen), told
    return theme.FEW if seen < low else MORE if seen > high else USUAL, number(seen), told


def _keys(steps: set[int | None]) -> tuple[Key, ...]:
    """Legend of the fills that occur."""
    every = (
        (None, "hatch", "gap"),
        (theme.GREY, f"fill{theme.GREY}", "absent"),
        (theme.FEW, f"fill{theme.FEW}", "fewer"),
        (USUAL, f"step{USUAL}", "usual"),
        (MORE, f"step{MORE}", "more"),
        (theme.FULL, f"fill{theme.FULL}", "full"),
        (0, "step0", "none"),
        (theme.PLAIN, f"fill{theme.PLAIN}", "unknown"),
    )
    return tuple(Key(mark, say(f"sources.{text}")) for step, mark, text in every if step in steps)


def lacks_table(results: Results) -> Table | None:
    """How each source was captured, and what it lacks: rejects, remarks, gaps, zeros, caps."""
    told: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in results.rows("coverage"):
        source, category = params_of(row).get("source"), row["category"] or ""
        if source is not None:
            told[source][category.partition("=")[0]].append(row)
    lines = []
    for declared in results.given.study.sources:
        if declared.name not in told:
            continue
        rows = told[declared.name]
        lines.append(
            (
                declared.name,
                say(f"capture.{declared.capture}"),
                declared.query or say("none"),
                say("none") if declared.cap is None else f"{declared.cap:,}",
                _listed(rows["rejected"]),
                _listed(rows["remark"]),
                _listed(rows["unknown column"]),
                *(_most(rows[category]) for category in ("gap", "zeros", "cap")),
                _usual(rows["expected by day"]),
            )
        )
    if not lines:
        return None
    heads = (
        *("source", "class", "query", "cap", "rejects", "remarks", "unknown"),
        *("gap_days", "zero_days", "cap_days", "usual"),
    )
    head = tuple(say(f"head.{h}") for h in heads)
    return Table(say("sources.lacks"), head, lines, frozenset({3, 7, 8, 9, 10}))


def _listed(rows: list[Row]) -> str:
    """Codes with their records; the total, which has no code, stands in the table above."""
    coded = [
        say("sources.files", reason=row["category"].partition("=")[2], n=number(row["value"]))
        for row in rows
        if "=" in (row["category"] or "") and row["value"] is not None
    ]
    return ", ".join(coded) or say("none")


def _most(rows: list[Row]) -> str:
    """Days of a kind: those of the series of the source that has most of them."""
    days: dict[str | None, float] = defaultdict(float)
    for row in rows:
        days[row["channel"]] += row["value"] or 0
    return number(max(days.values()), 0) if days else say("none")


def _usual(rows: list[Row]) -> str:
    known = [float(row["value"]) for row in rows if row["value"] is not None]
    return number(sum(known) / len(known), 1) if known else say("none")
