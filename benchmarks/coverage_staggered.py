"""How often do staggered comparisons hold the truth, err, and grade what they should not?

    python -m benchmarks.coverage_staggered --seed 1 --trials 1000

writes benchmarks/results/coverage_staggered.json with the hash of the sources that it speaks of.
Logarithms of weekly figures: a level of each channel, a common trend and season, noise of which
half is carried over from week to week, and a planted effect. ``band`` is how often the simultaneous
band holds the truth in all weeks at once. Worlds that start with "hard" break what the comparison
rests on, and are told as that. The tests run the same worlds with fewer trials.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from howfar.improve.cohorts import Control, Layout
from howfar.improve.effect import Effect
from howfar.improve.staggered import staggered
from howfar.validate.sources import code_of

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "coverage_staggered.json"
SOURCES = tuple(
    ROOT / "src" / "howfar" / "improve" / f"{name}.py"
    for name in (
        "aggregate_att",
        "att_gt",
        "cohorts",
        "few_units",
        "multiplier_bootstrap",
        "staggered",
        "staggered_before",
        "staggered_checks",
        "staggered_errors",
        "staggered_told",
        "two_by_two",
        "unit_scatter",
    )
)
CONFIDENCE = 0.95
SPREAD = 0.3
"""Standard deviation of a week's logarithm around what is common."""


@dataclass(frozen=True, slots=True)
class World:
    """n channels over so many weeks; starts: how many begin in which week; effect: a log ratio.

    holes: part of the figures that are missing. dip: how far the changed fall in the four weeks
    before. drift: by how much more they grow a week. uneven: how much more they scatter.
    """

    n: int
    weeks: int
    starts: tuple[tuple[int, int], ...]
    effect: float = 0.0
    control: Control = "never"
    layout: Layout = "panel"
    holes: float = 0.0
    dip: float = 0.0
    drift: float = 0.0
    uneven: float = 1.0

    def run(self, rng: np.random.Generator) -> Effect:
        """One draw of the world, and what is found in it."""
        first = np.full(self.n, np.nan)
        at = 0
        for count, start in self.starts:
            first[at : at + count] = start
            at += count
        week = np.arange(1, self.weeks + 1)
        since = week - first[:, None]
        noise = np.empty((self.n, self.weeks))
        noise[:, 0] = rng.standard_normal(self.n)
        for t in range(1, self.weeks):
            fresh = rng.standard_normal(self.n)
            noise[:, t] = 0.5 * noise[:, t - 1] + math.sqrt(0.75) * fresh
        changed = np.isfinite(first)
        noise[changed] *= self.uneven
        y: npt.NDArray[np.float64] = 5 + rng.standard_normal((self.n, 1)) + SPREAD * noise
        y += 0.01 * week + 0.3 * np.sin(2 * np.pi * week / 13)
        y += np.where(since >= 0, self.effect, 0.0)
        y -= np.where((since < 0) & (since >= -4), self.dip, 0.0)
        y += np.where(changed[:, None], self.drift * week, 0.0)
        y[rng.random(y.shape) < self.holes] = np.nan
        unit = np.repeat(np.arange(self.n), self.weeks)
        return staggered(
            y.ravel(),
            unit,
            np.tile(week, self.n),
            first[unit],
            rng=rng,
            control=self.control,
            layout=self.layout,
            replicates=199,
            confidence=CONFIDENCE,
            log=True,
        )


def worlds() -> dict[str, World]:
    """What is asked, by name."""
    three = ((3, 21),)
    mixed = ((2, 15), (2, 20), (1, 25))
    many = ((20, 6), (20, 8), (20, 10))
    sizes = (("0", 0.0), ("5 %", math.log(1.05)), ("20 %", math.log(1.2)))
    found = {f"3 of 15 channels, {said}": World(15, 30, three, e) for said, e in sizes}
    found |= {
        f"60 of 120 at three dates, {said}": World(120, 12, many, e, "not-yet") for said, e in sizes
    }
    return found | {
        "1 of 15 channels, 0": World(15, 30, ((1, 21),)),
        "1 of 15 channels, 20 %": World(15, 30, ((1, 21),), math.log(1.2)),
        "5 of 25 at three dates, 0": World(25, 30, mixed, 0.0, "not-yet"),
        "5 of 25 at three dates, 20 %": World(25, 30, mixed, math.log(1.2), "not-yet"),
        "3 of 15 with a tenth missing, 0": World(15, 30, three, layout="pairs", holes=0.1),
        "hard: 3 of 15, a dip before, 0": World(15, 30, three, dip=3 * SPREAD),
        "hard: 3 of 15, drifting apart, 0": World(15, 30, three, drift=0.1 * SPREAD),
        "hard: 3 of 15 that scatter twice as much, 0": World(15, 30, three, uneven=2.0),
    }


@dataclass(frozen=True, slots=True)
class Found:
    """Parts of the trials: interval holds, band holds, effect clear, grade B, both."""

    holds: float
    band: float
    clear: float
    graded_b: float
    clear_and_b: float


def coverage(name: str, trials: int, seed: int) -> Found:
    """One world so many times."""
    world = worlds()[name]
    place = list(worlds()).index(name)
    seen = np.zeros(5)
    for trial in range(trials):
        effect = world.run(np.random.default_rng([seed, place, trial]))
        low, high = effect.average.low, effect.average.high
        assert low is not None
        assert high is not None
        b = effect.grade == "B"
        seen += [
            low <= world.effect <= high,
            _band(effect, world.effect),
            effect.clear,
            b,
            b and effect.clear,
        ]
    return Found(*(seen / trials).tolist())


def _band(effect: Effect, truth: float) -> bool:
    """Whether the band holds the truth in every period, before and since."""
    for period in effect.periods:
        low, high = period.effect.low, period.effect.high
        if low is None or high is None:
            continue
        if not low <= (truth if period.relative >= 0 else 0.0) <= high:
            return False
    return True


def sources_hash() -> str:
    """SHA-256 over the code that the table speaks of, and of this file."""
    digest = hashlib.sha256()
    for path in (*SOURCES, Path(__file__)):
        digest.update(code_of(path).encode())
    return digest.hexdigest()


def main() -> None:
    """Run all worlds and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=1000)
    options = parser.parse_args()
    before = sources_hash()
    table = {}
    for name in worlds():
        table[name] = asdict(coverage(name, options.trials, options.seed))
        print(name, table[name], flush=True)
    if before != sources_hash():
        raise SystemExit("the sources changed meanwhile: run again")
    stored = {"sources": before, "seed": options.seed, "trials": options.trials, "worlds": table}
    RESULT.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
