"""From what a study declares of its index to the tree and the recipe that make it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from howfar.assess.recipe import Recipe
from howfar.assess.tree import Group, Indicator, Tree
from howfar.errors import StudyError
from howfar.schema.measure import LEVELS, Declaration, registry
from howfar.study.index_part import Figure, IndexIndicator, IndexPart
from howfar.study.problems import suggest

_CLAIM = re.compile(r"effective|efficac", re.IGNORECASE)
NET = "net of synchronised"
"""Prefix of the columns of net forms that come from measures."""


def tree_of(part: IndexPart, where: str = "study.toml, [index]") -> Tree:
    """The checked tree of an index; the level of a measure's figure is the measure's.

    Raises StudyError for a tree that cannot be (see Tree), a measure that does not exist or that
    may not be compared between units, and a title that claims effectiveness without outcomes.
    """
    tree = Tree(
        tuple(_leaf(one, where) for one in part.indicators),
        tuple(Group(g.id, g.name or g.id, g.parent, g.weight, g.level) for g in part.groups),
        where,
    )
    check_claims(part, tree.outcomes(), where)
    return tree


def recipe_of(part: IndexPart) -> Recipe:
    """The recipe of an index; StudyError for a step, method or argument that does not exist."""
    return Recipe.from_mapping(part.steps)


def declared_of(figure: Figure, where: str) -> Declaration:
    """The declaration of a figure's measure; StudyError where it may not enter an index."""
    known = {name: one.declaration for name, one in registry().items()}
    found = known.get(figure.measure)
    if found is None:
        raise StudyError(
            f"no measure is called {figure.measure!r}",
            where,
            "one of " + ", ".join(known),
            suggest(figure.measure, known) or "howfar explain measures",
        )
    if not found.peer_comparable:
        raise StudyError(
            f"{figure.measure} says how a channel does against its own past, and nothing beside "
            "others",
            where,
            "measures that may be compared between channels",
            f"leave {figure.measure} out of the index",
        )
    if found.level not in LEVELS[1:]:
        raise StudyError(
            f"{figure.measure} is of level {found.level}: a condition of the data, no performance",
            where,
            "measures of " + ", ".join(LEVELS[1:]),
            f"leave {figure.measure} out of the index",
        )
    return found


def _leaf(one: IndexIndicator, where: str) -> Indicator:
    more: dict[str, Any] = {
        "direction": int(one.direction),
        "weight": one.weight,
        "goalposts": one.goalposts,
        "target": one.target,
    }
    figure = one.figure
    if figure is None:
        more |= {"unit": one.unit or "", "level": one.level or "output"}
        more |= {"denominator": one.denominator, "net": one.net_column}
        return Indicator(one.id, one.label, one.parent, **more)
    declaration = declared_of(figure, where)
    more |= {"unit": declaration.unit, "level": declaration.level}
    if one.net is not None:
        net = declared_of(one.net, where)
        if net.level != declaration.level:
            raise StudyError(
                f"the net form of {one.id!r} is of level {net.level}, its raw form of level "
                f"{declaration.level}",
                where,
                "two forms of one figure",
            )
        more["net"] = f"{NET}: {one.id}"
    return Indicator(one.id, one.label, one.parent, **more)


def check_claims(part: IndexPart, outcomes: Sequence[str], where: str) -> None:
    """StudyError where the index or a group is called effective without outcomes that feed it."""
    for text in (part.title, *(group.name for group in part.groups)):
        if text and _CLAIM.search(text) and not outcomes:
            raise StudyError(
                f"{text!r} claims effectiveness, and no outcome feeds the index of every unit",
                where,
                "performance; effectiveness only where a survey, an experiment or rated records "
                "say what changed",
                "call it performance, or add an indicator of level outcome with its basis",
            )
