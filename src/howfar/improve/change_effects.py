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
from howfar.improve.lexicon import quoted
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
_ROUNDS: Final = 200
_CLOSE: Final = 1e-10
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

    auto and its: interrupted series beside all controls; did: ATT
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
    effect. What is asked is by how much it departs from what all controls do alike in the same week
    (``_level_by_week``): weeks in which all went up or down say nothing of the change. Errors
    follow each other from week to week, and how closely is told by all channels together, each
    control against the others: a year of one channel hardly tells it. Where its own figures speak
    against that, the check alike-errors fails. One or two controls are a series beside it, with the
    same trend and season. Without any there is no grade B.
    """
    change, weeks = cast.change, panel.weeks.size
    outcome, exposure = _together(panel, cast, cast.treated)
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
    names = tuple(_by_channel(panel, cast.controls))
    checks = effect.checks
    if len(names) == _FEW - 1:
        checks = (*checks, _one_out(panel, cast, effect, outcome, settings))
    return replace(effect, compared=names, checks=checks)


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
    sums, exposure = _together(panel, cast, cast.treated)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(exposure > 0, np.maximum(sums, 0.5) / exposure, np.nan)
    _stop(panel, cast)
    if not cast.whole:
        # The week in which the change fell is neither before nor after.
        means[cast.first] = np.nan
    controls = {}
    if cast.controls:
        index, weight = _level_by_week(panel, cast, cast.controls)
        name = f"{len(cast.controls)} channels that did not change"
        controls[name] = np.log(np.maximum(index * weight, 0.5) / weight)
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


def _together(panel: WeeklyPanel, cast: Cast, rows: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Sum of the outcome over channels by week, and the exposure behind it; NaN without any."""
    outcome = cast.change.outcome
    before = slice(0, cast.first)
    if outcome == VOLUME:
        posts = panel.posts[list(rows)]
        return posts.sum(axis=0), np.ones(posts.shape[1])
    total, counted = panel.total[outcome][list(rows)], panel.counted[outcome][list(rows)]
    seen = np.nansum(counted[:, before], axis=1)
    drawn = np.nansum(total[:, before], axis=1)
    usable = (seen > 0) & (drawn > 0)
    mean = drawn[usable] / seen[usable]
    weight = mean / mean.mean() if mean.size else mean
    sums = np.nansum(total[usable], axis=0)
    exposure = np.nansum(counted[usable] * weight[:, None], axis=0)
    found = exposure > 0
    return np.where(found, sums, np.nan), np.where(found, exposure, np.nan)


def _level_by_week(
    panel: WeeklyPanel, cast: Cast, rows: Sequence[int]
) -> tuple[FloatArray, FloatArray]:
    """What all channels do alike, (W,), and the posts (for VOLUME channels) that it rests on.

    index_t = sum y_nt / a_n / sum m_nt, with y the outcome, m posts (1 for VOLUME) and a_n the
    channel's own level, sum y_nt / sum m_nt index_t over the weeks before the change: both at once,
    so that a channel that was seen in some weeks only moves nothing by coming or going.
    """
    outcome = cast.change.outcome
    if outcome == VOLUME:
        posts = panel.posts[list(rows)]
        total, counted = np.nan_to_num(posts), np.isfinite(posts).astype(np.float64)
    else:
        total = np.nan_to_num(panel.total[outcome][list(rows)])
        counted = np.nan_to_num(panel.counted[outcome][list(rows)])
    early = total[:, : cast.first], counted[:, : cast.first]
    usable = (early[0].sum(axis=1) > 0) & (early[1].sum(axis=1) > 0)
    total, counted = total[usable], counted[usable]
    weight = counted.sum(axis=0)
    index = np.ones(total.shape[1])
    for _ in range(_ROUNDS):
        own = total[:, : cast.first].sum(axis=1)
        own = own / (counted[:, : cast.first] * index[: cast.first]).sum(axis=1)
        last = index
        index = (total / own[:, None]).sum(axis=0) / np.maximum(weight, 1e-300)
        if np.abs(index - last).max(initial=0.0) < _CLOSE * max(index.max(initial=0.0), 1.0):
            break
    return np.where(weight > 0, index, np.nan), np.where(weight > 0, weight, np.nan)


def _controls(panel: WeeklyPanel, cast: Cast, rows: Sequence[int]) -> dict[str, Any]:
    """Arguments for all controls together; empty without any."""
    if not rows:
        return {}
    of = _by_channel(panel, rows)
    if len(of) < _FEW:
        index, weight = _level_by_week(panel, cast, rows)
        name = f"{len(of)} channel{'s' * (len(of) > 1)} that did not change"
        return {
            "controls": {name: index * weight},
            "control_exposures": {name: weight},
            "control_trend": "shared",
            "control_season": "shared",
        }
    without, companions, offsets = {}, {}, {}
    for name, own in of.items():
        without[name] = _log_level(panel, cast, [k for k in rows if k not in own])
        outcome, exposure = _together(panel, cast, own)
        companions[name] = outcome
        offsets[name] = without[name] + np.log(exposure)
    return {
        "trend": 0,
        "offset": _log_level(panel, cast, rows),
        "against": without,
        "companions": companions,
        "companion_offsets": offsets,
    }


def _by_channel(panel: WeeklyPanel, rows: Sequence[int]) -> dict[str, list[int]]:
    """Rows of each channel: one on several platforms is one to compare with."""
    found: dict[str, list[int]] = {}
    for n in rows:
        found.setdefault(panel.series[n][0], []).append(n)
    return found


def _log_level(panel: WeeklyPanel, cast: Cast, rows: Sequence[int]) -> FloatArray:
    """Logarithm of what all do alike, by week; NaN where nothing was counted."""
    index, _ = _level_by_week(panel, cast, rows)
    with np.errstate(divide="ignore"):
        found = np.log(index)
    return np.where(np.isfinite(found), found, np.nan)


def _one_out(
    panel: WeeklyPanel, cast: Cast, effect: Effect, outcome: FloatArray, settings: dict[str, Any]
) -> Check:
    """Beside two controls: whether either alone says the same."""
    values = {}
    of = _by_channel(panel, cast.controls)
    for name in of:
        rest = [k for k in cast.controls if k not in of[name]]
        one = settings | _controls(panel, cast, rest) | {"checks": False}
        value = interrupted_series(outcome, cast.first, **one).relative.value
        if value is not None:
            values[name] = value
    low, high = effect.relative.low, effect.relative.high
    if low is None or high is None:
        raise ValueError("an effect that is not measured has no control to leave out")
    outside = [quoted(name) for name, value in values.items() if not low <= value <= high]
    figures = {"least": min(values.values()), "most": max(values.values())} if values else {}
    passed: bool | None = not outside
    told = "none moves it out of its interval"
    if outside:
        told = f"without {', '.join(outside)} it lies outside its interval"
    elif len(values) < len(of):
        passed, told = None, f"{len(of) - len(values)} of them cannot be left out"
    asks = "Does the result stay if any one of the compared channels is left out?"
    return Check("leave-one-out", asks, passed, told, figures=figures)


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
