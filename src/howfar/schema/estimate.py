"""An estimate: a figure that never comes without its interval, its n and its method."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

LowKind = Literal["confidence", "posterior", "bound", "range"]
Status = Literal["measured", "not_measured", "suppressed"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, or the reason why there is none.

    low and high share one kind: a confidence or posterior interval of level ``confidence``, a
    bound (the value cannot lie outside) or a range over an analyst's choices, which is never
    printed as an interval. n_* count what the figure rests on; null where a count does not apply.
    """

    value: float | None
    low: float | None
    high: float | None
    low_kind: LowKind | None
    confidence: float | None
    n_posts: int | None
    n_persons: int | None
    n_channels: int | None
    unit: str
    method: str
    status: Status
    reason: str | None = None

    def __post_init__(self) -> None:
        figures = (self.value, self.low, self.high)
        if self.status != "measured":
            if not self.reason:
                raise ValueError(f"an estimate that is {self.status} must say why")
            if any(x is not None for x in figures):
                raise ValueError(f"an estimate that is {self.status} must not carry a figure")
            return
        if self.value is None or self.low is None or self.high is None or self.low_kind is None:
            raise ValueError("a measured estimate needs a value, an interval and its kind")
        if not math.isfinite(self.value) or math.isnan(self.low) or math.isnan(self.high):
            raise ValueError("a measured estimate must be finite; give a reason instead")
        if self.low > self.high:
            raise ValueError(f"interval upside down: {self.low} > {self.high}")
        if self.low_kind in ("confidence", "posterior") and self.confidence is None:
            raise ValueError("a confidence or posterior interval needs its level")

    def suppressed(self, reason: str) -> Estimate:
        """The same estimate with every figure removed."""
        return replace(
            self,
            value=None,
            low=None,
            high=None,
            low_kind=None,
            confidence=None,
            n_posts=None,
            n_persons=None,
            status="suppressed",
            reason=reason,
        )


def not_measured(unit: str, reason: str, method: str = "") -> Estimate:
    """The typed outcome 'does not apply here', with its reason."""
    return Estimate(
        None, None, None, None, None, None, None, None, unit, method, "not_measured", reason
    )


def exact(value: float, unit: str, method: str, **n: int | None) -> Estimate:
    """A count that is known, not estimated: its bounds are itself."""
    return Estimate(
        value,
        value,
        value,
        "bound",
        None,
        n.get("n_posts"),
        n.get("n_persons"),
        n.get("n_channels"),
        unit,
        method,
        "measured",
    )


Dimensions = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One row of the results: where it applies, the estimate, and its bootstrap replicates.

    replicates, shape (R,), are kept beside the results so that later figures (differences, the
    profile, the index) see the covariance; null where the method has none. largest: what the
    largest single person adds to the value, in its unit, for the dominance rule; never published.
    coverage: holes and ways of capture that the figure rests on (schema/comparable.py).
    """

    estimate: Estimate
    dims: Dimensions = field(default_factory=dict)
    replicates: npt.NDArray[np.float64] | None = None
    largest: float | None = None
    coverage: str | None = None
