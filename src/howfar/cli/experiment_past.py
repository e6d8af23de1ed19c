"""The past that an experiment is planned on: a table of the user's, or a study's own posts."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from howfar.errors import StudyError
from howfar.improve.control import advised
from howfar.improve.experiments.outcomes import panel_of, posts_of
from howfar.improve.experiments.placebo import Past
from howfar.improve.experiments.plan import Plan, parse_plan
from howfar.improve.own_posts import in_order, own_posts
from howfar.improve.returned_experiments import table_of
from howfar.run.opened import bounds, opened
from howfar.schema.tables import COUNTS
from howfar.study.channels import load_channels
from howfar.study.file import load_study, read_text
from howfar.study.period_labels import label_of
from howfar.study.periods import Periods


@dataclass(frozen=True)
class Planned:
    """A plan with its text, its past, and the hash of the past's table."""

    plan: Plan
    text: str
    file: str
    past: Past
    past_sha256: str
    periods: Periods

    def when(self, unit: str) -> tuple[str, str]:
        """First and last period of a unit of the lot, in the past's notation; none of a post."""
        lot, start = self.plan.lot, self.plan.lot.start
        ordinal = None if start is None else self.periods.ordinal(start)
        if ordinal is None or self.plan.design == "posts":
            return "", ""
        length = lot.length or 1
        block = int(unit.rsplit("/", 1)[1]) - 1 if self.plan.design == "switchback" else 0
        first = ordinal + block * length * self.periods.step
        last = first + (length - 1) * self.periods.step
        return label_of(self.periods.kind, first), label_of(self.periods.kind, last)


def read_planned(plan: Path, past: Path) -> Planned:
    """Read a plan and its past; StudyError tells all that is wrong with either."""
    text = read(plan, "the file of an experiment")
    made = parse_plan(text, plan.name)
    whole = study_past(past, made) if past.is_dir() else read(past, "a CSV of the past")
    name = "the study's own posts" if past.is_dir() else past.name
    table = table_of(made, whole, name, of_past=True)
    start = made.lot.start
    if start is not None and made.design != "posts" and table.periods.ordinal(start) is None:
        raise StudyError(
            f'lot.start "{start}" is no period as the past has them',
            plan.name,
            f"the notation of the column {made.columns.time}: {table.periods.labels[0]}",
        )
    if made.design == "posts":
        found: Past = posts_of(made, table)
    else:
        found = panel_of(made, table, made.lot.units)
    digest = hashlib.sha256(whole.encode()).hexdigest()
    return Planned(made, text, plan.name, found, digest, table.periods)


def read(path: Path, what: str) -> str:
    """A file as text; StudyError where there is none."""
    if path.is_dir() or not path.exists():
        raise StudyError(
            f"there is no file {path}", str(path), what, "docs/concepts/experiments.md has both"
        )
    return read_text(path)


def study_past(folder: Path, plan: Plan) -> str:
    """A study's own posts as a table: a row a post, or a channel and day.

    Columns channel and date, then the figures of posts. By day: their sums and ``posts``, how many
    there were; a day without posts is a row of zeros. Only settled posts that nobody paid to
    spread, of channels of role "ours" that declare their owner; StudyError where one does not, or
    where the plan names others.
    """
    study, channels = load_study(folder), load_channels(folder)
    ours = [channel.channel for channel in advised(channels)]
    strange = [name for name in plan.channels if name not in ours]
    if strange:
        raise StudyError(
            f"{', '.join(strange)}: no channel of role ours in this study",
            str(folder),
            f"channels of the plan among {', '.join(ours) or '(none)'}",
            "experiments are done on channels of one's own; name these, or mend channels.csv",
        )
    with opened(folder, study, channels) as (tables, _):
        found = own_posts(tables(), ours)
        rows = in_order(found.to_pyarrow()).to_pylist()
    days = [
        datetime.fromtimestamp(row["created_s"], tz=UTC).date() if row["created_s"] else None
        for row in rows
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    if plan.design == "posts":
        columns = ["channel", "date", "kind", "language", *COUNTS]
        writer.writerow(columns)
        for row, day in zip(rows, days, strict=True):
            cells = {**row, "date": day}
            writer.writerow(["" if cells[name] is None else cells[name] for name in columns])
        return out.getvalue()
    writer.writerow(["channel", "date", "posts", *COUNTS])
    by_day: dict[tuple[str, date], list[dict[str, Any]]] = defaultdict(list)
    for row, day in zip(rows, days, strict=True):
        if day is not None:
            by_day[row["channel"], day].append(row)
    given = {(row["channel"], name) for row in rows for name in COUNTS if row[name] is not None}
    start, end = (datetime.fromtimestamp(us / 1e6, tz=UTC).date() for us in bounds(study))
    for channel in sorted({channel for channel, _ in by_day}):
        for n in range((end - start).days):
            day = start + timedelta(days=n)
            posts = by_day.get((channel, day), [])
            sums = [_sum(posts, name) if (channel, name) in given else "" for name in COUNTS]
            writer.writerow([channel, day, len(posts), *sums])
    return out.getvalue()


def _sum(posts: list[dict[str, Any]], name: str) -> int | str:
    """The day's sum; nothing where a post lacks the figure: missing is not zero."""
    figures = [post[name] for post in posts]
    return "" if None in figures else sum(figures)
