"""A question to a synthetic control, and the paths and placebos that answer it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from howfar.improve.synthetic_inference import Conformal, mean_over, root_mean_square, sets_of
from howfar.improve.synthetic_panel import Predictor, SynthPanel, predictor_matrix
from howfar.improve.synthetic_weights import Fitted, Fitting, UnitData, expected_path, fit_weights

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Combine = Literal["average", "separate"]


@dataclass(frozen=True, eq=False)
class Case:
    """Treated units, one start each, on periods that are counted from it.

    units: one UnitData each (of the average of all treated where they are combined first).
    labels: of the periods. start: place of the first period with the change. counted: which periods
    since are in the average. how: of the fit.
    """

    panel: SynthPanel
    outcome: str
    treated: tuple[str, ...]
    donors: tuple[str, ...]
    predictors: tuple[Predictor, ...]
    predictor_labels: tuple[str, ...]
    combine: Combine
    units: tuple[UnitData, ...]
    labels: tuple[str, ...]
    start: int
    counted: Mask
    how: Fitting
    notes: tuple[str, ...] = ()

    @property
    def fit(self) -> Mask:
        """Periods that the fit is over."""
        return self.units[0].fit

    @cached_property
    def fitted(self) -> tuple[Fitted, ...]:
        """Weights, one set a treated unit."""
        return tuple(fit_weights(unit, self.how) for unit in self.units)

    @cached_property
    def observed(self) -> Floats:
        """Mean of the treated, shape (periods,)."""
        return mean_over([unit.y1 for unit in self.units])

    @cached_property
    def expected(self) -> Floats:
        """Mean of their synthetic units, shape (periods,)."""
        pairs = zip(self.units, self.fitted, strict=True)
        return mean_over([expected_path(unit, one, self.how) for unit, one in pairs])

    @cached_property
    def gaps(self) -> Floats:
        """Observed less expected, shape (periods,)."""
        return self.observed - self.expected

    @property
    def average(self) -> float:
        """Mean gap over the periods counted."""
        return float(self.gaps[self.counted].mean())

    @property
    def rmspe(self) -> float:
        """Root mean square of the gaps over the periods of the fit."""
        return root_mean_square(self.gaps[self.fit])

    @cached_property
    def again(self) -> tuple[Fitting, ...]:
        """How placebos and refits are fitted, one a treated unit: with what the first fit chose.

        Of several searches for the importance of predictors only that which won is made again.
        """
        found = []
        for one in self.fitted:
            chosen = dict(one.chosen)
            how = self.how
            if "optimiser" in chosen:
                how = replace(how, optimisers=(chosen["optimiser"],), starts=(chosen["start"],))
            if "ridge" in chosen:
                how = replace(how, ridge=chosen["ridge"])
            if "penalty" in chosen:
                how = replace(how, penalty=chosen["penalty"])
            if "singular_values" in chosen:
                how = replace(how, singular_values=chosen["singular_values"])
            found.append(how)
        return tuple(found)

    @cached_property
    def placebos(self) -> Floats:
        """Gaps of donors put in the treated's place, shape (donors, periods).

        Of several treated units: the means over groups of as many donors.
        """
        n = len(self.donors)
        paths = []
        for unit, how in zip(self.units, self.again, strict=True):
            rows = []
            for donor in range(n):
                fake = unit.as_if(donor)
                rows.append(fake.y1 - expected_path(fake, fit_weights(fake, how), how))
            paths.append(np.stack(rows))
        groups = sets_of(n, len(paths))
        return np.stack([mean_over([p[j] for p, j in zip(paths, g, strict=True)]) for g in groups])

    def without(self, donor: int) -> float:
        """The average gap without a donor."""
        paths = []
        for unit, held in zip(self.units, self.again, strict=True):
            less = unit.without(donor)
            how = replace(held, optimisers=self.how.optimisers, starts=self.how.starts)
            paths.append(less.y1 - expected_path(less, fit_weights(less, how), how))
        return float(mean_over(paths)[self.counted].mean())

    def conformal(self, draws: int = 0, rng: np.random.Generator | None = None) -> Conformal:
        """Tests by refits; weights that predictors decide are held."""
        refits = not len(self.units[0].x1) or self.how.method in ("augmented", "ridge", "robust")

        def left_over(effects: Floats, used: Mask) -> Floats:
            paths = []
            for unit, how, one in zip(self.units, self.again, self.fitted, strict=True):
                y1 = (unit.y1 - effects)[used]
                if refits:
                    cut = UnitData(y1, unit.y0[used], np.ones(y1.size, np.bool_), unit.x1, unit.x0)
                    paths.append(y1 - expected_path(cut, fit_weights(cut, how), how))
                else:
                    paths.append(y1 - expected_path(unit, one, how)[used])
            return mean_over(paths)

        return Conformal(left_over, self.fit, self.counted, draws, rng)

    def cut_at(self, place: int) -> Case | None:
        """The same question as if the change had come at an earlier period; null where too short.

        Only periods before the real change are looked at; predictors end before the earlier one.
        """
        until = self.start
        fit = self.fit[:until] & (np.arange(until) < place)
        if fit.sum() < 2 or until - place < 1:
            return None
        early = {
            label
            for label, ok in zip(self.labels, np.arange(len(self.labels)) < place, strict=True)
            if ok
        }
        predictors = tuple(
            replace(one, times=times)
            for one in self.predictors
            if (times := tuple(t for t in one.times if str(t) in early))
        )
        if self.predictors and not predictors:
            return None
        matrix, labels = predictor_matrix(self.panel, predictors, self.outcome)
        x0s = matrix[:, [self.panel.unit(name) for name in self.donors]]
        x1s = self._treated_predictors(matrix)
        keep = ~np.isnan(np.column_stack([x0s, *x1s])).any(axis=1)
        if self.predictors and not keep.any():
            return None
        units = tuple(
            UnitData(unit.y1[:until], unit.y0[:until], fit, x1[keep], x0s[keep])
            for unit, x1 in zip(self.units, x1s, strict=True)
        )
        counted = np.zeros(until, np.bool_)
        counted[place : place + max(int(self.counted.sum()), 1)] = True
        how = self.again[0]
        if not isinstance(how.importance, str):
            how = replace(how, importance="equal")
        return replace(
            self,
            predictors=predictors,
            predictor_labels=labels,
            units=units,
            labels=self.labels[:until],
            start=place,
            counted=counted,
            how=how,
        )

    def _treated_predictors(self, matrix: Floats) -> list[Floats]:
        columns = [matrix[:, self.panel.unit(name)] for name in self.treated]
        if self.combine == "average":
            return [mean_over(columns)]
        return columns
