"""Everything that an index's report tells: the index, what makes it, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from howfar.assess.build import build
from howfar.assess.by_level import by_level
from howfar.assess.checklist import Check, Facts, checklist
from howfar.assess.correlate import (
    FEW,
    REDUNDANT,
    Influence,
    Pair,
    counter_directed,
    influence,
    redundant,
)
from howfar.assess.declared import check_claims, recipe_of, tree_of
from howfar.assess.decompose import Decomposition, change, gap
from howfar.assess.feed import Fed
from howfar.assess.index import Index
from howfar.assess.leave_out import LeftOut, leave_out
from howfar.assess.net import RawAndNet, net_of, raw_and_net
from howfar.assess.panel import Change, changes
from howfar.assess.tree import Tree
from howfar.assess.uncertain import Uncertain, uncertain
from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.correlation import rank_correlations
from howfar.study.index_part import IndexPart

TOO_FEW = "the units of the index"
_GAPS = 2
_PROFILES = 4


@dataclass(frozen=True, eq=False)
class Link:
    """How the index goes with a figure outside it: rank correlation with an interval, over n."""

    name: str
    r: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, eq=False)
class Appraisal:
    """An index with all that was found of it.

    rows: places of the units shown (of a panel those of its last period), in the order of the
    index. outcomes: indicators of outcomes or impact that feed the index of every unit. levels:
    sub-indices by level (U,). net: both forms, where indicators have two.
    """

    part: IndexPart
    fed: Fed
    index: Index
    rows: tuple[int, ...]
    outcomes: tuple[str, ...]
    levels: Mapping[str, FloatArray]
    influence: tuple[Influence, ...]
    redundant: tuple[Pair, ...]
    counter: tuple[Pair, ...]
    without: LeftOut
    gaps: tuple[Decomposition, ...]
    profiled: tuple[str, ...]
    uncertain: Uncertain
    checks: tuple[Check, ...]
    confidence: float
    net: RawAndNet | None = None
    changes: tuple[Change, ...] = ()
    changed: tuple[Decomposition, ...] = ()
    links: tuple[Link, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def tree(self) -> Tree:
        """The tree of the index."""
        return self.index.tree

    @property
    def units(self) -> tuple[str, ...]:
        """Units shown, in the order of the index."""
        return tuple(self.index.units[row] for row in self.rows)

    @property
    def called(self) -> str:
        """What it may be called: effectiveness only where outcomes feed every unit's index."""
        return called_by(self.outcomes)


def called_by(outcomes: Sequence[str]) -> str:
    """What an index that these outcomes feed may be called."""
    return f"communication {'effectiveness' if outcomes else 'performance'}"


def outcomes_of(index: Index) -> tuple[str, ...]:
    """Indicators of level outcome or impact with weight and with a figure for every unit.

    A figure that was imputed is none: it tells nothing of what changed for that unit.
    """
    filled = next(step for step in index.log if step.verb == "impute").done["filled"]
    units = set(index.units)
    return tuple(
        id
        for id in index.tree.outcomes(index.weights)
        if not np.isnan(index.of(id)).any() and not units & set(filled.get(id, ()))
    )


def appraise(
    part: IndexPart,
    fed: Fed,
    rng: np.random.Generator,
    *,
    where: str,
    confidence: float = 0.95,
    degrees: float | None = None,
    roles: Mapping[str, str] | None = None,
    profile: Sequence[str] = (),
) -> Appraisal:
    """Build the index of a table and find out how sure it is.

    degrees: degrees of freedom of the draws (blocks - 1). roles: of units; ours are profiled.
    profile: units to be profiled and set against others first.

    Raises StudyError for a tree, recipe or choices that cannot be, for a title that claims
    effectiveness where no outcome feeds every unit's index, and for fewer than 2 units with a score
    (where = TOO_FEW).
    """
    tree, recipe = tree_of(part, where), recipe_of(part)
    matrix = fed.matrix
    if part.amplification == "net":
        matrix = net_of(matrix, tree)
    index = build(matrix, tree, recipe)
    outcomes = outcomes_of(index)
    check_claims(part, outcomes, where)
    rows = _shown(index)
    if len(rows) < 2:
        raise StudyError(
            f"{len(rows)} units have a score; an index compares",
            TOO_FEW,
            "at least 2 units with figures",
            "fill gaps (steps.impute), or leave out indicators that most units lack",
        )
    units = [index.units[row] for row in rows]
    for name in profile:
        if name not in units:
            raise StudyError(f"no unit {name!r} with a score", where, ", ".join(units))
    time = index.times[rows[0]] if index.times else None
    chosen = _profiled(units, roles or {}, profile)
    pairs, counter = redundant(index, within=False), _once(counter_directed(index))
    if len(index.units) < FEW:
        pairs = counter = ()
    without = leave_out(index)
    found = uncertain(part, matrix, index, fed.labels, rng, confidence=confidence, degrees=degrees)
    sure = _sure(index, found)
    known = [index.units[row] for row in rows if row in sure]
    gaps = _gaps(index, known, [unit for unit in chosen if unit in known], time)
    links = _links(fed, index, rows, confidence)
    facts = Facts(
        called=called_by(outcomes),
        missing=int(np.isnan(matrix.select(tree.ids).values).sum()),
        redundant=len(pairs),
        counter=len(counter),
        chance=found.chance is not None,
        variants=found.variants,
        declared=found.declared,
        left_out=len(without.nodes),
        verdict=found.said,
        gaps=len(gaps),
        links=[
            f"{one.name}: rank correlation {one.r:.2f} [{one.low:.2f}, {one.high:.2f}] over "
            f"{one.n} units"
            for one in links
        ],
    )
    moved, split = _changes(index, sure)
    return Appraisal(
        part,
        fed,
        index,
        rows,
        outcomes,
        by_level(index),
        influence(index),
        pairs,
        counter,
        without,
        gaps,
        chosen,
        found,
        checklist(part, index, facts),
        confidence,
        raw_and_net(fed.matrix, tree, recipe) if any(one.net for one in tree.indicators) else None,
        moved,
        split,
        links,
        dict(roles or {}),
    )


def _once(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """Each indicator once, with the group that it runs against most."""
    found: dict[str, Pair] = {}
    for pair in pairs:
        found.setdefault(pair.one, pair)
    return tuple(found.values())


def _shown(index: Index) -> tuple[int, ...]:
    """Rows with a score (of a panel in the last period), best first, ties by name."""
    last = max(index.times) if index.times else None
    places = [
        row
        for row, score in enumerate(index.index)
        if not np.isnan(score) and (last is None or (index.times or ())[row] == last)
    ]
    return tuple(sorted(places, key=lambda row: (index.ranks[row, -1], index.units[row])))


def _profiled(
    units: Sequence[str], roles: Mapping[str, str], wanted: Sequence[str]
) -> tuple[str, ...]:
    """Those asked for, else ours, else the ends of the order with those next to them."""
    ours = [unit for unit in units if roles.get(unit) == "ours"]
    chosen = list(wanted) or ours or [units[0], units[1], units[-2], units[-1]]
    return tuple(dict.fromkeys(chosen))[:_PROFILES]


def _gaps(
    index: Index, units: Sequence[str], chosen: Sequence[str], time: str | None
) -> tuple[Decomposition, ...]:
    """Gaps of the units chosen to the first, and of the first to the one behind it."""
    if len(units) < 2:
        return ()
    first = units[0]
    pairs = [(first, unit) for unit in chosen if unit != first][:_GAPS]
    if (first, units[1]) not in pairs:
        pairs = [(first, units[1]), *pairs][:_GAPS]
    if len(units) > 2 and (first, units[-1]) not in pairs and len(pairs) < _GAPS:
        pairs.append((first, units[-1]))
    found = []
    for unit, versus in pairs:
        try:
            found.append(gap(index, unit, versus, time))
        except StudyError:
            # Medians and wins over rivals have no exact parts: then there is no such picture.
            continue
    return tuple(found)


def _sure(index: Index, found: Uncertain) -> set[int]:
    """Rows whose score is told: those that too few draws give one have none to be taken apart."""
    if found.intervals is None:
        return set(range(len(index.units)))
    ends = found.intervals[:, index.nodes.index(index.tree.root)]
    return set(np.flatnonzero(np.isfinite(ends).all(axis=1)).tolist())


def _changes(index: Index, sure: set[int]) -> tuple[tuple[Change, ...], tuple[Decomposition, ...]]:
    periods = sorted(set(index.times or ()))
    if len(periods) < 2:
        return (), ()
    try:
        found = changes(index, periods[0], periods[-1])
        both = [
            one
            for one in found
            if one.difference is not None
            and {index.row(one.unit, periods[0]), index.row(one.unit, periods[-1])} <= sure
        ]
        most = sorted(both, key=lambda one: -abs(one.difference or 0.0))[:_GAPS]
        parts = tuple(change(index, one.unit, periods[0], periods[-1]) for one in most)
    except StudyError:
        # Each period has its own scale, or the aggregation has no exact parts.
        return (), ()
    return found, parts


def _links(fed: Fed, index: Index, rows: Sequence[int], confidence: float) -> tuple[Link, ...]:
    """Spearman's correlation of the index with each outside figure, with its limits."""
    found = []
    for name, figures in fed.links.items():
        x = np.array([figures.get(index.units[row], np.nan) for row in rows])
        both = np.stack([index.index[list(rows)], x], axis=1)
        both = both[~np.isnan(both).any(axis=1)]
        if len(both) < FEW:
            continue
        r = float(rank_correlations(both, "spearman")[0, 1])
        if np.isnan(r):
            continue
        # Variance of Fisher's z for ranks: Bonett & Wright 2000 (doi 10.1007/BF02294183).
        n = len(both)
        half = float(stats.norm.ppf(0.5 + confidence / 2)) * np.sqrt((1 + r * r / 2) / (n - 3))
        # The largest below 1 that n places can have: z of 1 itself is infinite.
        most = 1 - 12 / (n * (n**2 - 1))
        z = np.arctanh(np.clip(r, -most, most))
        low, high = float(np.tanh(z - half)), float(np.tanh(z + half))
        found.append(Link(name, r, min(low, r), max(high, r), n))
    return tuple(found)


__all__ = ["REDUNDANT", "TOO_FEW", "Appraisal", "Link", "appraise", "called_by", "outcomes_of"]
