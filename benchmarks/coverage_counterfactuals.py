"""How often do intervals of synthetic controls and of carried-on series hold what was planted?

    python -m benchmarks.coverage_counterfactuals --seed 1 --trials 300

writes benchmarks/results/coverage_counterfactuals.json with the hash of the sources that it speaks
of. Synthetic worlds: units share two wandering factors and a season, each with noise that follows
itself; with n donors a placebo interval says n / (n + 1). Series: a level that wanders by a part of
the noise of single periods, with or without a series that shares what both are moved by. The effect
is added, so that the part of intervals that leave out zero where nothing was changed is one less
the part that hold it. "hard" worlds fall short and are told as that. ``graded``: of fewer trials
with every check, the part of grade B among effects of 4 and the part that is clear and of grade B
where there is none.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from benchmarks.coverage_intervals import code_of

from howfar.improve.effect import Effect
from howfar.improve.local_level import local_level
from howfar.improve.local_level_case import local_level_case
from howfar.improve.synthetic_build import build_case
from howfar.improve.synthetic_control import synthetic_control
from howfar.improve.synthetic_intervals import Asked, intervals_of
from howfar.improve.synthetic_panel import SynthPanel
from howfar.improve.synthetic_weights import Fitting

Floats = npt.NDArray[np.float64]
ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "coverage_counterfactuals.json"
SOURCES = (
    ROOT / "src" / "howfar" / "stats" / "simplex.py",
    *(
        ROOT / "src" / "howfar" / "improve" / f"{name}.py"
        for name in (
            "local_level",
            "local_level_case",
            "local_level_checks",
            "local_level_fit",
            "synthetic_build",
            "synthetic_case",
            "synthetic_checks",
            "synthetic_control",
            "synthetic_inference",
            "synthetic_intervals",
            "synthetic_ridge",
            "synthetic_weights",
        )
    ),
)
CONFIDENCE = 0.95
EFFECT = 4.0
Trial = Callable[[np.random.Generator], tuple[float, float, float]]
"""Low and high end of the interval of the average, and the level that it says."""


def units(
    rng: np.random.Generator,
    effect: float,
    donors: int = 14,
    before: int = 40,
    after: int = 12,
    follows: float = 0.5,
) -> SynthPanel:
    """Units that share two wandering factors and a season; the first is changed at ``before``."""
    n = before + after
    factors = np.cumsum(rng.normal(size=(2, n)), axis=1) * 0.5
    factors += np.sin(np.arange(n) * 2 * np.pi / 12)
    loads = rng.dirichlet(np.ones(2), size=donors + 1) * 2
    y = 50 + loads @ factors + np.stack([following(rng, n, follows) for _ in range(donors + 1)])
    y[0, before:] += effect
    return SynthPanel(tuple(f"u{n}" for n in range(donors + 1)), tuple(range(n)), y)


def following(rng: np.random.Generator, n: int, follows: float) -> Floats:
    """Noise of variance 1 that follows itself."""
    noise = rng.normal(size=n)
    for t in range(1, n):
        noise[t] = follows * noise[t - 1] + np.sqrt(1 - follows**2) * noise[t]
    return noise


def series(
    rng: np.random.Generator, before: int, after: int, step: float, follows: float, shared: float
) -> tuple[Floats, Floats]:
    """A series, and another that shares what both are moved by."""
    n = before + after
    moved = np.cumsum(rng.normal(size=n)) * shared
    y = 100 + moved + np.cumsum(rng.normal(size=n)) * step + following(rng, n, follows)
    y[before:] += EFFECT
    return y, moved + rng.normal(size=n) * 0.2


def unit_trial(
    kind: Asked, how: Fitting, rng: np.random.Generator, **world: float
) -> tuple[float, float, float]:
    """Interval of a synthetic control."""
    panel = units(rng, EFFECT, **world)
    start = int(world.get("before", 40))
    case = build_case(panel, ["u0"], start, None, (), None, None, "average", "y", how)
    band = intervals_of(case, kind, CONFIDENCE).average()
    return band.low, band.high, band.level


def series_trial(
    before: int, after: int, step: float, follows: float, shared: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Interval of a carried-on series, with the other one as control where it shares anything."""
    y, x = series(rng, before, after, step, follows, shared)
    controls = {"x": x} if shared else None
    found = local_level_case(
        y, before, None, controls, None, None, False, None, CONFIDENCE, 2_000, rng, "y", "y"
    )
    return *found.ends(), CONFIDENCE


def worlds() -> dict[str, Trial]:
    """Every world by name."""
    found: dict[str, Trial] = {}
    shapes: tuple[dict[str, float], ...] = (
        {}, {"follows": 0.0}, {"follows": 0.8}, {"before": 100}, {"donors": 30},
        {"donors": 9, "before": 30, "after": 8},
    )  # fmt: skip
    for shape in shapes:
        told = ", ".join(f"{k} {v:g}" for k, v in shape.items()) or "14 donors, 40 before, 12 after"
        for kind in ("conformal", "placebo"):
            for demean in (False, True):
                name = f"synthetic {kind}{', free of level' if demean else ''}: {told}"
                found[name] = partial(unit_trial, kind, Fitting(demean=demean), **shape)
    augmented = Fitting(method="augmented", ridge=500.0)
    for kind in ("conformal", "placebo"):
        found[f"synthetic {kind}, augmented: 14 donors"] = partial(unit_trial, kind, augmented)
    shapes_of_series = (
        (40, 10, 0.0, 0.0, 0.0), (40, 10, 0.1, 0.0, 0.0), (40, 10, 0.5, 0.0, 0.0),
        (80, 20, 0.2, 0.0, 0.0), (60, 12, 1.0, 0.0, 0.0), (60, 12, 0.0, 0.5, 0.0),
        (60, 12, 0.1, 0.0, 0.5), (30, 8, 0.1, 0.0, 0.5),
    )  # fmt: skip
    for before, after, step, follows, shared in shapes_of_series:
        name = f"series: {before} before, {after} after, steps {step:g}, follows {follows:g}"
        name += ", with a control" if shared else ""
        found[name] = partial(series_trial, before, after, step, follows, shared)
    return found


def effect_of(design: str, effect: float, rng: np.random.Generator) -> Effect:
    """With every check."""
    if design == "series":
        y, x = series(rng, 60, 12, 0.1, 0.0, 0.5)
        y[60:] += effect - EFFECT
        return local_level(y, 60, rng=rng, controls={"x": x}, draws=1_500)
    how = Fitting(demean=design.endswith("free of level"))
    return synthetic_control(units(rng, effect), ["u0"], 40, how=how)


@dataclass(frozen=True, slots=True)
class Coverage:
    """says: the level that intervals say. holds: the part that hold the truth. width: median."""

    says: float
    holds: float
    width: float


def generator(name: str, seed: int) -> np.random.Generator:
    """Random numbers that hang on the seed and a name only."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng([seed, key])


def coverage(name: str, trials: int, seed: int) -> Coverage:
    """Run one world."""
    rng, trial = generator(name, seed), worlds()[name]
    ends = np.array([trial(rng) for _ in range(trials)])
    holds = (ends[:, 0] <= EFFECT) & (ends[:, 1] >= EFFECT)
    widths = ends[:, 1] - ends[:, 0]
    return Coverage(float(ends[0, 2]), float(holds.mean()), float(np.median(widths)))


def graded(design: str, trials: int, seed: int) -> dict[str, float]:
    """Parts of grade B and of claims, with an effect and without."""
    found = {}
    for name, effect in (("effect", EFFECT), ("none", 0.0)):
        rng = generator(f"{design} {name}", seed)
        told = [effect_of(design, effect, rng) for _ in range(trials)]
        grade_b = [one.grade == "B" for one in told]
        found[f"grade_b_{name}"] = float(np.mean(grade_b))
        claims = [b and one.clear for b, one in zip(grade_b, told, strict=True)]
        found[f"claims_{name}"] = float(np.mean(claims))
    return found


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
    parser.add_argument("--graded", type=int, default=60)
    options = parser.parse_args()
    before = sources_hash()
    table = {name: asdict(coverage(name, options.trials, options.seed)) for name in worlds()}
    designs = ("synthetic", "synthetic, free of level", "series")
    stored = {
        "seed": options.seed,
        "trials": options.trials,
        "graded_trials": options.graded,
        "sources": before,
        "coverage": table,
        "graded": {one: graded(one, options.graded, options.seed) for one in designs},
    }
    if sources_hash() != before:
        raise SystemExit("the sources changed while the table was made: run it again")
    RESULT.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
