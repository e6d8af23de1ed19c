"""A panel for synthetic controls: outcomes and predictors of units over periods."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError

Floats = npt.NDArray[np.float64]
Time = Hashable

_OPERATIONS: Final[Mapping[str, Callable[[Floats], Any]]] = {
    "mean": lambda x: np.nanmean(x, axis=1),
    "median": lambda x: np.nanmedian(x, axis=1),
    "sum": lambda x: np.where(np.isnan(x).all(axis=1), np.nan, np.nansum(x, axis=1)),
    "min": lambda x: np.nanmin(x, axis=1),
    "max": lambda x: np.nanmax(x, axis=1),
    "std": lambda x: np.nanstd(x, axis=1, ddof=1),
}
OPERATIONS: Final = tuple(_OPERATIONS)


@dataclass(frozen=True, slots=True, eq=False)
class SynthPanel:
    """Outcomes of units over periods, and other columns that may predict them.

    outcomes, and each of columns: shape (units, times), NaN where there is none. times: labels in
    their order, as the table writes them.
    """

    units: tuple[str, ...]
    times: tuple[Time, ...]
    outcomes: Floats
    columns: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.times))
        for name, values in {"outcomes": self.outcomes, **self.columns}.items():
            if values.shape != shape:
                raise ValueError(f"{name}: shape {values.shape}, expected {shape}")

    def unit(self, name: str) -> int:
        """The row of a unit; StudyError where there is none of that name."""
        if name not in self.units:
            shown = ", ".join(self.units[:8]) + (", ..." if len(self.units) > 8 else "")
            raise StudyError(f"there is no unit {name!r} in the panel", expected=f"one of {shown}")
        return self.units.index(name)

    def time(self, label: Time) -> int:
        """The column of a period; StudyError where there is none of that label."""
        if label not in self.times:
            raise StudyError(
                f"there is no period {label!r} in the panel",
                expected=f"one of {self.times[0]!r} to {self.times[-1]!r}, written as there",
            )
        return self.times.index(label)


@dataclass(frozen=True, slots=True)
class Predictor:
    """One figure a unit on which treated and synthetic are to be alike.

    name: a column of the panel, or the outcome's name. times: the periods that it is taken over;
    cells without a figure are left out. operation: one of OPERATIONS.
    """

    name: str
    times: tuple[Time, ...]
    operation: str = "mean"

    @property
    def label(self) -> str:
        """How tables name it."""
        over = f"{self.times[0]}" + (f"..{self.times[-1]}" if len(self.times) > 1 else "")
        return f"{self.name}, {self.operation} of {over}"


def parse_predictor(text: str, times: Sequence[Time]) -> Predictor:
    """Read ``NAME@A..B``, ``NAME@A..B/STEP``, ``NAME@A,B,C``, each with ``:OPERATION`` after it.

    ``gdpcap@1960..1969``, ``energy@1961..1969/2``, ``popdens@1969``, ``beer@1984..1988:median``. A
    step counts periods of the panel. Without @ it is taken over all of ``times``, which are those
    before the change. StudyError: a period that is not among ``times``, an unknown operation.
    """
    name, _, rest = text.partition("@")
    over, colon, operation = rest.rpartition(":") if "@" in text else ("", "", "")
    if not colon:
        over, operation = rest, "mean"
    if not name or operation not in _OPERATIONS:
        raise StudyError(
            f"{text!r} is no predictor",
            expected="NAME@A..B, NAME@A..B/STEP or NAME@A,B, with :" + ", :".join(OPERATIONS),
            next="write for example gdp@1960..1969 or population@1969",
        )
    if not over:
        return Predictor(name, tuple(times), operation)
    places = {str(label): label for label in times}
    found: list[Time] = []
    for part in over.split(","):
        match = re.fullmatch(r"(.+?)\.\.(.+?)(?:/(\d+))?", part)
        ends = (match[1], match[2]) if match else (part, part)
        for end in ends:
            if end not in places:
                raise StudyError(
                    f"predictor {text!r}: there is no period {end!r}",
                    expected=f"a period of the panel, {times[0]} to {times[-1]}",
                )
        labels = list(places)
        low, high = labels.index(ends[0]), labels.index(ends[1])
        step = int(match[3]) if match and match[3] else 1
        found.extend(places[label] for label in labels[low : high + 1 : max(step, 1)])
    if not found:
        raise StudyError(f"predictor {text!r} names no period", expected="from a period to a later")
    return Predictor(name, tuple(found), operation)


def predictor_matrix(
    panel: SynthPanel, predictors: Sequence[Predictor], outcome: str
) -> tuple[Floats, tuple[str, ...]]:
    """Figures of all units, shape (predictors, units), and their labels.

    NaN where a unit has no figure in any of the periods. StudyError: a column that the panel does
    not have, a period that it does not have.
    """
    rows = []
    for one in predictors:
        if one.name != outcome and one.name not in panel.columns:
            shown = ", ".join([outcome, *panel.columns])
            raise StudyError(f"there is no column {one.name!r}", expected=f"one of {shown}")
        if one.operation not in _OPERATIONS:
            raise StudyError(
                f"unknown operation {one.operation!r} of the predictor {one.name}",
                expected="one of " + ", ".join(OPERATIONS),
            )
        values = panel.outcomes if one.name == outcome else panel.columns[one.name]
        with warnings.catch_warnings():
            # A unit without any figure gives NaN, which the caller tells of.
            warnings.simplefilter("ignore", RuntimeWarning)
            rows.append(_OPERATIONS[one.operation](values[:, [panel.time(t) for t in one.times]]))
    if not rows:
        return np.empty((0, len(panel.units))), ()
    return np.asarray(np.vstack(rows), dtype=np.float64), tuple(one.label for one in predictors)
