"""What is found of changes whose effect is known? Simulated worlds, as a study would ask them.

    python -m benchmarks.planted_effects --worlds 150

Worlds of the scenario practice: channels change on four dates, by 0, 5 or 20 %, in a common trend
and season and in noise of their own that lasts from week to week. Scenario crisis: the figures of
our channels fall and recover by themselves, and five days in we do something that does nothing.
Posts go from the generator into the weekly panel and through the very functions that a study's
changes go through; only files and readers are left out. Written to
benchmarks/results/planted_effects.json with a hash of the code, and as docs/planted-effects.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy import stats

import howfar
from howfar.improve.change_effects import cast_of, change_effect, did_effect
from howfar.improve.effect import Effect
from howfar.improve.weekly_panel import WeeklyPanel
from howfar.simulate import crisis, making, practice
from howfar.simulate.places import PLATFORMS
from howfar.simulate.plan import DAY, Plan
from howfar.simulate.scenarios import scenarios
from howfar.simulate.society import Society, society
from howfar.study.changes import VOLUME, Change
from howfar.validate.sources import code_of

ROOT: Final = Path(__file__).resolve().parent.parent
RESULT: Final = ROOT / "benchmarks" / "results" / "planted_effects.json"
PAGE: Final = ROOT / "docs" / "planted-effects.md"
EPOCH: Final = dt.date(1970, 1, 1)
CONFIDENCE: Final = 0.95
SIZES: Final = (60_000, 400_000)
"""Posts of a world; the larger its channels are, the narrower the intervals."""
FIGURE: Final = "reactions"
KEYS: Final = ("scenario", "size", "design", "outcome", "effect")

_FIRST: Final = ("improve/change_effects.py", "simulate/practice.py", "simulate/crisis.py")
_IMPORT: Final = re.compile(r"^from howfar\.((?:improve|stats)\.\w+) import", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """One change that was asked for: what was planted, and what was found."""

    scenario: str
    size: int
    design: str
    outcome: str
    effect: float
    value: float | None
    low: float | None
    high: float | None
    grade: str


def weekly(plan: Plan, people: Society) -> WeeklyPanel:
    """The channels' own posts and likes by week, as the tables of a study would give them."""
    channels, weeks = people.channels, plan.days // 7
    posts, likes = np.zeros((2, len(channels), weeks))
    for place, part in enumerate(making.parts(plan, people)):
        made = making.finished(plan, people, place, part)
        own = made["account"] < len(channels)
        cell = made["account"][own], (made["created"][own] - plan.begins) // (7 * DAY)
        np.add.at(posts, cell, 1)
        np.add.at(likes, cell, made["likes"][own])
    names = [(one.channel, PLATFORMS[one.platform]) for one in channels]
    order = sorted(range(len(names)), key=lambda n: names[n])
    first = (plan.start - EPOCH).days
    return WeeklyPanel(
        tuple(names[n] for n in order),
        np.arange(weeks) + (first - 4) // 7,
        posts[order],
        {FIGURE: posts[order]},
        {FIGURE: likes[order]},
    )


def one_world(scenario: str, size: int, seed: int) -> list[Found]:
    """All changes of one world, in all designs."""
    plan = Plan(seed, size, scenario, scenarios()[scenario].mechanisms)
    people = society(plan)
    panel = weekly(plan, people)
    run = _practice if scenario == "practice" else _crisis
    return [
        Found(scenario, size, design, outcome, planted, r.value, r.low, r.high, effect.grade)
        for design, outcome, planted, effect in run(plan, people, panel)
        for r in [effect.relative]
    ]


def _practice(
    plan: Plan, people: Society, panel: WeeklyPanel
) -> Iterator[tuple[str, str, float, Effect]]:
    planted = practice.changes(plan, people)
    rng = np.random.default_rng(plan.seed)
    for outcome in (VOLUME, FIGURE):
        changes = [
            _change(people.channels[one.account].channel, one.date(plan), outcome)
            for one in planted
        ]
        casts = [
            cast_of(panel, one, changes, frozenset(panel.series), (when - EPOCH).days, None)
            for one in changes
            for when in [dt.date.fromisoformat(one.id[-10:])]
        ]
        effects = [one.volume if outcome == VOLUME else one.figures for one in planted]
        for cast, planted_effect in zip(casts, effects, strict=True):
            asked = partial(change_effect, panel, confidence=CONFIDENCE, rng=rng)
            yield "its", outcome, planted_effect, asked(cast)
        for size in sorted(set(effects)):
            group = [cast for cast, e in zip(casts, effects, strict=True) if e == size]
            yield "did", outcome, size, did_effect(panel, group, confidence=CONFIDENCE, rng=rng)


def _crisis(
    plan: Plan, people: Society, panel: WeeklyPanel
) -> Iterator[tuple[str, str, float, Effect]]:
    """Our channels after the measure that did nothing, with nobody to compare with."""
    when = crisis.day_of(plan, plan.of(crisis.CrisisSettings).measure)
    ours = [one.channel for one in people.channels if one.role == "ours"]
    rng = np.random.default_rng(plan.seed)
    for name in ours:
        change = _change(name, when, FIGURE)
        everyone = frozenset(panel.series)
        for design, compared in (("its, nobody beside", frozenset()), ("its", everyone)):
            touched = [_change(one, when, FIGURE) for one in ours]
            cast = cast_of(panel, change, touched, compared, (when - EPOCH).days, None)
            effect = change_effect(panel, cast, confidence=CONFIDENCE, rng=rng)
            yield design, FIGURE, 0.0, effect


def _change(channel: str, when: dt.date, outcome: str) -> Change:
    what = {VOLUME: "frequency", FIGURE: "kind"}[outcome]
    return Change(id=f"planted-{when}", date=when, channels=(channel,), property=what,
                  what="planted", outcome=outcome)  # fmt: skip


def _of_task(task: tuple[str, int, int]) -> list[Found]:
    return one_world(*task)


def tasks(worlds: int, seed: int) -> list[tuple[str, int, int]]:
    """Scenario, size and seed of every world."""
    made = [("practice", size, seed + n) for size in SIZES for n in range(worlds)]
    return made + [("crisis", SIZES[-1], seed + n) for n in range(max(worlds // 5, 1))]


def table(found: list[Found]) -> list[dict[str, Any]]:
    """One row a scenario, size, design, outcome and planted effect."""
    rows = []
    for key in sorted({tuple(getattr(f, k) for k in KEYS) for f in found}):
        of = [f for f in found if tuple(getattr(f, k) for k in KEYS) == key]
        told = [f for f in of if f.value is not None]
        effect = float(key[-1])
        clear = [f.low > 0 or f.high < 0 for f in told]
        sure = [c for c, f in zip(clear, told, strict=True) if f.grade == "B"]
        holds = [f.low <= effect <= f.high for f in told]
        rows.append(
            {
                **dict(zip(KEYS, key, strict=True)),
                "changes": len(of),
                "measured": len(told),
                "holds": sum(holds),
                "clear": sum(clear),
                "graded_b": sum(f.grade == "B" for f in of),
                "clear_and_b": sum(sure),
                "median": float(np.median([f.value for f in told])) if told else None,
                "width": float(np.median([f.high - f.low for f in told])) if told else None,
            }
        )
    return rows


def share(part: int, whole: int) -> str:
    """A share in per cent with its 95 % interval (Clopper and Pearson)."""
    if not whole:
        return "none"
    low, high = stats.binomtest(part, whole).proportion_ci(0.95)
    return f"{100 * part / whole:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def page(stored: dict[str, Any]) -> str:
    """The page of the documentation."""
    lines = [
        "# Planted effects",
        "",
        "What is found of changes whose effect is known? Made by `python -m "
        "benchmarks.planted_effects`; not to be edited. Worlds are simulated: channels change how "
        "they publish on four dates, by 0, 5 or 20 %, in a common trend and season and in noise "
        "of their own that lasts from week to week. *Interval holds* should be 95 %; *said to "
        "have an effect* is the false-positive rate where nothing was planted (at most 5 %), and "
        "power elsewhere. In brackets: 95 % interval of the share, over worlds that are finite.",
        "",
    ]
    for scenario, says in (
        ("practice", "## Changes of practice"),
        ("crisis", "## A crisis that passes by itself"),
    ):
        lines += [says, ""]
        if scenario == "crisis":
            lines += [
                "The figures of our channels fall by up to 60 % and recover by themselves; five "
                "days in, something is done that does nothing. Whatever is found here is false. "
                "With nobody to compare with, the evidence is never of grade B.",
                "",
            ]
        lines += [
            "| posts of the world | design | outcome | planted | changes | interval holds | said "
            "to have an effect | graded B | false or found, of those graded B | median width |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        for row in stored["rows"]:
            if row["scenario"] != scenario:
                continue
            n, b = row["measured"], row["graded_b"]
            width = "" if row["width"] is None else f"{100 * row['width']:.0f} points"
            lines.append(
                f"| {row['size']:,} | {row['design']} | {row['outcome']} | "
                f"{100 * row['effect']:g} % | {row['changes']} | {share(row['holds'], n)} | "
                f"{share(row['clear'], n)} | {share(b, row['changes'])} | "
                f"{share(row['clear_and_b'], b)} | {width} |"
            )
        lines.append("")
    lines.append(
        f"{stored['worlds']} worlds of each size, seeds from {stored['seed']}; *its*: interrupted "
        "series of one channel against all that did not change; *did*: ATT of all channels of one "
        "planted effect, on logarithms."
    )
    return "\n".join(lines) + "\n"


def sources_hash() -> str:
    """SHA-256 over the code that effects of changes go through, and of this file."""
    root = Path(howfar.__file__).parent
    waiting, seen = [root / name for name in _FIRST], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        names = _IMPORT.findall(path.read_text(encoding="utf-8"))
        waiting += [root / f"{name.replace('.', '/')}.py" for name in names]
    digest = hashlib.sha256()
    for path in (*sorted(seen), Path(__file__)):
        digest.update(code_of(path).encode())
    return digest.hexdigest()


def main() -> None:
    """Make all worlds, write the table and the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=150)
    options = parser.parse_args()
    found: list[Found] = []
    todo, code = tasks(options.worlds, options.seed), sources_hash()
    with get_context("spawn").Pool(2) as pool:
        for n, one in enumerate(pool.imap(_of_task, todo), 1):
            found += one
            print(f"\r{n} of {len(todo)} worlds", end="", file=sys.stderr, flush=True)
    if code != sources_hash():
        raise SystemExit("the code changed meanwhile: nothing was written")
    stored = {
        "sources": code,
        "seed": options.seed,
        "worlds": options.worlds,
        "rows": table(found),
    }
    RESULT.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(stored), encoding="utf-8")
    print(page(stored))


if __name__ == "__main__":
    main()
