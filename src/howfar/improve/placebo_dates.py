"""The switch of nothing at all: how often a design finds something where nothing was changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.interrupted_series import RELATIVE
from howfar.improve.series_answer import answer_of, why_not
from howfar.improve.series_checks import Past, null_fit
from howfar.improve.series_design import design_of
from howfar.improve.series_figures import average_figures
from howfar.improve.series_setting import SeriesSetting, before_only, part_of, setting_of
from howfar.schema.estimate import Estimate, not_measured
from howfar.stats.intervals import wilson

SHARE = "share of placebo dates, 0 to 1"


@dataclass(frozen=True, slots=True)
class PlaceboDate:
    """One date at which nothing was changed. relative, average: what the design finds there."""

    period: str
    index: int
    relative: Estimate
    average: Estimate

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero, which here is an error."""
        low, high = self.average.low, self.average.high
        return low is not None and high is not None and (low > 0 or high < 0)


@dataclass(frozen=True, slots=True)
class PlaceboDates:
    """What was found at every date.

    false_positives: share of the dates whose interval leaves out zero; its own interval counts
    dates that share their data as fewer. independent: as how many dates that have nothing in
    common they count. not_estimated: dates at which the design could not be fitted, in words.
    """

    dates: tuple[PlaceboDate, ...]
    false_positives: Estimate
    independent: float
    not_estimated: tuple[str, ...] = ()


def placebo_dates(
    outcome: npt.ArrayLike,
    *,
    change: int | None = None,
    count: int = 100,
    dates: Sequence[int] | None = None,
    side: int = 8,
    window: int | None = None,
    **same: Any,
) -> PlaceboDates:
    """How often an interrupted series finds an effect at dates where nothing was changed.

    At each date the series is analysed as ``interrupted_series`` would; share = dates whose
    interval of the average effect leaves out zero / dates. With intervals of 95 % it should be
    .05. It is the answer to the question whether the intervals can be believed on these data.

    Its interval is Wilson's with n_e = m^2 / sum_ij r_ij^2 instead of the m dates, r_ij the
    correlation of the estimates at dates i and j: neighbouring dates share nearly all their data.

    Parameters
    ----------
    outcome : (T,). change : the true change; only figures before it are used. Without one the
        whole series is taken as unchanged.
    count : dates, evenly spread over all that leave ``side`` periods on each side. dates : or
        these, as indices. window : periods on each side that are used, default all.
    same : all other arguments of ``interrupted_series``.

    Raises
    ------
    StudyError
        As ``interrupted_series``; or no date leaves enough periods on both sides.

    Source: placebo laws: Bertrand, Duflo & Mullainathan 2004 (doi
    10.1162/003355304772839588); interval: Wilson 1927 (doi 10.1080/01621459.1927.10502953).
    """
    defaults: dict[str, Any] = {
        "periods": None,
        "exposure": None,
        "offset": None,
        "controls": None,
        "control_exposures": None,
        "control_offsets": None,
        "covariates": None,
        "name": "outcome",
        "link": None,
        "errors": "auto",
        "family": "quasi-poisson",
    }
    length = np.asarray(outcome).size
    at = change if change is not None else max(length - 1, 1)
    setting = setting_of(outcome, at, **{**defaults, **same})
    if change is not None:
        setting = before_only(setting)
    chosen = _chosen(setting, count, dates, side)
    found: list[PlaceboDate] = []
    failed: list[str] = []
    for date in chosen:
        one = _around(replace(setting, change=date), window)
        design = design_of(one)
        reason = why_not(design, one)
        answers = None if reason else answer_of(one, design)[0]
        if answers is None or not (answers.fit.converged and math.isfinite(answers.value)):
            failed.append(f"{setting.periods[date]}: {reason or 'the model does not settle'}")
            continue
        average, relative, _ = average_figures(answers, RELATIVE)
        found.append(PlaceboDate(setting.periods[date], date, relative, average))
    kept = [one.index for one in found]
    effective = _independent(setting, kept, window) if found else 0.0
    share = _share(sum(one.clear for one in found), len(found), effective)
    return PlaceboDates(tuple(found), share, effective, tuple(failed))


def _chosen(
    setting: SeriesSetting, count: int, dates: Sequence[int] | None, side: int
) -> list[int]:
    """Indices of the dates."""
    seen = np.flatnonzero(setting.present[0])
    if dates is not None:
        wrong = [t for t in dates if not 0 < t < setting.length]
        if wrong:
            raise StudyError(f"dates outside the series: {wrong}", "placebo dates")
        return [int(t) for t in dates]
    fit = seen[side : len(seen) - side + 1] if len(seen) >= 2 * side else seen[:0]
    if not len(fit):
        raise StudyError(
            f"{len(seen)} figures leave no date with {side} on each side",
            "placebo dates",
            f"at least {2 * side} figures",
        )
    spread = np.unique(np.linspace(0, len(fit) - 1, min(count, len(fit))).round().astype(int))
    return [int(t) for t in fit[spread]]


def _around(setting: SeriesSetting, window: int | None) -> SeriesSetting:
    """The setting, cut to so many periods on each side of its change."""
    if window is None:
        return setting
    first = max(setting.change - window, 0)
    last = min(setting.change + window, setting.length)
    return part_of(setting, first, last)


def _independent(setting: SeriesSetting, dates: list[int], window: int | None) -> float:
    """As how many dates without common data these count."""
    if window is not None:
        span = max(dates) - min(dates) + 2 * window
        return float(min(len(dates), max(1.0, span / (2.0 * window))))
    past: Past | None = null_fit(setting, "autoregressive", 1)
    if past is None:
        return 1.0
    directions, _ = past.steps(dates)
    if not len(directions):
        return 1.0
    return float(len(directions) ** 2 / float(((directions @ directions.T) ** 2).sum()))


def _share(clear: int, m: int, effective: float) -> Estimate:
    """Wilson's interval of the share, with the effective number of dates."""
    method = f"Wilson interval, {m} dates that count as {effective:.1f}"
    if m == 0:
        return not_measured(SHARE, "at no date could the design be fitted", method)
    share, n = clear / m, max(effective, 1.0)
    interval = wilson(share * n, n)
    if interval is None:
        return not_measured(SHARE, "at no date could the design be fitted", method)
    return Estimate(
        share,
        min(interval.low, share),
        max(interval.high, share),
        "confidence",
        0.95,
        None,
        None,
        None,
        SHARE,
        method,
        "measured",
    )
