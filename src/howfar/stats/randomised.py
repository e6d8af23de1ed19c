"""What a change did in an experiment by lot: the difference between arms, tested by the lot itself.

One test carries the p value and all intervals: the difference of the arms within strata, divided by
its standard error, against the same figure under every assignment that the lot could have given.
Dividing by the standard error keeps the test right, in large samples, where the change moves some
units more than others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from howfar.stats.assignment import codes_of
from howfar.stats.blocks import FloatArray

Side = Literal["two-sided", "greater", "less"]

_ROOM: Final = 4_000_000
"""Assignments times units that are held at once."""
_EVEN: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Numerator and squared standard error of the difference, as functions of theta.

    The outcome without the change would have been y - theta d. For assignment p the difference is
    top[p] - theta slope[p] and its squared standard error a[p] - 2 theta b[p] + theta^2 c[p].
    """

    top: FloatArray
    slope: FloatArray
    a: FloatArray
    b: FloatArray
    c: FloatArray

    def statistic(self, theta: float) -> FloatArray:
        """Difference / standard error at theta; 0 / 0 counts as 0."""
        difference = self.top - theta * self.slope
        variance = self.a - 2 * theta * self.b + theta**2 * self.c
        spread = np.sqrt(np.maximum(variance, 0.0))
        still = spread <= 1e-12 * (np.abs(self.top) + np.abs(theta * self.slope) + 1e-300)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(still, np.sign(difference) * np.inf, difference / spread)
        return np.where(np.abs(difference) <= 1e-12 * np.abs(self.top), 0.0, found)


def basis(strata: npt.ArrayLike, covariates: FloatArray | None) -> FloatArray:
    """Orthonormal columns that span strata and covariates, shape (n, k).

    Covariates, shape (n, m), are taken relative to the mean of their stratum; what the strata or
    other covariates tell already drops out.
    """
    codes = codes_of(strata)
    dummies = (codes[:, None] == np.arange(codes.max() + 1)).astype(np.float64)
    columns = dummies / np.sqrt(dummies.sum(axis=0))
    for column in () if covariates is None else covariates.T:
        rest = column - columns @ (columns.T @ column)
        rest = rest - columns @ (columns.T @ rest)
        size = float(np.sqrt(rest @ rest))
        if size > 1e-9 * float(np.sqrt(column @ column) + 1e-300):
            columns = np.column_stack([columns, rest / size])
    return np.asarray(columns, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Assignments (P, n) with strata and covariates taken out, for any number of outcomes.

    rest: assignments net of strata and covariates. size: their sums of squares, NaN where an
    assignment compares nothing. weight: rest^2 / (1 - leverage), the weights of HC2.
    """

    span: FloatArray
    rest: FloatArray
    size: FloatArray
    weight: FloatArray

    def sums(self, y: FloatArray, d: FloatArray) -> Sums:
        """``Sums`` of an outcome y (n,) to which a theta of 1 adds d (n,)."""
        rest, weight, span = self.rest, self.weight, self.span
        over = [one - np.einsum("nk,k->n", span, np.einsum("nk,n->k", span, one)) for one in (y, d)]
        top, slope = (np.einsum("pn,n->p", rest, one) / self.size for one in over)
        whole = np.einsum("pn,pn,pn->p", weight, rest, rest)
        cross = [np.einsum("pn,pn,n->p", weight, rest, one) for one in over]

        def squares(i: int, j: int) -> FloatArray:
            """Weighted sums of products of what is left of y or d beside the arms."""
            at = (top, slope)
            plain = np.einsum("pn,n->p", weight, over[i] * over[j])
            found = plain - at[j] * cross[i] - at[i] * cross[j] + at[i] * at[j] * whole
            return np.asarray(found / self.size**2, dtype=np.float64)

        return Sums(top, slope, squares(0, 0), squares(0, 1), squares(1, 1))


def prepare(z: npt.NDArray[np.int8], span: FloatArray) -> Prepared:
    """Take strata and covariates, as ``basis`` gives them, out of assignments (P, n).

    Least squares of y on z, strata and covariates; squared standard errors are HC2, which are
    Neyman's for two groups and those of the paired differences for pairs.

    Source: MacKinnon & White 1985 (doi 10.1016/0304-4076(85)90158-7) for HC2.
    """
    raw = z.astype(np.float64)
    rest = raw - np.einsum("pk,nk->pn", np.einsum("pn,nk->pk", raw, span), span)
    size = np.einsum("pn,pn->p", rest, rest)
    size = np.where(size > 1e-9, size, np.nan)
    free = 1.0 - (span**2).sum(axis=1) - rest**2 / size[:, None]
    return Prepared(span, rest, size, rest**2 / np.where(free > 1e-9, free, np.inf))


def sums_of(y: FloatArray, d: FloatArray, z: npt.NDArray[np.int8], span: FloatArray) -> Sums:
    """``Sums`` of each row of assignments z (P, n), a stretch of rows at a time."""
    step = max(1, _ROOM // max(1, y.size))
    parts = [prepare(z[at : at + step], span).sums(y, d) for at in range(0, len(z), step)]
    if len(parts) == 1:
        return parts[0]
    return stacked(parts, np.concatenate)


def stacked(parts: Sequence[Sums], join: Callable[[list[FloatArray]], FloatArray]) -> Sums:
    """Several ``Sums`` as one: np.concatenate for more assignments, np.stack for more outcomes."""
    return Sums(
        join([one.top for one in parts]),
        join([one.slope for one in parts]),
        join([one.a for one in parts]),
        join([one.b for one in parts]),
        join([one.c for one in parts]),
    )


def p_values(seen: Sums, drawn: Sums, theta: float, *, listed: bool, side: Side) -> FloatArray:
    """P of theta for one outcome or several, over the last axis: part of assignments as far out.

    seen: shape (..., 1). drawn: (..., P). listed: what happened is among the assignments.
    """
    far, all_ = seen.statistic(theta), drawn.statistic(theta)
    if side == "two-sided":
        far, all_ = np.abs(far), np.abs(all_)
    elif side == "less":
        far, all_ = -far, -all_
    near = np.where(np.isfinite(far), _EVEN * np.maximum(1.0, np.abs(far)), 0.0)
    beyond = (all_ >= far - near).sum(axis=-1)
    number = (~np.isnan(all_)).sum(axis=-1)
    found = beyond / number if listed else (beyond + 1) / (number + 1)
    return np.asarray(found, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class LotTest:
    """The test of one outcome: what happened, and what the lot could have given.

    value: theta at which the arms are equal. se: standard error of the difference at theta 0.
    listed: whether the assignments are all that there are (what happened is then one of them).
    """

    seen: Sums
    drawn: Sums
    listed: bool
    side: Side = "two-sided"

    @property
    def value(self) -> float:
        """The theta that makes the arms equal; NaN where no theta moves them."""
        slope = float(self.seen.slope[0])
        return float(self.seen.top[0]) / slope if slope else math.nan

    @property
    def se(self) -> float:
        """HC2 standard error of the difference between the arms at theta 0."""
        return math.sqrt(max(float(self.seen.a[0]), 0.0))

    def p(self, theta: float = 0.0) -> float:
        """Part of all assignments that lie as far out as what happened, if the effect is theta."""
        p = p_values(self.seen, self.drawn, theta, listed=self.listed, side=self.side)
        return float(p)

    def interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """All theta that the test does not reject, from the lowest to the highest.

        One-sided tests give one finite end. None where an end lies nowhere: too few units for
        this level, or a change that no theta describes.
        """
        level = 1.0 - confidence
        ends = [-math.inf, math.inf]
        sides = {"two-sided": (-1, 1), "greater": (-1,), "less": (1,)}[self.side]
        if not math.isfinite(self.value):
            return None
        spread = self.se / abs(float(self.seen.slope[0]))
        for sign in sides:
            end = self._end(sign, max(spread, 1e-12 * max(1.0, abs(self.value))), level)
            if end is None:
                return None
            ends[(sign + 1) // 2] = end
        return ends[0], ends[1]

    def _end(self, sign: int, spread: float, level: float) -> float | None:
        inner, reach = self.value, spread
        while self.p(outer := self.value + sign * reach) > level:
            inner, reach = outer, 1.5 * reach
            if reach > 1e6 * spread:
                return None
        for _ in range(50):
            middle = (inner + outer) / 2
            if self.p(middle) > level:
                inner = middle
            else:
                outer = middle
            if abs(outer - inner) <= 1e-9 * spread:
                break
        return outer


def lot_test(
    y: npt.ArrayLike,
    d: npt.ArrayLike,
    z: npt.ArrayLike,
    strata: npt.ArrayLike,
    reference: npt.NDArray[np.int8],
    *,
    listed: bool,
    covariates: FloatArray | None = None,
    prepared: Prepared | None = None,
    side: Side = "two-sided",
) -> LotTest:
    """Test of arms that were filled by lot.

    Parameters
    ----------
    y : (n,) outcome of each unit, finite.
    d : (n,) what the change adds for a theta of 1. z itself: an effect in units of y. z * y: a
        part theta of what was seen, so that the relative effect is theta / (1 - theta).
    z : (n,) 1 with the change, 0 without; both occur in at least one stratum.
    strata : (n,) within which the lot was drawn.
    reference, listed : as from ``reference_assignments``.
    covariates : (n, m) known before the lot; they sharpen the comparison and cannot bias it much.
    prepared : of the reference, where many outcomes without covariates share it.
    side : greater and less: only an effect in that direction counts.

    Raises
    ------
    ValueError
        Where nothing can be compared: no stratum has both arms, or figures are not finite.

    Source: Wu & Ding 2021 (doi 10.1080/01621459.2020.1750415) for the test; Lin 2013
    (doi 10.1214/12-AOAS583) for covariates; Imbens & Rubin 2015 (doi 10.1017/CBO9781139025751).
    """
    outcome, adds = np.asarray(y, dtype=np.float64), np.asarray(d, dtype=np.float64)
    arms = np.asarray(z, dtype=np.int8)
    if not (outcome.shape == adds.shape == arms.shape == (reference.shape[1],)):
        raise ValueError("outcomes, arms and assignments differ in length")
    if not np.isfinite(outcome).all():
        raise ValueError("outcomes must be finite: leave out what is missing and say so")
    span = basis(strata, covariates) if prepared is None else prepared.span
    seen = sums_of(outcome, adds, arms[None, :], span)
    if not np.isfinite(seen.top[0]):
        raise ValueError("no stratum has units of both arms")
    if prepared is None:
        return LotTest(seen, sums_of(outcome, adds, reference, span), listed, side)
    return LotTest(seen, prepared.sums(outcome, adds), listed, side)
