"""A gap: the distance of a unit to a peer, to the best or to its own target, and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from howfar.improve.evidence import Grade
from howfar.schema.estimate import Estimate
from howfar.study.taxonomy import Property

Kind = Literal["peer", "best", "target"]
POINTS = "points of the index"
TARGET = "its own target"
MEDIAN = "median of peers"
RELATIVE = "part of the other figure"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom figures speak of: null where a dimension does not apply."""

    country: str | None = None
    language: str | None = None
    platform: str | None = None

    @property
    def said(self) -> str:
        """In words."""
        parts = (("on", self.platform), ("in the language", self.language), ("in", self.country))
        return " ".join(f"{word} {value}" for word, value in parts if value) or "all audiences"


@dataclass(frozen=True, slots=True)
class GapPart:
    """What one indicator adds to a distance.

    contribution: in points of the index; negative where it holds the unit back. share: of the
    distance; null where there is none. own, other: the two figures, in ``unit``. distance: own
    minus other, in ``unit``; relative: the same as a part of other. within:
    what it is on the fixed list of what an institution decides; null where it is not. elasticity:
    of the unit's index to this figure. direction: 1 where more is better, -1 where less is, 0 where
    nobody said.
    """

    indicator: str
    name: str
    unit: str
    direction: int
    contribution: Estimate
    share: float | None
    own: float | None
    other: float | None
    distance: Estimate
    relative: Estimate
    within: Property | None
    elasticity: Estimate


@dataclass(frozen=True, slots=True)
class Gap:
    """The index of a unit minus that of a peer, of the best or of its own target, and its parts.

    Without an index there are figures beside figures: no scores, and parts without points.

    The parts' contributions sum to the difference (1e-12 of the scale). scores: the two;
    a target that the scale of the index cannot take has none, and the difference says why.
    """

    kind: Kind
    audience: Audience
    unit: str
    versus: str
    scores: tuple[float | None, float | None]
    difference: Estimate
    parts: tuple[GapPart, ...]
    notes: tuple[str, ...] = ()

    grade: Grade = "D"

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference leaves out zero."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)

    @property
    def behind(self) -> tuple[GapPart, ...]:
        """Parts that hold the unit back, the largest first."""
        parts = [p for p in self.parts if (p.contribution.value or 0.0) < 0]
        return tuple(sorted(parts, key=lambda p: (p.contribution.value or 0.0, p.indicator)))

    @property
    def decided(self) -> tuple[GapPart, ...]:
        """Those of ``behind`` that the institution decides itself."""
        return tuple(part for part in self.behind if part.within is not None)
