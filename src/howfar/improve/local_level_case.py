"""A series, when it was changed, and what it is carried on by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.improve.local_level_fit import Forecast, Structure, carry_on

Floats = npt.NDArray[np.float64]
_WHERE: Final = "series"
_LEAST: Final = 5


@dataclass(frozen=True, eq=False)
class LocalLevel:
    """A series, when it was changed, and what it is carried on by.

    y, shape (periods,), NaN where missing. change: index of the first period with the change;
    until: of the first one after it. x, shape (periods, regressors): controls first, then others.
    """

    y: Floats
    change: int
    until: int
    labels: tuple[str, ...]
    controls: tuple[str, ...]
    others: tuple[str, ...]
    x: Floats
    structure: Structure
    log: bool
    confidence: float
    draws: int
    rng: np.random.Generator
    name: str
    unit: str

    @cached_property
    def forecast(self) -> Forecast:
        """Of the periods from the change on, on the scale of the fit."""
        y = np.log(self.y) if self.log else self.y
        c = self.change
        return carry_on(y[:c], self.x[:c], self.x[c:], self.structure, self.draws, self.rng)

    def back(self, values: Floats) -> Floats:
        """From the scale of the fit to that of the outcome."""
        return np.exp(values) if self.log else values

    @cached_property
    def expected(self) -> Floats:
        """Without the change, shape (periods from it on,)."""
        return self.back(self.forecast.mean)

    @cached_property
    def drawn(self) -> Floats:
        """Draws of the same, shape (draws, periods from it on)."""
        return self.back(self.forecast.draws)

    @cached_property
    def counted(self) -> npt.NDArray[np.bool_]:
        """Which of the periods from the change on are in the average."""
        inside = np.arange(self.change, self.y.size) < self.until
        return np.asarray(inside & np.isfinite(self.y[self.change :]), dtype=np.bool_)

    @property
    def after(self) -> Floats:
        """Seen from the change on."""
        return self.y[self.change :]

    def average(self) -> float:
        """Mean of observed less expected over the periods counted."""
        return float((self.after - self.expected)[self.counted].mean())

    def averages(self) -> Floats:
        """Draws of it, shape (draws,)."""
        return np.asarray((self.after - self.drawn)[:, self.counted].mean(axis=1))

    def ends(self, confidence: float | None = None) -> tuple[float, float]:
        """Interval of the average."""
        return ends_of(self.averages(), self.average(), confidence or self.confidence)


def local_level_case(
    outcome: npt.ArrayLike,
    change: int,
    periods: Sequence[object] | None,
    controls: Mapping[str, npt.ArrayLike] | None,
    regressors: Mapping[str, npt.ArrayLike] | None,
    structure: Structure | None,
    log: bool,
    until: int | None,
    confidence: float,
    draws: int,
    rng: np.random.Generator,
    name: str,
    unit: str,
) -> LocalLevel:
    """Put the arguments of local_level together; StudyError lists what does not fit."""
    y = np.asarray(outcome, dtype=np.float64)
    labels = tuple(str(p) for p in (range(y.size) if periods is None else periods))
    until = y.size if until is None else until
    series = {**(controls or {}), **(regressors or {})}
    columns = {key: np.asarray(values, dtype=np.float64) for key, values in series.items()}
    problems = []
    if y.ndim != 1 or len(labels) != y.size:
        raise ValueError(f"outcome of shape {y.shape} with {len(labels)} periods")
    for key, values in columns.items():
        if values.shape != y.shape:
            raise ValueError(f"{key} has shape {values.shape}, not {y.shape}")
        holes = [labels[n] for n in np.flatnonzero(~np.isfinite(values))]
        if holes:
            problems.append(f"{key} has no figure in {', '.join(holes[:5])}")
    if both := sorted(set(controls or {}) & set(regressors or {})):
        problems.append(f"{', '.join(both)}: a control and a regressor at once")
    if not 0 < change < y.size or until <= change:
        problems.append("the change is not between the first and the last period")
    elif np.isfinite(y[:change]).sum() < _LEAST + len(columns):
        seen, need = int(np.isfinite(y[:change]).sum()), _LEAST + len(columns)
        problems.append(f"{seen} figures before the change, at least {need} are needed")
    elif not np.isfinite(y[change:until]).any():
        problems.append("no figure since the change")
    if log and (y <= 0).any():
        problems.append("figures of 0 or below have no logarithm")
    if not 0 < confidence < 1 or draws < 100:
        problems.append("confidence lies between 0 and 1, draws are 100 or more")
    if problems:
        raise StudyError(
            "; ".join(problems), _WHERE, next="see which periods and columns are named"
        )
    x = np.column_stack(list(columns.values())) if columns else np.empty((y.size, 0))
    return LocalLevel(
        y, change, min(until, y.size), labels, tuple(controls or {}), tuple(regressors or {}), x,
        structure or Structure(), log, confidence, draws, rng, name, unit,
    )  # fmt: skip


def ends_of(drawn: Floats, value: float, confidence: float) -> tuple[float, float]:
    """Quantiles of the draws; the value, which is by maximum likelihood, lies within."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return min(float(low), value), max(float(high), value)
