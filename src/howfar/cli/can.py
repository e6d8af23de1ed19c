"""`howfar can`: every measure against this study: possible or not, why, and what would help."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from scipy import stats

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import say, say_json
from howfar.run import declarations, study_inventory
from howfar.schema.needs import Inventory, lacks
from howfar.schema.planned import PLANNED
from howfar.study.file import load_study

_HALF_WIDTH = 0.05


def labels_needed(confidence: float) -> int:
    """Posts to code at random, by language, so that a share is known within 5 points.

    n = (z / 2h)^2 at a share of one half, where the interval is widest; more if coders disagree.
    """
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    return math.ceil((z / (2 * _HALF_WIDTH)) ** 2)


def matrix(folder: Path) -> list[dict[str, Any]]:
    """One row a measure: outcome 'yes', 'no' or 'not built', why, and what would change it.

    result: how its interval is got or, for what is not built yet, 'estimate' or 'bounds'.
    """
    study = load_study(folder)
    inventory = study_inventory(folder)
    rows = [_built(one, inventory) for one in declarations().values()]
    wanted = labels_needed(study.about.confidence)
    for planned in PLANNED:
        needs = planned.needs
        if planned.labelled:
            needs += (
                f": {wanted} a language bring a share within {_HALF_WIDTH * 100:.0f} points "
                f"at {study.about.confidence:.0%}"
            )
        rows.append(
            {
                "number": planned.number,
                "measure": planned.id,
                "asks": planned.asks,
                "level": planned.level,
                "can": "not built",
                "result": "bounds" if planned.bounded else "estimate",
                "why": "this version does not have it yet",
                "would_help": needs,
            }
        )
    return sorted(rows, key=lambda r: (int(r["number"]), r["measure"]))


def _built(declaration: Any, inventory: Inventory) -> dict[str, Any]:
    missing = lacks(declaration.needs, inventory)
    return {
        "number": declaration.number,
        "measure": declaration.id,
        "asks": declaration.asks,
        "level": declaration.level,
        "can": "no" if missing else "yes",
        "result": declaration.uncertainty,
        "why": "; ".join(lack.why for lack in missing) or _ground(declaration, inventory),
        "would_help": "; ".join(lack.remedy for lack in missing),
    }


def _ground(declaration: Any, inventory: Inventory) -> str:
    if not declaration.min_posts:
        return "all that it needs is there"
    return f"{inventory.posts:,} posts; each figure needs {declaration.min_posts}"


_HEADS = {
    "yes": "can be measured",
    "no": "can not be measured with this data -> what would change that",
    "not built": "not built yet in this version -> what they will need",
}


def command(study: StudyFolder = HERE, json: AsJson = False) -> None:
    """Show what this study can measure, what it can not, and which data would change that."""
    rows = matrix(study)
    if json:
        say_json(rows)
        return
    width = max(len(r["measure"]) for r in rows)
    for can, head in _HEADS.items():
        chosen = [r for r in rows if r["can"] == can]
        if not chosen:
            continue
        say(f"{len(chosen)} {head}")
        for r in chosen:
            say(f"  {r['number']:>2}  {r['measure']:{width}}  {_said(r)}".rstrip())
    if not study_inventory(study).channels:
        least = load_study(study).about.minimum_persons
        say(f"no channel is named yet: figures of fewer than {least} persons will be suppressed")
    say(f"next: howfar explain MEASURE, or howfar run {study}")


def _said(row: dict[str, Any]) -> str:
    if row["can"] == "yes":
        return f"{row['why']} (interval: {row['result']})"
    if row["can"] == "no":
        return f"{row['why']} -> {row['would_help']}"
    return f"-> {row['would_help']}" + (" (as bounds)" if row["result"] == "bounds" else "")
