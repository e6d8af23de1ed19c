"""What a design, a promise and a registration say, as plain documents for scripts and files."""

from __future__ import annotations

from typing import Any

from howfar.improve.effect_document import estimate_document, plain
from howfar.improve.experiments.compare import Layout
from howfar.improve.experiments.design import Tellable
from howfar.improve.experiments.plan import Plan
from howfar.improve.experiments.power import Promise, SizeOption


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan itself, without what registering added."""
    return plan.model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude={"registered", "assignment"}
    )


def lot_document(lot: Tellable) -> dict[str, Any]:
    """How many units, how many changed, and what the lot can tell at all."""
    return {
        "units": lot.units,
        "changed": lot.changed,
        "assignments": str(lot.assignments),
        "smallest_p": plain(lot.smallest_p),
        "enough": lot.enough,
        "said": lot.said,
    }


def layout_document(layout: Layout) -> dict[str, Any]:
    """One way to lay an experiment out."""
    return {
        "said": layout.said,
        "chosen": layout.chosen,
        "lot": lot_document(layout.lot),
        "periods": plain(layout.periods),
        "power": estimate_document(layout.power),
        "detectable": estimate_document(layout.detectable),
    }


def promise_document(found: Promise) -> dict[str, Any]:
    """What an experiment promises; the power at effect 0 is its false positive rate."""
    return {
        "effect": found.plan.power.effect,
        "target": found.plan.power.target,
        "power": estimate_document(found.at_hoped),
        "detectable": estimate_document(found.detectable),
        "curve": [
            {"effect": one.effect, "power": estimate_document(one.power)} for one in found.curve
        ],
        "sizes": [_size(one) for one in found.sizes],
        "needed": None if found.needed is None else _size(found.needed),
        "currency": None if found.plan.cost is None else found.plan.cost.currency,
        "lot": lot_document(found.lot),
        "stretches_apart": found.apart,
        "notes": list(found.notes),
    }


def _size(one: SizeOption) -> dict[str, Any]:
    return {
        "units": one.units,
        "changed": one.changed,
        "periods": plain(one.periods),
        "cost": plain(one.cost),
        "power": estimate_document(one.power),
        "detectable": estimate_document(one.detectable),
    }
