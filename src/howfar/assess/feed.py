"""The figures that go into an index, with what chance could have made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import stats

from howfar.assess.declared import NET, declared_of
from howfar.assess.matrix import Matrix
from howfar.errors import StudyError
from howfar.schema.estimate import Result
from howfar.stats.blocks import FloatArray
from howfar.study.index_part import Figure, IndexPart
from howfar.study.units_table import UnitsTable

_COMBINE: Mapping[str, Callable[..., Any]] = {"mean": np.mean, "median": np.median, "sum": np.sum}


@dataclass(frozen=True, slots=True)
class Fed:
    """The table of an index and, cell by cell, why a figure is not there.

    left_out: units that cannot be compared, with the reason. links: figures outside the index by
    their name, and by unit. measured_in: units of the measures' figures, by indicator.
    """

    matrix: Matrix
    labels: Mapping[str, str]
    absent: Mapping[tuple[str, str], str]
    notes: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    measured_in: Mapping[str, str] = field(default_factory=dict)

    def without(self, left_out: Mapping[str, str]) -> Fed:
        """The same with units that cannot be compared, and why."""
        return replace(self, left_out=left_out)


def columns_of(part: IndexPart) -> dict[str, str]:
    """Name in the matrix -> name in the user's table: indicators, denominators and net forms.

    Raises StudyError where an indicator has the name of another column that is needed too.
    """
    found = {one.id: one.column or one.id for one in part.indicators if one.measure is None}
    for one in part.indicators:
        for column in (one.denominator, one.net_column):
            if column is not None and found.setdefault(column, column) != column:
                raise StudyError(
                    f"the indicator {column!r} has the name of a column that {one.id!r} needs",
                    "the index tree",
                    "ids that are no names of other columns",
                    f"give the indicator {column!r} another id",
                )
    return found


def from_table(part: IndexPart, table: UnitsTable) -> Fed:
    """The matrix of a table that the user brings: one row a unit, or a unit and period.

    Raises StudyError for columns that are not there and cells that are no numbers.
    """
    columns = columns_of(part)
    table.need(columns.values(), "the index")
    values = np.array(table.numbers(list(columns.values())), dtype=np.float64)
    errors = {i.id: i.standard_error for i in part.indicators if i.standard_error}
    known = np.full(values.shape, np.nan)
    for place, name in enumerate(columns):
        if name in errors:
            known[:, place] = np.array(table.numbers([errors[name]]), dtype=np.float64)[:, 0]
            if (known[:, place] < 0).any():
                raise StudyError(f"a standard error below 0 in {errors[name]!r}", table.file)
    matrix = Matrix(
        table.units,
        tuple(columns),
        values,
        standard_errors=known if errors else None,
        groups=table.words(part.group_column) if part.group_column else None,
        times=table.words(part.time_column) if part.time_column else None,
    )
    labels = table.words(part.label_column) if part.label_column else table.units
    named = {unit: label or unit for unit, label in zip(table.units, labels, strict=True)}
    outside = np.array(table.numbers(list(part.links)), dtype=np.float64)
    # Of a panel its last period, which is the one that is shown.
    last = max(matrix.times) if matrix.times else None
    here = [matrix.times is None or time == last for time in matrix.times or table.units]
    links = {
        name: {u: float(x) for u, x, now in zip(table.units, outside[:, n], here, strict=True)
               if now}
        for n, name in enumerate(part.links)
    }  # fmt: skip
    return Fed(matrix, named, {}, links=links)


def from_results(
    part: IndexPart,
    given: Mapping[str, Sequence[Result]],
    members: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    confidence: float,
    blocks: int,
    replicates: int,
    rng: np.random.Generator,
    own: Fed | None = None,
) -> Fed:
    """The matrix of measures' figures of the units, with replicates of the whole table.

    given: results by measure. members: channels of each unit. blocks: weeks that were drawn. own:
    the user's table, whose columns go beside the measures'. Draws (R, U, K): the figures' shared
    replicates, so that what moves two figures in the same weeks moves them together here too,
    widened to the figures' own intervals; a figure without replicates is drawn from its interval.
    A figure that is not measured is NaN, and ``absent`` says why.
    """
    units, chance = tuple(members), _Chance(confidence, blocks, replicates, rng)
    columns: list[str] = []
    values, draws = [], []
    absent: dict[tuple[str, str], str] = {}
    measured_in: dict[str, str] = {}
    for one in part.indicators:
        forms = [(one.id, one.figure)] + ([(f"{NET}: {one.id}", one.net)] if one.net else [])
        for name, figure in forms:
            if figure is None:
                continue
            found = figures_of(figure, given.get(figure.measure, ()))
            units_of = [r.estimate.unit for of in found.values() for r in of]
            measured_in[name] = units_of[0] if units_of else declared_of(figure, one.id).unit
            cells = []
            for unit in units:
                cell = _unit(found, members[unit], part.combine, chance)
                if isinstance(cell, str):
                    absent[unit, name] = cell
                    cell = (np.nan, np.full(replicates, np.nan))
                cells.append(cell)
            columns.append(name)
            values.append([value for value, _ in cells])
            draws.append(np.stack([drawn for _, drawn in cells], axis=1))
    table = np.array(values, dtype=np.float64).reshape(len(columns), len(units)).T
    stack = np.stack(draws, axis=2) if draws else np.empty((replicates, len(units), 0))
    if own is not None:
        more = own.matrix
        places = [more.units.index(u) if u in more.units else -1 for u in units]
        here = np.array(places) >= 0
        beside = np.where(here[:, None], more.values[places], np.nan)
        errors = more.standard_errors
        spread = np.zeros_like(beside) if errors is None else np.nan_to_num(errors[places])
        noise = rng.normal(size=(replicates, *beside.shape)) * np.where(here[:, None], spread, 0.0)
        columns += more.columns
        table = np.concatenate([table, beside], axis=1)
        stack = np.concatenate([stack, beside + noise], axis=2)
        for unit, there in zip(units, here, strict=True):
            if not there:
                absent |= {(unit, c): "no row of this unit in the table" for c in more.columns}
    links: dict[str, Mapping[str, float]] = {} if own is None else dict(own.links)
    for figure in part.link_figures:
        found = figures_of(figure, given.get(figure.measure, ()))
        outside = {u: _unit(found, members[u], part.combine, chance) for u in units}
        title = declared_of(figure, "link_figures").title
        name = f"{title}: {figure.category}" if figure.category else title
        links[name] = {u: cell[0] for u, cell in outside.items() if not isinstance(cell, str)}
    # Figures that no draw moves count as known, as those of a table without standard errors.
    moves = bool(np.nan_to_num(stack.max(axis=0) - stack.min(axis=0)).any())
    matrix = Matrix(units, tuple(columns), table, draws=stack if moves else None)
    return Fed(matrix, dict(labels), absent, links=links, measured_in=measured_in)


def figures_of(figure: Figure, results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results of a figure by channel: of the whole window, with just these settings."""
    wanted = {"category": figure.category}
    settings = frozenset(f"{k}={_plain(v)}" for k, v in figure.params.items())
    free = {"channel", "platform", "versus", "organisation", "params", *wanted}
    found: dict[str, list[Result]] = {}
    for result in results:
        dims = {k: v for k, v in result.dims.items() if v is not None}
        same = dims.get("category") == figure.category and not set(dims) - free
        same = same and frozenset(str(dims.get("params", "")).split(";")) - {""} == settings
        same = same and figure.platform in (None, dims.get("platform"))
        if same and dims.get("channel") is not None:
            found.setdefault(dims["channel"], []).append(result)
    return found


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _unit(
    found: Mapping[str, Sequence[Result]],
    channels: Sequence[str],
    combine: str,
    chance: _Chance,
) -> tuple[float, FloatArray] | str:
    """The figure of a unit with its draws (R,), or why it has none."""
    results = [result for channel in channels for result in found.get(channel, ())]
    measured = [r for r in results if r.estimate.status == "measured"]
    if len(measured) < len(results) or not measured:
        reasons = [r.estimate.reason for r in results if r.estimate.status != "measured"]
        return reasons[0] if reasons and reasons[0] else "the measure gives no such figure here"
    value = _COMBINE[combine]([r.estimate.value for r in measured])
    drawn = np.stack([drawn_from(r, chance) for r in measured])
    return float(value), np.asarray(_COMBINE[combine](drawn, axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Chance:
    """What draws need to know: level of intervals, weeks drawn, number of draws, generator."""

    confidence: float
    blocks: int
    replicates: int
    rng: np.random.Generator

    @property
    def usual(self) -> float:
        """Half an interval in standard deviations of replicates: Student's t over the weeks."""
        degrees = max(self.blocks - 1, 1)
        t = float(stats.t.ppf(0.5 + self.confidence / 2, degrees))
        return t * float(np.sqrt((degrees + 1) / degrees))


def drawn_from(result: Result, chance: _Chance) -> FloatArray:
    """What a figure could have been, (R,): about its value, as wide as its interval asks.

    value + widen (replicate - mean of replicates), widen = half the interval over the half that
    replicates of so many weeks usually have, at least 1: corrections that the interval has for
    uneven weeks carry over, while that for few weeks is left to those who compare (degrees of
    freedom). Without replicates a normal of the interval's width or, where low and high are
    bounds, even between them.
    """
    e, n = result.estimate, chance.replicates
    value, low, high = float(e.value or 0.0), e.low, e.high
    if low is None or high is None or not np.isfinite([low, high]).all():
        low = high = value
    if e.low_kind == "bound" and result.replicates is None:
        return chance.rng.uniform(low, high, n) if high > low else np.full(n, value)
    half = (high - low) / 2
    if result.replicates is None or len(result.replicates) != n:
        return value + half / chance.usual * chance.rng.normal(size=n)
    moved = np.asarray(result.replicates, dtype=np.float64)
    usable = moved[np.isfinite(moved)]
    spread = float(usable.std(ddof=1)) if usable.size > 1 else 0.0
    if spread == 0.0:
        return np.full(n, value)
    widen = max(1.0, half / (chance.usual * spread))
    # A draw in which the figure is not defined tells nothing of chance: the value stands for it.
    return np.where(np.isfinite(moved), value + widen * (moved - usable.mean()), value)
