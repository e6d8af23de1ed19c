"""What a measure promises: its declaration, its two parts, and the registry of all measures."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import ibis
import numpy as np
import pyarrow as pa

from howfar.errors import DeclarationError
from howfar.schema.estimate import Result
from howfar.schema.formula import Part
from howfar.stats.blocks import BlockDraw

Level = Literal["coverage", "activity", "output", "out-take", "outcome", "impact"]
LEVELS: tuple[Level, ...] = ("coverage", "activity", "output", "out-take", "outcome", "impact")


@dataclass(frozen=True, slots=True)
class Tables:
    """What a measure may read, as Ibis tables of any engine.

    observed: one row a distinct post of the main sources inside the window, with its channel's
    attributes and its latest counts, one column a metric (see store/frames.py).
    observations: every count of every post, first and later crawls alike.
    coverage: one row an ingested file. channels: the registry. series: dated figures without posts.
    posts: every stored row, as read: duplicates, recheck sources and posts outside the window too.
    """

    observed: ibis.Table
    observations: ibis.Table
    account_counts: ibis.Table
    coverage: ibis.Table
    series: ibis.Table
    channels: ibis.Table
    posts: ibis.Table


@dataclass(frozen=True, slots=True)
class Sampling:
    """What an estimator may know besides its rows: window, confidence, shared draws, generator.

    draw: multinomial week weights, drawn once a run and shared by all measures, so that ratios
    and differences of figures see their covariance. rng: seeded for this run and measure.
    """

    window_start: int
    window_end: int
    confidence: float
    draw: BlockDraw
    rng: np.random.Generator
    given: Mapping[str, Sequence[Result]] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """Length of the window in days."""
        return (self.window_end - self.window_start) / 86_400_000_000


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: rows in, one figure out, and the formula's parts that give the same.

    rows: table name of Tables -> rows; columns left out are null. where: dimensions of the
    figure that value and interval speak of. value None: the example shows a refusal by nature.
    """

    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    where: Mapping[str, Any]
    value: float
    interval: tuple[float, float]
    parts: Mapping[str, Part]
    window: tuple[str, str] = ("2024-01-01", "2024-04-01")


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything that the documentation, `can`, the report and the tests need of a measure.

    needs: tables or columns without which there is no figure ('counts.views' is a metric with at
    least one observation, 'account_counts.followers', 'channels.role', 'peers', 'recheck').
    min_posts: fewest posts a figure may rest on; below it the outcome is typed, not a number.
    rules: what else must be known to compute the figures again from the page. barred: capture
    classes whose posts say nothing of what the figure asks: they are left out, and where there are
    no others the figure is not measured. pools: a figure rests on all series of its platform.
    """

    id: str
    number: str
    title: str
    asks: str
    level: Level
    formula: str
    unit: str
    source: str
    uncertainty: str
    needs: tuple[str, ...]
    min_posts: int
    example: Example
    version: int = 1
    parts: Mapping[str, str] = field(default_factory=dict)
    rules: str = ""
    beware: str = ""
    peer_comparable: bool = True
    barred: tuple[str, ...] = ()
    pools: bool = False


class Measure(Protocol):
    """A declared indicator in two parts: engine work, then a pure estimator."""

    declaration: Declaration

    def reduce(self, tables: Tables) -> ibis.Table:
        """Sufficient statistics as one engine expression."""
        ...

    def estimate(self, rows: pa.Table, sampling: Sampling) -> Iterable[Result]:
        """Results from the reduced rows; pure."""
        ...


_REGISTRY: dict[str, Measure] = {}


def measure(declaration: Declaration) -> Callable[[type[Any]], type[Any]]:
    """Register a class with ``reduce`` and ``estimate`` under its declaration."""

    def register(cls: type[Any]) -> type[Any]:
        if declaration.id in _REGISTRY:
            raise DeclarationError(f"measure {declaration.id!r} is declared twice")
        instance = cls()
        instance.declaration = declaration
        _REGISTRY[declaration.id] = instance
        return cls

    return register


def registry(package: str = "howfar.measures") -> Mapping[str, Measure]:
    """All measures, by id, in the order of their ids; imports the package's modules once."""
    root = importlib.import_module(package)
    for module in pkgutil.iter_modules(root.__path__):
        importlib.import_module(f"{package}.{module.name}")
    return dict(sorted(_REGISTRY.items()))
