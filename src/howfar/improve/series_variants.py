"""Other fair models of the same interrupted series, and whether they say something else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from howfar.improve.evidence import Check
from howfar.improve.lexicon import quoted
from howfar.improve.series_answer import FAILS, SeriesAnswer, answer, why_not
from howfar.improve.series_design import design_of
from howfar.improve.series_setting import SeriesSetting

_TOLD = 2.0  # standard errors of the answer beyond which another model tells too little
_SLACK = 0.25  # standard errors by which models of one thing may differ where theory says none


@dataclass(frozen=True, slots=True)
class Variant:
    """One other model. value, error: as SeriesAnswer has them. refitted: variances and all."""

    said: str
    value: float
    error: float
    limits: tuple[float, float]


def _settings(found: SeriesAnswer) -> Iterator[tuple[str, SeriesSetting, bool]]:
    """What is varied, the setting, and whether variances are estimated anew."""
    base = found.setting
    before = int(base.usable[0, : base.change].sum())
    if base.trend == 1 and before >= 16:
        yield "a bent trend", replace(base, trend=2), False
    if base.against and base.trend == 0 and before >= 16:
        yield "a trend of its own", replace(base, trend=1), False
    if base.harmonics:
        yield "one pair of harmonics less", replace(base, harmonics=base.harmonics - 1), False
        if 2 * (base.harmonics + 1) <= base.period:
            yield "one pair of harmonics more", replace(base, harmonics=base.harmonics + 1), False
    if base.step and not base.slope and found.n >= 4:
        yield "a slope beside the step", replace(base, slope=True), False
    if found.n > 4:
        yield (
            "without the first period of the change",
            replace(base, washout=base.washout + 1),
            False,
        )
    if before > 8:
        earlier = replace(base, before_washout=base.before_washout + 1)
        yield "without the last period before the change", earlier, False
    ours = found.design.ours
    if len(ours) > 12:
        worst = ours[int(np.argmax(np.abs(found.fit.innovations[ours])))]
        period = int(found.design.period[worst])
        said = f"without the figure that fits worst ({base.periods[period]})"
        yield said, replace(base, left_out=base.left_out | {period}), False
    if base.family == "quasi-poisson":
        yield "negative binomial", replace(base, family="negative-binomial"), True
    elif base.family == "negative-binomial":
        yield "quasi-Poisson", replace(base, family="quasi-poisson"), True


def _variant(found: SeriesAnswer, said: str, setting: SeriesSetting, anew: bool) -> Variant | None:
    """The answer of another model; nothing where it cannot be fitted."""
    design = design_of(setting)
    if why_not(design, setting) is not None:
        return None
    other = answer(
        setting,
        found.errors,
        max(found.order, 1),
        held=None if anew else found.fit.nuisance,
        design=design,
    )
    if not other.fit.converged or not math.isfinite(other.value):
        return None
    return Variant(said, other.value, other.plain, other.limits)


def sensitivity(found: SeriesAnswer) -> tuple[Check, list[Variant]]:
    """Other trends, seasons, periods and families.

    A variant contradicts where it lies farther from the answer than the data it adds or leaves out
    allow, |v - a| > z sqrt(|se_v^2 - se_a^2|) + se_a / 4 (Hausman 1978, doi 10.2307/1913827; z of
    Bonferroni over the variants). Where the answer is clear, a variant also contradicts that leaves
    less than half of it, unless it tells too little (a standard error twice as large): what hangs
    on a trend that is straight, say, is not to be built upon.
    """
    variants = [
        variant
        for said, setting, anew in _settings(found)
        if (variant := _variant(found, said, setting, anew)) is not None
    ]
    return _judged("sensitivity", "Do other fair models say the same?", found, variants), variants


def leave_one_out(found: SeriesAnswer) -> tuple[Check, list[Variant]] | None:
    """Without each control in turn, where there are two or more."""
    base = found.setting
    if len(base.controls) < 2:
        return None
    variants = []
    for g, name in enumerate(base.controls, start=1):
        kept = [i for i in range(len(base.names)) if i != g]
        setting = replace(
            base,
            outcomes=base.outcomes[kept],
            exposures=base.exposures[kept],
            offsets=base.offsets[kept],
            names=tuple(base.names[i] for i in kept),
        )
        held = replace(
            found.fit.nuisance,
            alpha=found.fit.nuisance.alpha[kept],
            serial=tuple(found.fit.nuisance.serial[i] for i in kept),
        )
        design = design_of(setting)
        if why_not(design, setting) is not None:
            continue
        one = answer(setting, found.errors, max(found.order, 1), held=held, design=design)
        variants.append(Variant(f"without {quoted(name)}", one.value, one.plain, one.limits))
    asks = "Does no single control decide what is found?"
    return _judged("leave-one-out", asks, found, variants), variants


def leave_one_out_of_mean(found: SeriesAnswer) -> tuple[Check, list[Variant]] | None:
    """Set against all but one of the others in turn, where there are two or more."""
    base = found.setting
    if len(base.against) < 2:
        return None
    low, high = found.limits
    variants, outside = [], []
    for name, offset in zip(base.against, base.offsets_without, strict=True):
        setting = replace(base, offsets=np.vstack([offset, base.offsets[1:]]))
        design = design_of(setting)
        if why_not(design, setting) is not None:
            continue
        held = found.fit.nuisance
        one = answer(setting, found.errors, max(found.order, 1), held=held, design=design)
        if not one.fit.converged or not math.isfinite(one.value):
            continue
        variants.append(Variant(f"without {quoted(name)}", one.value, one.plain, one.limits))
        if not low <= one.value <= high:
            outside.append(quoted(name))
    values = [one.value for one in variants]
    turn = math.expm1 if base.link == "log" else float
    figures = {"least": turn(min(values)), "most": turn(max(values))} if values else {}
    passed: bool | None = not outside
    said = "none moves it out of its interval"
    if outside:
        said = f"without {', '.join(outside)} it lies outside its interval"
    elif len(variants) < len(base.against):
        passed = None
        missing = len(base.against) - len(variants)
        said = f"{missing} of them cannot be left out: nothing is measured"
    asks = "Does the result stay if any one of the compared channels is left out?"
    return Check("leave-one-out", asks, passed, said, figures=figures), variants


def _judged(id: str, asks: str, found: SeriesAnswer, variants: list[Variant]) -> Check:
    """Whether none of the variants contradicts."""
    if not variants:
        return Check(id, asks, None, "too few figures for any other model")
    z = float(stats.norm.isf(FAILS / 2.0 / len(variants)))
    low, high = found.limits
    clear = low > 0 or high < 0
    against = []
    for one in variants:
        apart = math.sqrt(abs(one.error**2 - found.plain**2))
        differs = abs(one.value - found.value) > z * apart + _SLACK * found.plain
        told = one.error <= _TOLD * found.plain
        kept = one.value * math.copysign(1.0, found.value) >= 0.5 * abs(found.value)
        if differs or (clear and told and not kept):
            against.append(one.said)
    values = [one.value for one in variants]
    said = f"{len(variants)} others, none says something else"
    if against:
        said = f"{len(against)} of {len(variants)} say something else: {', '.join(against)}"
    figures = {"lowest": min(values), "highest": max(values), "others": float(len(variants))}
    return Check(id, asks, not against, said, figures=figures)


def listed(found: SeriesAnswer, variants: list[Variant]) -> list[Mapping[str, Any]]:
    """Variants as plain figures: a ratio for the log scale, a difference else."""
    ratio = found.setting.link == "log"
    turn = math.exp if ratio else float
    return [
        {
            "model": one.said,
            "ratio" if ratio else "difference": turn(one.value),
            "low": turn(min(one.limits[0], 700.0)),
            "high": turn(min(one.limits[1], 700.0)),
        }
        for one in variants
    ]
