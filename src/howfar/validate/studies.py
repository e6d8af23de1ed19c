"""Simulated studies from raw files to figures: made, read and run as any other study."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from howfar.errors import StudyError
from howfar.readers.ingest import ingest, source_files
from howfar.run import run_study
from howfar.schema.tables import DIMENSIONS
from howfar.simulate.plan import Plan
from howfar.simulate.world import RAW, World, simulate
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import FILE_NAME, load_study
from howfar.validate.sources import studies_hash
from howfar.validate.trials import REPLICATES, TRIALS, Trial

Progress = Callable[[str, int, int], None]

_COLUMNS: Final = (
    *("measure", "level", *DIMENSIONS),
    *("value", "low", "high", "low_kind", "confidence", "unit", "n_posts", "status"),
)
_DONE: Final = "done.json"

Rejects = Counter[tuple[str, int | None, str]]
"""File below raw/, line and reason of each rejected record."""

TAIL_EVERY: Final = 4
"""Half the time of a study goes into fitting tails anew: each fourth study has that measure."""


@dataclass(frozen=True, slots=True)
class Study:
    """A study that was run: its figures and what it took.

    seconds: from nothing to figures. posts: of the world. rejects_planted: damaged records;
    rejects_missed: those that the reading did not list with file, line and reason;
    rejects_not_planted: what it listed beside them.
    """

    scenario: str
    seed: int
    seconds: float
    posts: int
    records: int
    rejects_planted: int
    rejects_missed: int
    rejects_not_planted: int
    code: str


def run_studies(
    out: Path,
    names: Sequence[str],
    studies: int | None = None,
    *,
    first: int = 0,
    threads: int = 1,
    progress: Progress = lambda *_: None,
) -> None:
    """Run what is not there yet; a study that was run by other code is run anew.

    studies: seeds of each scenario, as many as the scenario says where none are given; first: the
    first of them. Each leaves its figures and times in OUT/SCENARIO/SEED; its world is removed.
    """
    code = studies_hash()
    wanted = [
        (TRIALS[name], seed)
        for name in names
        for seed in range(first, first + (studies or TRIALS[name].studies))
    ]
    missing = [(t, s) for t, s in wanted if not _there(_folder(out, t.name, s), code)]
    # All scenarios grow alike, so that an early end leaves some of each.
    missing.sort(key=lambda one: one[1] / one[0].studies)
    done = len(wanted) - len(missing)
    progress("studies", done, len(wanted))
    if threads == 1:
        for trial, seed in missing:
            run_one(out, trial, seed, code)
            done += 1
            progress(f"{trial.name}, seed {seed}", done, len(wanted))
        return
    with ProcessPoolExecutor(threads, mp_context=get_context("spawn")) as pool:
        for one in as_completed([pool.submit(run_one, out, t, s, code) for t, s in missing]):
            one.result()
            done += 1
            progress("studies", done, len(wanted))


def run_one(out: Path, trial: Trial, seed: int, code: str) -> None:
    """Make one world, read it, measure it, keep its figures."""
    folder = _folder(out, trial.name, seed)
    shutil.rmtree(folder, ignore_errors=True)
    plan, started = trial.plan(seed), time.perf_counter()
    world = simulate(folder / "world", plan)
    records, found = read_world(world, plan)
    planted = _planted(world)
    left = frozenset[str]() if seed % TAIL_EVERY == 0 else frozenset({"attention_tail"})
    estimates = run_study(world.study, leave_out=left).estimates
    seconds = time.perf_counter() - started
    pq.write_table(estimates.select(list(_COLUMNS)), folder / "figures.parquet")
    shutil.rmtree(world.folder)
    study = Study(
        trial.name,
        seed,
        seconds,
        world.posts,
        records,
        rejects_planted=planted.total(),
        rejects_missed=(planted - found).total(),
        rejects_not_planted=(found - planted).total(),
        code=code,
    )
    # Last: a study without it was not finished.
    (folder / _DONE).write_text(json.dumps(asdict(study)) + "\n", encoding="utf-8")


def read_world(world: World, plan: Plan) -> tuple[int, Rejects]:
    """Read a world's raw files with a key of its own; records, and what was rejected."""
    path = world.study / FILE_NAME
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("[study]\n", f"[study]\nreplicates = {REPLICATES}\n", 1), encoding="utf-8"
    )
    study, channels = load_study(world.study), load_channels(world.study)
    # Nobody is to be protected here, and a key that is not random makes runs comparable.
    key = hashlib.sha256(f"simulated {plan.scenario} {plan.seed}".encode()).digest()
    files = source_files(study, world.study, _no_data_set)
    tables = TableStore(world.study)
    done = ingest(study, channels, tables, files, key)
    paths = {o.input: o.path.rpartition(f"/{RAW}/")[2] for o in done}
    rejects = Counter(
        (paths[r["input"]], r["line"], r["reason"]) for r in tables.read("rejects").to_pylist()
    )
    return sum(o.records for o in done), rejects


def _planted(world: World) -> Rejects:
    table = pq.read_table(world.folder / "truth" / "rejects.parquet")
    return Counter((r["file"], r["line"], r["reason"]) for r in table.to_pylist())


def _no_data_set(name: str) -> Path:
    raise StudyError(f"a simulated study names a public data set: {name}")


def kept_studies(out: Path, name: str) -> Iterator[tuple[Study, pa.Table]]:
    """Studies of a scenario that were finished, with their figures, by seed.

    Those that another version left, which told other things of a study, are not among them.
    """
    names = {field.name for field in fields(Study)}
    for path in sorted((out / name).glob(f"*/{_DONE}"), key=lambda p: int(p.parent.name)):
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.keys() != names:
            continue
        yield Study(**told), pq.read_table(path.parent / "figures.parquet")


def _folder(out: Path, name: str, seed: int) -> Path:
    return out / name / str(seed)


def _there(folder: Path, code: str) -> bool:
    path = folder / _DONE
    return path.exists() and json.loads(path.read_text(encoding="utf-8"))["code"] == code
