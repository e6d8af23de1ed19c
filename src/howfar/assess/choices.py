"""Choices: what could fairly have been decided otherwise when the index was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from howfar.assess.matrix import Matrix
from howfar.assess.recipe import Aggregate, Normalise, Recipe
from howfar.assess.tree import Tree
from howfar.errors import StudyError
from howfar.study.problems import suggest

VERBS = ("denominate", "impute", "screen", "treat", "normalise", "weigh", "aggregate", "order")
NOISE, LEAVE_OUT, AMPLIFICATION = "weight_noise", "leave_out", "amplification"
SAMPLING = "sampling"
KNOWN = (*VERBS, NOISE, LEAVE_OUT, AMPLIFICATION)
PATTERNS = 1_000
USUAL_NOISE = 0.25


@dataclass(frozen=True)
class Option:
    """One way to decide.

    parts: parts of the recipe in place of the published ones (verb -> its arguments). without:
    nodes left out by a weight of 0. net: figures net of synchronised amplification. table: another
    table of the same units and columns (one draw of sampling error). spread: every weight times
    its own factor between 1 - spread and 1 + spread.
    """

    name: str
    parts: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    net: bool = False
    table: Matrix | None = None
    spread: float = 0.0


@dataclass(frozen=True)
class Choice:
    """One decision with all its options, equally likely; the first is the published one.

    patterns: how many random patterns an option with a spread has.
    """

    name: str
    options: tuple[Option, ...]
    patterns: int = 1

    @property
    def levels(self) -> int:
        """How many ways there are: options times patterns."""
        return len(self.options) * self.patterns


def choices_from(
    given: Mapping[str, Any], matrix: Matrix, tree: Tree, recipe: Recipe
) -> tuple[Choice, ...]:
    """Choices as a study declares them.

    Keys: a verb of the recipe -> list of methods or tables of arguments; order -> list of orders;
    weight_noise -> spread of random factors on the weights (0.25: a quarter up or down); leave_out
    -> "indicators", "groups" or a list of nodes, of which one at most is left out; amplification ->
    ["raw", "net"]. The published way is always among the options, first.

    Where a geometric or harmonic mean is an option or the published one, scales that reach 0 are
    moved above it in every variant (1 to 100 in place of 0 to 100; standard deviations around 50):
    such means do not exist for 0, and the order that arithmetic means give stays as it is.

    Raises StudyError for an unknown key, verb, method or node, and for fewer than two options.
    """
    found = []
    for key, listed in given.items():
        where = f"the choices, {key}"
        if key == NOISE:
            found.append(_noise(listed, where))
        elif key == LEAVE_OUT:
            found.append(_left_out(listed, tree, where))
        elif key == AMPLIFICATION:
            found.append(_amplification(listed, where))
        elif key in VERBS:
            found.append(_of_verb(key, listed, recipe, where))
        else:
            raise StudyError(
                f"no choice is called {key!r}",
                "the choices",
                "one of " + ", ".join(KNOWN),
                suggest(key, KNOWN),
            )
    return _positive(found, recipe, len(matrix.units))


def usual_choices(matrix: Matrix, tree: Tree, recipe: Recipe) -> tuple[Choice, ...]:
    """Choices that are fair for most indices, where a study declares none.

    Scale (0 to 100, standard deviations, percentiles), outliers (as they are, winsorised), weights
    (a quarter up or down), mean (arithmetic, geometric), what is missing where something is, and
    each indicator left out.
    """
    given: dict[str, Any] = {
        "treat": ["none", "winsorise"],
        "normalise": ["min_max", "z", "percentile"],
        "aggregate": ["arithmetic", "geometric"],
        NOISE: USUAL_NOISE,
    }
    values = matrix.select(tree.ids).values
    if bool((values != values).any()):
        given["impute"] = ["mean", "median"]
    if len(tree.indicators) > len(tree.groups) + 1:
        given[LEAVE_OUT] = "indicators"
    return choices_from(given, matrix, tree, recipe)


def sampling_choice(matrix: Matrix, most: int = 64) -> Choice:
    """Sampling error as one more choice: which draw of the figures was seen.

    The first option is the table as it is; the others are evenly spread over ``matrix.draws``.
    Raises StudyError for a table without draws.
    """
    if matrix.draws is None:
        raise StudyError(
            "the table has no draws of its figures' errors",
            "the choices, sampling",
            "replicates or standard errors",
        )
    step = max(1, len(matrix.draws) // most)
    drawn = [
        Option(f"draw {k}", table=matrix.with_values(matrix.draws[k]))
        for k in range(0, len(matrix.draws), step)[:most]
    ]
    return Choice(SAMPLING, (Option("as measured"), *drawn))


def _of_verb(key: str, listed: Any, recipe: Recipe, where: str) -> Choice:
    """The published part first, then every other one that is listed."""
    if isinstance(listed, str | Mapping):
        listed = [listed]
    published = getattr(recipe, key)
    parts = [published]
    for one in listed:
        part = getattr(Recipe.from_mapping({key: one}), key)
        if part not in parts:
            parts.append(part)
    _enough(parts, where)
    names = _names(parts)
    return Choice(
        key, tuple(Option(name, {key: part}) for name, part in zip(names, parts, strict=True))
    )


def _names(parts: Sequence[Any]) -> list[str]:
    """The method, and what sets options of the same method apart."""
    if isinstance(parts[0], tuple):
        return [", ".join(part) for part in parts]
    found = []
    for part in parts:
        same = [other for other in parts if other.method == part.method]
        apart = [
            f"{f.name} {_said(getattr(part, f.name))}"
            for f in fields(part)
            if any(getattr(other, f.name) != getattr(part, f.name) for other in same)
        ]
        found.append(part.method + (f" ({', '.join(apart)})" if apart else ""))
    return found


def _said(value: Any) -> str:
    if value is None:
        return "as usual"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _noise(listed: Any, where: str) -> Choice:
    if isinstance(listed, bool) or not isinstance(listed, int | float) or not 0 < listed < 1:
        raise StudyError(
            f"a spread of {listed!r}",
            where,
            "a number between 0 and 1, such as 0.25 for a quarter up or down",
        )
    option = Option(f"each weight up or down by up to {listed:.0%}", spread=float(listed))
    return Choice(NOISE, (option,), PATTERNS)


def _left_out(listed: Any, tree: Tree, where: str) -> Choice:
    groups = [group.id for group in tree.groups if group.parent is not None]
    if listed == "indicators":
        nodes: Sequence[str] = tree.ids
    elif listed == "groups":
        nodes = groups
    elif isinstance(listed, str):
        raise StudyError(repr(listed), where, '"indicators", "groups" or a list of their ids')
    else:
        nodes = tuple(listed)
    for node in nodes:
        tree.node(node)
        if node == tree.root:
            raise StudyError(f"{node!r} is the index itself", where, "an indicator or a sub-index")
    # What is alone in its group can not be left out without its group.
    alone = {c[0] for g in tree.groups if len(c := tree.children(g.id)) == 1 and g.parent is None}
    options = [Option("none")]
    options += [Option(tree.node(n).name or n, without=(n,)) for n in nodes if n not in alone]
    _enough(options, where)
    return Choice(LEAVE_OUT, tuple(options))


def _amplification(listed: Any, where: str) -> Choice:
    if not isinstance(listed, list | tuple) or sorted(listed) != ["net", "raw"]:
        raise StudyError(repr(listed), where, '["raw", "net"]')
    return Choice(AMPLIFICATION, tuple(Option(one, net=one == "net") for one in ("raw", "net")))


def _enough(options: Sequence[object], where: str) -> None:
    if len(options) < 2:
        raise StudyError(
            "a choice with one option is none",
            where,
            "an option besides the published one",
            "leave it out, or add an alternative",
        )


def _positive(choices: Sequence[Choice], recipe: Recipe, units: int) -> tuple[Choice, ...]:
    """Scales that a geometric or harmonic mean can be taken of, where one is an option or used."""
    specs = [o.parts["aggregate"] for c in choices if c.name == "aggregate" for o in c.options]
    if not any(_needs_positive(one) for one in specs or [recipe.aggregate]):
        return tuple(choices)
    found = []
    for choice in choices:
        if choice.name == "normalise":
            parts = [_lifted(option.parts["normalise"], units) for option in choice.options]
            named = zip(choice.options, parts, strict=True)
            choice = replace(choice, options=tuple(Option(o.name, {"normalise": p})
                                                   for o, p in named))  # fmt: skip
        found.append(choice)
    if specs and not any(choice.name == "normalise" for choice in choices):
        aggregates = next(k for k, choice in enumerate(found) if choice.name == "aggregate")
        lifted = _lifted(recipe.normalise, units)
        found[aggregates] = replace(
            found[aggregates],
            options=tuple(
                replace(o, parts={**o.parts, "normalise": lifted})
                for o in found[aggregates].options
            ),
        )
    return tuple(found)


def _needs_positive(spec: Aggregate) -> bool:
    return bool({"geometric", "harmonic"} & {spec.method, *spec.by_height})


def _lifted(spec: Normalise, units: int) -> Normalise:
    low, high = spec.ends
    if spec.method == "z":
        # No standard score of n figures lies beyond (n - 1) / sqrt(n).
        farthest = (units - 1) / units**0.5
        if low - high * farthest <= 0:
            return replace(spec, low=50.0, high=min(10.0, 49.0 / farthest))
    elif spec.method == "borda":
        return replace(spec, method="rank")
    elif spec.method not in ("rank", "none", "scaled", "share_of_max") and low <= 0 < high:
        return replace(spec, low=low + 0.01 * (high - low))
    return spec
