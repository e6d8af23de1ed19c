"""Interrupted time series: what a dated change did to one series, with others to compare if any."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy.typing as npt

from howfar.improve.effect import Effect
from howfar.improve.evidence import Check
from howfar.improve.series_answer import SeriesAnswer, answer_of, why_not
from howfar.improve.series_checks import all_checks
from howfar.improve.series_design import design_of
from howfar.improve.series_figures import (
    average_figures,
    coefficients,
    more_figures,
    period_figures,
)
from howfar.improve.series_setting import (
    Choice,
    Own,
    Reference,
    SeriesSetting,
    setting_of,
)
from howfar.improve.series_variants import (
    leave_one_out,
    leave_one_out_of_mean,
    listed,
    sensitivity,
)
from howfar.schema.estimate import not_measured
from howfar.stats.variance_families import Family, Link

RELATIVE: Final = "part of what would have been"

ALONE: Final = (
    "There is no series that was not changed to compare with: what recovers by itself after a "
    "crisis, and whatever else happened at that date, looks the same."
)


def interrupted_series(
    outcome: npt.ArrayLike,
    change: int,
    *,
    periods: Sequence[object] | None = None,
    exposure: npt.ArrayLike | None = None,
    offset: npt.ArrayLike | None = None,
    controls: Mapping[str, npt.ArrayLike] | None = None,
    control_exposures: Mapping[str, npt.ArrayLike] | None = None,
    control_offsets: Mapping[str, npt.ArrayLike] | None = None,
    covariates: Mapping[str, npt.ArrayLike] | None = None,
    against: Mapping[str, npt.ArrayLike] | None = None,
    companions: Mapping[str, npt.ArrayLike] | None = None,
    companion_offsets: Mapping[str, npt.ArrayLike] | None = None,
    family: Family = "quasi-poisson",
    link: Link | None = None,
    step: bool = True,
    slope: bool = False,
    trend: int = 1,
    harmonics: int = 0,
    period: float = 12.0,
    until: int | None = None,
    washout: int = 0,
    before_washout: int = 0,
    control_trend: Own = "own",
    control_season: Own = "own",
    dispersion: Own = "own",
    errors: Choice = "auto",
    order: int | None = None,
    lags: int | None = None,
    reference: Reference = "auto",
    confidence: float = 0.95,
    name: str = "outcome",
    unit: str = "count per period",
    checks: bool = True,
) -> Effect:
    """Did the series change at the date, beyond its trend and season and beyond its controls.

    log E y_t = level + trend s + season(t) + step [t >= c] + slope s [t >= c] + log exposure_t,
    s = t - c; for gaussian E y_t itself. With controls every series has its level, and by default
    its own trend and season; they share one step and slope at the date, and the effect is by how
    much the series that was changed differs from them. exp(step) is a rate ratio.

    average: of the n periods with the change, log link: L = log(sum mu_t / sum mu_t without the
    effect); the effect is that part of the sum, mean mu (1 - exp(-L)), and relative is
    exp(L) - 1; gaussian: the mean difference. All three intervals come from one (attributable
    numbers, Gasparrini & Leone 2014, doi 10.1186/1471-2288-14-55), so that they agree on whether
    zero is left out. cumulative: n times the average. A period's effect is what was seen less what
    was to be expected without the change; its interval holds the noise of a single period too.

    Parameters
    ----------
    outcome : (T,) one figure a period, evenly spaced, in order; NaN where missing. Counts are 0 or
        more (whole or not); gaussian takes any.
    change : index of the first period with the change, 1..T-1.
    periods : T labels, dates say; default 0..T-1.
    exposure : (T,) above 0, persons or posts behind the counts; enters as its logarithm with
        coefficient 1. offset : (T,) the same on the scale of the predictor, added to it.
    controls : by name (T,) series that were not changed. control_exposures, control_offsets : by
        the same names; where the outcome has an exposure and there are controls, they are needed.
    covariates : by name (T,), known whatever happens: holidays, days of a week. Never a figure
        that the change may have moved.
    against : series that were not changed and whose figures together, in logarithms, are the
        offset, each with the offset (T,) had it been left out: what is asked is by how much the
        series departs from them. Whatever moved all of them in a period is then gone, and with
        trend 0 they are held to have run parallel.
    companions : by name (T,) series that tell, with companion_offsets (T,), how the errors of the
        series follow each other, and nothing else. One series of a year does not tell it: its
        interval has to reckon with everything between no autocorrelation and a random walk.
    family : "poisson" (variance = mean), "quasi-poisson" (phi x mean), "negative-binomial"
        (mean + alpha mean^2, alpha by maximum likelihood), "gaussian". link : "log"; gaussian
        "identity" by default.
    step, slope : what may change: the level at once, or the trend from then on.
    trend : degree of the trend, 0 for none. harmonics, period : pairs of sine and cosine, and the
        length of a season in periods.
    until : index of the first period after the change was taken back. washout, before_washout :
        periods from the date on, and before it, that are left out (a change that came by and by,
        or that was known before).
    control_trend, control_season : "own" or "shared" by all series. dispersion : each series' own
        (default) or one for all, as an ordinary generalised linear model has; with autoregressive
        errors always each series' own.
    errors : "independent"; "newey-west" with lags; "autoregressive" of an order by restricted
        likelihood; "auto": autoregressive of the smallest order of 1 to 3 that leaves nothing.
        An ordinary generalised linear model is "independent"; its figure is kept beside the other
        as rate_ratio_independent.
    reference : "normal" or "t" (Satterthwaite's degrees); auto: normal for counts with independent
        errors, else t.
    checks : false leaves out all that costs further fits.

    Returns
    -------
    Effect
        more: rate_ratio (or step), slope_ratio (slope), average_ratio, trend_ratio (trend),
        control_ratio; rate_ratio_independent where the errors were not taken as independent.
        details: coefficients, dispersion, alpha, partial autocorrelations, other models.
        Where the data cannot tell (too few figures, no counts, a change that cannot be told from
        the season) all estimates are not measured, with the reason.

    Raises
    ------
    StudyError
        Lengths that differ, counts below 0, exposures of 0, a date outside, unknown choices; all
        at once.

    Source: Wagner et al. 2002 (doi 10.1046/j.1365-2710.2002.00430.x); Lopez Bernal, Cummins &
    Gasparrini 2017 (doi 10.1093/ije/dyw098), with controls 2018 (doi 10.1093/ije/dyy135);
    autocorrelation: Turner et al. 2021 (doi 10.1186/s12874-021-01306-w).
    """
    setting = setting_of(
        outcome,
        change,
        periods=periods,
        exposure=exposure,
        offset=offset,
        controls=controls,
        control_exposures=control_exposures,
        control_offsets=control_offsets,
        covariates=covariates,
        against=against,
        companions=companions,
        companion_offsets=companion_offsets,
        name=name,
        family=family,
        link=link,
        step=step,
        slope=slope,
        trend=trend,
        harmonics=harmonics,
        period=period,
        until=until,
        washout=washout,
        before_washout=before_washout,
        control_trend=control_trend,
        control_season=control_season,
        dispersion=dispersion,
        errors=errors,
        order=order,
        lags=lags,
        reference=reference,
        confidence=confidence,
        unit=unit,
    )
    return effect_of(setting, checks)


def effect_of(setting: SeriesSetting, checks: bool = True) -> Effect:
    """The effect of a setting that has been checked."""
    design = design_of(setting)
    reason = why_not(design, setting)
    if reason is not None:
        return _nothing(setting, reason)
    found, independent = answer_of(setting, design)
    if not found.fit.converged or not math.isfinite(found.value):
        return _nothing(setting, "the model does not settle on these figures")
    average, relative, cumulative = average_figures(found, RELATIVE)
    made, variants = _checks(found, independent) if checks else ((), [])
    serial, alpha = found.fit.nuisance.serial, found.fit.nuisance.alpha
    details: dict[str, Any] = {
        "coefficients": coefficients(found),
        "dispersion": {n: s.variance for n, s in zip(setting.names, serial, strict=True)},
        "errors": found.errors,
        "partial_autocorrelations": {
            n: [float(x) for x in s.partial] for n, s in zip(setting.names, serial, strict=True)
        },
        "degrees_of_freedom": found.degrees if math.isfinite(found.degrees) else None,
        "figures": len(design.rows.y),
        "periods_with_the_change": found.n,
        "other_models": variants,
    }
    if setting.family == "negative-binomial":
        details["alpha"] = {n: float(a) for n, a in zip(setting.names, alpha, strict=True)}
    return Effect(
        design="its",
        outcome=setting.names[0],
        unit=setting.unit,
        average=average,
        relative=relative,
        cumulative=cumulative,
        periods=period_figures(found),
        checks=made,
        compared=setting.compared,
        more=more_figures(found, independent),
        details=details,
        arguments=arguments_of(setting),
        notes=() if setting.compared else (ALONE,),
    )


def _checks(
    found: SeriesAnswer, independent: SeriesAnswer
) -> tuple[tuple[Check, ...], list[Mapping[str, Any]]]:
    """All checks, and the other models that two of them fitted."""
    made = list(all_checks(found, independent))
    check, variants = sensitivity(found)
    made.append(check)
    without = leave_one_out(found) or leave_one_out_of_mean(found)
    if without is not None:
        made.append(without[0])
        variants = variants + without[1]
    return tuple(made), listed(found, variants)


def _nothing(setting: SeriesSetting, reason: str) -> Effect:
    """The typed outcome that this series cannot tell."""
    check = Check("estimable", "Can the series tell at all?", False, reason)
    return Effect(
        design="its",
        outcome=setting.names[0],
        unit=setting.unit,
        average=not_measured(setting.unit, reason),
        relative=not_measured(RELATIVE, reason),
        cumulative=not_measured(setting.unit, reason),
        periods=(),
        checks=(check,),
        compared=setting.compared,
        arguments=arguments_of(setting),
        notes=() if setting.compared else (ALONE,),
    )


def arguments_of(setting: SeriesSetting) -> Mapping[str, Any]:
    """Everything that was chosen; the data are not repeated."""
    named = (
        "family link step slope trend harmonics period until washout before_washout "
        "control_trend control_season dispersion errors order lags reference confidence"
    )
    return {
        "change": setting.change,
        "change_period": setting.periods[setting.change],
        "exposure": bool((setting.exposures != 1).any()),
        "offset": bool((setting.offsets != 0).any()),
        "controls": list(setting.controls),
        "against": list(setting.against),
        "companions": list(setting.companion_names),
        "covariates": list(setting.covariate_names),
        **{key: getattr(setting, key) for key in named.split()},
    }
