"""The only wiring: a study's tables in, published results and a report out."""

from __future__ import annotations

import hashlib
import json
import platform
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import howfar
from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.assess.profile import DECLARATION as PROFILE
from howfar.assess.profile import DEFAULT, Profile
from howfar.assess.study_index import check_index, study_index
from howfar.errors import StudyError
from howfar.publish.protect import protect_persons
from howfar.publish.results import Measured, result_tables
from howfar.report import ReportInput, render, write_exports
from howfar.schema.comparable import Ground, ground_of
from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Declaration, Measure, Sampling, Tables, registry
from howfar.schema.needs import Inventory, lacks
from howfar.stats.blocks import draw_blocks, weeks_between
from howfar.store.channels import channels_table
from howfar.store.durable import write_atomically
from howfar.store.engine import open_engine
from howfar.store.frames import observed_posts
from howfar.store.inventory import take_inventory
from howfar.store.manifest import Manifest
from howfar.store.run_log import LOG, Entry, append_entry
from howfar.store.tables import TableStore
from howfar.study.channels import load_channels
from howfar.study.file import Study, load_study, read_text
from howfar.study.registry import Registry
from howfar.study.units_table import UnitsTable, parse_units

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""

_LIBRARIES = ("duckdb", "ibis-framework", "numpy", "pyarrow", "scipy", "statsmodels", "powerlaw")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its id, its published results and what they rest on."""

    id: str
    estimates: pa.Table
    replicates: pa.Table
    provenance: Mapping[str, Any]
    reused: bool


def run_study(
    folder: Path,
    *,
    again: bool = False,
    progress: Progress | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> Run:
    """Measure a study's tables; the published results, kept under results/runs/<id>.

    The same data, study file, registry and code are not measured twice (unless ``again``).
    leave_out: measures that this run does not take; their outcome says so.
    Raises StudyError where nothing was read yet, or where the compared channels have no posts.
    """
    started = datetime.now(UTC)
    study, channels = load_study(folder), load_channels(folder)
    table = index_table(folder, study)
    check_index(study, table)
    with _opened(folder, study, channels) as (tables, manifest):
        if not manifest.inputs:
            raise StudyError(
                "nothing has been read into this study yet",
                where=str(folder),
                next=f"howfar read {folder}",
            )
        provenance = _provenance(folder, study, manifest, leave_out)
        kept = folder / "results" / "runs" / provenance["run"]
        if (kept / "provenance.json").exists() and not again:
            write_atomically(folder / "results" / "latest", provenance["run"].encode())
            return load_run(folder, provenance["run"])
        compared = frozenset(channels.with_role(*study.peers.roles))
        _check_compared(tables(), channels, compared)
        inventory = _inventory(tables(), compared, study)
        sampling = _sampling(study)
        held = ground_of(_held(tables()), compared, study.peers.capture)
        measured = measure_all(
            tables(), inventory, sampling, study.about.seed, progress, held, leave_out
        )
        measured.append(assess_profile(tables(), study, measured, sampling, held))
    indices, document = assess_index(study, channels, measured, sampling, held, table)
    measured += indices
    measured = with_warnings(measured, held)
    shown = protect_persons(measured, study.about.minimum_persons)
    extra = {
        row["channel"]: {"organisation": row["organisation"]}
        for row in channels_table(channels).to_pylist()
    }
    estimates, replicates = result_tables(study.told, provenance["run"], shown, extra)
    provenance = {**provenance, "results": _hash_table(estimates)}
    if document is not None:
        provenance["index"] = document
    _keep(kept, estimates, replicates, provenance)
    write_atomically(folder / "results" / "latest", provenance["run"].encode())
    _log(folder, provenance, started)
    return Run(provenance["run"], estimates, replicates, provenance, reused=False)


def study_inventory(folder: Path) -> Inventory:
    """What the study has by now; all zero before the first file is read."""
    study, channels = load_study(folder), load_channels(folder)
    with _opened(folder, study, channels) as (tables, _):
        compared = frozenset(channels.with_role(*study.peers.roles))
        return _inventory(tables(), compared, study)


def _inventory(tables: Tables, compared: frozenset[str], study: Study) -> Inventory:
    counted = take_inventory(tables, compared, len(study.events))
    return replace(counted, indices=int(study.index is not None))


@contextmanager
def _opened(
    folder: Path, study: Study, channels: Registry
) -> Iterator[tuple[Callable[[], Tables], Manifest]]:
    """The committed state of a study, and a function that prepares its tables at the first call."""
    store = TableStore(folder)
    start, end = _bounds(study)
    with (
        store.reading() as manifest,
        open_engine(store, manifest, channels_table(channels)) as (engine, stored),
    ):

        @cache
        def tables() -> Tables:
            posts = observed_posts(stored, start, end)
            # What the study does not compare reads 'other' to every measure.
            side_by_side = posts.role.isin(study.peers.roles) & posts.capture.isin(
                study.peers.capture
            )
            role = ibis.ifelse(side_by_side, posts.role, ibis.literal("other"))
            posts = posts.mutate(role=ibis.ifelse(posts.role.isnull(), ibis.null("string"), role))
            return Tables(
                observed=engine.materialise("observed", posts),
                posts=stored.posts,
                observations=stored.counts,
                account_counts=stored.account_counts,
                coverage=stored.coverage,
                channels=stored.channels,
                series=stored.series,
            )

        yield tables, manifest


def _bounds(study: Study) -> tuple[int, int]:
    """Start and end of the window in UTC microseconds."""
    window = study.window
    start, end = (round(m.timestamp()) for m in (window.start_utc, window.end_utc))
    return start * 1_000_000, end * 1_000_000


def _sampling(study: Study) -> Sampling:
    """The window, and the week weights that all measures of a run share."""
    start, end = _bounds(study)
    weeks, rng = weeks_between(start, end), np.random.default_rng([study.about.seed, 0])
    return Sampling(
        start,
        end,
        study.about.confidence,
        draw_blocks(weeks, study.about.replicates, rng),
        np.random.default_rng([study.about.seed, 1]),
    )


def _held(tables: Tables) -> list[tuple[str | None, str | None, str, str | None]]:
    """Channel, platform, capture class and role of all posts."""
    names = ["channel", "platform", "capture", "role"]
    rows = tables.observed.select(names).distinct().order_by(names).to_pyarrow().to_pylist()
    return [(row["channel"], row["platform"], row["capture"], row["role"]) for row in rows]


def with_warnings(measured: list[Measured], held: Ground) -> list[Measured]:
    """The results, each with the holes and ways of capture that it rests on.

    The ledger's own figures are those holes and ways: they carry no warning of themselves.
    """
    found = {one.declaration.id: one.results for one in measured}
    ground = held.with_holes(found["coverage"], found["availability"])
    return [
        one
        if one.declaration.id == "coverage"
        else replace(one, results=ground.warned(one.declaration, one.results))
        for one in measured
    ]


def measure_all(
    tables: Tables,
    inventory: Inventory,
    sampling: Sampling,
    seed: int,
    progress: Progress | None,
    held: Ground,
    leave_out: frozenset[str] = frozenset(),
) -> list[Measured]:
    """Every measure of the registry but those left out, each with a generator of its own."""
    done: list[Measured] = []
    measures = list(registry().values())
    for n, one in enumerate(measures):
        if progress:
            progress(one.declaration.title, n, len(measures))
        if one.declaration.id in leave_out:
            results = [Result(not_measured(one.declaration.unit, "left out of this run"))]
        else:
            results = _take(one, tables, inventory, sampling, seed, held)
        done.append(Measured(one.declaration, tuple(results)))
    return done


def _take(
    one: Measure,
    tables: Tables,
    inventory: Inventory,
    sampling: Sampling,
    seed: int,
    held: Ground,
) -> list[Result]:
    declaration = one.declaration
    missing = lacks(declaration.needs, inventory)
    if missing:
        reason = "; ".join(f"{lack.why} (would need {lack.remedy})" for lack in missing)
        return [Result(not_measured(declaration.unit, reason))]
    own = np.random.default_rng([seed, zlib.crc32(declaration.id.encode())])
    if declaration.barred:
        posts = tables.observed
        tables = replace(tables, observed=posts.filter(~posts.capture.isin(declaration.barred)))
    expression = one.reduce(tables)
    rows = expression.order_by(expression.columns).to_pyarrow()
    found = list(one.estimate(rows, replace(sampling, rng=own)))
    found += held.refused(declaration, found)
    # A measure that finds no row to speak of must not vanish from the results.
    return found or [Result(not_measured(declaration.unit, "no post has all that it reads"))]


def assess_profile(
    tables: Tables, study: Study, measured: list[Measured], sampling: Sampling, held: Ground
) -> Measured:
    """The profile against peers, from the measures' results and their replicates."""
    profile = Profile(study.profile or DEFAULT)
    given = {one.declaration.id: one.results for one in measured}
    expression = profile.reduce(tables)
    rows = expression.order_by(expression.columns).to_pyarrow()
    results = list(profile.estimate(rows, replace(sampling, given=given)))
    results += held.refused(profile.declaration, results)
    return Measured(profile.declaration, tuple(results))


def assess_index(
    study: Study,
    channels: Registry,
    measured: list[Measured],
    sampling: Sampling,
    held: Ground,
    table: UnitsTable | None,
) -> tuple[list[Measured], dict[str, Any] | None]:
    """The index that the study declares and how sure it is; nothing where it declares none."""
    if study.index is None:
        return [], None
    given = {one.declaration.id: one.results for one in measured}
    own = np.random.default_rng([study.about.seed, zlib.crc32(PERFORMANCE.id.encode())])
    sampling = replace(sampling, given=given, rng=own)
    scores, robustness, document = study_index(study, channels, held, sampling, table)
    found = [Measured(PERFORMANCE, tuple(scores)), Measured(ROBUSTNESS, tuple(robustness))]
    return found, document


def index_table(folder: Path, study: Study) -> UnitsTable | None:
    """The user's own table of an index, where it has one."""
    if study.index is None or study.index.table is None:
        return None
    name = study.index.table
    return parse_units(read_text(folder / name), name, study.index.unit_column)


def declarations() -> dict[str, Declaration]:
    """Declarations of all measures, of the profile and of the index, by id."""
    found = {i: one.declaration for i, one in registry().items()}
    return {**found, **{one.id: one for one in (PROFILE, PERFORMANCE, ROBUSTNESS)}}


def load_run(folder: Path, run: str) -> Run:
    """A kept run by its id or the beginning of it; StudyError where there is none."""
    root = folder / "results" / "runs"
    found = sorted(p.name for p in root.glob(f"{run}*") if (p / "provenance.json").exists())
    if len(found) != 1:
        known = ", ".join(sorted(p.name for p in root.glob("*"))) or "no run yet"
        raise StudyError(
            f"{'no' if not found else 'more than one'} run is called {run!r}",
            where=str(root),
            expected=known,
            next="howfar status shows the runs",
        )
    kept = root / found[0]
    return Run(
        found[0],
        pq.read_table(kept / "estimates.parquet"),
        pq.read_table(kept / "replicates.parquet"),
        json.loads((kept / "provenance.json").read_text(encoding="utf-8")),
        reused=True,
    )


def code_hash() -> str:
    """SHA-256 over howfar's own source files: results of other code are another run."""
    digest = hashlib.sha256()
    with resources.as_file(resources.files(howfar)) as root:
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _provenance(
    folder: Path, study: Study, manifest: Manifest, leave_out: frozenset[str]
) -> dict[str, Any]:
    """Everything that the results depend on; the run's id is a hash of it. No clock."""
    channels = folder / "channels.csv"
    facts: dict[str, Any] = {
        "study": study.id,
        "seed": study.about.seed,
        "replicates": study.about.replicates,
        "confidence": study.about.confidence,
        "study_sha256": hashlib.sha256((folder / "study.toml").read_bytes()).hexdigest(),
        "channels_sha256": (
            hashlib.sha256(channels.read_bytes()).hexdigest() if channels.exists() else None
        ),
        "inputs": [
            {
                "input": i.input,
                "source": i.source,
                "file": Path(i.path).name,
                "sha256": i.sha256,
                "format": f"{i.format} {i.reader_version}",
                "records": i.records,
                "read": i.read,
                "rejected": i.rejected,
            }
            for i in manifest.inputs
        ],
        "segments": {s.file: s.sha256 for i in manifest.inputs for s in i.segments.values()},
        "howfar": howfar.__version__,
        "code_sha256": code_hash(),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        **({"simulated": study.about.simulated} if study.about.simulated else {}),
        **({"left_out": sorted(leave_out)} if leave_out else {}),
        **_index_hash(folder, study),
    }
    facts["run"] = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
    return facts


def _index_hash(folder: Path, study: Study) -> dict[str, str]:
    if study.index is None or study.index.table is None:
        return {}
    path = folder / study.index.table
    return {"index_table_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _check_compared(tables: Tables, channels: Registry, compared: frozenset[str]) -> None:
    """StudyError where channels are to be compared and some of them have no post at all."""
    posts = tables.observed
    seen = posts.filter(posts.channel.notnull()).select("channel").distinct().to_pyarrow()
    silent = sorted(
        compared & {c.channel for c in channels if c.named} - set(seen["channel"].to_pylist())
    )
    if silent:
        rejected = tables.coverage.rejected.sum().to_pyarrow().as_py() or 0
        raise StudyError(
            f"no posts in the window of {', '.join(silent)}, which the study compares",
            where="channels.csv",
            expected="posts of every channel with role ours or peer",
            next="add their export as a source, correct account_id or handle, or set role = other"
            + (f"; {rejected:,} records were rejected: howfar read --rejects" if rejected else ""),
        )


def _log(folder: Path, provenance: Mapping[str, Any], started: datetime) -> None:
    """Chain the run to those before it; the clock goes into the log only, never into results."""
    entry = Entry(
        command="run",
        howfar=howfar.__version__,
        study_sha256=provenance["study_sha256"],
        manifest_sha256=hashlib.sha256(
            json.dumps(provenance["segments"], sort_keys=True).encode()
        ).hexdigest(),
        seed=provenance["seed"],
        run=provenance["run"],
        result_sha256=provenance["results"],
        started=started,
        ended=datetime.now(UTC),
    )
    append_entry(folder / "results" / LOG, entry)


def _hash_table(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def _keep(
    folder: Path, estimates: pa.Table, replicates: pa.Table, provenance: Mapping[str, Any]
) -> None:
    """Keep a run; provenance.json comes last, so that a half-written run does not count."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(estimates, folder / "estimates.parquet")
    pq.write_table(replicates, folder / "replicates.parquet")
    text = json.dumps(provenance, indent=1, sort_keys=True, ensure_ascii=False)
    write_atomically(folder / "provenance.json", text.encode())


def latest_run(folder: Path) -> str:
    """Id of the run that results/ shows; StudyError where nothing was run yet."""
    marker = folder / "results" / "latest"
    if not marker.exists():
        raise StudyError(
            "this study has not been run yet", where=str(folder), next=f"howfar run {folder}"
        )
    return marker.read_text(encoding="ascii").strip()


def report_study(folder: Path, run: str | None = None, progress: Progress | None = None) -> Path:
    """Write the report and the tables of a run; the path of the report."""
    done = load_run(folder, run or latest_run(folder))
    study, channels = load_study(folder), load_channels(folder)
    page = render(
        ReportInput(
            study=study,
            channels=channels,
            estimates=done.estimates,
            declarations=declarations(),
            provenance=done.provenance,
        )
    )
    path = folder / "results" / "report.html"
    write_atomically(path, page.encode())
    write_exports(folder / "results", done.estimates, study.about.simulated)
    if progress:
        progress("done", 1, 1)
    return path


def kept_runs(folder: Path) -> list[str]:
    """Ids of the runs that are kept, in alphabetical order."""
    root = folder / "results" / "runs"
    return sorted(path.parent.name for path in root.glob("*/provenance.json"))
