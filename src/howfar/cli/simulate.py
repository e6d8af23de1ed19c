"""`howfar simulate`: a world with planted truth, written as real export files."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import progress_bar, say, say_json
from howfar.simulate.plan import Plan
from howfar.simulate.scenarios import scenarios, together
from howfar.simulate.world import World, simulate

_SIZE = re.compile(r"(\d+(?:\.\d+)?)([kM]?)")
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000}
SMALLEST = 1_000


def command(
    out: Annotated[
        Path | None, typer.Argument(help="Folder of the world: new, empty, or not finished.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 1,
    size: Annotated[str, typer.Option(help="Posts, about: 100k, 2M or a number.")] = "100k",
    scenario: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="What is planted; may be given again, or with commas."),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="Processes at once.", show_default="one a processor"),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Tell all scenarios and end.")] = False,
    json: AsJson = False,
) -> None:
    """Make a world whose truth is known: raw exports, the study that reads them, and truth.json."""
    if list_:
        _list(json)
        return
    if out is None:
        raise typer.BadParameter("name the folder of the world, or ask for --list")
    names = [name.strip() for given in scenario or ["all"] for name in given.split(",")]
    chosen = together(names)
    plan = Plan(seed, posts_of(size), chosen.name, chosen.mechanisms, settings=chosen.settings)
    with progress_bar("simulating", quiet=json) as move:
        world = simulate(out, plan, threads or os.cpu_count() or 1, move)
    _tell(world, plan, json)


def posts_of(size: str) -> int:
    """The number that 100k, 2M, 1.5M or 5000 means; BadParameter for anything else."""
    found = _SIZE.fullmatch(size.strip())
    number = round(float(found[1]) * _UNITS[found[2]]) if found else 0
    if number < SMALLEST:
        raise typer.BadParameter(
            f'"{size}": a number of posts from {SMALLEST:,} on, as 5000, 100k or 2M',
            param_hint="--size",
        )
    return number


def _list(json: bool) -> None:
    known = scenarios()
    if json:
        say_json(
            [
                {**asdict(scenario), "mechanisms": sorted(scenario.mechanisms)}
                for scenario in known.values()
            ]
        )
        return
    width = max(map(len, known))
    for scenario in known.values():
        say(f"{scenario.name:{width}}  {scenario.says}")


def _tell(world: World, plan: Plan, json: bool) -> None:
    if json:
        say_json(
            {
                "simulated": True,
                "world": str(world.folder),
                "study": str(world.study),
                "truth": str(world.folder / "truth.json"),
                "seed": plan.seed,
                "scenario": plan.scenario,
                "posts": world.posts,
                "files": world.files,
                "planted_rejects": world.rejects,
            }
        )
        return
    say(f"simulated world: {world.folder} ({world.posts:,} posts, {len(world.files)} raw files)")
    say(f"truth: {world.folder / 'truth.json'}")
    say(f"next: howfar read {world.study}, then howfar run {world.study}")
