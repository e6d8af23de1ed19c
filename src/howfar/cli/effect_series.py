"""`howfar effect series`: how would one series have gone on, by its past and by other series?"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import typer

from howfar.cli.arguments import AsJson
from howfar.cli.effect_files import (
    Confidence,
    MeasuredIn,
    Name,
    NoChecks,
    Out,
    Outcome,
    Seed,
    Table,
    Time,
    What,
    finish,
    read_panel,
)
from howfar.cli.effect_table import (
    Changed,
    Controls,
    End,
    Known,
    OwnUnit,
    Start,
    Treated,
    dates_of,
    own_series,
    series_of,
)
from howfar.errors import StudyError
from howfar.improve.local_level import local_level
from howfar.improve.local_level_fit import Level, Structure


def command(
    table: Table,
    outcome: Outcome,
    time: Time = None,
    start: Start = None,
    changed: Changed = None,
    end: End = None,
    unit: OwnUnit = None,
    treated: Treated = None,
    control: Controls = None,
    regressor: Known = None,
    level: Annotated[Level, typer.Option(help="How the series wanders.")] = "local level",
    seasonal: Annotated[int | None, typer.Option(
        help="Periods of a season, each with a figure of its own.", show_default="none")] = None,
    harmonics: Annotated[list[str] | None, typer.Option(
        metavar="PERIOD:PAIRS", help="Season of so many periods as pairs of sine and cosine; "
        "repeatable.", show_default="none")] = None,
    wandering_season: Annotated[bool, typer.Option(
        "--wandering-season", help="Seasons may change by and by.")] = False,
    autoregressive: Annotated[int, typer.Option(
        min=0, help="Order of an autoregression.")] = 0,
    log: Annotated[bool, typer.Option("--log", help="Model the logarithm.")] = False,
    draws: Annotated[int, typer.Option(min=200, help="Draws of what would have been.")] = 4000,
    placebo_date: Annotated[list[str] | None, typer.Option(
        help="Earlier period to try as if the change had come then; repeatable.",
        show_default="three")] = None,
    what: What = None,
    name: Name = None,
    measured_in: MeasuredIn = None,
    confidence: Confidence = 0.95,
    seed: Seed = 1,
    no_checks: NoChecks = False,
    out: Out = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Counterfactual series: a local level (or trend, season) with other series as regressors.

    Without a control series the grade is C at best.
    """
    panel = read_panel(table, time, unit)
    own = own_series(panel, treated, table.name)
    first, until = dates_of(panel, own, start, changed, end)
    dates = [panel.place(one, "--placebo-date") for one in placebo_date or []]
    effect = local_level(
        panel.line(outcome, own),
        first,
        rng=np.random.default_rng(seed),
        periods=panel.line_labels,
        controls=series_of(panel, own, outcome, control or []),
        regressors={one: panel.line(one, own) for one in regressor or []},
        structure=Structure(
            level=level,
            seasonal=seasonal,
            harmonics=tuple(_season(one, table.name) for one in harmonics or []),
            wandering_season=wandering_season,
            autoregressive=autoregressive,
        ),
        log=log,
        until=until,
        confidence=confidence,
        draws=draws,
        placebos=dates or None,
        checks=not no_checks,
        name=name or outcome,
        unit=measured_in or name or outcome,
    )
    finish(effect, table, what, out, json, seed=seed)


def _season(text: str, file: str) -> tuple[float, int]:
    """A season from PERIOD:PAIRS."""
    length, _, pairs = text.partition(":")
    try:
        return float(length), int(pairs or 1)
    except ValueError:
        wanted = "PERIOD:PAIRS, 52.18:2 for example"
        raise StudyError(f"harmonics {text!r}", file, wanted) from None
