"""Intervals for synthetic controls: placebos among donors, permutations of what is left over."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Kind = Literal["conformal", "placebo"]
LeftOver = Callable[[Floats, npt.NDArray[np.bool_]], Floats]
"""(effects (times,), which periods) -> gaps of a fit over these, less the effects, (periods,)."""

_DOUBLINGS: Final = 30
_HALVINGS: Final = 24


@dataclass(frozen=True, slots=True)
class Band:
    """low <= high, either may be infinite; level: that which it really has; method in words."""

    low: float
    high: float
    level: float
    method: str


def attainable(confidence: float, n: int) -> float:
    """The highest level up to ``confidence`` that ranks among n others can give: n / (n + 1)."""
    return min(confidence, n / (n + 1))


def placebo_order(sizes: Floats, confidence: float) -> tuple[float, float]:
    """How large what is found among the unchanged may be: a quantile of sizes, and its level.

    The k-th smallest with k = ceil(level (n + 1)): where treated and donors are exchangeable, the
    treated unit's lies below it with at least that probability.
    """
    level = attainable(confidence, sizes.size)
    k = min(sizes.size, max(1, math.ceil(level * (sizes.size + 1) - 1e-9)))
    return float(np.sort(sizes)[k - 1]), level


def rank_p(treated: float, others: Floats) -> float:
    """(1 + how many of the others are at least as large) / (1 + how many there are)."""
    return float((1 + (others >= treated - 1e-12 * abs(treated)).sum()) / (1 + others.size))


def root_mean_square(x: Floats) -> float:
    """Root of the mean of squares; over the last axis."""
    return float(np.sqrt(np.mean(x * x)))


def placebo_band(
    value: float, others: Floats, scale: float, scales: Floats, confidence: float
) -> Band:
    """Value +- the quantile of |others| / scales, times scale.

    scale, scales: how well the treated and each placebo were met before, so that a donor that
    nobody can be like does not widen the interval (Abadie, Diamond & Hainmueller 2010,
    doi 10.1198/jasa.2009.ap08746; Firpo & Possebom 2018, doi 10.1515/jci-2016-0026).
    """
    size, level = placebo_order(np.abs(others) / scales, confidence)
    half = size * scale
    return Band(value - half, value + half, level, f"{others.size} placebos among donors")


def block_p(left: Floats, inside: npt.NDArray[np.bool_]) -> float:
    """How often a run of the same length elsewhere adds up to as much; moving blocks, in a ring.

    Chernozhukov, Wuethrich & Zhu (2021, doi 10.1080/01621459.2021.1920957): under the null the left
    over of a stationary series can be moved along without changing its law, and runs keep what is
    correlated together. left (periods,), inside: a run of them.
    """
    turned = np.abs(_ring_sums(left, inside))
    return float((turned >= turned[0] - 1e-9 * max(turned[0], 1e-300)).mean())


def _ring_sums(left: Floats, inside: npt.NDArray[np.bool_]) -> Floats:
    weights = np.fft.rfft(inside.astype(np.float64))
    found = np.fft.irfft(np.fft.rfft(left) * np.conj(weights), n=left.size)
    return np.asarray(found, dtype=np.float64)


def permuted_p(
    left: Floats, inside: npt.NDArray[np.bool_], draws: int, rng: np.random.Generator
) -> float:
    """The same for left over that is independent from period to period: any order is as likely."""
    seen = abs(left[inside].sum())
    n = int(inside.sum())
    orders = rng.permuted(np.tile(left, (draws, 1)), axis=1)[:, :n]
    return float(
        (1 + (np.abs(orders.sum(axis=1)) >= seen - 1e-9 * max(seen, 1e-300)).sum()) / (draws + 1)
    )


def invert(
    p_of: Callable[[float], float], centre: float, step: float, alpha: float
) -> tuple[float, float]:
    """The ends of the effects that a test does not reject at alpha, around the estimate.

    Infinite where no end is found within 2^30 steps.
    """
    step = step if step > 0 and math.isfinite(step) else max(abs(centre), 1.0) * 1e-3
    ends = []
    for side in (-1.0, 1.0):
        inner, outer, reach = 0.0, math.inf, step
        for _ in range(_DOUBLINGS):
            if p_of(centre + side * reach) <= alpha + 1e-12:
                outer = reach
                break
            inner, reach = reach, 2 * reach
        if math.isinf(outer):
            ends.append(side * math.inf)
            continue
        for _ in range(_HALVINGS):
            middle = (inner + outer) / 2
            if p_of(centre + side * middle) <= alpha + 1e-12:
                outer = middle
            else:
                inner = middle
        ends.append(centre + side * outer)
    return ends[0], ends[1]


@dataclass(frozen=True, slots=True, eq=False)
class Conformal:
    """Intervals by inverting tests of a fit that takes the effect as given.

    left_over: refits with the periods given taken as untouched once the effects are removed.
    before, after: which periods. draws, rng: null for moving blocks, else permutations of single
    periods.
    """

    left_over: LeftOver
    before: npt.NDArray[np.bool_]
    after: npt.NDArray[np.bool_]
    draws: int = 0
    rng: np.random.Generator | None = None

    def _p(self, left: Floats, inside: npt.NDArray[np.bool_]) -> float:
        if self.draws and self.rng is not None:
            return permuted_p(left, inside, self.draws, self.rng)
        return block_p(left, inside)

    def p_none(self) -> float:
        """P of no effect in any period since."""
        return self._p_of(0.0)

    def _p_of(self, effect: float) -> float:
        used = self.before | self.after
        left = self.left_over(np.where(self.after, effect, 0.0), used)
        return self._p(left, self.after[used])

    def average(self, centre: float, spread: float, confidence: float) -> Band:
        """Of an effect that is the same in all periods since."""
        n = int((self.before | self.after).sum())
        level = attainable(confidence, n - 1)
        low, high = invert(self._p_of, centre, spread / 4, 1 - level)
        how = "permuted periods" if self.draws else "moving blocks"
        return Band(min(low, centre), max(high, centre), level, f"conformal, {how}")

    def at(self, period: int, centre: float, spread: float, confidence: float) -> Band:
        """Of the effect in one period; the others since are left out."""
        used = self.before.copy()
        used[period] = True
        level = attainable(confidence, int(self.before.sum()))
        place = int(used[:period].sum())

        def p_of(effect: float) -> float:
            effects = np.zeros(used.size)
            effects[period] = effect
            left = np.abs(self.left_over(effects, used))
            return float((left >= left[place] * (1 - 1e-9)).mean())

        low, high = invert(p_of, centre, spread / 2, 1 - level)
        return Band(min(low, centre), max(high, centre), level, "conformal, one period")


def sets_of(donors: int, treated: int) -> list[tuple[int, ...]]:
    """As many placebo groups as there are donors, each of as many as are treated: neighbours."""
    return [tuple((first + n) % donors for n in range(treated)) for first in range(donors)]


def mean_over(paths: Sequence[Floats]) -> Floats:
    """Mean of paths of the same length."""
    return np.asarray(np.mean(np.stack(paths), axis=0), dtype=np.float64)
