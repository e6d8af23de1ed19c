"""`howfar experiment`: design a test, see what it can find, register it, analyse what came back."""

from __future__ import annotations

import csv
import io
import json as json_
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from howfar import __version__
from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.cli.effect_files import finish
from howfar.cli.experiment_past import Planned, read, read_planned
from howfar.errors import StudyError
from howfar.improve.experiments.analyse import analyse as analyse_
from howfar.improve.experiments.compare import autocorrelation, layouts
from howfar.improve.experiments.document import (
    layout_document,
    lot_document,
    plan_document,
    promise_document,
)
from howfar.improve.experiments.plan import parse_plan
from howfar.improve.experiments.power import EFFECTS, Promise, promise
from howfar.improve.experiments.register import Registration
from howfar.improve.experiments.register import register as register_
from howfar.improve.returned_experiments import table_of
from howfar.improve.wording import figure, quoted, with_interval
from howfar.run.experiments import deposited_beside
from howfar.store.durable import write_atomically

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Plan a test, see beforehand what it can find, register it, and analyse it as registered.",
)

PlanFile = Annotated[Path, typer.Argument(help="TOML file of the experiment.")]
Past = Annotated[
    Path, typer.Option(help="The past: a CSV in the plan's columns, or a study folder.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of everything random.")]


@group.command("design", short_help="Set the plan beside other layouts of the same length.")
def design(plan: PlanFile, past: Past, seed: Seed = 1, json: AsJson = False) -> None:
    """Set the plan beside other layouts of the same length, judged on the past."""
    planned = read_planned(plan, past)
    made = layouts(planned.plan, planned.past, np.random.default_rng(seed))
    alike = autocorrelation(planned.past)
    if json:
        say_json(
            {
                "plan": plan_document(planned.plan),
                "layouts": [layout_document(one) for one in made],
                "period_to_period_correlation": alike,
                "seed": seed,
            }
        )
        return
    _head(planned)
    if alike is not None:
        say(f"a period and the one before: correlation {figure(alike)}")
    for one in made:
        mark = "planned" if one.chosen else "or"
        detectable = with_interval(one.detectable, percent=True)
        say(f"{mark}: {one.said}: {one.lot.units} units, {one.lot.changed} of them changed; "
            f"finds {detectable} with power {planned.plan.power.target:g}")  # fmt: skip
        if not one.lot.enough:
            say(f"  {one.lot.said}")
    say(f"next: howfar experiment power {plan} --past {past}")


@group.command("power", short_help="Tell what the experiment can find.")
def power(
    plan: PlanFile,
    past: Past,
    effect: Annotated[
        list[float] | None,
        typer.Option(help="Relative effect, 0.1 for 10 %; repeatable.", show_default="several"),
    ] = None,
    sizes: Annotated[bool, typer.Option(help="Also at other sizes: size, length, cost.")] = True,
    seed: Seed = 1,
    json: AsJson = False,
) -> None:
    """Tell what the experiment can find: power, smallest effect, size, length, cost."""
    planned = read_planned(plan, past)
    effects = _effects(effect)
    found = promise(planned.plan, planned.past, np.random.default_rng(seed), effects, sizes)
    if json:
        say_json({"plan": plan_document(planned.plan), **promise_document(found), "seed": seed})
        return
    _head(planned)
    _print_promise(found)
    say(f"next: howfar experiment register {plan} --past {past} --out FOLDER")


@group.command("register", short_help="Draw the lot and write plan and promise into one file.")
def register(
    plan: PlanFile,
    past: Past,
    out: Annotated[Path, typer.Option(help="Folder for the registration and its hash.")],
    on: Annotated[
        str | None, typer.Option(metavar="DAY", help="Day of registration.", show_default="today")
    ] = None,
    seed: Seed = 1,
    json: AsJson = False,
) -> None:
    """Draw the lot and write plan, lot and promise into one file, with its hash."""
    planned = read_planned(plan, past)
    day = _day(on)
    if (out / "registration.toml").exists():
        raise StudyError(
            "there is a registration already, and it is not to be drawn again",
            str(out / "registration.toml"),
            "a folder without a registration",
            "name another folder; a lot that is drawn until it pleases is no lot",
        )
    rng = np.random.default_rng([seed, 1])
    found = promise(planned.plan, planned.past, rng, EFFECTS, sizes=False)
    made = register_(
        planned.text,
        planned.file,
        planned.past,
        on=day,
        seed=seed,
        howfar=__version__,
        past_sha256=planned.past_sha256,
        promised=found,
    )
    written = _write(out, planned, made, found)
    if json:
        say_json(
            {
                "id": made.plan.id,
                "sha256": made.sha256,
                "registered": day.isoformat(),
                "lot": lot_document(found.lot),
                "power": promise_document(found),
                "assignment": [
                    {"unit": unit, "stratum": stratum, "arm": arm}
                    for unit, stratum, arm in made.schedule.rows()
                ],
                "files": [str(path) for path in written],
            }
        )
        return
    _head(planned)
    say(f"registered on {day}, SHA-256 {made.sha256}")
    say("leave this hash with somebody else before the start: a registry, a witness, an e-mail")
    for path in written:
        say(f"written: {path}")
    say(f"next: when it is over, howfar experiment analyse {written[0]} DATA.csv")


@group.command("analyse", short_help="Analyse what came back, exactly as registered.")
def analyse(
    registration: Annotated[Path, typer.Argument(help="The file that register has written.")],
    data: Annotated[Path, typer.Argument(help="CSV with what came back, in the plan's columns.")],
    sha256: Annotated[
        str | None,
        typer.Option(help="The deposited hash.", show_default="the .sha256 file beside it"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for effects.csv, effect.json, effect.html.", show_default="none"),
    ] = None,
    json: AsJson = False,
) -> None:
    """Analyse what came back exactly as registered; every deviation is listed."""
    text = read(registration, "a registration")
    plan = parse_plan(text, registration.name)
    table = table_of(plan, read(data, "a CSV of what came back"), data.name)
    deposited = sha256 or deposited_beside(registration)
    found = analyse_(text, registration.name, table, deposited=deposited)
    registered = plan.registered
    lines = [f"registered {registered.on if registered else ''}, p of no difference {found.p:.3g}"]
    lines += [f"deviation: {one.said}" for one in found.deviations]
    if not found.deviations:
        lines.append("deviations: none")
    more = {
        "p": found.p,
        "deviations": [{"said": one.said, "serious": one.serious} for one in found.deviations],
        "registration": {
            "file": registration.name,
            "sha256": found.sha256,
            "deposited": deposited,
            "on": None if registered is None else registered.on.isoformat(),
            "promised_effect": None if registered is None else registered.promised_effect,
            "promised_power": None if registered is None else registered.promised_power,
        },
        "plan": plan_document(plan),
    }
    finish(found.effect, data, plan.change, out, json, more=more, lines=lines)


def _effects(given: Sequence[float] | None) -> tuple[float, ...]:
    for one in given or ():
        if one <= -1:
            raise typer.BadParameter("a relative effect lies above -1", param_hint="--effect")
    return tuple(given) if given else EFFECTS


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f'"{text}" is no day; write it as 2024-03-01', param_hint="--on"
        ) from None


def _head(planned: Planned) -> None:
    plan = planned.plan
    say(f"{quoted(plan.title)}: {plan.design}, {plan.lever}")
    say(f"without: {quoted(plan.control)}; with: {quoted(plan.change)}")


def _print_promise(found: Promise) -> None:
    plan = found.plan
    say(found.lot.said)
    for one in found.curve:
        name = "false positive rate" if one.effect == 0 else f"power at {one.effect:+.0%}"
        say(f"  {name}: {with_interval(one.power, percent=True)}")
    detectable = with_interval(found.detectable, percent=True)
    say(f"smallest change found with power {plan.power.target:g}: {detectable}")
    for size in found.sizes:
        cost = ""
        if size.cost is not None and plan.cost is not None:
            cost = f", {size.cost:,.0f} {plan.cost.currency}"
        periods = "" if size.periods is None else f", {size.periods:.0f} periods"
        say(f"  {size.units} units{periods}{cost}: power "
            f"{with_interval(size.power, percent=True)} at {plan.power.effect:+.0%}")  # fmt: skip
    if found.sizes and found.needed is None:
        say(f"none of these sizes finds {plan.power.effect:+.0%} with power {plan.power.target:g}")
    for note in found.notes:
        say(f"note: {note}")


def _write(out: Path, planned: Planned, made: Registration, found: Promise) -> list[Path]:
    """registration.toml and its hash, schedule.csv for those who publish, promise.json."""
    out.mkdir(parents=True, exist_ok=True)
    schedule = io.StringIO(newline="")
    writer = csv.writer(schedule, lineterminator="\n")
    writer.writerow(("unit", "stratum", "arm", "first", "last"))
    writer.writerows((*row, *planned.when(row[0])) for row in made.schedule.rows())
    promised: dict[str, Any] = promise_document(found)
    texts = {
        "registration.toml": made.text,
        "registration.toml.sha256": f"{made.sha256}  registration.toml\n",
        "schedule.csv": schedule.getvalue(),
        "promise.json": json_.dumps(promised, indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }
    for name, text in texts.items():
        write_atomically(out / name, text.encode())
    return [out / name for name in texts]
