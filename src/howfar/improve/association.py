"""An association: with what engagement do posts of one kind go, beside posts of another?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from howfar.improve.evidence import Check, Grade, grade_of
from howfar.improve.lexicon import quoted
from howfar.improve.wording import relation, with_interval
from howfar.schema.estimate import Estimate, not_measured
from howfar.study.taxonomy import Property

RATIO = "times the posts of the reference"
AS_IT_IS = "as it is"
TWICE = "twice as much"
KNOWN = (
    *("kind", "language", "reply", "source_given", "hour", "weekday", "length", "path", "topic"),
    *("owner_named", "latency"),
)
"""Properties that the program names itself; others are the user's words."""


@dataclass(frozen=True, slots=True)
class Association:
    """One comparison of posts within channels; it says with what things go, never why.

    name, level, reference: "kind", "video", "photo". ratio: expected count of posts of the level
    over that of posts of the reference that are alike in all else that is known. difference: what
    that is a post, at the mean of the level's posts. p: that the ratio is 1; p_adjusted: by
    Benjamini and Hochberg over the family; found: at or below the declared rate. within: what it is
    on the fixed list of what an institution decides; null where it is not.
    """

    name: str
    level: str
    reference: str
    outcome: str
    ratio: Estimate
    difference: Estimate
    p: float | None
    p_adjusted: float | None
    found: bool
    n_posts: int
    n_reference: int
    within: Property | None
    checks: tuple[Check, ...] = ()

    @property
    def grade(self) -> Grade:
        """C; D where a check does not hold or there is no figure: nobody changed anything."""
        if self.ratio.value is None:
            return "D"
        return grade_of(self.checks, compared=False)

    @property
    def relative(self) -> Estimate:
        """The ratio less 1: 0.2 is 20 % more."""
        one = self.ratio
        if one.value is None or one.low is None or one.high is None:
            return not_measured("part of the reference", one.reason or "", one.method)
        return Estimate(
            one.value - 1, one.low - 1, one.high - 1, one.low_kind, one.confidence,
            one.n_posts, one.n_persons, one.n_channels, "part of the reference", one.method,
            "measured", one.reason,
        )  # fmt: skip

    @property
    def said(self) -> str:
        """The finding in the words of its grade."""
        name = self.name if self.name in KNOWN else quoted(self.name)
        figure = self.reference == AS_IT_IS
        what = f"{name}, {self.level}," if figure else f"{name} {quoted(self.level)}"
        other = f"{name} {self.reference}" if figure else f"{name} {quoted(self.reference)}"
        if self.ratio.value is None:
            return f"{what} beside {other}: not measured, {self.ratio.reason}."
        shown = with_interval(self.relative, percent=True, signed=True)
        where = f"{self.outcome} within channels"
        if not self.found:
            return f"{what} is not told apart from {other} in {where}: {shown}."
        verb = relation(self.grade, self.ratio.value > 1, of="property")
        if self.grade == "D":
            return f"{what} {verb} {other} in {where}: {shown}."
        return f"{what} {verb} {where} than {other}: {shown}."


@dataclass(frozen=True, slots=True)
class Associations:
    """All comparisons of one declared family, and what nothing can be told of.

    family: how many comparisons were tested and adjusted for. absent: (property, level, why).
    more: estimates of the model (spread between channels, dispersion) by name.
    """

    outcome: str
    items: tuple[Association, ...]
    family: int
    fdr: float
    absent: tuple[tuple[str, str, str], ...]
    n_posts: int
    n_channels: int
    method: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> tuple[Association, ...]:
        """Comparisons at or below the rate of false discoveries, the farthest from 1 first."""
        chosen = [one for one in self.items if one.found]
        return tuple(sorted(chosen, key=lambda one: (one.p_adjusted or 0.0, one.name, one.level)))
