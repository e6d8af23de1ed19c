"""Effects made by hand, of every grade, for tests of words, documents and pages."""

from __future__ import annotations

import math
from dataclasses import replace

from howfar.improve.effect import Effect, EffectPeriod
from howfar.improve.evidence import Check, Grade
from howfar.schema.estimate import Estimate, exact, not_measured

PASSED = Check("pre-trend", "Were they alike before?", True, "they were", figures={"p": 0.4})
FAILED = replace(PASSED, passed=False, said="they were not")
OPEN = replace(PASSED, id="placebo-time", passed=None, said="too few periods")


def estimate(value: float, low: float, high: float, unit: str = "replies a week") -> Estimate:
    """A measured figure with a 95 per cent interval."""
    return Estimate(
        value, low, high, "confidence", 0.95, None, None, None, unit, "regression", "measured"
    )


def periods(length: int = 24, change: int = 16, seen: bool = True) -> tuple[EffectPeriod, ...]:
    """Periods around a change: a wave, and 12 more from the change on."""
    made = []
    for n in range(length):
        expected = 100 + 10 * math.sin(n / 3)
        more = 12.0 if n >= change else 0.0
        value = more + 3 * math.cos(7 * n)
        effect = (
            estimate(value, value - 6, value + 6) if n != change - 1 else exact(0.0, "", "base")
        )
        both = (expected + value, expected) if seen else (None, None)
        made.append(EffectPeriod(f"2016-W{n + 1:02}", n - change, *both, effect))
    return tuple(made)


def effect(
    grade: Grade, sign: int = 1, clear: bool = True, relative: bool = True, seen: bool = True
) -> Effect:
    """An effect of that grade: 12 % more or less, between 3 and 20 %, or not clear of nothing."""
    ends = (0.03, 0.2) if clear else (-0.05, 0.2)
    low, high = sorted(sign * end for end in ends)
    part = estimate(sign * 0.12, low, high, "part")
    found: dict[Grade, tuple[tuple[Check, ...], tuple[str, ...], bool]] = {
        "A": ((PASSED,), ("Spain",), True),
        "B": ((PASSED,), ("Spain",), False),
        "C": ((FAILED,), ("Spain",), False),
        "D": ((FAILED, OPEN), (), False),
    }
    checks, compared, randomised = found[grade]
    return Effect(
        design="its",
        outcome="replies",
        unit="replies a week",
        average=estimate(sign * 12, 100 * low, 100 * high),
        relative=part if relative else not_measured("part", "nothing to divide by"),
        cumulative=estimate(sign * 120, 1000 * low, 1000 * high),
        periods=periods(seen=seen),
        checks=checks,
        compared=compared,
        more={"rate ratio": estimate(1.12, 1.03, 1.2, "ratio")},
        details={"coefficients": {"step": 0.113}},
        arguments={"family": "quasi-poisson", "change": "2016-W17"},
        notes=("one week is missing",),
        randomised=randomised,
        verified=randomised,
    )
