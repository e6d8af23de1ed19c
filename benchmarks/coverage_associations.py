"""How often do intervals of associations hold the planted ratio, and is nothing found in noise?

    python -m benchmarks.coverage_associations --seed 1 --trials 300

writes benchmarks/results/coverage_associations.json with the hash of the sources that it speaks of.
Each world has channels of very unlike size and practice, weeks that go up and down for all and for
each channel alone, posts with heavy tails, one planted ratio of a kind of posts (the same for all
channels or different ones about a mean) and ten properties that go with nothing. ``covered``: the
planted ratio lies in the interval. ``false``: the part of what is found that goes with nothing (0
where nothing is found), on average; it is promised to be 5 % at most. The tests run the same worlds
with fewer trials.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.coverage_intervals import code_of

from howfar.improve.associations import associations
from howfar.improve.post_table import PostTable

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "coverage_associations.json"
SOURCES = (
    *(
        ROOT / "src" / "howfar" / "stats" / f"{n}.py"
        for n in ("cluster_robust", "count_regression")
    ),
    *(
        ROOT / "src" / "howfar" / "improve" / f"{n}.py"
        for n in ("association_design", "association_checks", "associations")
    ),
)
CONFIDENCE = 0.95
NOISE = 10


@dataclass(frozen=True, slots=True)
class World:
    """What is planted. between: standard deviation of channels' log ratios about the mean."""

    channels: int = 12
    weeks: int = 12
    posts: int = 1200
    ratio: float = 1.3
    between: float = 0.0
    heavy: float = 1.0
    memory: float = 0.6
    family: str = "negative_binomial"


WORLDS = {
    "twelve channels": World(),
    "twelve channels, ratios of their own": World(between=0.25),
    "seven channels, ratios of their own": World(channels=7, between=0.25),
    "three channels": World(channels=3),
    "heavy tails": World(heavy=3.0, posts=2400),
    "quasi-Poisson": World(family="poisson"),
    "quasi-Poisson, heavy tails, ratios of their own": World(
        family="poisson", heavy=2.0, between=0.2, posts=2400
    ),
    "no ratio": World(ratio=1.0),
}


def planted(world: World, rng: np.random.Generator) -> PostTable:
    """The posts of one trial; the least channel has about a tenth of the posts of the largest."""
    size = rng.dirichlet(np.full(world.channels, 3.0))
    channel = rng.choice(world.channels, world.posts, p=size)
    week = rng.integers(0, world.weeks, world.posts)
    level = rng.normal(3.5, 1.0, world.channels)
    use = 1 / (1 + np.exp(-(level - 3.5)))
    kind = np.where(rng.random(world.posts) < use[channel], "video", "photo").astype(object)
    own = rng.normal(0, 0.3, (world.channels, world.weeks))
    for k in range(1, world.weeks):
        own[:, k] = world.memory * own[:, k - 1] + math.sqrt(1 - world.memory**2) * own[:, k]
    log_ratio = math.log(world.ratio) + world.between * rng.standard_normal(world.channels)
    log_mean = level[channel] + rng.normal(0, 0.3, world.weeks)[week] + own[channel, week]
    log_mean = log_mean + np.where(kind == "video", log_ratio[channel], 0.0)
    shape = 1 / world.heavy
    counts = rng.poisson(np.exp(log_mean) * rng.gamma(shape, world.heavy, world.posts))
    noise = {
        f"noise {k}": np.where(rng.random(world.posts) < 0.35, "a", "b").astype(object)
        for k in range(NOISE)
    }
    names = np.array([f"c{k}" for k in channel], dtype=object)
    return PostTable(
        counts.astype(np.float64),
        names,
        week.astype(np.int64),
        {"kind": kind, **noise},
        "reactions",
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Parts of the trials: ratio covered, not measured; mean false part found, mean interval."""

    covered: float
    unmeasured: float
    false: float
    length: float


def coverage(name: str, trials: int, seed: int) -> Coverage:
    """Run one world; its random numbers hang on the seed and its own name only.

    length: of the interval on the log scale, on average.
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    rng, world = np.random.default_rng([seed, key]), WORLDS[name]
    covered, unmeasured, false, lengths = 0, 0, 0.0, []
    for _ in range(trials):
        found = associations(planted(world, rng), family=world.family, confidence=CONFIDENCE)
        one = next(item for item in found.items if item.name == "kind")
        wrong = sum(item.name != "kind" or world.ratio == 1.0 for item in found.items if item.found)
        false += wrong / max(len(found.found), 1)
        if one.ratio.low is None or one.ratio.high is None:
            unmeasured += 1
            continue
        truth = world.ratio if one.level == "video" else 1 / world.ratio
        covered += one.ratio.low <= truth <= one.ratio.high
        lengths.append(math.log(one.ratio.high / one.ratio.low))
    told = max(trials - unmeasured, 1)
    return Coverage(
        covered / told, unmeasured / trials, false / trials, float(np.mean(lengths or [math.nan]))
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
    parser.add_argument("--trials", type=int, default=300)
    options = parser.parse_args()
    before, table = sources_hash(), {}
    for name in WORLDS:
        found = coverage(name, options.trials, options.seed)
        table[name] = {key: round(value, 4) for key, value in asdict(found).items()}
        print(f"{name:50} {table[name]}", flush=True)
    head: dict[str, Any] = {"sources": before, "seed": options.seed, "trials": options.trials}
    RESULT.write_text(json.dumps({**head, "worlds": table}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
