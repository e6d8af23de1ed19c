"""Intervals of a staggered comparison: one figure by itself, and bands that hold all at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from scipy import stats

from howfar.improve import few_units
from howfar.improve.att_gt import GroupTime
from howfar.improve.multiplier_bootstrap import (
    Multiplier,
    multiplier_bootstrap,
    quartile_spread,
    simultaneous,
)
from howfar.stats.blocks import FloatArray

Errors = Literal["auto", "linearised", "bootstrap", "pooled"]

FEW: Final = 20
"""Below so many units in the smallest cohort errors are pooled, where that is possible."""

POOLED: Final = 100
"""Up to so many units in all: with more, pooling them is the bolder assumption."""

MANY: Final = 50
"""From so many clusters on the normal distribution is used, below it Student's."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Standard errors (P,) of P figures, how wide intervals are, and how wide a band is.

    point, band: how many standard errors to each side; band holds all P at once. said: in words.
    """

    error: FloatArray
    point: float
    band: float
    said: str


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """How errors are made for one comparison.

    changed, compared: units on both sides, the fewest of any cell that is used.
    """

    found: GroupTime
    errors: Literal["linearised", "bootstrap", "pooled"]
    confidence: float
    replicates: int
    multiplier: Multiplier
    seed: int
    changed: int
    compared: int

    @property
    def nil(self) -> float:
        """An error as small as this is rounding: the figures do not scatter at all."""
        return 1e-12 * float(self.found.data.outcome.std())

    def spread(self, influence: FloatArray, cells: FloatArray) -> Spread:
        """Errors of figures with influence (n, P) that are sums of ATT(g, t) by cells (P, K)."""
        rng = np.random.default_rng(self.seed)
        level = 0.5 + self.confidence / 2
        if self.errors == "pooled":
            root, df = few_units.pooled(few_units.linear(self.found, cells))
            error = np.sqrt((root**2).sum(axis=1))
            draws = np.zeros((1, len(error)))
            if df > 0 and len(error) > 1:
                normal = rng.standard_normal((self.replicates, root.shape[1])) @ root.T
                draws = normal / np.sqrt(rng.chisquare(df, (self.replicates, 1)) / df)
            point = float(stats.t.ppf(level, df)) if df > 0 else math.nan
            return self._with(error, draws, point, f"scatter of all units together, t with {df} df")
        sums = self.found.summed(influence)
        error = self.found.error(influence)
        draws = multiplier_bootstrap(sums, self.found.data.n, self.replicates, rng, self.multiplier)
        if self.errors == "bootstrap":
            error = quartile_spread(draws)
        clusters = self.found.data.clusters
        many = clusters >= MANY
        point = float(stats.norm.ppf(level) if many else stats.t.ppf(level, clusters - 1))
        how = "multiplier bootstrap" if self.errors == "bootstrap" else "linearised errors"
        of = "" if clusters == self.found.data.n else f" summed in {clusters} clusters"
        shape = "normal" if many else f"t with {clusters - 1} df"
        return self._with(error, draws, point, f"{how}{of}, {shape}")

    def _with(self, error: FloatArray, draws: FloatArray, point: float, said: str) -> Spread:
        error = np.where(error > self.nil, error, np.nan)
        band = simultaneous(draws, error, self.confidence)
        return Spread(error, point, max(point, band) if math.isfinite(band) else point, said)


def intervals(
    found: GroupTime,
    *,
    errors: Errors = "auto",
    confidence: float = 0.95,
    replicates: int = 999,
    multiplier: Multiplier = "mammen",
    rng: np.random.Generator,
) -> Intervals:
    """How errors will be made.

    linearised : sqrt(sum of squared influence) / n, summed in clusters; what the reference software
        gives without its bootstrap. bootstrap : spread of multiplier draws by quartiles, what it
        gives by default. pooled : scatter of all units together, each by its own measure where 8
        periods before any change tell of it, and Student's t; for few units.
        auto : pooled where the smallest cohort (or what it is compared with) has fewer than 20
        units of at most 100, and the comparison is plain (a panel without covariates, clusters or
        unequal weights), else linearised.

    Errors: ValueError for pooled where it is not possible.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    known = found.known
    changed = int(np.isin(found.data.first, found.group[known]).sum())
    compared = int(found.compared[known].min()) if known.any() else 0
    plain = few_units.suited(found)
    if errors == "pooled" and not plain:
        raise ValueError(
            "pooled errors need a panel without covariates, clusters and unequal weights"
        )
    if errors == "auto":
        smallest = min(found.treated[known].min(initial=np.inf), compared)
        few = smallest < FEW and found.data.n <= POOLED
        errors = "pooled" if plain and few else "linearised"
    seed = int(rng.integers(2**63))
    return Intervals(found, errors, confidence, replicates, multiplier, seed, changed, compared)
