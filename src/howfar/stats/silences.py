"""Runs of days without a post: silence that the series' own usual makes next to impossible.

Two bounds on the probability that a series without any hole has such a run anywhere; the larger
one counts. From the volume: a negative binomial of the posts that the run's days usually have (the
nearest same weekdays outside the run), with the series' overdispersion and its autocorrelation,
times the days on which a run could begin. From the silence: how many other silent spells the
series has that its volume does not explain, and how often such a spell goes on for another day (a
two-state Markov chain). Seeded simulations in tests/stats/test_silences.py hold the share of
series that are flagged without a hole below FALSE_ALARMS, for independent, overdispersed,
autocorrelated, growing and weekday-bound series; where one day all but foretells the next (0.9 a
day) it may be twice that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from howfar.stats.blocks import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

FALSE_ALARMS = 0.02
"""Largest share of series without a hole of which any run is called impossible."""
IMPOSSIBLE = 0.005
"""Bound on the probability from which on a run is called so."""
EXPLAINED = 0.05
"""Probability above which the volume alone explains a run."""
USUAL_DAYS = 28
"""Fewest seen days outside a run from which a usual can be told."""
MOST_RENEWED = 12
_NEAREST = 8
_FEWEST = 3
_FAR = 10
_WEEK = 7
_STRONGEST = 0.95
_SURE = 2.0


@dataclass(frozen=True, slots=True)
class Silence:
    """A run of seen days without a post.

    first, length: in days of the calendar. days: those of them that usually have posts. expected:
    posts that they usually have; null where less than USUAL_DAYS days tell. p: bound on the
    probability of such a run anywhere in the series; null likewise. p_volume: the same from the
    volume alone. others: other silent days on which the series usually has posts.
    """

    first: int
    length: int
    days: int = 0
    expected: float | None = None
    p: float | None = None
    p_volume: float | None = None
    others: int = 0

    @property
    def impossible(self) -> bool:
        """Whether the series' own usual volume all but excludes the run."""
        return self.p is not None and self.p <= IMPOSSIBLE

    @property
    def usual(self) -> bool:
        """Whether the series has so few posts, and other silent days, that the run is no news."""
        return self.p_volume is not None and self.p_volume > EXPLAINED and self.others > 0


@dataclass(frozen=True, slots=True)
class Usual:
    """What each day usually has, and how far days scatter around that.

    mean, shape (n,): NaN where too few days tell. days: on how many days each mean rests.
    alpha: overdispersion (variance = mean + alpha mean**2). rho: its autocorrelation a day.
    """

    mean: FloatArray
    days: IntArray
    alpha: float
    rho: float

    def interval(self, confidence: float) -> tuple[FloatArray, FloatArray]:
        """Prediction interval of each day's posts; NaN where the mean is not known."""
        mean = self.mean
        with np.errstate(invalid="ignore", divide="ignore"):
            over = self.alpha + (1 / mean + self.alpha) / self.days
        tail = (1 - confidence) / 2
        low, high = np.full(len(mean), np.nan), np.full(len(mean), np.nan)
        known = np.isfinite(mean)
        low[known & (mean == 0)] = high[known & (mean == 0)] = 0
        some = known & (mean > 0)
        size = 1 / over[some]
        chance = size / (size + mean[some])
        low[some] = stats.nbinom.ppf(tail, size, chance)
        high[some] = stats.nbinom.ppf(1 - tail, size, chance)
        return low, high


def usual_days(counts: IntArray, told: BoolArray) -> Usual:
    """The usual of each day from the nearest same weekdays that may tell, the day itself left out.

    counts, told: shape (n,), a day each; told: the day was seen and is no part of a hole.
    """
    mean, days = _usual_at(counts, told, np.arange(len(counts)))
    return Usual(mean, days, *_scatter(counts, told, mean, days))


def _usual_at(counts: IntArray, told: BoolArray, days: IntArray) -> tuple[FloatArray, IntArray]:
    """Of each day the mean of the nearest same weekdays that may tell, and their number."""
    steps = np.arange(1, _FAR + 1) * _WEEK
    # Nearest first; of two as near the earlier one.
    near = days[:, None] + np.stack([-steps, steps], axis=1).ravel()[None, :]
    inside = (near >= 0) & (near < len(counts))
    near = np.where(inside, near, 0)
    may = inside & told[near]
    may &= np.cumsum(may, axis=1) <= _NEAREST
    number = may.sum(axis=1)
    total = np.where(may, counts[near], 0).sum(axis=1)
    enough = number >= _FEWEST
    return np.where(enough, total / np.maximum(number, 1), np.nan), number


def _scatter(
    counts: IntArray, told: BoolArray, mean: FloatArray, days: IntArray
) -> tuple[float, float]:
    """Overdispersion and its autocorrelation, by moments of the residuals."""
    good = told & np.isfinite(mean)
    if not good.any() or not mean[good].sum():
        return 0.0, 0.0
    apart = np.where(good, counts - mean, 0.0)
    # The mean of few days scatters too.
    square = (apart[good] ** 2 / (1 + 1 / days[good])).sum() - mean[good].sum()
    alpha = max(0.0, float(square / (mean[good] ** 2).sum()))
    both = good[1:] & good[:-1]
    product = float((mean[1:] * mean[:-1])[both].sum())
    if not alpha or not product:
        return alpha, 0.0
    shared = float((apart[1:] * apart[:-1])[both].sum()) / product
    rho = shared / alpha + _SURE / math.sqrt(int(both.sum()))
    return alpha, min(max(rho, 0.0), _STRONGEST)


def silences(counts: IntArray, seen: BoolArray) -> list[Silence]:
    """Every maximal run of seen days without a post, in order of time, judged.

    counts, seen: shape (n,), a calendar day each. The longest run is judged first; one that is
    impossible is no part of the usual by which the next is judged. The usual is taken anew after
    each of the MOST_RENEWED longest only: a series with more holes than that is hardly a series,
    and each renewal judges all its runs again.
    """
    runs = _runs(seen & (counts == 0))
    mean = usual_days(counts, seen).mean
    found = {run: _by_volume(counts, seen, mean, *run) for run in runs}
    judged: list[Silence] = []
    renewed = 0
    told = seen.copy()
    for run in sorted(runs, key=lambda r: (-r[1], r[0])):
        one = found[run]
        if judged and judged[-1].impossible and renewed < MOST_RENEWED:
            renewed += 1
            mean = usual_days(counts, told).mean
            found = {r: _by_volume(counts, told, mean, *r) for r in runs}
            one = found[run]
        if one.p is not None:
            # What chance explains says nothing of how long other silences last.
            begins = int(told.sum())
            odd = [o for r, o in found.items() if r != run and told[r[0]] and _odd(o, begins)]
            chain = _goes_on(len(odd), sum(o.days for o in odd), one.days)
            one = replace(one, p=max(one.p, chain))
        if one.impossible:
            told[one.first : one.first + one.length] = False
        judged.append(one)
    return sorted(judged, key=lambda one: one.first)


def _odd(one: Silence, begins: int) -> bool:
    """Whether chance alone, without overdispersion, does not explain a run."""
    if not one.days or one.expected is None:
        return False
    return begins * math.exp(-one.expected) <= EXPLAINED


def _by_volume(
    counts: IntArray, told: BoolArray, mean: FloatArray, first: int, length: int
) -> Silence:
    """A run judged by the volume alone; mean: the usual of each day, the run included."""
    rest = told.copy()
    rest[first : first + length] = False
    if int(rest.sum()) < USUAL_DAYS:
        return Silence(first, length)
    with np.errstate(invalid="ignore"):
        others = int((counts == 0)[rest & (mean > 0)].sum())
    run, number = _usual_at(counts, rest, np.arange(first, first + length))
    if not np.isfinite(run).all():
        return Silence(first, length, others=others)
    expected, days = float(run.sum()), int((run > 0).sum())
    if not days:
        return Silence(first, length, 0, 0.0, 1.0, 1.0, others)
    begins = int(rest.sum()) + length
    chance = min(1.0, begins * math.exp(-expected))
    if chance > EXPLAINED:
        # Overdispersion only makes it likelier.
        return Silence(first, length, days, expected, chance, chance, others)
    usual = usual_days(counts, rest)
    told_by = int(number.min()) * min(length, _WEEK)
    volume = min(1.0, begins * _no_post(expected, days, told_by, usual))
    return Silence(first, length, days, expected, volume, volume, others)


def _no_post(expected: float, days: int, told_by: int, usual: Usual) -> float:
    """Chance of no post on days that usually have so many.

    The overdispersion of a sum over days shrinks with their number, the less the more one day is
    like the next; and the usual itself is known only so well.
    """
    lags = np.arange(1, days)
    shared = float(((days - lags) * usual.rho**lags).sum())
    over = usual.alpha * (days + 2 * shared) / days**2
    steps = (1 + usual.rho) / (1 - usual.rho)
    over += (usual.alpha * min(steps, told_by) + days / expected) / told_by
    return float((1 + expected * over) ** (-1 / over))


def _goes_on(spells: int, days: int, length: int) -> float:
    """Bound on the chance of a spell of that length, from the other spells; 0 without any.

    Their number times the chance that one goes on to that length, averaged over what the other
    spells leave open of it (Jeffreys' prior).
    """
    if not spells:
        return 0.0
    on, off = days - spells + 0.5, spells + 0.5
    steps = np.arange(length - 1)
    return min(1.0, spells * float(np.prod((on + steps) / (on + off + steps))))


def _runs(days: BoolArray) -> list[tuple[int, int]]:
    """Runs of true days as (first, length)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], days, [False]]).astype(np.int8)))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
