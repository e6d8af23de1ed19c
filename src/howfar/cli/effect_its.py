"""`howfar effect its`: did one series change at a date, beyond its trend, season and controls?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from howfar.cli.arguments import AsJson
from howfar.cli.console import say, say_json
from howfar.cli.effect_files import (
    Confidence,
    MeasuredIn,
    Name,
    NoChecks,
    Out,
    Outcome,
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
    beside,
    dates_of,
    own_series,
    series_of,
)
from howfar.improve.effect_document import plain
from howfar.improve.interrupted_series import interrupted_series
from howfar.improve.placebo_dates import placebo_dates
from howfar.improve.series_setting import Choice, Own, Reference
from howfar.improve.wording import with_interval
from howfar.stats.variance_families import Family, Link


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
    exposure: Annotated[str | None, typer.Option(
        help="Column of persons, posts or days behind the counts; enters as its logarithm.",
        show_default="none")] = None,
    offset: Annotated[str | None, typer.Option(
        help="Column that is added to the predictor as it is.", show_default="none")] = None,
    control_exposure: Annotated[list[str] | None, typer.Option(
        help="Column of the exposure of each control, in their order; with --unit the same column.",
        show_default="none")] = None,
    control_offset: Annotated[list[str] | None, typer.Option(
        help="Column of the offset of each control, likewise.", show_default="none")] = None,
    covariate: Known = None,
    family: Annotated[Family, typer.Option(help="How figures scatter.")] = "quasi-poisson",
    link: Annotated[Link | None, typer.Option(
        help="Scale of the model.", show_default="log; gaussian identity")] = None,
    no_step: Annotated[bool, typer.Option("--no-step", help="No change of level.")] = False,
    slope: Annotated[bool, typer.Option("--slope", help="Also a change of trend.")] = False,
    trend: Annotated[int, typer.Option(min=0, help="Degree of the trend; 0 for none.")] = 1,
    harmonics: Annotated[int, typer.Option(min=0, help="Pairs of sine and cosine.")] = 0,
    period: Annotated[float | None, typer.Option(
        help="Length of a season in periods.", show_default="a year, else 12")] = None,
    washout: Annotated[int, typer.Option(
        min=0, help="Periods from the start on that are left out.")] = 0,
    before_washout: Annotated[int, typer.Option(
        min=0, help="Periods before the start that are left out.")] = 0,
    control_trend: Annotated[Own, typer.Option(help="Trend of each series, or one.")] = "own",
    control_season: Annotated[Own, typer.Option(help="Season of each series, or one.")] = "own",
    dispersion: Annotated[Own, typer.Option(help="Dispersion of each series, or one.")] = "own",
    errors: Annotated[Choice, typer.Option(
        help="How errors follow each other; auto: an autoregression of order 1 to 3.")] = "auto",
    order: Annotated[int | None, typer.Option(
        help="Order of the autoregression.", show_default="found")] = None,
    lags: Annotated[int | None, typer.Option(
        help="Lags of Newey and West's errors.", show_default="by length")] = None,
    reference: Annotated[Reference, typer.Option(help="Distribution of intervals.")] = "auto",
    placebos: Annotated[int, typer.Option(
        min=0, help="Also look for effects at so many dates before the start (of all dates where "
        "no start is given): how often is one found where nothing was changed?")] = 0,
    side: Annotated[int, typer.Option(
        min=2, help="Least number of periods on each side of such a date.")] = 8,
    what: What = None,
    name: Name = None,
    measured_in: MeasuredIn = None,
    confidence: Confidence = 0.95,
    no_checks: NoChecks = False,
    out: Out = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Interrupted time series: one series before and after a date, with others to compare if any.

    Negative binomial, (quasi-)Poisson or gaussian; residuals that follow each other are found and
    reckoned with. Without a control series the grade is C at best.
    """
    panel = read_panel(table, time, unit)
    own = own_series(panel, treated, table.name)
    never = start is None and changed is None and placebos > 0
    first, until = (None, None) if never else dates_of(panel, own, start, changed, end)
    series = series_of(panel, own, outcome, control or [])
    season = period or panel.periods.a_year or 12.0
    choices: dict[str, Any] = {
        "periods": panel.line_labels,
        "exposure": None if exposure is None else panel.line(exposure, own),
        "offset": None if offset is None else panel.line(offset, own),
        "controls": series,
        "control_exposures": beside(panel, series, control_exposure, exposure, "control-exposure"),
        "control_offsets": beside(panel, series, control_offset, offset, "control-offset"),
        "covariates": {one: panel.line(one, own) for one in covariate or []},
        "family": family,
        "link": link,
        "step": not no_step,
        "slope": slope,
        "trend": trend,
        "harmonics": harmonics,
        "period": season,
        "washout": washout,
        "before_washout": before_washout,
        "control_trend": control_trend,
        "control_season": control_season,
        "dispersion": dispersion,
        "errors": errors,
        "order": order,
        "lags": lags,
        "reference": reference,
        "confidence": confidence,
        "name": name or outcome,
        "unit": measured_in or f"{name or outcome} a period",
    }
    line = panel.line(outcome, own)
    more, lines = {}, []
    if placebos:
        found = placebo_dates(line, change=first, count=placebos, side=side, **choices)
        more = {"placebo_dates": plain(asdict(found))}
        said = with_interval(found.false_positives, percent=True)
        lines = [f"an effect was found at this part of {len(found.dates)} dates at which nothing "
                 f"was changed: {said}"]  # fmt: skip
    if first is None:
        say_json(more) if json else say("\n".join(lines))
        return
    effect = interrupted_series(line, first, until=until, checks=not no_checks, **choices)
    finish(effect, table, what, out, json, more=more, lines=lines)
