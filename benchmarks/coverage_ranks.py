"""How often do rank sets hold all true ranks? Planted worlds whose true order is known.

    python -m benchmarks.coverage_ranks --seed 1 --trials 2000

writes benchmarks/results/coverage_ranks.json with the hash of the sources that it speaks of. A
trial counts as held where every unit's set holds all ranks that its true tie covers. Sets are made
from comparisons of pairs, so far from ties they hold more often than they say; they are put to the
test where all or many units are tied. The tests run the same worlds with fewer trials.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from benchmarks.coverage_intervals import code_of

from howfar.assess.build import build
from howfar.assess.matrix import Matrix
from howfar.assess.propagate import propagate
from howfar.assess.recipe import Recipe
from howfar.assess.tree import Group, Indicator, Tree
from howfar.stats.rank_sets import min_ranks, normal_errors, rank_sets

FloatArray = npt.NDArray[np.float64]
Trial = Callable[[np.random.Generator], tuple[bool, float]]
"""Whether all sets held, and the mean length of a set as a share of all ranks."""

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "coverage_ranks.json"
SOURCES = (
    ROOT / "src" / "howfar" / "stats" / "rank_sets.py",
    *(
        ROOT / "src" / "howfar" / "assess" / f"{name}.py"
        for name in ("aggregate", "build", "denominate", "normalise", "propagate", "weigh")
    ),
)
CONFIDENCE = 0.95
ORDERS = {
    "all equal": np.zeros(8),
    "all 20 equal": np.zeros(20),
    "two tiers": np.repeat([0.0, 4.0], 6),
    "near ties": np.array([0, 0, 0, 0.1, 0.2, 1, 1.05, 3, 3, 6]),
    "apart": 3.0 * np.arange(8),
}
TREE = Tree(
    (Indicator("a", "A", "x"), Indicator("b", "B", "x"), Indicator("c", "C", "index")),
    (Group("x", "X", "index", 2.0), Group("index", "Index", None)),
)
TRUTHS = {
    "near ties": np.array(
        [[5.0, 5, 5], [5, 5, 5.05], [5.1, 5, 5], [5, 6, 6], [6, 6, 5.05], [8, 8, 8], [2, 1, 2]]
    ),
    "apart": np.array([[1.0, 2, 1], [3, 4, 3], [5, 5, 6], [7, 8, 7], [9, 9, 9], [6.9, 8, 7]]),
}


def held(low: FloatArray, high: FloatArray, truth: FloatArray) -> tuple[bool, float]:
    """Whether the sets from low to high hold the span of every true tie, and their length."""
    near = 1e-9
    first = 1 + (truth[None, :] > truth[:, None] + near).sum(axis=1)
    last = truth.size - (truth[None, :] < truth[:, None] - near).sum(axis=1)
    inside = bool(((low <= first) & (last <= high)).all())
    return inside, float((high - low + 1).mean() / truth.size)


def known_trial(
    truth: FloatArray, shared: float, draws: int, rng: np.random.Generator
) -> tuple[bool, float]:
    """Errors of known size, part of their variance shared by all units."""
    spread = rng.uniform(0.4, 0.9, truth.size)
    covariance = np.outer(spread, spread) * (shared + (1 - shared) * np.eye(truth.size))
    seen = truth + normal_errors(covariance, 1, rng)[0]
    found = rank_sets(seen, normal_errors(covariance, draws, rng), CONFIDENCE)
    return held(found.low, found.high, truth)


def weeks_trial(
    truth: FloatArray, weeks: int, draws: int, rng: np.random.Generator
) -> tuple[bool, float]:
    """Means over a few skewed weeks that all units share; errors by drawing weeks."""
    data = truth + rng.normal(size=(weeks, 1)) + rng.exponential(size=(weeks, truth.size)) - 1
    drawn = rng.multinomial(weeks, np.full(weeks, 1 / weeks), size=draws) @ data / weeks
    found = rank_sets(data.mean(axis=0), drawn, CONFIDENCE, degrees=weeks - 1)
    return held(found.low, found.high, truth)


def marginal_trial(
    truth: FloatArray, unit: int, draws: int, rng: np.random.Generator
) -> tuple[bool, float]:
    """The set of one unit that was picked beforehand."""
    spread = np.full(truth.size, 0.6)
    seen = truth + spread * rng.standard_normal(truth.size)
    found = rank_sets(seen, normal_errors(spread, draws, rng), CONFIDENCE, simultaneous=False)
    low, high = np.ones(truth.size), np.full(truth.size, truth.size)
    low[unit], high[unit] = found.low[unit], found.high[unit]
    return held(low, high, truth)[0], float((high - low)[unit] + 1) / truth.size


def index_trial(
    truth: FloatArray, scale: str, draws: int, rng: np.random.Generator
) -> tuple[bool, float]:
    """An index of noisy indicators, its sampling error sent through the whole recipe."""
    posts = dict.fromkeys(TREE.ids, (0.0, 10.0))
    recipe = Recipe.from_mapping({"normalise": {"method": scale, "cap": False, "goalposts": posts}})
    units = tuple(map(str, range(len(truth))))
    true = build(Matrix(units, TREE.ids, truth), TREE, recipe).index
    errors = np.full(truth.shape, 0.4)
    seen = Matrix(units, TREE.ids, truth + errors * rng.standard_normal(truth.shape), errors)
    found = propagate(seen, TREE, recipe, rng, draws=draws).rank_sets(CONFIDENCE)
    return held(found.low, found.high, true)


def resampled_trial(truth: FloatArray, draws: int, rng: np.random.Generator) -> tuple[bool, float]:
    """Not used by howfar: percentiles of the ranks of resampled values."""
    seen = truth + rng.standard_normal(truth.size)
    ranks = min_ranks(seen + rng.standard_normal((draws, truth.size)))
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0)
    return held(low, high, truth)


def worlds(draws: int) -> dict[str, Trial]:
    """Every world by name; those that start with 'unused' may fall short."""
    found: dict[str, Trial] = {}
    for name, truth in ORDERS.items():
        found[f"{name}, known errors"] = partial(known_trial, truth, 0.0, draws)
    found["all equal, errors shared by half"] = partial(
        known_trial, ORDERS["all equal"], 0.5, draws
    )
    for weeks in (6, 12, 19, 40):
        for name in ("all equal", "near ties"):
            found[f"{name}, {weeks} weeks"] = partial(weeks_trial, ORDERS[name], weeks, draws)
    for unit in (0, 5):
        found[f"near ties, unit {unit} alone"] = partial(
            marginal_trial, ORDERS["near ties"], unit, draws
        )
    for scale in ("goalposts", "min_max"):
        for name, figures in TRUTHS.items():
            found[f"index, {name}, {scale}"] = partial(index_trial, figures, scale, draws)
    found["unused: ranks resampled, all equal"] = partial(
        resampled_trial, ORDERS["all equal"], draws
    )
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """Part of the trials in which all sets held, and the mean length of a set."""

    coverage: float
    length: float


def coverage(name: str, trials: int, seed: int, draws: int = 1_000) -> Coverage:
    """Run one world; its random numbers hang on the seed and its own name only."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    rng = np.random.default_rng([seed, key])
    trial = worlds(draws)[name]
    found = [trial(rng) for _ in range(trials)]
    return Coverage(
        float(np.mean([inside for inside, _ in found])), float(np.mean([size for _, size in found]))
    )


def sources_hash() -> str:
    """SHA-256 over the code of the modules that the worlds try, and of this file."""
    digest = hashlib.sha256()
    for path in (*SOURCES, Path(__file__)):
        digest.update(code_of(path).encode())
    return digest.hexdigest()


def main() -> None:
    """Run all worlds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=2_000)
    options = parser.parse_args()
    table = {}
    for name in worlds(1_000):
        found = coverage(name, options.trials, options.seed)
        table[name] = {"coverage": round(found.coverage, 4), "length": round(found.length, 4)}
        print(f"{name:42} {found.coverage:.3f} {found.length:.3f}", flush=True)
    head = {"sources": sources_hash(), "seed": options.seed, "trials": options.trials}
    RESULT.write_text(json.dumps({**head, "worlds": table}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
