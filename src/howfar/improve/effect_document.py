"""An effect as one plain document and as rows of a table: what files, pages and scripts read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any, Final

import numpy as np

from howfar.improve.effect import Effect
from howfar.improve.evidence import GRADES, Check
from howfar.improve.wording import DESIGNS, effect_sentence, not_concluded, why_graded
from howfar.schema.estimate import Estimate

COLUMNS: Final = (
    *("figure", "period", "relative", "observed", "expected", "value", "low", "high", "low_kind"),
    *("confidence", "unit", "status", "reason", "grade", "method"),
)
"""Columns of ``effect_rows``; relative: periods since the change, 0 is the first with it."""


def effect_document(effect: Effect, change: str = "the change") -> dict[str, Any]:
    """All that an effect says, as JSON: figures with their intervals, checks, grade, words.

    change: what was changed, as sentences name it. An end of an interval that has no limit is null,
    as is a figure that was not measured (its status and reason say so).
    """
    return {
        "design": effect.design,
        "design_means": DESIGNS[effect.design],
        "change": change,
        "outcome": effect.outcome,
        "unit": effect.unit,
        "grade": effect.grade,
        "grade_means": GRADES[effect.grade],
        "said": effect_sentence(effect, change),
        "why": why_graded(effect),
        "not_to_conclude": list(not_concluded(effect, change)),
        "clear": effect.clear,
        "average": estimate_document(effect.average),
        "relative": estimate_document(effect.relative),
        "cumulative": estimate_document(effect.cumulative),
        "periods": [
            {
                "period": one.period,
                "relative": one.relative,
                "observed": plain(one.observed),
                "expected": plain(one.expected),
                "effect": estimate_document(one.effect),
            }
            for one in effect.periods
        ],
        "checks": [check_document(check) for check in effect.checks],
        "compared": list(effect.compared),
        "more": {name: estimate_document(one) for name, one in effect.more.items()},
        "details": plain(effect.details),
        "arguments": plain(effect.arguments),
        "notes": list(effect.notes),
        "randomised": effect.randomised,
        "verified": effect.verified,
    }


def effect_rows(effect: Effect) -> list[dict[str, Any]]:
    """One row a figure: average, relative, cumulative, all others by name, then each period."""
    named = {"average": effect.average, "relative": effect.relative,
             "cumulative": effect.cumulative, **effect.more}  # fmt: skip
    rows = [_row(effect, figure, one) for figure, one in named.items()]
    for one in effect.periods:
        when = {
            "period": one.period,
            "relative": one.relative,
            "observed": plain(one.observed),
            "expected": plain(one.expected),
        }
        rows.append(_row(effect, "period", one.effect) | when)
    return rows


def estimate_document(estimate: Estimate) -> dict[str, Any]:
    """An estimate as JSON."""
    return {name: plain(value) for name, value in asdict(estimate).items()}


def check_document(check: Check) -> dict[str, Any]:
    """A check as JSON, with whether it leaves the grade as it is."""
    return {
        "id": check.id,
        "asks": check.asks,
        "passed": check.passed,
        "needed": check.needed,
        "holds": check.holds,
        "said": check.said,
        "figures": plain(check.figures),
    }


def plain(value: Any) -> Any:
    """A value as JSON has it: arrays as lists, NaN and what has no limit as null."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Estimate):
        return estimate_document(value)
    if isinstance(value, Check):
        return check_document(value)
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [
            plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)
        ]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _row(effect: Effect, figure: str, estimate: Estimate) -> dict[str, Any]:
    told = estimate_document(estimate)
    row = dict.fromkeys(COLUMNS)
    row |= {name: told[name] for name in COLUMNS if name in told}
    return row | {"figure": figure, "grade": effect.grade}
