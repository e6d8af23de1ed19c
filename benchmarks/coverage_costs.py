"""How often do intervals of costs and of rates hold the truth? Planted worlds.

    python -m benchmarks.coverage_costs --seed 1 --trials 2000

writes benchmarks/results/coverage_costs.json with the hash of the sources that it speaks of. Rows
come in clusters of lognormal size. ``power`` is by how much the count for one of spend falls with
the spend of a cluster. Worlds that start with "hard" fall short and are told as that; those that
start with "unused" are the other interval, Fieller's of the ratio of means. The tests run the same
worlds with fewer trials.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.coverage_intervals import code_of

from howfar.improve.average_cost import average_cost
from howfar.improve.conversion_chain import conversion_chain
from howfar.improve.costs import cost_of_difference
from howfar.schema.estimate import Estimate

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "coverage_costs.json"
SOURCES = tuple(
    ROOT / "src" / "howfar" / folder / f"{name}.py"
    for folder, name in (
        ("stats", "fieller"),
        ("stats", "cluster_ratio"),
        ("improve", "costs"),
        ("improve", "average_cost"),
        ("improve", "conversion_chain"),
    )
)
CONFIDENCE = 0.95
Trial = Callable[[np.random.Generator], tuple[Estimate, float]]
"""An estimate and the true figure."""


def cost_trial(
    clusters: int, spread: float, power: float, fieller: bool, rng: np.random.Generator
) -> tuple[Estimate, float]:
    """Average cost of clicks: Poisson at a rate that varies from cluster to cluster."""
    truth = math.exp(spread**2 / 2 - 0.7**2 / 2 - (1 + power) ** 2 * spread**2 / 2) / 20
    spend = np.exp(spread * rng.standard_normal(clusters))
    rate = np.exp(0.7 * rng.standard_normal(clusters)) * spend**power
    clicks = rng.poisson(20 * spend * rate)
    cost = average_cost(
        spend, clicks, currency="EUR", counted="clicks", method="fieller" if fieller else "log"
    )
    return cost.estimate, truth


def rate_trial(
    weeks: int, share: float, shape: float, views: float, rng: np.random.Generator
) -> tuple[Estimate, float]:
    """Clicks of views, five posts a week of uneven size; each week's rate is from a beta.

    shape: of that beta; their spread is about the share by the root of the shape.
    """
    week = np.repeat(np.arange(weeks), 5)
    seen = rng.poisson(views * np.exp(rng.standard_normal(week.size))) + 1
    rates = np.repeat(rng.beta(shape, shape / share - shape, weeks), 5)
    chain = conversion_chain({"views": seen, "clicks": rng.binomial(seen, rates)}, week)
    return chain.overall.rate, share


def arms_trial(clusters: int, lift: float, rng: np.random.Generator) -> tuple[Estimate, float]:
    """Spend and clicks of two arms, which hang together; 10 more spent for ``lift`` more clicks."""
    base = rng.standard_normal((2, clusters))
    spent = 10 + 0.5 * base[0] + 0.3 * rng.standard_normal(clusters)
    none = 0.1 * rng.standard_normal(clusters)
    cost = cost_of_difference(
        (spent, 50 + lift + 4 * base[0]), (none, 50 + 4 * base[1]), currency="EUR",
        counted="clicks", grade="A",
    )  # fmt: skip
    return cost.estimate, 10 / lift if lift else math.inf


def worlds() -> dict[str, Trial]:
    """Every world by name."""
    found: dict[str, Trial] = {}
    shapes = ((8, 0.5, 0.0), (15, 1.5, 0.0), (30, 0.5, 0.0), (30, 1.5, 0.0), (130, 1.5, 0.0),
              (8, 0.5, -0.5), (30, 0.5, -0.5), (30, 1.5, -0.5), (130, 1.5, -0.5))  # fmt: skip
    for clusters, spread, power in shapes:
        name = f"cost, {clusters} clusters, spread {spread}, power {power}"
        hard = "hard: " if spread > 1 and power < 0 else ""
        found[hard + name] = partial(cost_trial, clusters, spread, power, False)
        found[f"unused: Fieller, {name}"] = partial(cost_trial, clusters, spread, power, True)
    rates = ((4, 0.3, 6, 200), (10, 0.3, 6, 200), (19, 0.02, 2, 300), (26, 0.1, 2, 2_000),
             (52, 0.002, 2, 500), (26, 0.9, 18, 500), (52, 0.002, 0.3, 500))  # fmt: skip
    for weeks, share, shape, views in rates:
        hard = "hard: " if shape < 1 else ""
        name = f"{hard}rate {share}, {weeks} weeks, shape {shape}"
        found[name] = partial(rate_trial, weeks, share, shape, views)
    for clusters, lift in ((12, 8), (30, 5), (30, 2)):
        found[f"arms, {clusters} clusters, {lift} more"] = partial(arms_trial, clusters, lift)
    found["arms, 30 clusters, none more"] = partial(arms_trial, 30, 0)
    return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """Parts of the trials that told a figure, and that told none or one that holds the truth.

    of_told: of those that told a figure, the part whose interval holds the truth; NaN where none.
    """

    told: float
    holds: float
    of_told: float


def coverage(name: str, trials: int, seed: int) -> Coverage:
    """Run one world; its random numbers hang on the seed and its own name only."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    rng = np.random.default_rng([seed, key])
    trial = worlds()[name]
    told = right = 0
    for _ in range(trials):
        estimate, truth = trial(rng)
        if estimate.low is not None and estimate.high is not None:
            told += 1
            right += estimate.low <= truth <= estimate.high
    holds = (trials - told + right) / trials
    return Coverage(told / trials, holds, right / told if told else math.nan)


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
    for name in worlds():
        found = coverage(name, options.trials, options.seed)
        of_told = None if math.isnan(found.of_told) else round(found.of_told, 4)
        table[name] = {
            "told": round(found.told, 4), "holds": round(found.holds, 4), "of_told": of_told
        }  # fmt: skip
        print(f"{name:58} {found.told:.3f} {found.holds:.3f} {found.of_told:.3f}", flush=True)
    head = {"sources": sources_hash(), "seed": options.seed, "trials": options.trials}
    RESULT.write_text(json.dumps({**head, "worlds": table}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
