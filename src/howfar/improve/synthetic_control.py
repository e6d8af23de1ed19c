"""What a change did, by a mixture of units that were not changed: synthetic control."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from howfar.errors import StudyError
from howfar.improve.effect import Effect, EffectPeriod
from howfar.improve.evidence import Check
from howfar.improve.synthetic_build import build_case
from howfar.improve.synthetic_case import Case, Combine
from howfar.improve.synthetic_checks import (
    fit_before,
    leave_one_out,
    other_method,
    placebo_space,
    placebo_time,
    pre_trend,
)
from howfar.improve.synthetic_inference import Band
from howfar.improve.synthetic_intervals import Asked, Intervals, intervals_of
from howfar.improve.synthetic_panel import Predictor, SynthPanel, Time
from howfar.improve.synthetic_weights import Fitting
from howfar.schema.estimate import Estimate, exact, not_measured

_PART = "part of what was expected"
_ENDLESS = "no effect, however large, can be ruled out: too few periods or donors for an interval"


def synthetic_control(
    panel: SynthPanel,
    treated: Sequence[str],
    start: Time | Mapping[str, Time],
    *,
    donors: Sequence[str] | None = None,
    predictors: Sequence[Predictor] = (),
    fit_over: Sequence[Time] | None = None,
    average_over: Sequence[Time] | None = None,
    how: Fitting | None = None,
    learn_predictors: Sequence[Predictor] = (),
    learn_over: Sequence[Time] | None = None,
    combine: Combine = "average",
    interval: Asked = "auto",
    confidence: float = 0.95,
    placebo_dates: Sequence[Time] | None = None,
    checks: bool = True,
    permutations: int = 0,
    rng: np.random.Generator | None = None,
    outcome: str = "outcome",
    unit: str = "units of the outcome",
) -> Effect:
    """What a change did to a unit, as its gap to a mixture of units that were not changed.

    Question: how far does the treated unit lie from what a weighted mean of donors, alike before
    the change, shows since. Formula: effect_t = y_1t - sum_j w_j y_jt; the weights w by ``how``
    (synthetic_weights.Fitting, which names the sources). average: mean over the periods counted;
    relative: average / (observed - average); cumulative: average x periods (x treated units).

    Parameters
    ----------
    panel : outcomes of units over periods; other columns that predictors name.
    treated : units that were changed. Several: their mean is one unit (combine "average", as geo
        experiments do), or each has its own weights and effects are averaged ("separate").
    start : first period with the change; for each unit where they differ (then periods are counted
        from it, and only those that all units have are used).
    donors : units compared with; null: all others. Those with a missing figure are left out, and
        the notes name them.
    predictors : figures on which treated and synthetic are to be alike; none: outcomes of all
        periods of the fit.
    fit_over : periods before the change that the fit is over; null: all.
    average_over : periods since that the average is over; null: all.
    learn_predictors, learn_over : the importance of predictors is learnt in a fit over these
        periods, on these predictors (one for each of ``predictors``, taken earlier; null: the same
        ones), and then held: Abadie, Diamond & Hainmueller 2015 (doi 10.1111/ajps.12116).
    interval : "conformal" (tests by refits, moving blocks: Chernozhukov, Wuethrich & Zhu 2021,
        doi 10.1080/01621459.2021.1920957), "placebo" (ranks among donors), or "auto", the one that
        can reach the level here. The level that is reached is the estimates' ``confidence``; with
        n donors a placebo interval reaches n / (n + 1).
    placebo_dates : earlier dates for the check in time; null: the middle of the fit.
    checks : False leaves out all but the fit before (for simulations); the grade is then no more
        than C.
    permutations, rng : conformal with so many random orders of single periods instead of blocks.

    Missing values: periods without an outcome of the treated are left out. Errors: StudyError where
    names, periods or predictors are not in the panel or too few remain.
    """
    if not 0 < confidence < 1:
        raise StudyError(
            f"confidence {confidence} does not lie between 0 and 1", "synthetic control"
        )
    if permutations and rng is None:
        raise ValueError("permutations need a Generator")
    how = how or Fitting()
    if learn_over is not None or learn_predictors:
        early = learn_predictors or predictors
        if len(early) != len(predictors) or not predictors or how.method != "classic":
            raise StudyError(
                f"{len(early)} predictors to learn from for {len(predictors)} predictors",
                "synthetic control",
                "one for each, of the classic method",
            )
        first = build_case(
            panel, treated, start, donors, early, learn_over, None, combine, outcome, how
        )
        learnt = [one.importance for one in first.fitted if one.importance is not None]
        how = replace(how, importance=tuple(float(v) for v in np.mean(learnt, axis=0)))
    case = build_case(
        panel, treated, start, donors, predictors, fit_over, average_over, combine, outcome, how
    )
    found = intervals_of(case, interval, confidence, permutations, rng)
    band = found.average()
    details: dict[str, Any] = _details(case)
    details["p_of_no_effect"] = found.conformal.p_none()
    made: list[Check] = [fit_before(case)]
    more: dict[str, Estimate] = {}
    if checks:
        made += _checks(case, found, band, placebo_dates, details)
        more = _more(case, details, unit)
    else:
        said = "The other checks were left out."
        made.append(Check("other-checks", "Were the other checks made?", None, said))
    n = len(case.donors) + len(case.treated)
    average = _estimate(case.average, band, unit, n)
    factor = int(case.counted.sum()) * len(case.treated)
    return Effect(
        "synth",
        outcome,
        unit,
        average,
        _relative(case, band, n),
        _estimate(case.average * factor, _times(band, factor), unit, n),
        _periods(case, found, unit, n),
        tuple(made),
        case.donors,
        more,
        details,
        {
            "treated": list(case.treated),
            "start": {k: str(v) for k, v in start.items()}
            if isinstance(start, Mapping)
            else str(start),
            "fit_over": [label for label, ok in zip(case.labels, case.fit, strict=True) if ok],
            "average_over": [x for x, ok in zip(case.labels, case.counted, strict=True) if ok],
            "predictors": list(case.predictor_labels),
            "combine": case.combine,
            "interval": found.kind,
            "confidence": confidence,
            "permutations": permutations,
            **{name: getattr(how, name) for name in Fitting.__slots__},
        },
        (*case.notes, *_notes(case, band)),
    )


def _checks(
    case: Case,
    found: Intervals,
    band: Band,
    dates: Sequence[Time] | None,
    details: dict[str, Any],
) -> list[Check]:
    places = None
    if dates is not None:
        places = [case.labels.index(str(d)) for d in dates if str(d) in case.labels[: case.start]]
        if len(places) < len(dates):
            raise StudyError(
                "a placebo date is not among the periods before the change",
                "synthetic control",
                expected=f"{case.labels[0]} to {case.labels[case.start - 1]}",
            )
    in_time, details["placebo_dates"] = placebo_time(case, places, found.kind, found.confidence)
    in_space, details["placebo_ratios"] = placebo_space(case, band)
    left_out, details["leave_one_out"] = leave_one_out(case, band)
    another, details["other_method"] = other_method(case, band)
    return [pre_trend(case), in_time, in_space, left_out, another]


def _details(case: Case) -> dict[str, Any]:
    """Weights, importance and balance of predictors, and what the fit chose."""
    names = case.treated if len(case.units) > 1 else (", ".join(case.treated),)
    details: dict[str, Any] = {"weights": {}, "chosen": {}, "rmspe": case.rmspe}
    for name, one, data in zip(names, case.fitted, case.units, strict=True):
        pairs = zip(case.donors, one.weights, strict=True)
        details["weights"][name] = {donor: float(w) for donor, w in pairs}
        details["chosen"][name] = {
            key: value.tolist() if isinstance(value, np.ndarray) else value
            for key, value in one.chosen.items()
        }
        if one.importance is not None:
            importance = (float(v) for v in one.importance)
            details.setdefault("importance", {})[name] = dict(
                zip(case.predictor_labels, importance, strict=True)
            )
        if len(data.x1):
            rows = zip(case.predictor_labels, data.x1, data.x0, strict=True)
            details.setdefault("balance", {})[name] = {
                label: {
                    "treated": float(x1),
                    "synthetic": float(x0 @ one.weights),
                    "donors": float(x0.mean()),
                }
                for label, x1, x0 in rows
            }
    return details


def _more(case: Case, details: Mapping[str, Any], unit: str) -> dict[str, Estimate]:
    """The other way to weigh, and the spread of the leave-one-out figures, as ranges."""
    values = [*details["leave_one_out"].values(), case.average, details["other_method"]]
    spread = Estimate(
        case.average,
        min(values),
        max(values),
        "range",
        None,
        None,
        None,
        len(case.donors) + len(case.treated),
        unit,
        "leaving out any one donor, and another way to weigh them",
        "measured",
    )
    return {"over_choices": spread, "rmspe_before": exact(case.rmspe, unit, "gaps over the fit")}


def _estimate(value: float, band: Band, unit: str, n: int) -> Estimate:
    if not math.isfinite(value):
        return not_measured(unit, "the gap is not finite", band.method)
    if math.isinf(band.low) or math.isinf(band.high):
        return not_measured(unit, _ENDLESS, band.method)
    return Estimate(
        value,
        band.low,
        band.high,
        "confidence",
        band.level,
        None,
        None,
        n,
        unit,
        f"synthetic control; {band.method}",
        "measured",
    )


def _times(band: Band, factor: float) -> Band:
    return Band(band.low * factor, band.high * factor, band.level, band.method)


def _relative(case: Case, band: Band, n: int) -> Estimate:
    """Average / (observed - average): grows with the average, so the ends carry over."""
    observed = float(case.observed[case.counted].mean())
    if observed - case.average <= 0 or observed - band.high <= 0:
        return not_measured(_PART, "what was expected is not clear of zero", band.method)

    def part(effect: float) -> float:
        return effect if math.isinf(effect) else effect / (observed - effect)

    ends = Band(part(band.low), part(band.high), band.level, band.method)
    return _estimate(part(case.average), ends, _PART, n)


def _periods(case: Case, found: Intervals, unit: str, n: int) -> tuple[EffectPeriod, ...]:
    rows = []
    for place, label in enumerate(case.labels):
        observed, expected = float(case.observed[place]), float(case.expected[place])
        effect = _estimate(observed - expected, found.at(place), unit, n)
        rows.append(EffectPeriod(label, place - case.start, observed, expected, effect))
    return tuple(rows)


def _notes(case: Case, band: Band) -> list[str]:
    notes = []
    if case.average and band.level < 0.9:
        notes.append(
            f"The interval reaches a level of {100 * band.level:.0f} % only: with "
            f"{len(case.donors)} donors and {len(case.labels)} periods there are no more ranks."
        )
    if case.how.method in ("augmented", "ridge", "robust"):
        notes.append("Weights may be negative: what lies beyond the donors is extrapolated.")
    return notes


__all__ = ["Fitting", "Predictor", "SynthPanel", "synthetic_control"]
