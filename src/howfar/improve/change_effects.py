"""What each dated change of a study did, from the weekly panel of its channels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from howfar.errors import StudyError
from howfar.improve.effect import Effect
from howfar.improve.evidence import Check
from howfar.improve.interrupted_series import interrupted_series
from howfar.improve.local_level import local_level
from howfar.improve.staggered import staggered
from howfar.improve.synthetic_control import synthetic_control
from howfar.improve.synthetic_panel import SynthPanel
from howfar.improve.weekly_panel import WeeklyPanel
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.blocks import FloatArray
from howfar.study.changes import VOLUME, Change, Design

SEASONED: Final = 104
"""Weeks from which on a yearly season can be told apart."""
_YEAR: Final = 365.25 / 7
_HARMONICS: Final = 2
_TREND: Final = 8
"""Weeks before the change from which on a trend is told apart from the level."""
_FEW: Final = 3
"""Below so many controls they do not tell how closely errors follow each other."""
_SEEN: Final = 0.6
"""Part of the weeks that a control must have figures in."""


@dataclass(frozen=True)
class Cast:
    """Who changed and who did not: rows of the panel. left_out: channels that could not serve."""

    change: Change
    treated: tuple[int, ...]
    controls: tuple[int, ...]
    first: int
    whole: bool
    until: int | None
    left_out: Mapping[str, str]


def cast_of(
    panel: WeeklyPanel,
    change: Change,
    changes: Sequence[Change],
    compared: frozenset[tuple[str | None, str | None]],
    day: float,
    end: float | None,
) -> Cast:
    """The rows of a change: its channels, and what it is compared with.

    compared: (channel, platform) that the study compares and that were captured alike. day, end:
    days since 1970, with their part, of
    the change and of when it was undone. Controls are those that the change
    names, else all compared channels of the same platforms that no change of the study touches; in
    both cases with figures in most weeks.
    """
    treated = tuple(n for n, (c, _) in enumerate(panel.series) if c in change.channels)
    platforms = {panel.series[n][1] for n in treated}
    touched = {c for one in changes for c in one.channels}
    figures = panel.mean(change.outcome) if treated else np.empty((0, 0))
    left_out, controls = {}, []
    for n, (channel, platform) in enumerate(panel.series):
        if n in treated or (change.controls and channel not in change.controls):
            continue
        if not change.controls and (channel, platform) not in compared:
            continue
        if platform not in platforms:
            if change.controls:
                left_out[channel] = "is on another platform"
            continue
        if channel in touched and not change.controls:
            left_out[channel] = "changed something itself"
        elif np.isfinite(figures[n]).sum() < max(_SEEN * panel.weeks.size, 1):
            left_out[channel] = "has figures in too few weeks"
        else:
            controls.append(n)
    first, whole = panel.week_at(day)
    until = None if end is None else panel.week_at(end)[0]
    return Cast(change, treated, tuple(controls), first, whole, until, left_out)


def change_effect(
    panel: WeeklyPanel, cast: Cast, *, confidence: float, rng: np.random.Generator
) -> Effect:
    """The effect of one change in the design that it asks for.

    auto and its: interrupted series against the mean of all controls; did: ATT
    of the channels on the log scale. Where there is nothing to measure the effect is typed, with
    the reason.
    """
    change = cast.change
    outcome = said(change.outcome)
    if not cast.treated:
        return nothing(outcome, f"no posts of {', '.join(change.channels)} in whole weeks")
    if not 0 < cast.first < panel.weeks.size:
        return nothing(outcome, "the change lies outside the whole weeks of the window")
    if change.outcome != VOLUME and change.outcome not in panel.total:
        return nothing(outcome, f"no post has {change.outcome}")
    try:
        effect = _in_design(panel, cast, confidence=confidence, rng=rng)
        left_out = (f"Not compared with {name}: it {why}." for name, why in cast.left_out.items())
        return replace(effect, notes=(*effect.notes, *left_out))
    except StudyError as error:
        return nothing(outcome, error.what, change.design)
    except np.linalg.LinAlgError:
        # The same number of posts every week, for example: nothing is left to judge chance by.
        return nothing(outcome, "the model does not settle on these figures", change.design)


def _in_design(
    panel: WeeklyPanel, cast: Cast, *, confidence: float, rng: np.random.Generator
) -> Effect:
    design = cast.change.design
    if design == "did":
        return did_effect(panel, [cast], confidence=confidence, rng=rng)
    if design == "synth":
        return synthetic_effect(panel, cast, confidence=confidence)
    if design == "series":
        return level_effect(panel, cast, confidence=confidence, rng=rng)
    return series_effect(panel, cast, confidence=confidence)


def series_effect(panel: WeeklyPanel, cast: Cast, *, confidence: float) -> Effect:
    """Interrupted series of the channels together, against all controls together.

    Outcome: sum of the figure over the channels' posts of a week; exposure: what these posts would
    have drawn at each channel's own mean before the change, so that another mix of channels is no
    effect. What is asked is by how much it departs from the mean of the controls of the same week,
    in which each control counts as much whatever its size: weeks in which all went up or down say
    nothing of the change. Errors follow each other from week to week, and how closely is told by
    all channels together, each control against the others; a year of one channel hardly tells it.
    One or two controls are a series beside it, with the same trend and season. Without any there
    is no grade B.
    """
    change, weeks = cast.change, panel.weeks.size
    outcome, exposure = _together(panel, cast, cast.treated, equal=False)
    settings: dict[str, Any] = {
        "periods": [panel.label(n) for n in range(weeks)],
        "confidence": confidence,
        "trend": int(cast.first >= _TREND),
        "errors": "autoregressive",
        "reference": "t",
        "washout": 0 if cast.whole else 1,
        "until": cast.until,
        "name": said(change.outcome),
        "unit": f"{unit_of(change.outcome)} a week",
    }
    if weeks >= SEASONED:
        settings |= {"harmonics": _HARMONICS, "period": _YEAR}
    if change.outcome != VOLUME:
        settings["exposure"] = exposure
    settings |= _controls(panel, cast, cast.controls)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = interrupted_series(outcome, cast.first, **settings)
    if effect.relative.value is None:
        # What is not measured was compared with nothing.
        return replace(effect, compared=())
    return replace(effect, compared=tuple(panel.series[n][0] for n in cast.controls))


def did_effect(
    panel: WeeklyPanel, casts: Sequence[Cast], *, confidence: float, rng: np.random.Generator
) -> Effect:
    """ATT(g, t) of all channels of several casts of one change, on logarithms of weekly means.

    A week that begins before the change counts as before it where the change fell within it.
    """
    change = casts[0].change
    stop = min(_stop(panel, one) for one in casts)
    starts = {n: one.first + (not one.whole) for one in casts for n in one.treated}
    controls = sorted({n for one in casts for n in one.controls} - set(starts))
    rows = [*starts, *controls]
    values = _logs(panel, change.outcome)[rows, :stop]
    weeks = np.arange(stop, dtype=np.float64)
    first = np.array([starts.get(n, math.nan) for n in rows], dtype=np.float64)
    known = np.isfinite(values)
    names = [panel.series[n][0] for n in rows]
    unit, time = np.nonzero(known)
    effect = staggered(
        values[known],
        np.array(names, dtype=object)[unit],
        weeks[time],
        first[unit],
        rng=rng,
        layout="panel" if known.all() else "pairs",
        anticipation=0 if all(one.whole for one in casts) else 1,
        confidence=confidence,
        log=True,
        name=said(change.outcome),
        measured_in=f"log of {unit_of(change.outcome)}",
        labels={float(n): panel.label(n) for n in range(panel.weeks.size)},
    )
    return replace(effect, compared=tuple(panel.series[n][0] for n in controls))


def synthetic_effect(panel: WeeklyPanel, cast: Cast, *, confidence: float) -> Effect:
    """Synthetic control of weekly means, each channel's as a part of its own mean before."""
    values = _parts_of_before(panel, cast)
    rows = [*cast.treated, *cast.controls]
    labels = tuple(panel.label(n) for n in range(panel.weeks.size))
    names = tuple(panel.series[n][0] for n in rows)
    start, stop = cast.first + (not cast.whole), _stop(panel, cast)
    return synthetic_control(
        SynthPanel(names, labels, values[rows]),
        names[: len(cast.treated)],
        labels[start],
        # The week in which the change fell is neither before nor after.
        fit_over=labels[: cast.first],
        average_over=labels[start:stop],
        confidence=confidence,
        outcome=said(cast.change.outcome),
        unit="parts of the mean before",
    )


def level_effect(
    panel: WeeklyPanel, cast: Cast, *, confidence: float, rng: np.random.Generator
) -> Effect:
    """Local level of the channels together in logs, beside all controls as one series."""
    sums, exposure = _together(panel, cast, cast.treated, equal=False)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(exposure > 0, np.maximum(sums, 0.5) / exposure, np.nan)
    _stop(panel, cast)
    if not cast.whole:
        # The week in which the change fell is neither before nor after.
        means[cast.first] = np.nan
    controls = {}
    if cast.controls:
        sums, exposure = _together(panel, cast, cast.controls, equal=True)
        name = f"{len(cast.controls)} channels that did not change"
        controls[name] = np.log(np.maximum(sums, 0.5) / exposure)
    effect = local_level(
        means,
        cast.first,
        rng=rng,
        periods=[panel.label(n) for n in range(panel.weeks.size)],
        controls=controls,
        log=True,
        until=cast.until,
        confidence=confidence,
        name=said(cast.change.outcome),
        unit=said(cast.change.outcome),
    )
    return replace(effect, compared=tuple(panel.series[n][0] for n in cast.controls))


def _stop(panel: WeeklyPanel, cast: Cast) -> int:
    """Place of the first week that no longer counts; StudyError without a whole week of it."""
    stop = panel.weeks.size if cast.until is None else min(cast.until, panel.weeks.size)
    if cast.first + (not cast.whole) >= stop:
        raise StudyError("no whole week lies after the change")
    return stop


def weekly_relative(effect: Effect) -> dict[str, Estimate]:
    """The effect of each period as a part of what was to be expected, by period.

    Of logarithms exp(effect) - 1, else effect / expected; not measured where nothing was expected.
    """
    found = {}
    for one in effect.periods:
        e = one.effect
        if e.value is None or e.low is None or e.high is None:
            found[one.period] = replace(e, unit="relative change")
            continue
        if effect.design == "did":
            value, low, high = (math.expm1(min(x, 50.0)) for x in (e.value, e.low, e.high))
        elif one.expected and one.expected > 0:
            value, low, high = (x / one.expected for x in (e.value, e.low, e.high))
        else:
            found[one.period] = not_measured("relative change", "nothing was to be expected")
            continue
        found[one.period] = replace(e, value=value, low=low, high=high, unit="relative change")
    return found


def said(outcome: str) -> str:
    """An outcome in words."""
    return "posts a week" if outcome == VOLUME else f"{outcome} a post"


def unit_of(outcome: str) -> str:
    """Unit of sums of an outcome, by week."""
    return "posts" if outcome == VOLUME else outcome


def nothing(outcome: str, reason: str, design: Design = "its") -> Effect:
    """The typed outcome that a change cannot be measured."""
    check = Check("estimable", "Can the data tell at all?", False, reason)
    kind: Any = "its" if design == "auto" else design
    none = not_measured("relative change", reason)
    return Effect(kind, outcome, outcome, not_measured(outcome, reason), none,
                  not_measured(outcome, reason), (), (check,))  # fmt: skip


def _together(
    panel: WeeklyPanel, cast: Cast, rows: Sequence[int], *, equal: bool
) -> tuple[FloatArray, FloatArray]:
    """Sum of the outcome over channels by week, and the exposure behind it; NaN without any.

    equal: every channel counts as much as every other, whatever its size.
    """
    outcome = cast.change.outcome
    before = slice(0, cast.first)
    if outcome == VOLUME:
        posts = panel.posts[list(rows)]
        early = posts[:, before]
        known = np.isfinite(early).sum(axis=1)
        level = np.nansum(early, axis=1) / np.maximum(known, 1) if equal else np.ones(len(rows))
        parts = posts[level > 0] / level[level > 0, None]
        if not equal:
            return parts.sum(axis=0), np.ones(parts.shape[1])
        seen = np.isfinite(parts).sum(axis=0)
        return np.nansum(parts, axis=0), np.where(seen > 0, seen, np.nan)
    total, counted = panel.total[outcome][list(rows)], panel.counted[outcome][list(rows)]
    seen = np.nansum(counted[:, before], axis=1)
    drawn = np.nansum(total[:, before], axis=1)
    usable = (seen > 0) & (drawn > 0)
    mean = drawn[usable] / seen[usable]
    share = mean if equal else np.ones(mean.size)
    weight = np.ones(mean.size) if equal or not mean.size else mean / mean.mean()
    sums = np.nansum(total[usable] / share[:, None], axis=0)
    exposure = np.nansum(counted[usable] * weight[:, None], axis=0)
    found = exposure > 0
    return np.where(found, sums, np.nan), np.where(found, exposure, np.nan)


def _controls(panel: WeeklyPanel, cast: Cast, rows: Sequence[int]) -> dict[str, Any]:
    """Arguments for all controls together; empty without any."""
    if not rows:
        return {}
    if len(rows) < _FEW:
        sums, exposure = _together(panel, cast, rows, equal=True)
        name = f"{len(rows)} channels that did not change"
        return {
            "controls": {name: sums},
            "control_exposures": {name: exposure},
            "control_trend": "shared",
            "control_season": "shared",
        }
    series, without, companions, offsets = panel.series, {}, {}, {}
    for name in dict.fromkeys(series[n][0] for n in rows):
        without[name] = _log_mean(panel, cast, [k for k in rows if series[k][0] != name])
    for n in rows:
        mean = _log_mean(panel, cast, [k for k in rows if k != n])
        outcome, exposure = _together(panel, cast, [n], equal=False)
        companions[" on ".join(series[n])] = outcome
        offsets[" on ".join(series[n])] = mean + np.log(exposure)
    return {
        "trend": 0,
        "offset": _log_mean(panel, cast, rows),
        "against": without,
        "companions": companions,
        "companion_offsets": offsets,
    }


def _log_mean(panel: WeeklyPanel, cast: Cast, rows: Sequence[int]) -> FloatArray:
    """Logarithm of channels' mean by week, each as a part of its own before; NaN without any."""
    if not rows:
        return np.full(panel.weeks.size, np.nan)
    sums, exposure = _together(panel, cast, rows, equal=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(sums / exposure)
    return np.where(np.isfinite(found), found, np.nan)


def _parts_of_before(panel: WeeklyPanel, cast: Cast) -> FloatArray:
    """Weekly means of all channels, each as a part of its own mean before the change; NaN: none."""
    means = panel.mean(cast.change.outcome)
    before = means[:, : cast.first]
    known = np.isfinite(before)
    sums = np.where(known, before, 0.0).sum(axis=1)
    level = np.divide(sums, known.sum(axis=1), out=np.full(len(means), np.nan), where=sums > 0)
    parts: FloatArray = means / level[:, None]
    return parts


def _logs(panel: WeeklyPanel, outcome: str) -> FloatArray:
    """Logarithms of weekly means; a week whose posts drew nothing counts as half of one."""
    if outcome == VOLUME:
        return np.log(np.maximum(panel.posts, 0.5))
    total, counted = panel.total[outcome], panel.counted[outcome]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counted > 0, np.log(np.maximum(total, 0.5) / counted), np.nan)
