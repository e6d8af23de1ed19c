"""Scores of another tool's figures against a world's truth."""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from howfar.errors import StudyError
from howfar.run import latest_run, load_run
from howfar.simulate.plan import Plan
from howfar.simulate.scenarios import scenarios, together
from howfar.simulate.world import STUDY, load
from howfar.validate.between import FUNCTIONS
from howfar.validate.judge import PERSONS_WORLDS, outcomes
from howfar.validate.reference import channels_of, persons_of
from howfar.validate.scores import Outcome, Score, score
from howfar.validate.studies import Study
from howfar.validate.trials import TRIALS
from howfar.validate.truths import Truths

COLUMNS: Final = ("measure", "scope", "estimate", "lower", "upper")
LEVEL: Final = 0.95
"""Of others' intervals, whose file tells none."""
TRUTH_COLUMNS: Final = ("measure", "figure", "scope", "truth", "error", "kind")
_PLACES: Final = ("channel", "platform", "path", "country", "language", "category", "params")


def plan_of(world: Path) -> Plan:
    """What a world was made from; StudyError where this version would make another."""
    told = load(world)
    name, seed, size = told["scenario"], told["seed"], told["size"]
    candidates = [TRIALS[name].plan(seed)] if name in TRIALS else []
    if set(name.split("+")) <= scenarios().keys():
        chosen = together(name.split("+"))
        candidates.append(
            Plan(seed, size, chosen.name, chosen.mechanisms, settings=chosen.settings)
        )
    for plan in candidates:
        settings = {k: repr(v) for k, v in sorted(plan.settings.items())}
        same = (plan.size, plan.days, settings, sorted(plan.mechanisms))
        if same == (size, told["days"], told["settings"], told["mechanisms_on"]):
            return plan
    raise StudyError("this version makes another world of that name", where=str(world))


def score_file(file: Path, world: Path, worlds: int) -> list[Score]:
    """Scores of figures in a CSV file (COLUMNS) against the truth of a world.

    Lower and upper are taken as the ends of an interval of LEVEL.

    StudyError where a line is no figure, or nothing in the file has a stated truth.
    """
    rows = [_row(file, number, line) for number, line in _lines(file)]
    found = _against(rows, world, worlds)
    if not found:
        raise StudyError(
            "no figure of the file has a stated truth",
            where=str(file),
            expected="measure and scope as howfar validate --world DIR --truths FILE lists them",
        )
    return score(found, load(world)["scenario"])


def truths_of(world: Path, worlds: int) -> list[Outcome]:
    """The truth of every figure of the world's own study, which must have been run."""
    study = world / STUDY
    rows = load_run(study, latest_run(study)).estimates.to_pylist()
    return _against(rows, world, worlds)


def _against(rows: list[dict[str, Any]], world: Path, worlds: int) -> list[Outcome]:
    plan, told = plan_of(world), load(world)
    truths = Truths(channels_of(plan, worlds), persons_of(plan, PERSONS_WORLDS), FUNCTIONS)
    facts = Study(plan.scenario, plan.seed, 0.0, told["posts"], 0, told["rejects"], 0, 0, "")
    return outcomes(rows, plan, truths, facts)


def _lines(file: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise StudyError(
                    "not a table of figures",
                    where=str(file),
                    expected=f"columns {', '.join(COLUMNS)}",
                )
            return [(reader.line_num, line) for line in reader]
    except OSError as error:
        raise StudyError(f"cannot be read: {error.strerror}", where=str(file)) from None


def _row(file: Path, number: int, line: Mapping[str, str]) -> dict[str, Any]:
    """A line as a row of results."""
    pairs = dict(part.partition("=")[::2] for part in line["scope"].split("|") if part)
    places: dict[str, Any] = {name: pairs.pop(name, None) for name in _PLACES}
    start = pairs.pop("from", None)
    try:
        moment = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC) if start else None
        value, low, high = (_number(line[name]) for name in COLUMNS[2:])
        if pairs:
            raise ValueError
    except ValueError:
        raise StudyError(
            "no figure: a number or a part of the scope is wrong",
            where=f"{file}:{number}",
            expected=f"scope of {', '.join(_PLACES)} and from=DAY, as name=value|name=value",
        ) from None
    if low is None or high is None:
        low = high = None
    return {
        **places,
        "measure": line["measure"],
        "period_start": moment,
        "versus": "median of compared channels" if line["measure"] == "profile" else None,
        "value": value,
        "low": low,
        "high": high,
        "low_kind": "bound" if value == low == high else "confidence",
        "confidence": LEVEL,
        "status": "not_measured" if value is None else "measured",
    }


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    value = float(text)
    if math.isnan(value):
        raise ValueError
    return value
