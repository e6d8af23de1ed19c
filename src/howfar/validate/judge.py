"""Each figure of a simulated study beside its truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from howfar.simulate.plan import Plan
from howfar.validate.between import FUNCTIONS
from howfar.validate.counted import counted
from howfar.validate.reference import channels_of, persons_of, world_of
from howfar.validate.scores import Outcome
from howfar.validate.studies import Progress, Study, kept_studies
from howfar.validate.trials import Trial
from howfar.validate.truths import Row, Truth, Truths

WORLDS: Final = 150
"""Of other seeds, from which truths of channels are taken unless the command says otherwise.

Their error is then a twelfth of a figure's own.
"""

PERSONS_WORLDS: Final = 10
"""With the accounts of one judged study, from which truths of persons and of mixes of paths are
taken: their error is a third of a figure's own."""

_PERIODS: Final = "period_start"
_FOUND: Final = ("xmin", "tail", "source", "recheck")
"""Params that a study finds or names itself: no part of what a figure is called."""

NULLS: Final[Mapping[str, float]] = {"profile": 1.0, "reaction_distance": 0.0, "maturation": 1.0}
"""The value of a figure that says: no difference, no growth."""


def judged(
    out: Path, trial: Trial, worlds: int = WORLDS, progress: Progress = lambda *_: None
) -> Iterator[tuple[Study, list[Outcome]]]:
    """Outcomes of every study of a trial that was run."""
    truths: Truths | None = None
    studies = list(kept_studies(out, trial.name))
    for done, (study, figures) in enumerate(studies):
        progress(f"{trial.name}, seed {study.seed}", done, len(studies))
        plan = trial.plan(study.seed)
        truths = truths or Truths(channels_of(trial.plan(0), worlds), None, FUNCTIONS)
        of_persons = persons_of(plan, PERSONS_WORLDS)
        yield study, outcomes(figures.to_pylist(), plan, truths.with_persons(of_persons), study)


def outcomes(
    figures: Iterable[dict[str, Any]], plan: Plan, truths: Truths, study: Study
) -> list[Outcome]:
    """Figures of a study that have a truth; suppressed ones count as not measured."""
    by_measure: dict[str, list[dict[str, Any]]] = {}
    for row in figures:
        # A row without a place says that the whole measure was not taken.
        if row["channel"] or row["platform"] or row["measure"] == "coverage":
            by_measure.setdefault(row["measure"], []).append(row)
    world = world_of(plan)
    found = []
    for rows in by_measure.values():
        together = tuple(rows)
        for row in rows:
            exact = counted(row, world, study)
            truth = truths.of(row, together) if exact is None else Truth(exact)
            if truth is not None:
                found.append(_outcome(row, truth, exact is not None, study.seed))
    return found


def _outcome(row: Row, truth: Truth, realised: bool, seed: int) -> Outcome:
    bound = row["low_kind"] in ("bound", "range")
    return Outcome(
        measure=row["measure"],
        figure=figure_of(row),
        scope=scope_of(row),
        study=str(seed),
        kind="realised" if realised else "process",
        truth=truth.value,
        error=truth.error,
        value=row["value"],
        low=row["low"],
        high=row["high"],
        level=None if bound else row["confidence"],
        bound=bound,
        null=null_of(row),
    )


def null_of(row: Row) -> float | None:
    """The value of a row's figure that would say that there is no effect, where one would."""
    if row["measure"] == "talk_to_views":
        return 1.0 if str(row["category"]).startswith("residual") else None
    return NULLS.get(row["measure"])


def figure_of(row: Row) -> str:
    """Which figure of its measure a row is, whatever the channel, path, language or week."""
    parts = [str(row["category"])] if row.get("category") else []
    kept = [p for p in (row.get("params") or "").split(";") if p and _name(p) not in _FOUND]
    parts += ["by kind of post" if _name(p) == "kind" else p for p in kept]
    if row.get("language"):
        parts.append("by language")
    if row["measure"] in ("publishing_volume", "expected_performance") and parts:
        # Categories are kinds of post there.
        parts[0] = f"by {parts[0].partition('=')[0]}" if "=" in parts[0] else parts[0]
    if row["measure"] == "expected_performance":
        parts = parts[1:]
    if row.get(_PERIODS) is not None and "period=latest" not in kept:
        parts.append("by day" if row["measure"] == "coverage" else "by week")
    if row.get("channel") is None and row.get("path") == "unknown" and row["measure"] != "path_mix":
        parts.append("persons")
    if row["measure"] == "talk_to_views" and row.get("channel") is None:
        parts.append("all channels")
    return ", ".join(parts) or "all"


def scope_of(row: Row) -> str:
    """Where a row applies, as one text: what others' figures are matched by."""
    names = ("channel", "platform", "path", "country", "language", "category")
    told = [f"{name}={row[name]}" for name in names if row.get(name)]
    kept = [p for p in (row.get("params") or "").split(";") if p and _name(p) not in _FOUND]
    told += [f"params={';'.join(kept)}"] if kept else []
    if row.get(_PERIODS) is not None and "period=latest" not in kept:
        told.append(f"from={row[_PERIODS]:%Y-%m-%d}")
    return "|".join(told)


def _name(pair: str) -> str:
    return pair.partition("=")[0]
