"""An appraisal as one plain document: what the report and scripts read beside the figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from howfar.assess.appraise import REDUNDANT, Appraisal
from howfar.assess.tree import Indicator

_MANY = 40


def document_of(one: Appraisal) -> dict[str, Any]:
    """How an index was made and what was found, as JSON: no figure that has an interval.

    Figures with intervals are in the results (assess/rows.py); here are the tree, the recipe, the
    log of every verb, what is tied with what, and the checklist.
    """
    index, tree = one.index, one.tree
    shares = tree.effective_weights(index.weights)
    names = {node.id: node.name for node in tree.all}
    recipe = json.loads(index.recipe.to_json())
    return {
        "title": one.part.title or f"index of {one.called}",
        "called": one.called,
        "outcomes": list(one.outcomes),
        "framework": one.part.framework,
        "unit": one.part.units,
        "dimension": dimension_of(one),
        "root": tree.root,
        "nodes": [
            {
                "id": node,
                "name": names[node],
                "kind": "indicator" if node in tree.ids else "group",
                "parent": tree.node(node).parent,
                "level": tree.level_of(node),
                "share": shares[node],
                **_leaf(one, node),
            }
            for node in index.nodes
        ],
        "units": [
            {
                "id": index.units[row],
                "label": one.fed.labels.get(index.units[row], index.units[row]),
                "role": one.roles.get(index.units[row], "peer"),
            }
            for row in one.rows
        ],
        "period": index.times[one.rows[0]] if index.times else None,
        "profiled": list(one.profiled),
        "absent": _absent(one),
        "gaps": [
            {"a": d.first[0], "b": d.second[0], "method": gap_method(one)} for d in one.gaps
        ],
        "changes": [
            {
                "unit": d.first[0],
                "start": d.second[1],
                "end": d.first[1],
                "before": float(index.index[index.row(*d.second)]),
                "after": float(index.index[index.row(*d.first)]),
                "method": gap_method(one),
            }
            for d in one.changed
        ],
        "redundant": [
            {"a": names[p.one], "b": names[p.other], "r": p.r} for p in one.redundant[:_MANY]
        ],
        "redundant_limit": REDUNDANT,
        "counter": [
            {"a": names[p.one], "b": names[p.other], "r": p.r} for p in one.counter[:_MANY]
        ],
        "links": [
            f"{link.name}: the index goes with it by a rank correlation of {link.r:.2f} "
            f"[{link.low:.2f}, {link.high:.2f}] over {link.n} units ({one.confidence * 100:g} % "
            "interval)."
            for link in one.links
        ],
        "notes": [*_same(one), *one.fed.notes, *one.uncertain.notes],
        "recipe": recipe,
        "scale": list(index.recipe.normalise.ends),
        "log": [
            {"verb": step.verb, "arguments": _plain(step.arguments), "done": _plain(step.done),
             "said": step.said}
            for step in index.log
        ],
        "choices": {verb: list(options) for verb, options in one.uncertain.choices.items()},
        "variants": one.uncertain.variants,
        "choices_declared": one.uncertain.declared,
        "grade": one.uncertain.verdict.grade,
        "robust": one.uncertain.verdict.robust,
        "verdict": one.uncertain.verdict.said,
        "ties": one.uncertain.tied,
        "tied": _tied(one),
        "checklist": [asdict(check) for check in one.checks],
    }  # fmt: skip


def dimension_of(one: Appraisal) -> str:
    """The column of the results that holds the units."""
    known = ("channel", "organisation", "country", "platform")
    return one.part.units if one.part.units in known else "organisation"


def gap_method(one: Appraisal) -> str:
    """How a gap was split: additive, or by which rule."""
    heights = range(1, len(one.tree.levels()))
    methods = dict.fromkeys(one.index.recipe.aggregate.at(height) for height in heights)
    return "additive" if set(methods) == {"arithmetic"} else ", ".join(methods)


def _leaf(one: Appraisal, node: str) -> dict[str, Any]:
    found = one.tree.node(node)
    if not isinstance(found, Indicator):
        return {}
    declared = next(i for i in one.part.indicators if i.id == node)
    return {
        "direction": found.direction,
        "unit": one.fed.measured_in.get(node, found.unit),
        "from": declared.measure or f"column {declared.column or declared.id}",
        "basis": declared.basis,
    }


def _same(one: Appraisal) -> list[str]:
    """Indicators that have figures but no scores: on a scale from the least to the most, equal."""
    scores = one.index.steps["normalise"]
    before = one.fed.matrix.select(one.tree.ids).values
    return [
        f"{leaf.name} is the same for all: it sets nobody apart and counts as missing."
        for k, leaf in enumerate(one.tree.indicators)
        if np.isnan(scores.values[:, k]).all() and not np.isnan(before[:, k]).all()
    ]


def _absent(one: Appraisal) -> list[dict[str, str]]:
    """Units without a score, with the reason."""
    shown = set(one.units)
    reasons: dict[str, str] = {}
    for (unit, _), reason in one.fed.absent.items():
        reasons.setdefault(unit, reason)
    found = []
    for unit in dict.fromkeys((*one.fed.matrix.units, *one.fed.left_out)):
        if unit in shown:
            continue
        why = one.fed.left_out.get(unit) or (
            "too little data: dropped by the screen"
            if unit in one.index.dropped
            else reasons.get(unit, "no score: figures are missing")
        )
        found.append({"unit": unit, "label": one.fed.labels.get(unit, unit), "reason": why})
    return found


def _tied(one: Appraisal) -> list[dict[str, Any]]:
    """For each unit shown, the units that chance does not tell it from."""
    sets = one.uncertain.chance
    if sets is None:
        return []
    tied = sets.tied
    labels = {row: one.fed.labels.get(one.index.units[row], one.index.units[row])
              for row in one.rows}  # fmt: skip
    return [
        {
            "unit": one.index.units[row],
            "low": int(sets.low[row]),
            "high": int(sets.high[row]),
            "with": [labels[other] for other in one.rows if tied[row, other]],
        }
        for row in one.rows
        if sets.low[row] > 0
    ]


def _plain(value: Any) -> Any:
    """Mappings, sequences and numbers as JSON has them; NaN and infinities as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    number = float(value)
    return number if abs(number) < float("inf") else None
