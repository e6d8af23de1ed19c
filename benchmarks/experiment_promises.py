"""Do experiments find as often as their power promised, and do intervals hold what was planted?

    python -m benchmarks.experiment_promises --seed 1 --trials 400

writes benchmarks/results/experiment_promises.json with the hash of the sources that it speaks of.
Each design is promised on a long past with trend, weekly season, autocorrelated bursts and counting
noise; then as many new worlds are registered, run with a planted effect of 0, 5 or 20 per cent, and
analysed as registered. A promise is kept where found and promised differ by no more than three
standard errors of both simulations.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from benchmarks.coverage_intervals import code_of
from tests.improve.experiments.worlds import (
    CLUSTERS,
    FIRST,
    POSTS,
    SWITCHBACK,
    daily,
    switched,
    table,
)

from howfar.improve.experiments.analyse import Analysis, analyse
from howfar.improve.experiments.outcomes import Panel, Posts, before_of
from howfar.improve.experiments.placebo import Past, placebos
from howfar.improve.experiments.plan import parse_plan
from howfar.improve.experiments.power import power_at
from howfar.improve.experiments.register import Registration, register
from howfar.study.panel_table import parse_panel

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "experiment_promises.json"
_EXPERIMENTS = ROOT / "src" / "howfar" / "improve" / "experiments"
SOURCES = (
    *sorted(_EXPERIMENTS.glob("*.py")),
    *(ROOT / "src" / "howfar" / "stats" / f"{name}.py" for name in ("assignment", "randomised")),
    ROOT / "tests" / "improve" / "experiments" / "worlds.py",
)
EFFECTS = (0.0, 0.05, 0.2)
PAST = 2_000
SIMULATIONS = 1_000
ON = dt.date(2023, 12, 1)

Run = Callable[[Registration, float, np.random.Generator], Analysis]


@dataclass(frozen=True, slots=True)
class Kept:
    """Promised and found power (at effect 0 the false positive rate), and coverage."""

    promised: float
    found: float
    coverage: float

    def within(self, trials: int, simulations: int) -> bool:
        """Whether found and promised differ by no more than three standard errors of both."""
        middle = (self.promised * simulations + self.found * trials) / (simulations + trials)
        error = math.sqrt(middle * (1 - middle) * (1 / simulations + 1 / trials))
        return abs(self.found - self.promised) <= 3 * error + 1 / trials


def _counts(n: int, rng: np.random.Generator) -> np.ndarray:
    """Reactions of posts in a row: bursts that last, heavy tails."""
    burst = np.zeros(n)
    for at in range(1, n):
        burst[at] = 0.4 * burst[at - 1] + 0.3 * rng.normal()
    return rng.poisson(20 * np.exp(burst) * rng.gamma(2, 0.5, n)).astype(float)


def posts_past(rng: np.random.Generator) -> Past:
    """A long past of two channels' posts."""
    values = {name: _counts(PAST, rng) for name in ("nordwelle", "ostfunk")}
    return Posts(values, {n: np.empty((PAST, 0)) for n in values}, dict.fromkeys(values, 2.0))


def panel_past(units: tuple[str, ...], rng: np.random.Generator) -> Past:
    """A long past of daily counts."""
    return Panel(units, np.array(list(daily(units, PAST, rng).values())))


def run_posts(made: Registration, effect: float, rng: np.random.Generator) -> Analysis:
    """New posts, each with or without the change as the lot said."""
    drawn = {name: list(_counts(n, rng)) for name, n in made.plan.lot.strata.items()}
    lines = ["unit,date,reactions,arm"]
    for unit, _, arm in made.schedule.rows():
        y = drawn[unit.split("/")[0]].pop(0) * (1 + effect * (arm == "change"))
        lines.append(f"{unit},2024-01-05,{y:g},{arm}")
    data = parse_panel("\n".join(lines), "d", "date", "unit", repeated=True)
    return analyse(made.text, "r", data, deposited=made.sha256)


def run_switchback(made: Registration, effect: float, rng: np.random.Generator) -> Analysis:
    """New days of the channels, switched as the lot said."""
    lot = made.plan.lot
    days = (lot.blocks or 1) * (lot.length or 1)
    arms = switched(made.schedule.rows(), days, lot.length or 1)
    world = {n: v * (1 + effect * arms[n]) for n, v in daily(lot.units, days, rng).items()}
    data = parse_panel(table(world, "channel", "date", FIRST, arms), "d", "date", "channel")
    return analyse(made.text, "r", data, deposited=made.sha256)


def run_clusters(made: Registration, effect: float, rng: np.random.Generator) -> Analysis:
    """New days of all countries, some of them changed from the start on."""
    lot, before = made.plan.lot, before_of(made.plan)
    days = before + (lot.length or 1)
    since = np.arange(days) >= before
    arms = {unit: since * float(arm == "change") for unit, _, arm in made.schedule.rows()}
    world = {n: v * (1 + effect * arms[n]) for n, v in daily(lot.units, days, rng).items()}
    first = int(lot.start or 0) - before
    data = parse_panel(table(world, "country", "day", first, arms), "d", "day", "country")
    return analyse(made.text, "r", data, deposited=made.sha256)


DESIGNS: dict[str, tuple[str, Run]] = {
    "posts": (POSTS.replace("40", "120").replace("24", "80"), run_posts),
    "switchback": (SWITCHBACK.replace("blocks = 20", "blocks = 40"), run_switchback),
    "clusters": (CLUSTERS.replace("length = 20", "length = 10"), run_clusters),
}


def kept(design: str, effect: float, trials: int, seed: int, simulations: int) -> Kept:
    """Promise one design on a past, then run it in new worlds."""
    text, run = DESIGNS[design]
    plan = parse_plan(text, "plan.toml")
    key = int.from_bytes(hashlib.sha256(design.encode()).digest()[:8], "big")
    rng = np.random.default_rng([seed, key, round(100 * effect)])
    past = posts_past(rng) if design == "posts" else panel_past(plan.lot.units, rng)
    promised = power_at(placebos(plan, past, simulations, rng), effect).value
    found = covered = 0
    for trial in range(trials):
        made = register(text, "p", past, on=ON, seed=trial, howfar="0")
        done = run(made, effect, rng)
        found += done.p <= 0.05
        relative = done.effect.relative
        low = -math.inf if relative.low is None else relative.low
        high = math.inf if relative.high is None else relative.high
        covered += low - 1e-9 <= effect <= high + 1e-9
    return Kept(promised or 0.0, found / trials, covered / trials)


def sources_hash() -> str:
    """SHA-256 over the code of the modules that the worlds try, and of this file."""
    digest = hashlib.sha256()
    for path in (*SOURCES, Path(__file__)):
        digest.update(code_of(path).encode())
    return digest.hexdigest()


def main() -> None:
    """Run all designs and effects, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--designs", nargs="*", choices=list(DESIGNS), default=list(DESIGNS))
    options = parser.parse_args()
    head = {"sources": sources_hash(), "seed": options.seed, "trials": options.trials}
    head |= {"simulations": SIMULATIONS}
    made: dict[str, dict[str, float]] = {}
    if RESULT.exists():
        # Rows of these very sources, seed and trials are kept; each design draws by itself.
        stored = json.loads(RESULT.read_text(encoding="utf-8"))
        made = stored["worlds"] if all(stored.get(n) == v for n, v in head.items()) else {}
    for design in options.designs:
        for effect in EFFECTS:
            found = kept(design, effect, options.trials, options.seed, SIMULATIONS)
            made[f"{design}, {effect:.0%}"] = {n: round(v, 4) for n, v in asdict(found).items()}
            print(f"{design:12} {effect:4.0%} {found}", flush=True)
            text = json.dumps({**head, "worlds": made}, indent=1) + "\n"
            RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
