"""Each step of the path taken apart: its estimate, grade and checks, and what it does not say."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from howfar.report.charts.multiples import multiples_chart
from howfar.report.charts.scene import Mark, Panel, Span, Time
from howfar.report.model import Cell, Facts, Figure, Key, Section, Table
from howfar.report.numbers import phrase
from howfar.report.path_view import PathView, Step, is_relative
from howfar.report.results import Row, utc
from howfar.report.sections.path import cost_text, time_text
from howfar.report.sections.twins import long_table
from howfar.report.words import say

_PANELS = 12


def steps_section(view: PathView) -> Section | None:
    """All steps in their order, after what was seen week by week; none where there is no step."""
    if not view.steps:
        return None
    items: list[Figure | Facts | Table] = []
    weeks = _weeks(view)
    if weeks is not None:
        items.append(weeks)
    for step in view.steps:
        items += [_head(view, step), *_estimate(view, step), _grade(step), _checks(step)]
        items.append(_next(view, step))
    title, intro = say("path.steps_title"), (say("path.steps_intro"),)
    return Section("path-steps", title, intro, tuple(items))


def _head(view: PathView, step: Step) -> Facts:
    """What it is, and what was found, in the words of its grade."""
    rows: list[tuple[str, list[str | Cell]]] = [
        (say("path.what"), [step["what"]]),
        (say("path.aspect"), [f"{step['aspect']}: {step['aspect_means']}"]),
        (say("path.for"), [view.named(step["channels"]) or say("none")]),
    ]
    if step["compared"]:
        rows.append((say("path.with"), [view.named(step["compared"])]))
    rows.append((say("path.found"), [step["said"]]))
    rows.append((say("path.do"), [say(f"path.turn_{step['turn']}")]))
    rows.append((say("path.not"), list(step["not_to_conclude"])))
    title = say("path.step", place=step["place"], title=step["title"])
    return Facts(rows, title, f"step-{step['id']}")


def _estimate(view: PathView, step: Step) -> list[Table]:
    """The size and every further figure that it is taken apart with."""
    found = [(step["source"], True), *((one, False) for one in step["apart"])]
    entries = [
        (_told(row, step), row["unit"], row, is_relative(row))
        for source, percent in found
        for row in view.all(source)
        if row["period_start"] is None or percent
    ]
    caption = say("path.estimate_caption", place=step["place"])
    heads = (say("path.head_what"), say("made.unit"))
    table = long_table(view, caption, entries, heads)
    return [
        Table(
            table.caption,
            table.head,
            table.rows,
            table.numeric,
            table.notes,
            id=f"step-{step['id']}-estimate",
        )
    ]


def _told(row: Row, step: Step) -> str:
    # A practice is taken apart into its changes, each by its own name.
    change = row["event"] if row["event"] != step["id"] else None
    parts = (row["measure"].replace("_", " "), change, row["category"], row["versus"])
    return ", ".join(str(part) for part in parts if part)


def _grade(step: Step) -> Facts:
    meaning = f"{step['grade']}: {step['grade_means']}"
    rows = [(say("path.grade"), [meaning]), (say("path.grade_why"), [step["why"] or meaning])]
    return Facts(rows, id=f"step-{step['id']}-grade")


def _checks(step: Step) -> Table:
    lines = []
    for check in step["checks"]:
        state = {True: "passed", False: "failed", None: "open"}[check["passed"]]
        state += "_free" if state == "open" and not check["needed"] else ""
        lines.append((check["id"], check["asks"], say(f"path.{state}"), check["said"]))
    if not lines:
        why = say("path.no_checks", kind=say(f"path.no_checks_{step['kind']}"))
        lines.append((say("none"), why, say("none"), say("none")))
    head = ("check", "asks", "outcome", "said")
    caption = say("path.checks_caption", place=step["place"])
    id = f"step-{step['id']}-checks"
    return Table(caption, tuple(say(f"path.{h}") for h in head), lines, id=id)


def _next(view: PathView, step: Step) -> Facts:
    """Cost, time, what would settle it, and how to take it apart."""
    rows: list[tuple[str, list[str | Cell]]] = [
        (say("path.cost"), [cost_text(view, step), *_reason(step)]),
        (say("path.time"), [time_text(step)]),
        (say("path.next"), [step["next_measurement"] or say("none")]),
    ]
    settling = step["settling"]
    if settling is not None:
        told = [settling["said"]]
        row = next((r for s in step["apart"] if s["measure"] == "planned_experiment"
                    and (r := view.row(s)) is not None), None)  # fmt: skip
        smallest = settling["detectable"]["reason"] if row is None else phrase(row, percent=True)
        if smallest:
            told.append(f"{say('path.detectable')}: {smallest}")
        rows.append((say("path.settle"), told))
    where = next(iter(v for k, v in step["source"].items() if k != "measure"), "")
    apart = [
        say("path.results", measure=step["source"]["measure"], where=where),
        say("path.posts", place=step["place"]),
    ]
    rows.append((say("path.apart"), [*apart]))
    if step["notes"]:
        rows.append((say("path.notes"), list(step["notes"])))
    return Facts(rows, id=f"step-{step['id']}-next")


def _reason(step: Step) -> list[str | Cell]:
    reason = step["cost"]["reason"]
    return [reason] if reason and step["cost"]["status"] != "measured" else []


def _weeks(view: PathView) -> Figure | None:
    """The difference from what was to be expected, week by week, a panel a change."""
    found: dict[str, list[Row]] = defaultdict(list)
    titles: dict[str, str] = {}
    marks: dict[str, Mark] = {}
    for step in view.steps:
        source = step["source"]
        if step["kind"] != "effect" or "event" not in source:
            continue
        weeks = {k: source[k] for k in ("measure", "event", "params") if k in source}
        rows = [r for r in view.all(weeks | {"category": "week"}) if r["period_start"] is not None]
        if not rows or len(found) == _PANELS:
            continue
        found[step["id"]] = sorted(rows, key=lambda r: r["period_start"])
        titles[step["id"]] = f"{step['place']}. {step['title']}"
        if step["since"]:
            at = datetime.fromisoformat(step["since"]).replace(tzinfo=UTC)
            marks[step["id"]] = Mark(step["place"], at)
    if not found:
        return None
    panels, entries = [], []
    for id, rows in found.items():
        spans = []
        for row in rows:
            start, end = utc(row["period_start"]), utc(row["period_end"])
            entries.append((titles[id], f"{start:%Y-%m-%d}", row, True))
            if row["status"] == "measured":
                tip = say(
                    "path.weeks_tip",
                    name=titles[id],
                    week=f"{start:%Y-%m-%d}",
                    figure=phrase(row, percent=True),
                )
                spans.append(Span(start, end, row["value"], row["low"], row["high"], tip))
        own = (marks[id],) if id in marks else ()
        panels.append(Panel(titles[id], "ours", spans, marks=own))
    every = [span for panel in panels for span in panel.spans]
    if not every:
        return None
    whole = Time(min(s.start for s in every), max(s.end for s in every))
    asks = say("path.weeks_asks")
    return Figure(
        id="path-weeks",
        asks=asks,
        drawing=multiples_chart(panels, whole, percent=True, reference=0.0),
        read=say("path.weeks_read", level=view.confidence),
        alt=say("alt.multiples", n=len(panels), asks=asks),
        measures=("effect_of_change",),
        table=long_table(
            view,
            say("caption.table", asks=asks),
            entries,
            (say("path.head_step"), say("head.week")),
        ),
        keys=(
            Key("band", say("key.band", level=view.confidence)),
            Key("event", say("path.key_since")),
        ),
    )
