"""How long does a whole path take, of fifteen channels, twenty indicators and five changes?

    python -m benchmarks.study_path

A study of fifteen channels over half a year is written as an export, with an index of twenty
indicators taken from measures, five dated changes (one of them with a planted effect) and costs. It
is read, run and reported. Seconds of the wall and of the processor for each, and for the path
alone, are written to benchmarks/results/study_path.json, with the number of steps and of rows.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from howfar.improve.path_measures import PATH_DECLARATIONS
from howfar.readers.ingest import ingest, source_files
from howfar.run import path as wiring
from howfar.run import report_study, run_study
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import load_study

ROOT: Final = Path(__file__).resolve().parent.parent
RESULT: Final = ROOT / "benchmarks" / "results" / "study_path.json"
LIMIT: Final = 120.0
"""Seconds that run and report may take together, on a machine that does nothing else."""

CHANNELS: Final = 15
WEEKS: Final = 26
POSTS: Final = 16
FIGURES: Final = ("views", "reactions", "comments", "shares")
CHANGED: Final = (("latency", 9), ("kind", 11), ("frequency", 12), ("language", 14), ("time", 16))
"""What was changed on each of five channels of ours, and in which week."""
PLANTED: Final = 0.4
"""Effect of the first change on the figures of a post; the others do nothing."""

_KEY: Final = b"a key of nobody: 32 bytes long!!"
_HEAD: Final = ("id", "at", "user", "platform", "text", "kind", "lang", *FIGURES)
_STUDY: Final = """[study]
id = "fifteen"
title = "Fifteen stations"
question = "What should be changed first?"
retention_reason = "Invented posts of a benchmark."

[[objectives]]
id = "talk"
statement = "Make listeners talk"
audience = "listeners"

[window]
start = 2024-01-01
end = 2024-07-01
timezone = "UTC"

[[sources]]
name = "posts"
path = "../posts.csv"
format = "table-csv"
capture = "complete"
timezone = "UTC"
observed_at = 2024-07-20T00:00:00+00:00
mapping = { post_id = "id", created_at = "at", author_handle = "user", platform = "platform", \
text = "text", kind = "kind", language = "lang", views = "views", reactions = "reactions", \
comments = "comments", shares = "shares" }

[index]
units = "channel"
framework = "A benchmark."

[[index.groups]]
id = "index"
"""


def write(folder: Path) -> Path:
    """The export and the study; the path of the study."""
    rng = np.random.default_rng(7)
    with (folder / "posts.csv").open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(_HEAD)
        rows.writerows(_posts(rng))
    study = folder / "study"
    study.mkdir()
    lines = [_STUDY]
    for name, category, params in _indicators():
        lines.append(f'[[index.indicators]]\nid = "{name}"\nparent = "index"')
        measure = "engagement" if params else "publishing_volume"
        measure = "attention_inequality" if name.startswith("gini") else measure
        lines.append(f'measure = "{measure}"')
        lines += [f'category = "{category}"'] if category else []
        lines += [f"params = {{ quantile = {params} }}"] if params else []
    for n, (aspect, week) in enumerate(CHANGED):
        date = dt.date(2024, 1, 1) + dt.timedelta(7 * week)
        lines.append(
            f'[[changes]]\nid = "change-{n}"\ndate = {date}\nchannels = ["c{n}"]\n'
            f'property = "{aspect}"\nwhat = "another {aspect}"'
        )
    (study / "study.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    head = "channel,name,organisation,platform,handle,country,languages,paths,role,declared_owner,"
    channels = [
        f"c{n},Station {n},House {n % 8},x,c{n},SE,sv,media,{'ours' if n < 6 else 'peer'},"
        f"House {n % 8},organisation,https://example.org/{n}"
        for n in range(CHANNELS)
    ]
    text = "\n".join([head + "basis,evidence", *channels]) + "\n"
    (study / "channels.csv").write_text(text, encoding="utf-8")
    costs = ["channel,item,period_start,period_end,amount,currency"]
    costs += [f"c{n},change,2024-03-01,2024-07-01,{1000 * (n + 1)},EUR" for n in range(5)]
    (study / "costs.csv").write_text("\n".join(costs) + "\n", encoding="utf-8")
    return study


def _posts(rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    start = dt.datetime(2024, 1, 1)
    for channel in range(CHANNELS):
        level = float(rng.lognormal(5, 0.6))
        for week in range(WEEKS):
            moved = float(np.exp(0.08 * np.sin(week / 4) + 0.06 * rng.standard_normal()))
            moved *= 1 + PLANTED * (channel == 0 and week >= CHANGED[0][1])
            for post in range(int(rng.poisson(POSTS))):
                kind = ("status", "photo", "video")[int(rng.integers(3))]
                mean = level * moved * float(rng.lognormal(-0.18, 0.6)) * (1 + (kind == "video"))
                views = int(rng.poisson(40 * mean))
                counts = [int(rng.poisson(part * mean)) for part in (1.0, 0.12, 0.2)]
                at = start + dt.timedelta(7 * week, float(rng.uniform(0, 7 * 86_400)))
                yield (f"{channel}-{week}-{post}", f"{at:%Y-%m-%dT%H:%M:%S}", f"c{channel}", "x",
                       "a text", kind, "sv", views, *counts)  # fmt: skip


def _indicators() -> list[tuple[str, str | None, str | None]]:
    """Name, category and quantile of twenty indicators."""
    found: list[tuple[str, str | None, str | None]] = [("often", None, None)]
    found += [
        (f"{figure}-{part}", figure, part)
        for figure in FIGURES
        for part in ("0.25", "0.5", "0.75", "0.9")
    ]
    return found + [(f"gini-{figure}", figure, None) for figure in FIGURES[:3]]


def measure(folder: Path) -> dict[str, Any]:
    """Seconds of every stage, and what came out."""
    study = write(folder)
    seconds: dict[str, dict[str, float]] = {}
    plain = wiring.study_path

    @contextmanager
    def clock(name: str) -> Iterator[None]:
        wall, used = time.perf_counter(), time.process_time()
        yield
        seconds[name] = {
            "wall": round(time.perf_counter() - wall, 1),
            "processor": round(time.process_time() - used, 1),
        }

    def timed(*arguments: Any) -> Any:
        with clock("path"):
            return plain(*arguments)

    wiring.study_path = timed
    with clock("read"):
        asked = load_study(study)
        files = source_files(asked, study, lambda name: study)
        ingest(asked, load_channels(study), TableStore(study), files, _KEY)
    with clock("run"):
        done = run_study(study)
    with clock("report"):
        report_study(study)
    ids = {one.id for one in PATH_DECLARATIONS}
    steps = done.provenance["path"]["steps"]
    return {
        "channels": CHANNELS,
        "indicators": len(_indicators()),
        "changes": len(CHANGED),
        "seconds": seconds,
        "steps": len(steps),
        "grades": done.provenance["path"]["grades"],
        "rows": sum(name in ids for name in done.estimates["measure"].to_pylist()),
        "first": {"id": steps[0]["id"], "grade": steps[0]["grade"]},
        "limit": LIMIT,
        "code": done.provenance["code_sha256"],
    }


def main() -> int:
    """Measure, write and print; 1 where the limit is passed."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    used = found["seconds"]
    return int(used["run"]["wall"] + used["report"]["wall"] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
