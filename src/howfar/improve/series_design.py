"""The regression of an interrupted series: which column says what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from howfar.improve.series_setting import SeriesSetting
from howfar.stats.blocks import FloatArray, IntArray
from howfar.stats.series_regression import Rows


@dataclass(frozen=True, slots=True, eq=False)
class SeriesDesign:
    """Rows of the regression and what they stand for.

    names : (k,) of the columns. effect : positions of the columns that are the effect.
    period : (n,) period of each row. without : (n, k) the design had nothing been changed.
    """

    rows: Rows
    names: tuple[str, ...]
    effect: tuple[int, ...]
    period: IntArray
    without: FloatArray

    @property
    def ours(self) -> IntArray:
        """Rows of the series that was changed."""
        return np.flatnonzero(self.rows.series == 0)


def design_of(
    setting: SeriesSetting, usable: npt.NDArray[np.bool_] | None = None, effect: bool = True
) -> SeriesDesign:
    """Level, trend, season, step and slope of every series, and the effect.

    For series g, period t, c the first period of the change, s = t - c since it:

        eta = level_g + trend_g s + season_g(t) + covariates_g(t)
              + step [t >= c] + slope s [t >= c]                       (with controls: all series)
              + effect_step [t >= c, g = 0] + effect_slope s [t >= c, g = 0]   (the series changed)

    Without controls the first pair is left out. Time is counted from the change, so that levels
    speak of that date and effect_step of its first period. Trends and seasons are each series' own
    or shared. season(t): harmonics pairs sin and cos of 2 pi k t / period; their phase does not
    matter. usable (G, T): rows to make, else those of the setting. effect: false leaves out what
    changes at the date.

    Source: Lopez Bernal, Cummins & Gasparrini 2017 (doi 10.1093/ije/dyw098), with controls 2018
    (doi 10.1093/ije/dyy135).
    """
    usable = setting.usable if usable is None else usable
    series, period = np.nonzero(usable)
    since = (np.arange(setting.length) - setting.first).astype(np.float64)
    after = setting.after.astype(np.float64)
    columns: list[FloatArray] = []
    names: list[str] = []

    def add(name: str, values: FloatArray, only: int | None = None) -> None:
        names.append(name)
        line = values[period]
        columns.append(line if only is None else np.where(series == only, line, 0.0))

    def by_series(name: str, values: FloatArray, own: bool) -> None:
        if own:
            for g, label in enumerate(setting.names):
                add(f"{name} of {label}" if setting.controls else name, values, g)
        else:
            add(name, values)

    by_series("level", np.ones(setting.length), own=True)
    for degree in range(1, setting.trend + 1):
        label = "trend" if degree == 1 else f"trend {degree}"
        by_series(label, since**degree, setting.control_trend == "own")
    own_season = setting.control_season == "own"
    for label, values in seasons(setting):
        by_series(label, values, own_season)
    for label, values in zip(setting.covariate_names, setting.covariates, strict=True):
        by_series(label, np.nan_to_num(values), own_season)
    asked = [("step", after)] if effect and setting.step else []
    asked += [("slope", after * since)] if effect and setting.slope else []
    if setting.controls:
        for label, values in asked:
            add(f"{label} of all", values)
    changed = tuple(range(len(names), len(names) + len(asked)))
    for label, values in asked:
        add(label, values, 0)
    X = np.column_stack(columns)
    offset = (setting.offsets + np.log(setting.exposures))[usable]
    rows = Rows(setting.outcomes[usable], X, offset, series, period)
    without = X.copy()
    without[:, list(changed)] = 0.0
    return SeriesDesign(rows, tuple(names), changed, period, without)


def seasons(setting: SeriesSetting) -> list[tuple[str, FloatArray]]:
    """Pairs of harmonics; a sine that is 0 at every period is left out."""
    t = np.arange(setting.length, dtype=np.float64)
    out: list[tuple[str, FloatArray]] = []
    for k in range(1, setting.harmonics + 1):
        for label, wave in (("sine", np.sin), ("cosine", np.cos)):
            values = wave(2.0 * np.pi * k * t / setting.period)
            if np.abs(values).max() > 1e-8:
                out.append((f"{label} {k}", values))
    return out
