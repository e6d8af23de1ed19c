"""Effects by cohort and period: ATT(g, t) of Callaway & Sant'Anna (2021)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from howfar.improve.cohorts import Cohorts, Control
from howfar.improve.two_by_two import Method, NotEstimable, Part, panel_att, stacked_att
from howfar.stats.blocks import FloatArray

Base = Literal["varying", "universal"]
WeightsFrom = Literal["earlier", "base", "first", "varying"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupTime:
    """ATT(g, t) of every cohort and period that can be compared, in order of cohort and period.

    group, time, base: (K,) cohort, period, period compared with. att: (K,), NaN where it could
    not be estimated; why says the reason. influence: (n, K), NaN columns there; 0 for units that
    the cell does not use. treated, compared: (K,) units (or rows) on both sides. seen: (K,) mean
    outcome of the cohort in the period. reference: (K,) the base period itself, 0 by definition.
    """

    data: Cohorts
    group: FloatArray
    time: FloatArray
    base: FloatArray
    att: FloatArray
    influence: FloatArray
    treated: FloatArray
    compared: FloatArray
    seen: FloatArray
    reference: FloatArray
    why: tuple[str | None, ...]
    control: Control
    method: Method
    universal: bool
    anticipation: float
    weights_from: WeightsFrom

    @property
    def event(self) -> FloatArray:
        """Periods since the change, in the numbers of the periods."""
        return self.time - self.group

    @property
    def known(self) -> np.typing.NDArray[np.bool_]:
        """Cells with an estimate that is no reference."""
        return np.asarray(np.isfinite(self.att) & (self.reference == 0))

    def summed(self, influence: FloatArray) -> FloatArray:
        """Influence (n, ...) summed within clusters, (C, ...)."""
        if self.data.clusters == self.data.n:
            return influence
        out = np.zeros((self.data.clusters, *influence.shape[1:]))
        np.add.at(out, self.data.cluster, influence)
        return out

    def error(self, influence: FloatArray) -> FloatArray:
        """Standard errors sqrt(sum of squared sums of clusters) / n of columns of influence."""
        return np.asarray(np.sqrt((self.summed(influence) ** 2).sum(axis=0)) / self.data.n)


def _last(data: Cohorts, g: float, anticipation: float) -> float:
    """The last period before the change; of pairs the last in which any of the cohort is there."""
    before = data.times[data.times + anticipation < g]
    if data.layout == "pairs":
        there = np.isin(before, data.time[data.first[data.unit] == g])
        before = before[there] if there.any() else before
    return float(before[-1])


def _pairs(data: Cohorts, base: Base, anticipation: float) -> Iterator[tuple[float, float, float]]:
    """Cohort, period and the period that it is compared with."""
    times = data.times
    for g in data.cohorts:
        last = _last(data, float(g), anticipation)
        for at, t in enumerate(times):
            if base == "universal" or t >= g - anticipation:
                yield float(g), float(t), float(last)
            elif at:
                yield float(g), float(t), float(times[at - 1])


def att_gt(
    data: Cohorts,
    *,
    control: Control = "never",
    method: Method = "dr",
    base: Base = "varying",
    anticipation: float = 0,
    weights_from: WeightsFrom = "earlier",
) -> GroupTime:
    """What did the change do to those who began in g, in period t?

    ATT(g, t) = E[Y_t - Y_b | first = g] - E[Y_t - Y_b | not changed by t], b the last period
    before g less the anticipation (of ``pairs`` the last in which the cohort is there); with
    covariates by ``panel_att`` or ``stacked_att``. Before the change a ``varying`` base compares
    neighbouring periods, a ``universal`` one all with b.

    Parameters
    ----------
    control : never, or not-yet: also those whose change lies ahead of the period.
    weights_from : which period's weights a panel uses: the earlier of the two, the last before the
        change (base), the first of all, or each row its own (varying: by the stacked estimators).
        Rows of cross-sections always have their own.
        Covariates are those of the earlier period.

    Errors: a cell that cannot be estimated is NaN with its reason, never an error.
    Source: doi 10.1016/j.jeconom.2020.12.001.
    """
    stacked = data.layout not in ("panel", "pairs") or weights_from == "varying"
    # Without covariates all three methods are the same differences of means; reg asks for no logit.
    plain: Method = method if data.covariates.size else "reg"
    stretched = _stretched(data)
    cells = [
        _Cell(data, stretched, g, t, b, control, plain, anticipation, weights_from)
        for g, t, b in _pairs(data, base, anticipation)
    ]
    att = np.full(len(cells), np.nan)
    influence = np.full((data.n, len(cells)), np.nan)
    why: list[str | None] = [None] * len(cells)
    for k, cell in enumerate(cells):
        if cell.t == cell.b:
            att[k], influence[:, k] = 0.0, 0.0
            continue
        try:
            found = cell.stacked() if stacked else cell.panel()
        except NotEstimable as error:
            why[k] = str(error)
        else:
            att[k], influence[:, k] = found.value, found.influence
    return GroupTime(
        data=data,
        group=np.array([c.g for c in cells]),
        time=np.array([c.t for c in cells]),
        base=np.array([c.b for c in cells]),
        att=att,
        influence=influence,
        treated=np.array([c.size(c.changed) for c in cells], dtype=np.float64),
        compared=np.array([c.size(c.others) for c in cells], dtype=np.float64),
        seen=np.array([c.seen() for c in cells]),
        reference=np.array([float(c.t == c.b) for c in cells]),
        why=tuple(why),
        control=control,
        method=method,
        universal=base == "universal",
        anticipation=anticipation,
        weights_from=weights_from,
    )


def _stretched(data: Cohorts) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Outcomes, covariates and weights as (n, T, ...); empty where rows are units of their own."""
    if data.layout == "cross-sections":
        return np.zeros((0, 0)), np.zeros((0, 0, 0)), np.zeros((0, 0))
    return data.wide(data.outcome), data.wide(data.covariates), data.wide(data.weights)


class _Cell:
    """One cohort in one period, against one earlier or later period."""

    def __init__(
        self,
        data: Cohorts,
        stretched: tuple[FloatArray, FloatArray, FloatArray],
        g: float,
        t: float,
        b: float,
        control: Control,
        method: Method,
        anticipation: float,
        weights_from: WeightsFrom,
    ) -> None:
        self.data, self.g, self.t, self.b, self.method = data, g, t, b, method
        self.y, self.X, self.weights = stretched
        self.changed = data.first == g
        self.others = np.isinf(data.first)
        if control == "not-yet":
            self.others |= (data.first > max(t, b) + anticipation) & ~self.changed
        last = _last(data, g, anticipation)
        self.weigh = {"base": last, "first": float(data.times[0])}.get(weights_from, min(t, b))
        self.own = weights_from in ("earlier", "varying") or data.layout == "cross-sections"

    def size(self, units: np.typing.NDArray[np.bool_]) -> int:
        """Units of one side that are there in the period."""
        return int(units[self.data.unit[self.data.time == self.t]].sum())

    def seen(self) -> float:
        """Mean outcome of the cohort in the period."""
        rows = (self.data.time == self.t) & self.changed[self.data.unit]
        weights = self.data.weights[rows]
        if not weights.sum() > 0:
            return float("nan")
        return float(np.average(self.data.outcome[rows], weights=weights))

    def panel(self) -> Part:
        """By the change of each unit that is there in both periods."""
        data = self.data
        now, then, weigh = np.searchsorted(data.times, [self.t, self.b, self.weigh]).tolist()
        weights = self.weights[:, weigh]
        used = (self.changed | self.others) & np.isfinite(
            self.y[:, now] + self.y[:, then] + weights
        )
        found = panel_att(
            self.y[used, now] - self.y[used, then],
            self.changed[used].astype(np.float64),
            self.X[used][:, min(now, then)],
            weights[used],
            self.method,
        )
        out = np.zeros(data.n)
        out[used] = found.influence * data.n / used.sum()
        return Part(found.value, out)

    def stacked(self) -> Part:
        """By rows as if they were drawn anew in each period."""
        data = self.data
        units = self.changed | self.others
        rows = np.flatnonzero(units[data.unit] & np.isin(data.time, (self.t, self.b)))
        weights, X = data.weights[rows], data.covariates[rows]
        if not self.own:
            weights = self._fixed()[data.unit[rows]]
            rows, weights = rows[weights > 0], weights[weights > 0]
            X = data.covariates[rows]
        if data.layout == "panel":
            early = int(np.searchsorted(data.times, min(self.t, self.b)))
            X = self.X[data.unit[rows], early]
        found = stacked_att(
            data.outcome[rows],
            (data.time[rows] == self.t).astype(np.float64),
            self.changed[data.unit[rows]].astype(np.float64),
            X,
            weights,
            self.method,
        )
        out = np.zeros(data.n)
        np.add.at(out, data.unit[rows], found.influence * data.n / len(rows))
        return Part(found.value, out)

    def _fixed(self) -> FloatArray:
        """Each unit's weight in the period that weights are taken from; 0 where it is absent."""
        out = np.zeros(self.data.n)
        rows = self.data.time == self.weigh
        out[self.data.unit[rows]] = self.data.weights[rows]
        return out


@dataclass(frozen=True, slots=True)
class Wald:
    """Whether all effects before the change are 0 together.

    statistic, df, p: chi-square of the covariance of the influence functions, as the reference
    software gives it. p_small: the same by Hotelling's F, which knows how few units it rests on.
    """

    statistic: float
    df: int
    p: float
    p_small: float


def pre_trend(found: GroupTime) -> Wald | None:
    """Did those who would change move like the others before they did?

    W = a' V^-1 a over the ATT(g, t) with t < g less the anticipation; null without such cells or
    where V is singular (fewer clusters than cells).
    """
    before = found.known & (found.time < found.group - found.anticipation)
    errors = found.error(found.influence)
    before &= np.nan_to_num(errors) > 0
    if not before.any():
        return None
    sums = found.summed(found.influence[:, before])
    covariance = sums.T @ sums / found.data.n**2
    if 1 / np.linalg.cond(covariance, 1) <= np.finfo(np.float64).eps:
        return None
    a = found.att[before]
    statistic = float(a @ np.linalg.solve(covariance, a))
    df, units = int(before.sum()), found.data.clusters
    small = float("nan")
    if units > df + 1:
        scaled = statistic * (units - 1 - df) / ((units - 1) * df)
        small = float(stats.f.sf(scaled, df, units - 1 - df))
    return Wald(statistic, df, float(stats.chi2.sf(statistic, df)), small)
