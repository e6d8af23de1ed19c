"""Everything that an index's report tells: the index, what makes it, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from howfar.assess.build import build
from howfar.assess.by_level import by_level
from howfar.assess.checklist import Check, Facts, checklist
from howfar.assess.correlate import (
    REDUNDANT,
    Influence,
    Pair,
    counter_directed,
    influence,
    redundant,
)
from howfar.assess.declared import recipe_of, tree_of
from howfar.assess.decompose import Decomposition, change, gap
from howfar.assess.feed import Fed
from howfar.assess.index import Index
from howfar.assess.leave_out import LeftOut, leave_out
from howfar.assess.net import RawAndNet, net_of, raw_and_net
from howfar.assess.panel import Change, changes
from howfar.assess.tree import LEVELS, Tree
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
    index. levels: sub-indices by level (U,). net: both forms, where indicators have two.
    """

    part: IndexPart
    fed: Fed
    index: Index
    rows: tuple[int, ...]
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
    def outcomes(self) -> tuple[str, ...]:
        """Indicators of outcomes or impact that feed the index of every unit."""
        return outcomes_of(self.tree, self.index)

    @property
    def called(self) -> str:
        """What it may be called: effectiveness only where outcomes feed every unit's index."""
        return f"communication {'effectiveness' if self.outcomes else 'performance'}"


def outcomes_of(tree: Tree, index: Index) -> tuple[str, ...]:
    """Indicators of level outcome or impact with weight and with a figure for every unit."""
    shares = tree.effective_weights(index.weights)
    least = LEVELS.index("outcome")
    return tuple(
        one.id
        for one in tree.indicators
        if LEVELS.index(one.level) >= least
        and shares[one.id] > 0
        and not np.isnan(index.of(one.id)).any()
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

    Raises StudyError for a tree, recipe or choices that cannot be, and for fewer than 2 units with
    a score (where = TOO_FEW).
    """
    tree, recipe = tree_of(part, where), recipe_of(part)
    matrix = fed.matrix
    if part.amplification == "net":
        matrix = net_of(matrix, tree)
    index = build(matrix, tree, recipe)
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
    without = leave_out(index)
    found = uncertain(part, matrix, index, fed.labels, rng, confidence=confidence, degrees=degrees)
    gaps = _gaps(index, units, chosen, time)
    links = _links(fed, index, rows)
    facts = Facts(
        missing=int(np.isnan(matrix.select(tree.ids).values).sum()),
        redundant=len(pairs),
        counter=len(counter),
        chance=found.chance is not None,
        variants=found.variants,
        left_out=len(without.nodes),
        verdict=found.said,
        gaps=len(gaps),
        links=[f"{one.name}: rank correlation {one.r:.2f} over {one.n} units" for one in links],
    )
    moved, split = _changes(index)
    return Appraisal(
        part,
        fed,
        index,
        rows,
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


def _changes(index: Index) -> tuple[tuple[Change, ...], tuple[Decomposition, ...]]:
    periods = sorted(set(index.times or ()))
    if len(periods) < 2:
        return (), ()
    try:
        found = changes(index, periods[0], periods[-1])
        both = [one for one in found if one.difference is not None]
        most = sorted(both, key=lambda one: -abs(one.difference or 0.0))[:_GAPS]
        parts = tuple(change(index, one.unit, periods[0], periods[-1]) for one in most)
    except StudyError:
        # Each period has its own scale, or the aggregation has no exact parts.
        return (), ()
    return found, parts


def _links(fed: Fed, index: Index, rows: Sequence[int]) -> tuple[Link, ...]:
    """Spearman's correlation of the index with each outside figure, with its 95 % limits."""
    found = []
    for name, figures in fed.links.items():
        x = np.array([figures.get(index.units[row], np.nan) for row in rows])
        both = np.stack([index.index[list(rows)], x], axis=1)
        both = both[~np.isnan(both).any(axis=1)]
        if len(both) < 5:
            continue
        r = float(rank_correlations(both, "spearman")[0, 1])
        if np.isnan(r):
            continue
        # Variance of Fisher's z for ranks: Bonett & Wright 2000 (doi 10.1007/BF02294183).
        half = 1.959963984540054 * float(np.sqrt((1 + r * r / 2) / (len(both) - 3)))
        z = float(np.arctanh(np.clip(r, -0.999999, 0.999999)))
        found.append(Link(name, r, float(np.tanh(z - half)), float(np.tanh(z + half)), len(both)))
    return tuple(found)


__all__ = ["REDUNDANT", "TOO_FEW", "Appraisal", "Link", "appraise", "outcomes_of"]
