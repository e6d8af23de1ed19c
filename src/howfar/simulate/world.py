"""A whole world on disk: raw exports, the study that reads them, and the truth beside them."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from howfar import __version__
from howfar.errors import StudyError
from howfar.simulate.counts import seen
from howfar.simulate.export.files import account_pieces, pieces, post_ids
from howfar.simulate.export.piece import Crawl, Piece, Writing
from howfar.simulate.export.scene import Scene
from howfar.simulate.export.study import study_files
from howfar.simulate.making import active, finished, parts, told
from howfar.simulate.maturation import Observation, observations
from howfar.simulate.parts import Part
from howfar.simulate.plan import Plan
from howfar.simulate.society import society
from howfar.simulate.texts import texts

FORMAT: Final = "howfar-world/1"
TRUTH: Final = "truth.json"
RAW, TABLES, STUDY = "raw", "truth", "study"
_UNFINISHED: Final = "unfinished.json"
_PARTIAL: Final = ".partial"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class World:
    """A world on disk. files: every raw file, and how many records it holds."""

    folder: Path
    posts: int
    files: Mapping[str, int]
    rejects: int

    @property
    def study(self) -> Path:
        """The study folder that reads it."""
        return self.folder / STUDY


@dataclass(frozen=True, slots=True)
class _Made:
    """One part, as it goes from the process that makes it to the one that writes."""

    told: pa.Table
    pieces: Sequence[Mapping[str, Piece]]
    beside: Sequence[Mapping[str, bytes]]


def simulate(
    out: Path, plan: Plan, threads: int = 1, progress: Progress = lambda *_: None
) -> World:
    """Write a world; the same bytes for the same plan, whatever the number of processes.

    A world that was begun and not finished is begun anew; one that is finished stays as it is, and
    only for the same plan. StudyError where anything else is in the folder.
    """
    there = _finished_before(out, plan)
    if there is not None:
        return there
    _begin(out, plan)
    scene = Scene(plan, society(plan))
    crawls = [crawl for crawl, _ in _crawls(plan)]
    work = parts(plan, scene.society)
    writing = Writing(out / RAW)
    _write_files(out, scene)
    posts = 0
    with ExitStack() as open_files:
        open_files.callback(writing.close)
        for crawl in crawls:
            writing.add(account_pieces(scene, crawl))
        table: pq.ParquetWriter | None = None
        for done, made in enumerate(_each(plan, work, threads), 1):
            for one in made.pieces:
                writing.add(one)
            for added in made.beside:
                for name, content in added.items():
                    _add(out, name, content)
            if table is None:
                path, schema = out / TABLES / "posts.parquet", made.told.schema
                table = open_files.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))
            table.write_table(made.told)
            posts += len(made.told)
            progress("posts", done, len(work))
    _write_truth(out, scene, writing)
    _write_study(out, scene, crawls, writing)
    world = World(out, posts, writing.files, writing.rejects.num_rows)
    _end(out, scene, world)
    return world


def load(folder: Path) -> dict[str, Any]:
    """truth.json of a world; StudyError where the folder holds none that this version knows."""
    truth = _read_json(folder / TRUTH)
    if truth.get("format") != FORMAT:
        raise StudyError(
            "this is no simulated world" if not truth else f"format {truth.get('format')}",
            where=str(folder),
            expected=f"{TRUTH} of format {FORMAT}",
            next=f"howfar simulate {folder} makes one",
        )
    return truth


def _each(plan: Plan, work: Sequence[Part], threads: int) -> Iterator[_Made]:
    """All parts, made by several processes, in their order; few wait in memory at a time."""
    if threads == 1:
        for place, part in enumerate(work):
            yield _make(plan, place, part)
        return
    # Not forked: the threads of other libraries would not live on in the child.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(threads, mp_context=context) as pool:
        waiting: deque[Future[_Made]] = deque()
        for place, part in enumerate(work):
            waiting.append(pool.submit(_make, plan, place, part))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _make(plan: Plan, place: int, part: Part) -> _Made:
    scene = Scene(plan, society(plan))
    posts = finished(plan, scene.society, place, part)
    words = texts(plan, posts, plan.generator("texts", place))
    held = []
    for crawl, observed in _crawls(plan):
        as_then = posts.with_columns(**seen(plan, posts, observed.at))
        held.append(pieces(scene, crawl, as_then, words, posts["created"] >= observed.since))
    ids = post_ids(scene, posts)
    table = told(posts).append_column("post_id", ids)
    native = ids.to_pylist()
    beside = [
        mechanism.beside(plan, scene.society, part, posts, native) for mechanism in active(plan)
    ]
    return _Made(table.append_column("text", pa.array(words, pa.string())), held, beside)


def _crawls(plan: Plan) -> list[tuple[Crawl, Observation]]:
    return [
        (
            Crawl(one.name, one.at, plan.on("star"), use="main" if one.main else "recheck"),
            one,
        )
        for one in observations(plan)
    ]


def _write_truth(out: Path, scene: Scene, writing: Writing) -> None:
    tables = {"rejects": writing.rejects}
    for mechanism in active(scene.plan):
        for name, table in mechanism.tables(scene.plan, scene.society).items():
            if name in tables or name == "posts":
                raise ValueError(f"two mechanisms tell a table {name}")
            tables[name] = table
    for name, table in tables.items():
        pq.write_table(table, out / TABLES / f"{name}.parquet", compression="zstd")


def _write_files(out: Path, scene: Scene) -> None:
    """Files of mechanisms beside the posts; parts may go on with them."""
    for mechanism in active(scene.plan):
        for name, content in mechanism.files(scene.plan, scene.society):
            _add(out, name, content)


def _write_study(out: Path, scene: Scene, crawls: Sequence[Crawl], writing: Writing) -> None:
    events = [
        one
        for mechanism in active(scene.plan)
        for one in mechanism.events(scene.plan, scene.society)
    ]
    for name, content in study_files(scene, crawls, writing.files, f"../{RAW}", events=events):
        _add(out, name, content)


def _add(out: Path, name: str, content: bytes) -> None:
    """Go on with a file of the study, or begin it."""
    path = out / STUDY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(content)


def _declared(plan: Plan) -> dict[str, Any]:
    """What a world is made from.

    Of what its bytes hang on beside the plan, the versions of this program, of numpy (random
    numbers) and of pyarrow (truth/). Other processors and other libraries may change last digits.
    """
    return {
        "format": FORMAT,
        "simulated": True,
        "origin": "Simulated data: planted by howfar simulate, "
        f"seed {plan.seed}, scenario {plan.scenario}. Nobody wrote these posts.",
        "howfar": __version__,
        "numpy": np.__version__,
        "pyarrow": pa.__version__,
        "seed": plan.seed,
        "size": plan.size,
        "scenario": plan.scenario,
        "mechanisms_on": sorted(plan.mechanisms),
        "settings": {name: repr(value) for name, value in sorted(plan.settings.items())},
        "start": plan.start.isoformat(),
        "days": plan.days,
    }


def _finished_before(out: Path, plan: Plan) -> World | None:
    """The world that is there already, if it is the one that is asked for."""
    if not out.exists() or (out.is_dir() and not any(map(_matters, out.iterdir()))):
        return None
    if _interrupted(out):
        return None
    known = out.is_dir() and (out / TRUTH).exists()
    truth = load(out) if known else {}
    declared = _declared(plan)
    if not known or any(truth.get(name) != value for name, value in declared.items()):
        raise StudyError(
            "another world is here already" if known else "there is something already",
            where=str(out),
            expected="a new or empty folder, or a world that was not finished",
            next="name another folder",
        )
    return World(out, truth["posts"], truth["files"], truth["rejects"])


def _matters(path: Path) -> bool:
    """Not what a run left that was stopped before anything else."""
    return path.name != _UNFINISHED + _PARTIAL


def _interrupted(out: Path) -> bool:
    """Whether a folder holds a world that was begun and not finished, and nothing else.

    What is in it is removed: a file of that name alone must not cost anybody a study.
    """
    if not out.is_dir() or _read_json(out / _UNFINISHED).get("format") != FORMAT:
        return False
    written = {RAW, TABLES, STUDY, TRUTH, TRUTH + _PARTIAL, _UNFINISHED, _UNFINISHED + _PARTIAL}
    return {path.name for path in out.iterdir()} <= written


def _begin(out: Path, plan: Plan) -> None:
    """An empty world, marked as unfinished; what an interrupted run left is removed."""
    out.mkdir(parents=True, exist_ok=True)
    _write_json(out / _UNFINISHED, _declared(plan))
    (out / TRUTH).unlink(missing_ok=True)
    for name in (RAW, TABLES, STUDY):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir()


def _end(out: Path, scene: Scene, world: World) -> None:
    """truth.json last: where it is, the world is whole."""
    planted = {
        mechanism.name: mechanism.truth(scene.plan, scene.society)
        for mechanism in active(scene.plan)
    }
    counted = {"posts": world.posts, "rejects": world.rejects, "files": dict(world.files)}
    _write_json(out / TRUTH, {**_declared(scene.plan), **counted, "planted": planted})
    (out / _UNFINISHED).unlink()


def _read_json(path: Path) -> dict[str, Any]:
    """The object that a file holds; empty where it holds none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all: an interrupted run leaves no half of it."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    partial = path.with_name(path.name + _PARTIAL)
    partial.write_text(text + "\n", encoding="utf-8", newline="\n")
    partial.replace(path)
