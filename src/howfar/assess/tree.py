"""The indicator tree: which indicators make which sub-indices and the index, and what may not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from howfar.errors import StudyError
from howfar.schema.measure import LEVELS as MEASURED
from howfar.study.problems import suggest

LEVELS: tuple[str, ...] = ("input", *MEASURED)
"""Levels from the lowest to the highest (AMEC Integrated Evaluation Framework)."""

_OUTCOME = LEVELS.index("outcome")
_WORDS = {
    f"{level.replace('-', '')}{plural}": level for level in LEVELS for plural in ("", "s")
} | {"activities": "activity"}
_AVE = re.compile(
    r"ad(vert(ising|isement)?)?[\s_-]*(value[\s_-]*)?equivalen"
    r"|(publicity|earned[\s_-]*media|media[\s_-]*equivalen(t|cy))[\s_-]*value",
    re.IGNORECASE,
)
_AVE_WORDS = frozenset({"ave", "aves", "eav", "emv"})


@dataclass(frozen=True, slots=True)
class Indicator:
    """A leaf of the tree: one column of the table.

    direction: 1 where more is better, -1 where less is. weight: relative to its siblings. level:
    one of LEVELS. denominator: column to divide by. goalposts: (worst, best) in the column's unit.
    target: the figure to be reached. net: column with the same figure net of synchronised
    amplification.
    """

    id: str
    name: str
    parent: str
    direction: int = 1
    weight: float = 1.0
    unit: str = ""
    level: str = "output"
    denominator: str | None = None
    goalposts: tuple[float, float] | None = None
    target: float | None = None
    net: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A sub-index, or the index itself where parent is null.

    level: what the sub-index claims to be of, one of LEVELS; null where it claims none. A group
    that is called by the word of a level claims that level.
    """

    id: str
    name: str
    parent: str | None
    weight: float = 1.0
    level: str | None = None


@dataclass(frozen=True)
class Tree:
    """Indicators and groups with one root, checked.

    Raises StudyError: twin ids, unknown parents or levels, cycles, empty groups, several roots,
    weights or directions that cannot be, advertising value equivalents, and a sub-index of a level
    that is fed by a lower one.
    """

    indicators: tuple[Indicator, ...]
    groups: tuple[Group, ...]
    where: str = field(default="the index tree", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "indicators", tuple(self.indicators))
        object.__setattr__(self, "groups", tuple(self.groups))
        self._check_ids()
        self._check_figures()
        self._check_parents()
        self._check_claims()

    @cached_property
    def all(self) -> tuple[Indicator | Group, ...]:
        """Indicators, then groups."""
        return (*self.indicators, *self.groups)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the indicators, in their order: the columns that the index reads."""
        return tuple(one.id for one in self.indicators)

    @cached_property
    def root(self) -> str:
        """Id of the index itself."""
        return next(group.id for group in self.groups if group.parent is None)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """All ids bottom-up, the root last: the columns of an index's scores."""
        return tuple(node for level in self.levels() for node in level)

    def node(self, id: str) -> Indicator | Group:
        """The indicator or group of an id."""
        found = self._by_id.get(id)
        if found is None:
            raise self._unknown(id, "no such indicator or group", self._by_id)
        return found

    def children(self, id: str) -> tuple[str, ...]:
        """Ids of the direct children of a group, in the order of the tree; none of an indicator."""
        self.node(id)
        return self._children.get(id, ())

    def leaves(self, id: str) -> tuple[str, ...]:
        """Ids of the indicators below a node (an indicator's own), in the order of the tree."""
        below = {id}
        for level in reversed(self.levels()):
            for node in level:
                if node in below:
                    below |= set(self.children(node))
        return tuple(one for one in self.ids if one in below)

    def levels(self) -> tuple[tuple[str, ...], ...]:
        """Ids by height above the indicators: first all indicators, last the root."""
        heights = dict.fromkeys(self.ids, 0)
        while len(heights) < len(self._by_id):
            for group in self.groups:
                below = self._children[group.id]
                if group.id not in heights and all(child in heights for child in below):
                    heights[group.id] = 1 + max(heights[child] for child in below)
        tallest = max(heights.values())
        order = [one.id for one in self.all]
        return tuple(
            tuple(node for node in order if heights[node] == h) for h in range(tallest + 1)
        )

    def effective_weights(self, weights: Mapping[str, float] | None = None) -> dict[str, float]:
        """Share of every node in the index: the product of the weights on its way to the root.

        Weights are rescaled to 1 among siblings; ``weights`` replaces those of the tree. The root
        has 1, and so has the sum over all indicators.
        """
        given = self.weights | dict(weights or {})
        found = {self.root: 1.0}
        for level in reversed(self.levels()):
            for node in level:
                below = self.children(node)
                total = sum(given[child] for child in below)
                found |= {
                    child: found[node] * given[child] / total if total > 0 else 0.0
                    for child in below
                }
        return {node: found[node] for node in self.nodes}

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weight of every node relative to its siblings, as the tree gives it."""
        return {one.id: one.weight for one in self.all}

    def level_of(self, id: str) -> str:
        """Level of a node: an indicator's own, of a group the lowest that feeds it."""
        levels = {one.id: one.level for one in self.indicators}
        return min((levels[leaf] for leaf in self.leaves(id)), key=LEVELS.index)

    def outcomes(self, weights: Mapping[str, float] | None = None) -> tuple[str, ...]:
        """Indicators of level outcome or impact with weight; ``weights`` replaces the tree's."""
        shares = self.effective_weights(weights)
        return tuple(
            one.id
            for one in self.indicators
            if LEVELS.index(one.level) >= _OUTCOME and shares[one.id] > 0
        )

    @cached_property
    def _by_id(self) -> dict[str, Indicator | Group]:
        return {one.id: one for one in self.all}

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        return {g.id: tuple(n.id for n in self.all if n.parent == g.id) for g in self.groups}

    def _check_ids(self) -> None:
        if not self.indicators:
            raise StudyError("an index needs indicators", self.where, "at least one indicator")
        seen: set[str] = set()
        for one in self.all:
            if not one.id:
                raise StudyError("a node without an id", self.where, "a name without spaces")
            if one.id in seen:
                raise StudyError(
                    f"twins: the id {one.id!r} is there twice", self.where, "every id once"
                )
            seen.add(one.id)

    def _check_figures(self) -> None:
        for one in self.all:
            if not 0 <= one.weight < float("inf"):
                raise self._wrong(one.id, f"weight {one.weight}", "a weight of 0 or more")
            if one.level is not None and one.level not in LEVELS:
                hint = suggest(one.level, LEVELS)
                raise self._wrong(
                    one.id, f"level {one.level!r}", "one of " + ", ".join(LEVELS), hint
                )
        for leaf in self.indicators:
            if leaf.direction not in (1, -1):
                raise self._wrong(
                    leaf.id, f"direction {leaf.direction}", "1 (more is better) or -1 (less is)"
                )
            if leaf.goalposts is not None and leaf.goalposts[0] == leaf.goalposts[1]:
                raise self._wrong(leaf.id, "goalposts that are equal", "a worst and a best figure")
            if _is_ave(leaf):
                raise StudyError(
                    f"{leaf.id!r} is an advertising value equivalent",
                    self.where,
                    "a figure of what communication did, not of what space would have cost "
                    "(Barcelona Principles)",
                    "leave it out; if it is an average, call it a mean",
                )

    def _check_parents(self) -> None:
        groups = {group.id for group in self.groups}
        for one in self.all:
            if one.parent is not None and one.parent not in groups:
                raise self._unknown(one.parent, f"{one.id!r} has an unknown parent", groups)
        roots = [group.id for group in self.groups if group.parent is None]
        parents = {group.id: group.parent for group in self.groups}
        for id in parents:
            trail, above = [id], parents[id]
            while above is not None:
                if above in trail:
                    way = " > ".join([*trail, above])
                    raise StudyError(f"a cycle: {way}", self.where, "each group below another")
                trail.append(above)
                above = parents[above]
        if len(roots) != 1:
            raise StudyError(
                f"{len(roots)} groups without a parent"
                + (f": {', '.join(roots)}" if roots else ""),
                self.where,
                "exactly one, the index itself",
            )
        for id, below in self._children.items():
            if not below:
                raise StudyError(f"the group {id!r} is empty", self.where, "at least one child")
            if not any(self.weights[child] > 0 for child in below):
                raise StudyError(
                    f"all weights in {id!r} are 0", self.where, "at least one weight above 0"
                )

    def _check_claims(self) -> None:
        for group in self.groups:
            claim = group.level or _claimed(group)
            if claim is None:
                continue
            leaves = set(self.leaves(group.id))
            for one in self.indicators:
                if one.id in leaves and LEVELS.index(one.level) < LEVELS.index(claim):
                    raise StudyError(
                        f"{one.id!r} is of level {one.level} and can not enter {group.id!r}, "
                        f"a sub-index of level {claim}",
                        self.where,
                        f"indicators of level {claim} or higher in {group.id!r}",
                        f"move {one.id!r} to a group of level {one.level}",
                    )

    def _wrong(self, id: str, what: str, expected: str, next: str = "") -> StudyError:
        return StudyError(f"{id!r} has {what}", self.where, expected, next)

    def _unknown(self, id: str, what: str, known: Iterable[str]) -> StudyError:
        known = sorted(known)
        return StudyError(
            f"{what}: {id!r}", self.where, "one of " + ", ".join(known), suggest(id, known)
        )


def _claimed(group: Group) -> str | None:
    """The level that a group's id or name is the word of."""
    for text in (group.id, group.name):
        found = _WORDS.get(re.sub(r"[\s_-]", "", text).casefold())
        if found is not None:
            return found
    return None


def _is_ave(leaf: Indicator) -> bool:
    texts = (leaf.id, leaf.name, leaf.unit)
    words = {word.casefold() for text in texts for word in re.split(r"[\W_\d]+", text)}
    return bool(words & _AVE_WORDS) or any(_AVE.search(text) for text in texts)
