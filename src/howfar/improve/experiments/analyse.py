"""The data that came back, analysed exactly as it was registered; every deviation is listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.effect import Effect, EffectPeriod
from howfar.improve.evidence import Check
from howfar.improve.experiments.design import Schedule, schedule_of
from howfar.improve.experiments.done import Deviation, arms_done, deviations
from howfar.improve.experiments.exposure import (
    as_registered,
    balanced,
    carried_over,
    delivered,
    followed,
    returned,
)
from howfar.improve.experiments.geo import geo_lift
from howfar.improve.experiments.judge import (
    Judged,
    a_period,
    average_of,
    cumulative_of,
    judge,
    of_all,
    relative_of,
)
from howfar.improve.experiments.outcomes import (
    Outcomes,
    Panel,
    of_rows,
    outcomes_of,
    panel_of,
)
from howfar.improve.experiments.plan import Plan, parse_plan
from howfar.improve.experiments.register import sha256_of
from howfar.schema.estimate import not_measured
from howfar.stats.assignment import Assignments
from howfar.stats.blocks import FloatArray
from howfar.study.panel_table import PanelTable


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """An experiment that was done. p: of no effect, by the registered test."""

    plan: Plan
    effect: Effect
    p: float
    deviations: tuple[Deviation, ...]
    sha256: str


def analyse(text: str, file: str, table: PanelTable, *, deposited: str | None = None) -> Analysis:
    """Analyse the returned data as the registration says, whatever the data look like.

    Each unit counts in the arm that the lot gave it, whatever was done to it (intention to treat).
    Grade A only where the lot was drawn by the program, the data show that each unit got its arm,
    and who saw what was by lot too; a platform's split test has to show that first.

    Parameters
    ----------
    text, file : the registration. table : the data, a row a slot (posts) or a unit and period.
    deposited : the SHA-256 that was left with somebody else before the start.

    Raises StudyError where the file is no registration, the start is no period of the data, or
    nothing can be compared.
    """
    plan = parse_plan(text, file)
    schedule = schedule_of(plan, file)
    sha256 = sha256_of(text)
    start = 0 if plan.lot.start is None else table.place(plan.lot.start, "lot.start")
    matches = None if deposited is None else deposited.strip().lower() == sha256
    done = arms_done(plan, table, schedule, start)
    panel = None if plan.design == "posts" else panel_of(plan, table, plan.lot.units)
    if plan.design == "geo":
        assert panel is not None
        found = outcomes_of(plan, panel, start)
        effect, p = _geo(plan, panel, schedule, table, start)
        missing = ~np.isfinite(found.y)
        made: list[Check] = [followed(schedule, done)]
    else:
        found = of_rows(plan, table, schedule) if panel is None else outcomes_of(plan, panel, start)
        missing = ~(np.isfinite(found.y) & np.isfinite(found.x).all(axis=1))
        effect, p, made = _by_lot(plan, schedule, found, missing, table, panel, start, done, file)
    told = deviations(plan, table, schedule, start, done, missing)
    registered, kept = as_registered(matches, _late(plan, table, start), told)
    by_lot = not plan.lot.treated
    checks = {check.id: check for check in (*effect.checks, *made, registered, kept)}
    verified = by_lot and checks["lot-followed"].passed is True
    if plan.delivery.by == "platform":
        verified = verified and checks["delivery"].passed is True
    whole = replace(
        effect,
        checks=tuple(checks.values()),
        randomised=by_lot,
        verified=verified,
        details={**effect.details, "p": p, "sha256": sha256,
                 "deviations": [one.said for one in told]},
        arguments={**effect.arguments, "registration": plan.id, "design": plan.design,
                   "lot": plan.lot.model_dump(mode="json", exclude_none=True),
                   "test": plan.test.model_dump(mode="json")},
        notes=(*effect.notes, *_notes(plan)),
    )  # fmt: skip
    return Analysis(plan, whole, p, tuple(told), sha256)


def _geo(
    plan: Plan, panel: Panel, schedule: Schedule, table: PanelTable, start: int
) -> tuple[Effect, float]:
    names = zip(schedule.frame.units, schedule.arms, strict=True)
    treated = tuple(unit for unit, arm in names if arm)
    steps = table.periods.places
    labels = [f"step {step}" for step in range(panel.length)]
    for step, label in zip(steps, table.periods.labels, strict=True):
        labels[step] = label
    rng = np.random.default_rng(plan.test.seed)
    effect = geo_lift(plan, panel, treated, start, rng, tuple(labels))
    return effect, float(effect.details["p_of_no_effect"])


def _by_lot(
    plan: Plan,
    schedule: Schedule,
    found: Outcomes,
    missing: npt.NDArray[np.bool_],
    table: PanelTable,
    panel: Panel | None,
    start: int,
    done: npt.NDArray[np.int8] | None,
    file: str,
) -> tuple[Effect, float, list[Check]]:
    frame = schedule.frame
    rng = np.random.default_rng(plan.test.seed)
    reference, listed = frame.reference(plan.test.draws, rng)
    try:
        judged = judge(plan, found, schedule.arms, frame.strata, reference, listed)
    except ValueError as error:
        raise StudyError(
            f"nothing can be compared: {error}", table.file, "outcomes of both arms"
        ) from None
    audience = None
    if plan.columns.audience and plan.design == "posts":
        audience = _audience(plan, table, schedule)
    checks = [
        followed(schedule, done),
        returned(schedule, missing),
        balanced(found, schedule, reference, listed),
        delivered(plan, schedule, audience, reference),
    ]
    if plan.design == "switchback":
        checks.append(carried_over(plan, judged, schedule, reference))
    relative = relative_of(plan, judged)
    if plan.design == "clusters" and plan.scale != "difference":
        cumulative = of_all(plan, relative, judged, found)
        average = a_period(plan, cumulative, judged, found)
    else:
        average = average_of(plan, judged)
        cumulative = cumulative_of(plan, average, judged, found.periods)
    effect = Effect(
        "experiment",
        plan.outcome.label,
        plan.outcome.unit,
        average,
        relative,
        cumulative,
        _periods(plan, schedule, panel, start, table, reference, listed),
        (),
        (f"arm without the change: {plan.control}",),
        details={"units": int(judged.used.size), "changed": int(judged.z.sum())},
    )
    return effect, judged.p, checks


def _audience(plan: Plan, table: PanelTable, schedule: Schedule) -> FloatArray:
    groups = list(plan.columns.audience)
    figures = table.numbers(groups)
    at = {unit: n for n, unit in enumerate(schedule.frame.units)}
    found = np.full((len(at), len(groups)), np.nan)
    for row, unit in enumerate(table.row_unit):
        slot = at.get(table.units[int(unit)])
        if slot is not None:
            found[slot] = np.nan_to_num(found[slot]) + figures[row]
    return found


def _periods(
    plan: Plan,
    schedule: Schedule,
    panel: Panel | None,
    start: int,
    table: PanelTable,
    reference: Assignments,
    listed: bool,
) -> tuple[EffectPeriod, ...]:
    """Of clusters the difference in each period; of others there is none by period."""
    if panel is None or plan.design != "clusters":
        return ()
    made = []
    unit = plan.outcome.unit
    one = plan.model_copy(
        update={"outcome": plan.outcome.model_copy(update={"scale": "difference"})}
    )
    for place, label in zip(table.periods.places, table.periods.labels, strict=True):
        if place >= start + (plan.lot.length or 1):
            continue
        y = panel.values[:, place]
        there = np.isfinite(y)
        seen = y[there & (schedule.arms == 1)]
        try:
            found = Outcomes(y, np.empty((y.size, 0)), np.ones(y.size), y)
            judged: Judged = judge(
                one, found, schedule.arms, schedule.frame.strata, reference, listed
            )
            effect = average_of(one, judged)
        except ValueError as error:
            effect = not_measured(unit, str(error))
        observed = float(seen.mean()) if seen.size else None
        expected = None if observed is None or effect.value is None else observed - effect.value
        made.append(EffectPeriod(label, place - start, observed, expected, effect))
    return tuple(made)


def _late(plan: Plan, table: PanelTable, start: int) -> bool | None:
    """Whether it was registered after its first outcomes; null where periods are no days."""
    assert plan.registered is not None
    ordinals = table.periods.ordinals
    if table.periods.kind != "day":
        return None
    first = ordinals[0] + (0 if plan.design == "posts" else start * table.periods.step)
    return plan.registered.on > date.fromordinal(first)


def _notes(plan: Plan) -> tuple[str, ...]:
    notes = []
    if plan.design == "posts":
        notes.append("posts may take readers from each other; this compares them side by side")
        notes.append("how a platform ranks a post is part of what is compared, not held apart")
    if plan.design in ("clusters", "geo"):
        notes.append("what is published for one country is seen in others, which shrinks the gap")
    if plan.outcome.cap is not None:
        notes.append(f"figures above {plan.outcome.cap:g} count as {plan.outcome.cap:g}")
    return tuple(notes)
