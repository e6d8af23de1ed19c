"""Every measure of the registry taken, then what is made of their results."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from howfar.assess.index_measures import PERFORMANCE, ROBUSTNESS
from howfar.assess.profile import DECLARATION as PROFILE
from howfar.assess.profile import DEFAULT, Profile
from howfar.assess.study_index import study_index
from howfar.improve.path_measures import PATH_DECLARATIONS
from howfar.publish.results import Measured
from howfar.schema.comparable import Ground
from howfar.schema.estimate import Result, not_measured
from howfar.schema.measure import Declaration, Measure, Sampling, Tables, registry
from howfar.schema.needs import Inventory, lacks
from howfar.study.file import Study, read_text
from howfar.study.registry import Registry
from howfar.study.units_table import UnitsTable, parse_units

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""


def declarations() -> dict[str, Declaration]:
    """Declarations of all measures, of the profile, of the index and of the path, by id."""
    found = {i: one.declaration for i, one in registry().items()}
    made = (PROFILE, PERFORMANCE, ROBUSTNESS, *PATH_DECLARATIONS)
    return {**found, **{one.id: one for one in made}}


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
