"""A path as one plain document: what the page and scripts read beside the figures."""

from __future__ import annotations

from typing import Any

from howfar.improve.evidence import GRADES, Check
from howfar.improve.path import Path, Placed, Settling
from howfar.schema.estimate import Estimate
from howfar.study.within_control import WITHIN_CONTROL


def path_document(path: Path) -> dict[str, Any]:
    """The steps in their order, as JSON: no figure that has an interval.

    Figures with intervals are in the results (improve/path_rows.py); each step names the row that
    holds its size, that of its cost and that of the experiment that would settle it.
    """
    return {
        "looked_at": path.looked_at,
        "notes": list(path.notes),
        "grades": {grade: len(steps) for grade, steps in path.by_grade.items()},
        "steps": [_step(one) for one in path.steps],
    }


def _step(placed: Placed) -> dict[str, Any]:
    step = placed.step
    return {
        "place": placed.place,
        "id": step.id,
        "kind": step.kind,
        "aspect": step.aspect,
        "aspect_means": WITHIN_CONTROL[step.aspect],
        "title": step.title,
        "what": step.what,
        "turn": step.turn,
        "outcome": step.outcome,
        "better": step.better,
        "grade": step.grade,
        "grade_means": GRADES[step.grade],
        "said": step.said,
        "why": step.why,
        "expects": step.expected.status == "measured",
        "expects_not": step.expected.reason,
        "clear": step.clear,
        "channels": list(step.channels),
        "compared": list(step.compared),
        "checks": [_check(check) for check in step.checks],
        "holding": sum(check.holds for check in step.checks),
        "cost": _told(step.cost),
        "cost_per_effect": None if step.cost_per_effect is None else _told(step.cost_per_effect),
        "since": step.since,
        "weeks": step.weeks,
        "after": list(placed.after),
        "round": placed.round,
        "next_measurement": step.next_measurement,
        "settling": None if step.settling is None else _settling(step.settling),
        "not_to_conclude": list(step.not_to_conclude),
        "source": dict(step.source),
        "apart": [dict(one) for one in step.apart],
        "notes": list(step.notes),
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "asks": check.asks,
        "passed": check.passed,
        "needed": check.needed,
        "holds": check.holds,
        "said": check.said,
        "figures": dict(check.figures),
    }


def _told(one: Estimate) -> dict[str, Any]:
    """What a figure is, without it: unit, method, and the reason where there is none."""
    return {"status": one.status, "unit": one.unit, "method": one.method, "reason": one.reason}


def _settling(one: Settling) -> dict[str, Any]:
    return {
        "design": one.design,
        "said": one.said,
        "weeks": one.weeks,
        "units": one.units,
        "power": one.power,
        "detectable": _told(one.detectable),
    }
