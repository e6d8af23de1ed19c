"""The table an index is made of: units by columns, with what is missing and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from howfar.errors import StudyError
from howfar.stats.blocks import FloatArray
from howfar.study.problems import suggest

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Matrix:
    """Units (U,) by columns (K,).

    values: (U, K) float64, NaN where missing (inside assess only). standard_errors: (U, K) of the
    values, NaN where unknown. draws: (R, U, K) replicates of the values. groups: (U,) the peer
    group of each unit, for imputation within groups. times: (U,) the period of each row of a panel;
    a unit may then be there once a period.

    Raises StudyError: shapes that do not fit, infinite values, a unit or a column twice.
    """

    units: tuple[str, ...]
    columns: tuple[str, ...]
    values: FloatArray
    standard_errors: FloatArray | None = None
    draws: FloatArray | None = None
    groups: tuple[str, ...] | None = None
    times: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("units", "columns", "groups", "times"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "values", np.array(self.values, dtype=np.float64))
        shape = (len(self.units), len(self.columns))
        if self.values.shape != shape:
            raise _wrong(f"values of shape {self.values.shape}", f"{shape}: units by columns")
        if self.standard_errors is not None and np.shape(self.standard_errors) != shape:
            raise _wrong(f"standard errors of shape {np.shape(self.standard_errors)}", f"{shape}")
        if self.draws is not None and np.shape(self.draws)[1:] != shape:
            raise _wrong(
                f"draws of shape {np.shape(self.draws)}", f"(draws, {shape[0]}, {shape[1]})"
            )
        for name in ("groups", "times"):
            found = getattr(self, name)
            if found is not None and len(found) != shape[0]:
                raise _wrong(f"{len(found)} {name} for {shape[0]} units", f"one of {name} a row")
        if np.isinf(self.values).any():
            row, column = np.argwhere(np.isinf(self.values))[0]
            raise _wrong(
                f"an infinite value ({self.units[row]}, {self.columns[column]})",
                "finite numbers, or nothing where a value is missing",
            )
        keys = list(zip(self.units, self.times or ("",) * shape[0], strict=True))
        _no_twins([" at ".join(filter(None, key)) for key in keys], "unit")
        _no_twins(self.columns, "column")

    def column(self, id: str) -> FloatArray:
        """Values (U,) of one column."""
        return self.values[:, self.place(id)]

    def place(self, id: str) -> int:
        """Position of a column."""
        if id not in self.columns:
            raise StudyError(
                f"no column {id!r}",
                "the table",
                "one of " + ", ".join(self.columns),
                suggest(id, self.columns),
            )
        return self.columns.index(id)

    def select(self, ids: Sequence[str]) -> Matrix:
        """The columns named, in that order."""
        places = [self.place(id) for id in ids]
        return replace(
            self,
            columns=tuple(ids),
            values=self.values[:, places],
            standard_errors=None
            if self.standard_errors is None
            else self.standard_errors[:, places],
            draws=None if self.draws is None else self.draws[:, :, places],
        )

    def keep(self, rows: BoolArray) -> Matrix:
        """The units where ``rows`` (U,) is true."""

        def kept(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
            return None if names is None else tuple(np.array(names, dtype=object)[rows])

        return Matrix(
            kept(self.units) or (),
            self.columns,
            self.values[rows],
            None if self.standard_errors is None else self.standard_errors[rows],
            None if self.draws is None else self.draws[:, rows],
            kept(self.groups),
            kept(self.times),
        )

    def with_values(self, values: FloatArray) -> Matrix:
        """Other values for the same units and columns; errors and draws no longer hold."""
        return replace(self, values=values, standard_errors=None, draws=None)


def _wrong(what: str, expected: str) -> StudyError:
    return StudyError(what, "the table", expected)


def _no_twins(names: Sequence[str], kind: str) -> None:
    if len(set(names)) < len(names):
        twin = next(name for name in names if names.count(name) > 1)
        raise _wrong(f"the {kind} {twin!r} is there twice", f"every {kind} once")
