"""The stored scores: every measure and scenario, with what they rest on."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from howfar import __version__
from howfar.errors import StudyError
from howfar.schema.planned import PLANNED
from howfar.validate.judge import WORLDS, judged
from howfar.validate.reasons import reason_of
from howfar.validate.scores import FORMAT, TOLERANCE, Score, score
from howfar.validate.sources import truths_hash
from howfar.validate.studies import Progress
from howfar.validate.trials import DAYS, REPLICATES, TRIALS

DIGITS: Final = 4

ELSEWHERE: Final = (
    (
        "performance_index",
        "these worlds declare no index; its intervals are tried in planted worlds of known "
        "scores (tests/assess)",
    ),
    (
        "index_robustness",
        "these worlds declare no index; rank sets are tried in 21 planted worlds of known order, "
        "2,000 trials each (benchmarks/results/coverage_ranks.json)",
    ),
    *(
        (
            measure,
            "these worlds date no change, bring no index and set no target; planted effects, their "
            "coverage and their false positives are tried in worlds of their own (tests/improve)",
        )
        for measure in (
            *("effect_of_change", "gap_to_others", "post_association", "planned_experiment"),
            *("cost_per_effect", "conversion_chain"),
        )
    ),
)
"""Measures that are judged by something else than these studies, and by what."""


def results_of(
    out: Path, names: Sequence[str], worlds: int = WORLDS, progress: Progress = lambda *_: None
) -> dict[str, Any]:
    """Scores of all studies that were run, as they are stored.

    StudyError where none was run.
    """
    trials: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    codes: set[str] = set()
    for name in names:
        studies, outcomes = [], []
        for study, found in judged(out, TRIALS[name], worlds, progress):
            studies.append(study)
            codes.add(study.code)
            outcomes += found
        if not studies:
            continue
        trials.append(
            {
                "scenario": name,
                "says": TRIALS[name].says,
                "studies": len(studies),
                "first_seed": min(s.seed for s in studies),
                "size": TRIALS[name].size,
                "posts": round(statistics.mean(s.posts for s in studies)),
                "days": DAYS,
                "replicates": REPLICATES,
                "seconds": round(statistics.median(s.seconds for s in studies), 1),
                "rejects_not_planted": sum(s.rejects_not_planted for s in studies),
                "rejects_missed": sum(s.rejects_missed for s in studies),
            }
        )
        rows += [_row(one) for one in score(outcomes, name)]
    if not trials:
        raise StudyError("no study was run here yet", where=str(out), next=f"howfar validate {out}")
    return {
        "format": FORMAT,
        "howfar": __version__,
        "studies_code": codes.pop() if len(codes) == 1 else None,
        "truths_code": truths_hash(),
        "tolerance": TOLERANCE,
        "truth_worlds": worlds,
        "scenarios": trials,
        "rows": rows,
        "elsewhere": [{"measure": measure, "why": why} for measure, why in ELSEWHERE],
        "not_built": [{"number": p.number, "measure": p.id, "asks": p.asks} for p in PLANNED],
    }


def fields_of(one: Score) -> dict[str, Any]:
    """A score as JSON has it: an error that nothing bounds, of a single study, is null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(one).items()
    }


def _row(one: Score) -> dict[str, Any]:
    told = {
        name: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
        for name, value in fields_of(one).items()
    }
    if one.verdict in ("fails", "wrong"):
        told["reason"] = reason_of(one.measure, one.figure)
    return told


def store(results: Mapping[str, Any], path: Path) -> None:
    """Write scores as JSON, a line each row, so that changes can be read."""
    parts = [f' "{name}": {_text(value)}' for name, value in results.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"  {_json(one)}" for one in value) + "\n ]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def load(path: Path) -> dict[str, Any]:
    """Stored scores; StudyError where the file holds none of this format."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = {}
    if found.get("format") != FORMAT:
        raise StudyError("no scores that this version reads", str(path), f"format {FORMAT}")
    return found
