"""Normalise: bring all indicators to one scale on which more is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np

from howfar.assess.matrix import BoolArray, Matrix
from howfar.assess.recipe import Normalise, Step
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.study.problems import suggest

EACH = "each"
_COUNTED = ("rank", "borda", "percentile")


def normalise(data: Matrix, tree: Tree, spec: Normalise) -> tuple[Matrix, Step]:
    """The indicators of a tree on one scale, NaN where missing.

    In a panel ``spec.reference`` names the period whose rows set the scale of all.
    """
    values = np.full_like(data.values, np.nan)
    for rows, reference in frames(data, spec.reference):
        values[rows] = scaled(data.values[rows], tree, spec, data.values[reference], data.columns,
                              _reference_row(data, spec, reference))  # fmt: skip
    flat = [
        id
        for k, id in enumerate(data.columns)
        if np.isnan(values[:, k]).all() and not np.isnan(data.values[:, k]).all()
    ]
    said = f"{len(data.columns)} columns by {spec.method}"
    if spec.by_column:
        said += ", but " + ", ".join(f"{id} by {how}" for id, how in spec.by_column.items())
    if flat:
        said += f"; without any spread, so left out: {', '.join(flat)}"
    return data.with_values(values), Step("normalise", asdict(spec), {"no spread": flat}, said)


def frames(data: Matrix, reference: str | None) -> list[tuple[BoolArray, BoolArray]]:
    """Which rows (U,) are put on a scale, and which rows set it.

    Raises StudyError for a period that the table does not have.
    """
    everyone = np.ones(len(data.units), dtype=bool)
    if reference is None:
        return [(everyone, everyone)]
    times = np.array(data.times if data.times is not None else (), dtype=object)
    if reference == EACH and times.size:
        return [(times == time, times == time) for time in dict.fromkeys(times)]
    if reference not in times:
        raise StudyError(
            f"no period {reference!r} to be the reference",
            "the recipe, normalise",
            "one of " + ", ".join(dict.fromkeys(times)) if times.size else "a panel with times",
        )
    return [(everyone, times == reference)]


def scaled(
    values: FloatArray,
    tree: Tree,
    spec: Normalise,
    reference: FloatArray | None = None,
    columns: tuple[str, ...] | None = None,
    reference_row: int | None = None,
) -> FloatArray:
    """Values (..., U, K) on one scale, by the scale of ``reference`` (..., R, K), itself if null.

    With x = direction * value, lo and hi the ends of the scale, min, max, mean, sd over the
    reference: min_max lo + (hi - lo) (x - min) / (max - min); z lo + hi (x - mean) / sd (n - 1);
    rank 1 + number of lower x; borda rank - 1; percentile lo + (hi - lo) borda / (n - 1); target
    lo + (hi - lo) (1 - (target - x) / (target - min)); goalposts lo + (hi - lo) (x - worst) /
    (best - worst); distance_to_max lo + (hi - lo) (1 - (max - x) / (max - min));
    distance_to_reference as target, with the figure of the reference unit; share_of_max
    lo + (hi - lo) x / max; scaled 100 (x - lo) / (hi - lo); none x.

    A column without spread is missing: it tells no unit from another.
    """
    ids = columns if columns is not None else tree.ids
    directions = np.array([{i.id: i.direction for i in tree.indicators}[id] for id in ids])
    if spec.by_column:
        return _by_column(values, tree, spec, reference, ids, reference_row)
    x: FloatArray = values * directions
    ref = x if reference is None else reference * directions
    lo, hi = spec.ends
    method = spec.method
    if method == "none":
        return x
    if method == "scaled":
        found: FloatArray = 100.0 * (x - lo) / (hi - lo)
        return found
    if method in _COUNTED:
        return _counted(x, ref, spec)
    low, high = _least(ref), _most(ref)
    if method == "z":
        n = (~np.isnan(ref)).sum(axis=-2, keepdims=True)
        mean = _total(ref) / np.maximum(n, 1)
        sd = np.sqrt(_total((ref - mean) ** 2) / np.maximum(n - 1, 1))
        return lo + hi * _ratio(x - mean, np.where(high > low, sd, 0.0))
    if method in ("min_max", "distance_to_max"):
        share = _ratio(x - low, high - low)
    elif method == "share_of_max":
        share = _ratio(x, high)
    elif method == "goalposts":
        worst, best = _posts(ids, tree, spec)
        share = _ratio(x - worst, best - worst)
        share = np.clip(share, 0.0, 1.0) if spec.cap else share
    else:
        aim = _aim(ids, tree, spec, ref, reference_row, directions)
        share = 1.0 - _ratio(aim - x, aim - low)
        share = np.minimum(share, 1.0) if spec.cap else share
    return lo + (hi - lo) * share


def _by_column(
    values: FloatArray,
    tree: Tree,
    spec: Normalise,
    reference: FloatArray | None,
    ids: tuple[str, ...],
    reference_row: int | None,
) -> FloatArray:
    """Columns of each method together."""
    for id in spec.by_column:
        if id not in ids:
            raise StudyError(
                f"no indicator {id!r}",
                "the recipe, normalise, by_column",
                "one of " + ", ".join(ids),
                suggest(id, ids),
            )
    methods = [spec.by_column.get(id, spec.method) for id in ids]
    found = np.empty_like(values)
    for method in dict.fromkeys(methods):
        places = [k for k, one in enumerate(methods) if one == method]
        found[..., places] = scaled(
            values[..., places],
            tree,
            replace(spec, method=method, by_column={}),
            None if reference is None else reference[..., places],
            tuple(ids[k] for k in places),
            reference_row,
        )
    return found


def _counted(x: FloatArray, ref: FloatArray, spec: Normalise) -> FloatArray:
    """How many of the reference are lower: rank - 1, ties at their lowest."""
    lower = np.zeros_like(x)
    with np.errstate(invalid="ignore"):
        for row in range(ref.shape[-2]):
            lower += ref[..., row : row + 1, :] < x
    lower = np.where(np.isnan(x), np.nan, lower)
    if spec.method == "borda":
        return lower
    if spec.method == "rank":
        return lower + 1.0
    lo, hi = spec.ends
    n = (~np.isnan(ref)).sum(axis=-2, keepdims=True)
    return lo + (hi - lo) * np.minimum(_ratio(lower, (n - 1).astype(np.float64)), 1.0)


def _posts(ids: tuple[str, ...], tree: Tree, spec: Normalise) -> tuple[FloatArray, FloatArray]:
    """Worst and best figure of each column, times its direction."""
    worst, best = np.empty(len(ids)), np.empty(len(ids))
    given = {i.id: i.goalposts for i in tree.indicators if i.goalposts is not None}
    given |= dict(spec.goalposts)
    _all_there(ids, given, "goalposts")
    directions = {i.id: i.direction for i in tree.indicators}
    for k, id in enumerate(ids):
        worst[k], best[k] = sorted(post * directions[id] for post in given[id])
    return worst, best


def _aim(
    ids: tuple[str, ...],
    tree: Tree,
    spec: Normalise,
    ref: FloatArray,
    row: int | None,
    directions: FloatArray,
) -> FloatArray:
    """The figure that counts as reached, times its direction."""
    if spec.method == "distance_to_reference":
        if row is None:
            raise StudyError(
                "distance to a reference needs the unit that is it", "the recipe, normalise, unit"
            )
        return ref[..., row : row + 1, :]
    given = {i.id: i.target for i in tree.indicators if i.target is not None} | dict(spec.targets)
    _all_there(ids, given, "target")
    return np.array([given[id] for id in ids]) * directions


def _all_there(ids: tuple[str, ...], given: Mapping[str, object], what: str) -> None:
    lacking = [id for id in ids if id not in given]
    if lacking:
        raise StudyError(
            f"no {what} for {', '.join(lacking)}",
            "the index tree",
            f"{what} of every indicator, or another way to normalise",
        )


def _reference_row(data: Matrix, spec: Normalise, reference: BoolArray) -> int | None:
    if "distance_to_reference" not in (spec.method, *spec.by_column.values()):
        return None
    units = [unit for unit, here in zip(data.units, reference, strict=True) if here]
    if spec.unit not in units:
        raise StudyError(
            f"no unit {spec.unit!r} to be the reference",
            "the recipe, normalise, unit",
            "one of " + ", ".join(units),
        )
    return units.index(spec.unit)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        found: FloatArray = np.where(bottom == 0, np.nan, top / np.where(bottom == 0, 1.0, bottom))
    return found


def _least(x: FloatArray) -> FloatArray:
    low = np.where(np.isnan(x), np.inf, x).min(axis=-2, keepdims=True)
    return np.where(np.isinf(low), np.nan, low)


def _most(x: FloatArray) -> FloatArray:
    return -_least(-x)


def _total(x: FloatArray) -> FloatArray:
    found: FloatArray = np.nansum(x, axis=-2, keepdims=True)
    return found
