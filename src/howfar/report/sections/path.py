"""The enhancement path on one page: what comes first, how large, how sure, at what cost."""

from __future__ import annotations

from collections.abc import Sequence

from howfar.improve.evidence import GAIN
from howfar.report.model import Cell, Figure, Section, Table
from howfar.report.numbers import phrase
from howfar.report.path_view import PathView, Step, is_relative
from howfar.report.results import Row
from howfar.report.sections.twins import Ask, columns_figure
from howfar.report.words import say

MOST = 7
"""Steps of each table: what can be read in two minutes; the others are below, one by one."""


def path_section(view: PathView) -> Section:
    """The two tables of steps, and how large and how sure each is."""
    if not view.steps:
        why = "; ".join(view.document["notes"]) or say("path.why_none")
        return Section("path", say("path.title"), (say("path.none", why=why),))
    strong = [step for step in view.steps if step["grade"] in GAIN]
    weak = [step for step in view.steps if step["grade"] not in GAIN]
    paragraphs = [say("path.intro", n=len(view.steps))]
    key = "path.strong" if strong else "path.strong_none"
    paragraphs.append(say(key, n=len(strong), clear=sum(step["clear"] for step in strong)))
    if weak:
        paragraphs.append(say("path.weak", n=len(weak)))
    if view.document["looked_at"] > 1:
        paragraphs.append(say("path.looked", n=view.document["looked_at"], level=view.confidence))
    items: list[Table | Figure] = []
    if strong:
        items.append(_table(view, strong, "path-first", "first", "expect"))
    if weak:
        items.append(_table(view, weak, "path-then", "then", "seen"))
    figure = _figure(view)
    if figure is not None:
        items.append(figure)
    notes = tuple(view.document["notes"])
    return Section("path", say("path.title"), (*paragraphs, *notes), tuple(items))


def _table(view: PathView, steps: Sequence[Step], id: str, caption: str, head: str) -> Table:
    lines = [_line(view, step) for step in steps[:MOST]]
    if len(steps) > MOST:
        rest = Cell(say("path.more", n=len(steps) - MOST), "#path-steps")
        lines.append((say("none"), rest, *[say("none")] * 8))
    heads = ("place", "step", head, "grade", "checks", "so", "cost", "time", "after", "not")
    return Table(
        say(f"path.{caption}_caption"), tuple(say(f"path.head_{h}") for h in heads), lines, id=id
    )


def _line(view: PathView, step: Step) -> tuple[str | Cell, ...]:
    """One step: each claim leads to its estimate, its grade, its checks."""
    anchor = f"#step-{step['id']}"
    after = ", ".join(str(n) for n in step["after"]) or say("none")
    return (
        str(step["place"]),
        Cell(step["title"], anchor),
        Cell(size_text(view, step), f"{anchor}-estimate"),
        Cell(step["grade"], f"{anchor}-grade"),
        Cell(checks_text(step), f"{anchor}-checks"),
        say(f"path.so_{step['turn']}"),
        cost_text(view, step),
        time_text(step),
        after,
        next(iter(step["not_to_conclude"]), say("none")),
    )


def size_text(view: PathView, step: Step) -> str:
    """The size with its interval, marked where it is not clear, or why there is none."""
    row = view.size(step)
    if row is None:
        return say("path.unpublished")
    size = phrase(row, is_relative(row))
    told = row["status"] == "measured" and not step["clear"]
    return say("path.unclear", size=size) if told else size


def checks_text(step: Step) -> str:
    """How many checks hold."""
    if not step["checks"]:
        return say("path.checks_none")
    return say("path.checks", n=step["holding"], of=len(step["checks"]))


def cost_text(view: PathView, step: Step) -> str:
    """What it costs, with its currency and span; or that nobody knows."""
    row = _cost_row(view, step)
    if row is None or row["status"] != "measured":
        return say("path.cost_none")
    return f"{phrase(row)} {row['unit']}"


def _cost_row(view: PathView, step: Step) -> Row | None:
    source = next((one for one in step["apart"] if one.get("category") == "spend"), None)
    return None if source is None else view.row(source)


def time_text(step: Step) -> str:
    """How long until the next measurement can tell."""
    return say("none") if step["weeks"] is None else say("path.weeks", n=step["weeks"])


def _figure(view: PathView) -> Figure | None:
    columns = []
    for name, chosen in (
        ("strong", [s for s in view.steps if s["kind"] == "effect" and s["grade"] in GAIN]),
        ("effect", [s for s in view.steps if s["kind"] == "effect" and s["grade"] not in GAIN]),
        ("association", [s for s in view.steps if s["kind"] == "association"]),
        ("gap", [s for s in view.steps if s["kind"] == "gap"]),
    ):
        rows = {step["id"]: row for step in chosen if (row := view.size(step)) is not None}
        columns.append(Ask(say(f"path.column_{name}"), rows, percent=True, reference=0.0))
    shown = [step["id"] for step in view.steps]
    return columns_figure(
        view,
        "path-sizes",
        say("path.figure_asks"),
        columns,
        say("path.figure_read", level=view.confidence),
        view.measures,
        rows=view.chart_rows(shown),
        heads=(say("path.head_step"), say("path.head_what")),
    )
