"""The enhancement path in words: what it is in general, and what a study's latest run laid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from howfar.errors import StudyError
from howfar.improve.evidence import GRADES
from howfar.report.numbers import phrase
from howfar.report.path_view import PathView, is_relative
from howfar.report.words import say as text
from howfar.run import latest_run, load_run
from howfar.study.channels import load_channels
from howfar.study.file import load_study
from howfar.study.within_control import WITHIN_CONTROL

GENERAL = (
    "enhancement path: what to change first, by how strong the evidence is, then by size",
    "",
    "What may be changed is a fixed list, of what an institution itself decides:",
    *(f"  {name:<10} {meaning}" for name, meaning in WITHIN_CONTROL.items()),
    "Feelings, hostility and who people are, are refused; so are channels of ours without a "
    "declared owner.",
    "",
    "Grades of evidence; a check that does not hold takes the grade down by itself:",
    *(f"  {grade}  {meaning}" for grade, meaning in GRADES.items()),
    "Only A and B name a change to expect. C and D show what was seen, and what to test.",
    "",
    "What it is made of: dated changes ([[changes]] in study.toml), the weekly figures of the "
    "channels, associations within channels, gaps to others, costs.csv, and tests simulated on "
    "the study's own past.",
    "files: docs/concepts/path.md; results/path.html after howfar run and howfar report",
    "next: howfar path FOLDER, howfar explain effect_of_change, or howfar explain path --study "
    "FOLDER",
    "",
    "path, of a channel: the way by which a message travels: official, semi_official, media, "
    "business, academia or civil_society; 'unknown' for persons",
)


def study_view(study: Path) -> PathView:
    """The path of a study's latest run with its figures; StudyError where it laid none."""
    run = load_run(study, latest_run(study))
    document = run.provenance.get("path")
    if document is None:
        raise StudyError(
            "the latest run of this study laid no path",
            where=str(study),
            expected="channels of role ours, and changes, an index or an objective with a target",
            next="date what was changed in study.toml, [[changes]] (docs/concepts/path.md), then "
            "howfar run",
        )
    registry = load_channels(study)
    rows = [row for name in registry.ids if (row := registry.get(name)) is not None and row.named]
    names = {row.channel: row.name for row in rows}
    confidence = load_study(study).about.confidence
    return PathView.of(document, run.estimates, confidence, names)


def path_lines(view: PathView) -> list[str]:
    """The steps in their order, one a line, then how to go on."""
    if not view.steps:
        return ["; ".join(view.document["notes"]) or text("path.why_none")]
    lines = []
    for step in view.steps:
        size = _size(view, step)
        checks = f"; {step['holding']} of {len(step['checks'])} checks hold"
        after = ", ".join(str(n) for n in step["after"])
        lines.append(
            f"{step['place']:>3}  {step['grade']}  {step['title']}: {size}"
            + (checks if step["checks"] else "")
            + (f"; after step {after}" if after else "")
            + f"; {text('path.so_' + step['turn'])}"
        )
    lines.append(text("path.looked", n=view.document["looked_at"], level=view.confidence))
    return lines


def step_lines(view: PathView, place: int) -> list[str]:
    """One step taken apart: what was found, why its grade, every check, what comes next."""
    step = step_at(view, place)
    lines = [
        f"step {step['place']}: {step['title']} (grade {step['grade']})",
        f"what: {step['what']}",
        f"within control as {step['aspect']}: {step['aspect_means']}",
        f"our channels: {view.named(step['channels']) or text('none')}",
        f"compared with: {view.named(step['compared']) or text('none')}",
        "",
        f"found: {step['said']}",
        f"so: {text('path.turn_' + step['turn'])}",
        step["why"],
        *step["not_to_conclude"],
        "",
    ]
    lines += [f"{_told(row, step)}: {_figure(row)}" for row in _rows(view, step)]
    if step["checks"]:
        lines += ["", "checks:"]
    for check in step["checks"]:
        state = {True: "passed", False: "failed", None: "open"}[check["passed"]]
        lines.append(f"  {check['id']} ({text('path.' + state)}): {check['said']}")
    lines += ["", f"next measurement: {step['next_measurement'] or text('none')}"]
    if step["settling"] is not None and step["settling"]["said"]:
        lines.append(f"what would settle it: {step['settling']['said']}")
    lines += [f"note: {note}" for note in step["notes"]]
    return lines


def step_at(view: PathView, place: int) -> Mapping[str, Any]:
    """The step of a place; StudyError where there is none."""
    for step in view.steps:
        if step["place"] == place:
            return step
    raise StudyError(
        f"there is no step {place}", "--step", f"1 to {len(view.steps)}", "howfar path lists them"
    )


def _size(view: PathView, step: Mapping[str, Any]) -> str:
    row = view.size(step)
    return text("path.unpublished") if row is None else _figure(row)


def _rows(view: PathView, step: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    sources = (step["source"], *step["apart"])
    return [row for source in sources for row in view.all(source) if row["period_start"] is None]


def _told(row: Mapping[str, Any], step: Mapping[str, Any]) -> str:
    # A practice is taken apart into its changes, each by its own name.
    change = row["event"] if row["event"] != step["id"] else None
    parts = (row["measure"].replace("_", " "), change, row["category"], row["versus"])
    return ", ".join(str(part) for part in parts if part)


def _figure(row: Mapping[str, Any]) -> str:
    if row["status"] != "measured":
        return f"{row['status'].replace('_', ' ')} ({row['reason']})"
    relative = is_relative(row)
    return phrase(row, relative) + ("" if relative else f" {row['unit']}")
