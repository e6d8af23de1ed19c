"""A recipe: every verb of the pipeline with its arguments, so that it can be cooked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from howfar.errors import StudyError
from howfar.study.problems import suggest

DATA_VERBS = ("denominate", "impute", "screen", "treat", "normalise")


class _Verb:
    """Checks the method's name and says which there are."""

    METHODS: ClassVar[tuple[str, ...]]
    method: str

    def __post_init__(self) -> None:
        _known(self.method, self.METHODS, type(self).__name__.lower())


@dataclass(frozen=True)
class Denominate(_Verb):
    """Divide columns by others. by: column -> denominator; null for those of the tree."""

    METHODS = ("ratio", "none")
    method: str = "ratio"
    by: Mapping[str, str] | None = None
    scale: float = 1.0


@dataclass(frozen=True)
class Impute(_Verb):
    """Fill what is missing. em: expectation-maximisation of a multivariate normal."""

    METHODS = ("none", "mean", "median", "group_mean", "group_median", "em", "previous")
    method: str = "none"


@dataclass(frozen=True)
class Screen(_Verb):
    """Drop units with too little data.

    min_available: least share of values present; min_nonzero: least share of values that are not
    zero, of those present. keep and drop: units that stay or go whatever they have.
    """

    METHODS = ("none", "share")
    method: str = "none"
    min_available: float = 0.0
    min_nonzero: float = 0.0
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Treat(_Verb):
    """Tame outliers in columns that fail the rule of skew and kurtosis.

    method is tried first, ``otherwise`` where the column still fails. A column passes if
    |skew| < skew_limit or (rule "or"; with "and": and) kurtosis < kurtosis_limit. power: the lambda
    of Box-Cox, found from the column where null. columns: those to look at, all where null.
    """

    METHODS = ("none", "winsorise", "log", "log_gii", "log_plain", "boxcox")
    method: str = "none"
    otherwise: str = "log"
    max_points: int = 5
    skew_limit: float = 2.0
    kurtosis_limit: float = 3.5
    rule: str = "or"
    columns: tuple[str, ...] | None = None
    power: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _known(self.otherwise, self.METHODS, "treat, otherwise")
        _known(self.rule, ("or", "and"), "treat, rule")


@dataclass(frozen=True)
class Normalise(_Verb):
    """Bring all columns to one scale on which more is better.

    low, high: ends of the scale, 0 and 100 where null; of z the mean and standard deviation, 0 and
    1 where null. reference: the period of a
    panel whose values set the scale; null: all periods together; "each": each period its own.
    cap: whether what lies beyond target or goalposts counts as reached. by_column: another method
    for single columns, such as goalposts for the one that has them.
    """

    METHODS = (
        "min_max", "z", "rank", "borda", "percentile", "target", "goalposts", "scaled",
        "distance_to_max", "distance_to_reference", "share_of_max", "none",
    )  # fmt: skip
    method: str = "min_max"
    low: float | None = None
    high: float | None = None
    reference: str | None = None
    unit: str | None = None
    cap: bool = True
    goalposts: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)
    by_column: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for method in self.by_column.values():
            _known(method, self.METHODS, "normalise, by_column")

    @property
    def ends(self) -> tuple[float, float]:
        """``low`` and ``high``, with what they are where null."""
        usual = (0.0, 1.0) if self.method == "z" else (0.0, 100.0)
        return (
            usual[0] if self.low is None else self.low,
            usual[1] if self.high is None else self.high,
        )


@dataclass(frozen=True)
class Weigh(_Verb):
    """Give each child of a group its weight.

    given: the tree's, with ``weights`` in their place where named. judgements: of AHP, group ->
    experts' reciprocal matrices over its children. nodes: whether data-driven weights are for
    children that are "indicators", that are "groups", or for "all". optimise: "balance"
    (correlations with the index as ``targets``, equal where null) or "most_information";
    optimise_level: 1 the indicators, 2 the lowest groups, and so on.
    """

    METHODS = ("equal", "given", "ahp", "entropy", "critic", "pca", "optimised")
    method: str = "given"
    weights: Mapping[str, float] = field(default_factory=dict)
    judgements: Mapping[str, tuple[tuple[tuple[float, ...], ...], ...]] = field(
        default_factory=dict
    )
    nodes: str = "indicators"
    optimise: str = "balance"
    optimise_level: int = 1
    targets: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _known(self.nodes, ("indicators", "groups", "all"), "weigh, nodes")
        _known(self.optimise, ("balance", "most_information"), "weigh, optimise")


@dataclass(frozen=True)
class Aggregate(_Verb):
    """Make one figure of the children of a group.

    by_height: methods from the lowest groups up, where they differ. min_available: least share of
    children present, else the group is missing.
    """

    METHODS = ("arithmetic", "geometric", "harmonic", "median", "copeland", "outranking")
    method: str = "arithmetic"
    by_height: tuple[str, ...] = ()
    min_available: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for method in self.by_height:
            _known(method, self.METHODS, "aggregate, by_height")

    def at(self, height: int) -> str:
        """Method for groups of a height above the indicators (1 is the lowest)."""
        return (
            self.by_height[min(height, len(self.by_height)) - 1] if self.by_height else self.method
        )


@dataclass(frozen=True)
class Recipe:
    """All verbs with their arguments, and the order in which the data go through them."""

    denominate: Denominate = field(default_factory=Denominate)
    impute: Impute = field(default_factory=Impute)
    screen: Screen = field(default_factory=Screen)
    treat: Treat = field(default_factory=Treat)
    normalise: Normalise = field(default_factory=Normalise)
    weigh: Weigh = field(default_factory=Weigh)
    aggregate: Aggregate = field(default_factory=Aggregate)
    order: tuple[str, ...] = DATA_VERBS

    def __post_init__(self) -> None:
        if sorted(self.order) != sorted(DATA_VERBS) or self.order[-1] != "normalise":
            raise StudyError(
                f"the order {', '.join(self.order)}",
                "the recipe",
                f"{', '.join(DATA_VERBS[:-1])} in any order, then normalise",
            )

    def to_json(self) -> str:
        """The recipe as JSON; ``Recipe.from_json`` gives the same recipe back."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """The recipe that ``to_json`` wrote."""
        return cls.from_mapping(json.loads(text))

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Recipe:
        """A recipe from plain mappings (JSON, TOML); verbs and arguments left out keep defaults.

        Raises StudyError for an unknown verb, argument or method.
        """
        verbs = {"denominate": Denominate, "impute": Impute, "screen": Screen, "treat": Treat,
                 "normalise": Normalise, "weigh": Weigh, "aggregate": Aggregate}  # fmt: skip
        made: dict[str, Any] = {}
        for key, arguments in given.items():
            _known(key, (*verbs, "order"), "recipe")
            if key == "order":
                made[key] = tuple(arguments)
                continue
            plain = {"method": arguments} if isinstance(arguments, str) else arguments
            for name in plain:
                _known(name, tuple(f.name for f in fields(verbs[key])), key)
            made[key] = verbs[key](**{name: _frozen(value) for name, value in plain.items()})
        return cls(**made)


@dataclass(frozen=True)
class Step:
    """What one verb did: its arguments, and of each column or unit what was changed."""

    verb: str
    arguments: Mapping[str, Any]
    done: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""


def _known(name: str, known: tuple[str, ...], where: str) -> None:
    if name not in known:
        raise StudyError(
            f"{name!r} is not known",
            f"the recipe, {where}",
            "one of " + ", ".join(known),
            suggest(str(name), known),
        )


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _frozen(one) for key, one in value.items()}
    return tuple(_frozen(one) for one in value) if isinstance(value, list | tuple) else value
