"""What an interrupted series is asked: the figures, the date of the change, and all choices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.stats.variance_families import FAMILIES, Family, Link

Choice = Literal["auto", "independent", "newey-west", "autoregressive"]
Own = Literal["own", "shared"]
Reference = Literal["auto", "normal", "t"]

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "family": FAMILIES,
    "link": ("log", "identity"),
    "errors": ("auto", "independent", "newey-west", "autoregressive"),
    "control_trend": ("own", "shared"),
    "control_season": ("own", "shared"),
    "dispersion": ("own", "shared"),
    "reference": ("auto", "normal", "t"),
}
"""What may be chosen, by argument."""


@dataclass(frozen=True, slots=True, eq=False)
class SeriesSetting:
    """The data and the choices of one interrupted series; arguments of ``interrupted_series``.

    outcomes, exposures, offsets : (G, T), row 0 is the series that was changed, then the controls;
    NaN is missing. covariates : (K, T). names : (G,). against : (B,) series behind the offset of
    row 0. offsets_without : (B, T) the offset without each of them.
    companion_names, companion_outcomes, companion_offsets : (C,), (C, T), (C, T).
    """

    outcomes: FloatArray
    exposures: FloatArray
    offsets: FloatArray
    covariates: FloatArray
    covariate_names: tuple[str, ...]
    names: tuple[str, ...]
    periods: tuple[str, ...]
    change: int
    until: int | None = None
    washout: int = 0
    before_washout: int = 0
    family: Family = "quasi-poisson"
    link: Link = "log"
    step: bool = True
    slope: bool = False
    trend: int = 1
    harmonics: int = 0
    period: float = 12.0
    control_trend: Own = "own"
    control_season: Own = "own"
    dispersion: Own = "own"
    errors: Choice = "auto"
    order: int | None = None
    lags: int | None = None
    reference: Reference = "auto"
    confidence: float = 0.95
    unit: str = "count per period"
    left_out: frozenset[int] = field(default_factory=frozenset)
    against: tuple[str, ...] = ()
    offsets_without: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    companion_names: tuple[str, ...] = ()
    companion_outcomes: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    companion_offsets: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def length(self) -> int:
        """Periods T."""
        return int(self.outcomes.shape[1])

    @property
    def controls(self) -> tuple[str, ...]:
        """Names of the series that were not changed."""
        return self.names[1:]

    @property
    def compared(self) -> tuple[str, ...]:
        """Names of all series that were not changed and are compared with."""
        return (*self.against, *self.controls)

    @property
    def companions(self) -> tuple[SeriesSetting, ...]:
        """Each companion as a series by itself, that changed at the same date."""
        alone = np.ones((1, self.length))
        nobody = np.empty((0, 0))
        told = zip(
            self.companion_names, self.companion_outcomes, self.companion_offsets, strict=True
        )
        return tuple(
            replace(
                self,
                outcomes=outcome[None],
                exposures=alone,
                offsets=offset[None],
                names=(name,),
                companion_names=(),
                companion_outcomes=nobody,
                companion_offsets=nobody,
            )
            for name, outcome, offset in told
        )

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """(G, T): where there is a figure with all that belongs to it."""
        ok = np.isfinite(self.outcomes) & np.isfinite(self.exposures) & np.isfinite(self.offsets)
        return ok & np.isfinite(self.covariates).all(axis=0)

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """(G, T): what enters the fit."""
        ok = self.present.copy()
        t = np.arange(self.length)
        ok &= ~((t >= self.change) & (t < self.change + self.washout))
        ok &= ~((t >= self.change - self.before_washout) & (t < self.change))
        ok &= ~np.isin(t, sorted(self.left_out))
        return ok

    @property
    def after(self) -> npt.NDArray[np.bool_]:
        """(T,): periods with the change in force, washout left out."""
        t = np.arange(self.length)
        end = self.length if self.until is None else self.until
        return (t >= self.change + self.washout) & (t < end)

    @property
    def first(self) -> int:
        """The first period whose effect is asked for."""
        return self.change + self.washout


def setting_of(
    outcome: npt.ArrayLike,
    change: int,
    *,
    periods: Sequence[object] | None,
    exposure: npt.ArrayLike | None,
    offset: npt.ArrayLike | None,
    controls: Mapping[str, npt.ArrayLike] | None,
    control_exposures: Mapping[str, npt.ArrayLike] | None,
    control_offsets: Mapping[str, npt.ArrayLike] | None,
    covariates: Mapping[str, npt.ArrayLike] | None,
    name: str,
    link: Link | None,
    errors: Choice,
    against: Mapping[str, npt.ArrayLike] | None = None,
    companions: Mapping[str, npt.ArrayLike] | None = None,
    companion_offsets: Mapping[str, npt.ArrayLike] | None = None,
    **choices: Any,
) -> SeriesSetting:
    """The setting of these arguments, or one error that names all that is wrong with them."""
    wrong: list[str] = []
    y = np.asarray(outcome, dtype=np.float64)
    length = y.size

    def line(values: npt.ArrayLike | None, what: str, default: float) -> FloatArray:
        if values is None:
            return np.full(length, default)
        array = np.asarray(values, dtype=np.float64)
        if array.shape != (length,):
            wrong.append(f"{what} has the shape {array.shape}, the outcome ({length},)")
            return np.full(length, default)
        return array

    if y.ndim != 1 or length == 0:
        raise StudyError(f"an outcome of shape {y.shape}", "outcome", "one figure a period")
    others = dict(controls or {})
    beside = dict(companions or {})
    for told, what, kind, there in (
        (control_exposures, "control_exposures", "control", others),
        (control_offsets, "control_offsets", "control", others),
        (companion_offsets, "companion_offsets", "companion", beside),
    ):
        wrong += [
            f"{what} names {key!r}, which is no {kind}" for key in told or {} if key not in there
        ]
    if against and offset is None:
        wrong.append("a series is set against others, and there is no offset of theirs")
    if exposure is not None and others and control_exposures is None:
        wrong.append("the outcome has an exposure and its controls have none")
    outcomes = [y] + [line(values, f"control {key!r}", math.nan) for key, values in others.items()]
    exposures = [line(exposure, "exposure", 1.0)]
    exposures += [line((control_exposures or {}).get(k), f"exposure of {k!r}", 1.0) for k in others]
    offsets = [line(offset, "offset", 0.0)]
    offsets += [line((control_offsets or {}).get(k), f"offset of {k!r}", 0.0) for k in others]
    seconds = [line(values, f"companion {key!r}", math.nan) for key, values in beside.items()]
    shifts = [line((companion_offsets or {}).get(k), f"offset of {k!r}", 0.0) for k in beside]
    less = dict(against or {})
    without = [line(values, f"against {key!r}", math.nan) for key, values in less.items()]
    known = dict(covariates or {})
    extra = [line(values, f"covariate {key!r}", math.nan) for key, values in known.items()]
    family = choices["family"]
    setting = SeriesSetting(
        outcomes=np.stack(outcomes),
        exposures=np.stack(exposures),
        offsets=np.stack(offsets),
        covariates=np.stack(extra) if extra else np.empty((0, length)),
        covariate_names=tuple(known),
        names=(name, *others),
        against=tuple(less),
        offsets_without=np.stack(without) if without else np.empty((0, length)),
        companion_names=tuple(beside),
        companion_outcomes=np.stack(seconds) if seconds else np.empty((0, length)),
        companion_offsets=np.stack(shifts) if shifts else np.empty((0, length)),
        periods=_labels(periods, length, wrong),
        change=int(change),
        link=link or ("identity" if family == "gaussian" else "log"),
        errors=errors,
        **choices,
    )
    wrong += _faults(setting)
    if wrong:
        raise StudyError("; ".join(wrong), "interrupted series", "see howfar effect its --help")
    return setting


def _labels(periods: Sequence[object] | None, length: int, wrong: list[str]) -> tuple[str, ...]:
    if periods is None:
        return tuple(str(t) for t in range(length))
    labels = tuple(str(period) for period in periods)
    if len(labels) != length:
        wrong.append(f"{len(labels)} periods for {length} figures")
    return labels


def _faults(setting: SeriesSetting) -> list[str]:
    """Everything that is wrong with a setting, in words."""
    wrong = [
        f"{name} is {value!r}, not one of {', '.join(allowed)}"
        for name, allowed in CHOICES.items()
        if (value := getattr(setting, name)) not in allowed
    ]
    if setting.family != "gaussian" and setting.link != "log":
        wrong.append("counts are modelled on the log scale: link 'identity' is for gaussian")
    if not 0 < setting.change < setting.length:
        wrong.append(
            f"the change at period {setting.change} of {setting.length} leaves one side empty"
        )
    end = setting.until
    if end is not None and not setting.change + setting.washout < end <= setting.length:
        wrong.append(f"the change ends at period {end}, not after it has begun")
    if not (setting.step or setting.slope):
        wrong.append("neither a step nor a slope is asked for")
    if min(setting.washout, setting.before_washout, setting.harmonics, setting.trend) < 0:
        wrong.append("washout, harmonics and trend cannot be below 0")
    if setting.order is not None and not 1 <= setting.order <= 12:
        wrong.append(f"order {setting.order} of the autoregression, not 1 to 12")
    if setting.harmonics and not setting.period >= 2:
        wrong.append(f"a season of {setting.period} periods")
    if not 0.5 <= setting.confidence < 1:
        wrong.append(f"confidence {setting.confidence}, not within 0.5 to 1")
    for g, series in enumerate(setting.names):
        y, exposure = setting.outcomes[g], setting.exposures[g]
        if np.isinf(y).any():
            wrong.append(f"{series!r} has an infinite figure")
        if setting.family != "gaussian" and (y[np.isfinite(y)] < 0).any():
            wrong.append(f"{series!r} has a figure below 0, which no count is")
        if (exposure[np.isfinite(exposure)] <= 0).any():
            wrong.append(f"{series!r} has an exposure of 0 or less")
    if setting.link == "identity" and (setting.exposures != 1).any():
        wrong.append("an exposure needs the log scale; divide the outcome by it instead")
    if len(set(setting.names)) < len(setting.names):
        wrong.append("two series of one name")
    return wrong


def part_of(setting: SeriesSetting, first: int, end: int) -> SeriesSetting:
    """The same series from period ``first`` up to ``end``; the change keeps its place in it."""
    periods = slice(first, end)
    return replace(
        setting,
        outcomes=setting.outcomes[:, periods],
        exposures=setting.exposures[:, periods],
        offsets=setting.offsets[:, periods],
        covariates=setting.covariates[:, periods],
        offsets_without=setting.offsets_without[:, periods],
        companion_outcomes=setting.companion_outcomes[:, periods],
        companion_offsets=setting.companion_offsets[:, periods],
        periods=setting.periods[periods],
        change=setting.change - first,
    )


def before_only(setting: SeriesSetting) -> SeriesSetting:
    """The same series, ending where the change begins."""
    return replace(part_of(setting, 0, setting.change), until=None)
