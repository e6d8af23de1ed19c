"""The one kind of result of every design that asks what a change did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from howfar.improve.evidence import Check, Grade, grade_of
from howfar.schema.estimate import Estimate

Design = Literal["its", "did", "synth", "series", "experiment"]


@dataclass(frozen=True, slots=True)
class EffectPeriod:
    """One period of the series: what was seen, and what would have been seen without the change.

    period: as in the data, a date or a number. relative: periods since the change; 0 is the first
    with it, below 0 lie those before. observed, expected: of an aggregation over units that began
    at different times there are none.
    """

    period: str
    relative: int
    observed: float | None
    expected: float | None
    effect: Estimate


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did, as far as the design can tell.

    unit: of the outcome. average: mean effect a period since the change, in that unit. relative:
    the same as a part of what would have been (0.2 is 20 % more). cumulative: the sum of effects.
    periods: in their order, those before the change included. checks: everything that has to hold.
    compared: names of what was not changed and was compared with; empty without. more: figures
    that only this design has (a rate ratio, an ATT(g, t), an aggregation), by name. details: what
    is no estimate (weights of donors, coefficients, values of criteria). arguments: everything that
    was chosen, so that it can be done again.
    """

    design: Design
    outcome: str
    unit: str
    average: Estimate
    relative: Estimate
    cumulative: Estimate
    periods: tuple[EffectPeriod, ...]
    checks: tuple[Check, ...]
    compared: tuple[str, ...] = ()
    more: Mapping[str, Estimate] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    randomised: bool = False
    verified: bool = False

    @property
    def grade(self) -> Grade:
        """Strength of the evidence; a check that does not hold lowers it by itself."""
        return grade_of(
            self.checks,
            compared=bool(self.compared),
            randomised=self.randomised,
            verified=self.verified,
        )

    @property
    def clear(self) -> bool:
        """Whether the interval of the average effect leaves out zero."""
        low, high = self.average.low, self.average.high
        return low is not None and high is not None and (low > 0 or high < 0)
