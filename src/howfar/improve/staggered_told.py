"""Figures of a staggered comparison as estimates, with their words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from howfar.improve.aggregate_att import Aggregate, Aggregated, Window
from howfar.improve.att_gt import GroupTime
from howfar.improve.cohorts import Cohorts
from howfar.improve.effect import EffectPeriod
from howfar.improve.staggered_errors import Intervals, Spread
from howfar.improve.wording import figure
from howfar.schema.estimate import Estimate, exact, not_measured
from howfar.stats.blocks import FloatArray

_CONTROLS: Final = {
    "never": "units that never changed",
    "not-yet": "units that had not changed yet",
}
_METHODS: Final = {
    "dr": "doubly robust",
    "ipw": "reweighted",
    "reg": "regression among the unchanged",
}


_LARGEST: Final = 50.0  # a logarithm above which a ratio says nothing


def label_of(period: float, labels: Mapping[float, str]) -> str:
    """The name of a period, or its number."""
    return labels.get(period) or (f"{period:.0f}" if period.is_integer() else f"{period:g}")


def told_of(
    found: GroupTime,
    how: Intervals,
    name: str,
    unit: str,
    labels: Mapping[float, str],
    covariates: tuple[str, ...],
) -> Told:
    """What is needed to say the figures, errors of every ATT(g, t) among it."""
    pairs = zip(found.group.tolist(), found.time.tolist(), strict=True)
    names = tuple(f"ATT({label_of(g, labels)}, {label_of(t, labels)})" for g, t in pairs)
    influence = np.where(np.isfinite(found.att), found.influence, 0.0)
    spread = how.spread(influence, np.diag(found.known.astype(np.float64)))
    return Told(found, how, name, unit, labels, covariates, names, spread)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Figures of one comparison as estimates with their words."""

    found: GroupTime
    how: Intervals
    name: str
    unit: str
    labels: Mapping[float, str]
    covariates: tuple[str, ...]
    cell_names: tuple[str, ...]
    cell_spread: Spread

    @property
    def data(self) -> Cohorts:
        """What was compared."""
        return self.found.data

    def label(self, period: float) -> str:
        """The name of a period."""
        return label_of(period, self.labels)

    def method(self, what: str, said: str) -> str:
        """How a figure was made, in words."""
        given = ""
        if self.covariates:
            given = f", {_METHODS[self.found.method]} with {', '.join(self.covariates)}"
        return f"{what}; compared with {_CONTROLS[self.found.control]}{given}; {said}"

    def estimate(
        self, value: float, spread: Spread, at: int, what: str, *, band: bool = False
    ) -> Estimate:
        """One figure with its own interval, or with its place in a band."""
        error = float(spread.error[at])
        if not math.isfinite(value):
            return not_measured(self.unit, "could not be estimated (see the cells)", what)
        if not math.isfinite(error):
            return not_measured(self.unit, "too few units for an interval", what)
        half = error * (spread.band if band else spread.point)
        kind = f"{spread.said}, simultaneous band" if band else spread.said
        rows = self.data.layout == "cross-sections"
        return Estimate(
            value,
            value - half,
            value + half,
            "confidence",
            self.how.confidence,
            self.data.n if rows else None,
            None,
            None if rows else self.data.n,
            self.unit,
            self.method(what, kind),
            "measured",
        )

    def relative(self, average: Estimate, one: Aggregated, log: bool) -> Estimate:
        """The effect as a part of what would have been, given what was seen."""
        if average.value is None or average.low is None or average.high is None:
            return not_measured("ratio", average.reason or "no average")
        ends = (average.value, average.low, average.high)
        if log:
            if max(ends) > _LARGEST:
                return not_measured("ratio", "as a ratio it is beyond all bounds", average.method)
            value, low, high = (math.expm1(end) for end in ends)
            return replace(average, value=value, low=low, high=high, unit="ratio")
        used = one.cells != 0
        seen = float(one.cells[used] @ self.found.seen[used])
        if not (seen > 0 and seen - max(ends) > 0):
            return not_measured("ratio", "what would have been is not clear of 0", average.method)
        value, low, high = (end / (seen - end) for end in ends)
        method = f"{average.method}; as a part of {seen:g} seen less the effect"
        return replace(average, value=value, low=low, high=high, unit="ratio", method=method)

    def cumulative(self, window: Window, log: bool) -> Estimate:
        """Sum over the units that changed, in all their periods since."""
        if log:
            return not_measured(self.unit, "effects on a logarithm do not add up to an amount")
        found, data = self.found, self.data
        e = found.event
        used = np.isfinite(found.att) & (e >= 0) & (e >= window["min_e"]) & (e <= window["max_e"])
        cells = np.zeros(len(found.att))
        for k in np.flatnonzero(used):
            rows = (data.time == found.time[k]) & (data.first[data.unit] == found.group[k])
            cells[k] = data.weights[rows].sum()
        spread = self.how.spread(found.influence[:, used] @ cells[used][:, None], cells[None, :])
        value = float(cells[used] @ found.att[used])
        return self.estimate(value, spread, 0, "sum over units that changed and periods since")

    def periods(
        self, dynamic: Aggregated | None, spread: Spread | None
    ) -> tuple[EffectPeriod, ...]:
        """By periods since the change; of a single cohort with what was seen and expected."""
        if dynamic is None or spread is None:
            return ()
        gaps = np.diff(self.data.times)
        step = float(gaps.min()) if gaps.size else 1.0
        single = len(np.unique(self.found.group)) == 1
        out = []
        for at, e in enumerate(dynamic.keys):
            value = float(dynamic.att[at])
            only = bool((self.found.reference[dynamic.part_cells[at] > 0] == 1).all())
            if only:
                effect = exact(0.0, self.unit, "the period that others are compared with")
            else:
                what = f"mean over cohorts {e:g} periods since the change"
                effect = self.estimate(value, spread, at + 1, what, band=True)
            label, seen = f"{e:g}", None
            if single:
                cell = int(np.flatnonzero(dynamic.part_cells[at])[0])
                label, seen = self.label(float(self.found.time[cell])), float(self.found.seen[cell])
            expected = None if seen is None else seen - value
            out.append(EffectPeriod(label, round(e / step), seen, expected, effect))
        return tuple(out)

    def compared(self) -> tuple[str, ...]:
        """Units that were compared with."""
        starts = self.data.first
        used = np.isinf(starts)
        if self.found.control == "not-yet":
            used |= starts > self.found.group.min()
        if self.data.layout == "cross-sections":
            return (f"{int(used.sum())} rows without the change",) if used.any() else ()
        return tuple(self.data.names[i] for i in np.flatnonzero(used))

    def more(
        self, averages: Mapping[Aggregate, Aggregated], spreads: Mapping[Aggregate, Spread]
    ) -> dict[str, Estimate]:
        """Every ATT(g, t), every aggregation and its parts, by name, with pointwise intervals."""
        out = {}
        names, spread = self.cell_names, self.cell_spread
        for k, name in enumerate(names):
            value = float(self.found.att[k])
            if self.found.reference[k]:
                out[name] = exact(0.0, self.unit, "the period that others are compared with")
            elif self.found.why[k] is not None:
                out[name] = not_measured(self.unit, self.found.why[k] or "", name)
            else:
                out[name] = self.estimate(value, spread, k, name)
        for kind, one in averages.items():
            out[kind] = self.estimate(one.overall, spreads[kind], 0, f"{kind} average")
            for at, key in enumerate(one.keys.tolist()):
                label = f"{key:g}" if kind == "dynamic" else self.label(key)
                part = self.estimate(float(one.att[at]), spreads[kind], at + 1, f"{kind} {label}")
                if part.status != "measured" and one.att[at] == 0.0:
                    part = exact(0.0, self.unit, "the period that others are compared with")
                out[f"{kind} {label}"] = part
        return out

    def details(
        self,
        averages: Mapping[Aggregate, Aggregated],
        spreads: Mapping[Aggregate, Spread],
        aggregate: Aggregate,
    ) -> dict[str, Any]:
        """Errors, bands, sizes and the cells with their weights in the average."""
        found, data = self.found, self.data
        names, spread = self.cell_names, self.cell_spread
        errors = dict(zip(names, _plain(spread.error), strict=True))
        bands: dict[str, Any] = {"ATT(g, t)": _known(spread.band)}
        for kind, one in averages.items():
            errors[kind] = _plain(spreads[kind].error)[0]
            for key, error in zip(one.keys.tolist(), _plain(spreads[kind].error)[1:], strict=True):
                errors[f"{kind} {key:g}" if kind == "dynamic" else f"{kind} {self.label(key)}"] = (
                    error
                )
            if len(one.keys):
                bands[kind] = _known(spreads[kind].band)
        return {
            "standard_errors": errors,
            "critical": {"pointwise": _known(spread.point), "simultaneous": bands},
            "units": {
                "all": data.n,
                "never": int(np.isinf(data.first).sum()),
                **{self.label(g): int((data.first == g).sum()) for g in data.cohorts.tolist()},
            },
            "clusters": data.clusters,
            "layout": data.layout,
            "cells": [
                {
                    "group": self.label(float(found.group[k])),
                    "period": self.label(float(found.time[k])),
                    "base": self.label(float(found.base[k])),
                    "changed": int(found.treated[k]),
                    "compared": int(found.compared[k]),
                    "weight": float(averages[aggregate].cells[k]),
                    "why": found.why[k],
                }
                for k in range(len(found.att))
            ],
        }

    def undone(self, times: float | None) -> tuple[str, ...]:
        """How robust a clear effect is to what went on before, in words."""
        if times is None:
            return ()
        return (
            f"had the two sides moved apart by {figure(times)} times the largest difference before "
            "the change, in every period since, nothing clear would be left",
        )

    def holes(self) -> tuple[str, ...]:
        """Cells that could not be estimated, in words."""
        lost = [k for k, why in enumerate(self.found.why) if why is not None]
        if not lost:
            return ()
        first = self.found.why[lost[0]]
        return (f"{len(lost)} of {len(self.found.why)} cells could not be estimated: {first}",)


def _plain(values: FloatArray) -> list[float | None]:
    """Numbers, with null for those that are not known."""
    return [_known(float(v)) for v in values]


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
