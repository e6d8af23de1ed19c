"""An estimate from a value and what it could have been by chance."""

from __future__ import annotations

import numpy as np

from howfar.schema.estimate import Estimate, exact, not_measured
from howfar.stats.blocks import FloatArray
from howfar.stats.intervals import MIN_USABLE, bootstrap_interval

_MANY = 1_000_000
"""Blocks in place of 'the spread is known', where Student's t is the normal."""


def sampled_estimate(
    value: float,
    drawn: FloatArray | None,
    unit: str,
    method: str,
    *,
    degrees: float | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """A value with the interval of its draws (R,), by the rule of ``bootstrap_interval``.

    degrees: degrees of freedom of the draws (blocks - 1); null where their spread is known. Without
    draws the figures count as known and the bounds are the value. Not measured where the value is
    no number, or fewer than 9 in 10 draws have one.
    """
    if not np.isfinite(value):
        return not_measured(unit, "the figures do not define it", method)
    if drawn is None:
        return exact(value, unit, f"{method}; from figures taken as known")
    blocks = _MANY if degrees is None else round(degrees) + 1
    found = bootstrap_interval(value, drawn, blocks, confidence)
    if found is None:
        reason = f"fewer than {MIN_USABLE * 10:g} in 10 draws of the figures define it"
        return not_measured(unit, reason, method)
    low, high = min(value, found.low), max(value, found.high)
    return Estimate(
        value, low, high, "confidence", confidence, None, None, None, unit,
        f"{method}; {drawn.size} draws of the figures", "measured",
    )  # fmt: skip
