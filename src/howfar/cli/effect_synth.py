"""`howfar effect synth`: how far does a unit lie from a mixture of units that were not changed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    Periods,
    Seed,
    Table,
    What,
    finish,
    read_panel,
)
from howfar.errors import StudyError
from howfar.improve.synthetic_case import Combine
from howfar.improve.synthetic_control import synthetic_control
from howfar.improve.synthetic_intervals import Asked
from howfar.improve.synthetic_panel import SynthPanel, parse_predictor
from howfar.improve.synthetic_weights import Fitting, Method, Solver
from howfar.study.panel_table import PanelTable


def command(
    table: Table,
    outcome: Outcome,
    time: Periods,
    unit: Annotated[str, typer.Option(help="Column of units.")],
    treated: Annotated[list[str], typer.Option(
        help="Unit that was changed; repeatable.")],
    start: Annotated[list[str], typer.Option(
        help="First period with the change; UNIT=PERIOD for each where they differ.")],
    donor: Annotated[list[str] | None, typer.Option(
        help="Unit to compare with; repeatable.", show_default="all others")] = None,
    without: Annotated[list[str] | None, typer.Option(
        help="Unit that is not to be compared with; repeatable.", show_default="none")] = None,
    predictor: Annotated[list[str] | None, typer.Option(
        metavar="NAME@A..B",
        help="Figure on which they are to be alike: its mean over periods A to B; also NAME@A,B,C, "
        "NAME@A..B/2 (every second), and :median, :sum, :min, :max, :std after it; repeatable.",
        show_default="outcomes of all periods of the fit")] = None,
    learn_predictor: Annotated[list[str] | None, typer.Option(
        metavar="NAME@A..B",
        help="The same figure taken earlier, one for each --predictor in their order: how much "
        "each matters is learnt from these; repeatable.", show_default="the same")] = None,
    learn_over: Annotated[str | None, typer.Option(
        metavar="A..B", help="Periods over which it is learnt how much each predictor matters.",
        show_default="those of the fit")] = None,
    fit: Annotated[str | None, typer.Option(
        metavar="A..B", help="Periods before the change that the fit is over.",
        show_default="all")] = None,
    average: Annotated[str | None, typer.Option(
        metavar="A..B", help="Periods since the change that the average is over.",
        show_default="all")] = None,
    method: Annotated[Method, typer.Option(help="How weights are found.")] = "classic",
    demean: Annotated[bool, typer.Option(
        "--demean", help="Take each unit's mean before the change off first.")] = False,
    importance: Annotated[str, typer.Option(
        help="Of predictors: fit (by how well outcomes before are met), equal, or a figure each, "
        "separated by commas.")] = "fit",
    optimiser: Annotated[list[str] | None, typer.Option(
        help="Search for importance; repeatable, the best fit is kept.",
        show_default="Nelder-Mead and BFGS")] = None,
    begin: Annotated[list[str] | None, typer.Option(
        help="Where the search begins: equal or ols; repeatable.",
        show_default="both")] = None,
    iterations: Annotated[int, typer.Option(min=1, help="Of each search.")] = 1000,
    solver: Annotated[Solver, typer.Option(help="Of the weights themselves.")] = "exact",
    ridge: Annotated[float | None, typer.Option(
        help="Penalty of the augmented, ridge or robust method.", show_default="found")] = None,
    smallest_error: Annotated[bool, typer.Option(
        "--smallest-error",
        help="The ridge of the smallest error, not the largest near it.")] = False,
    holdout: Annotated[int, typer.Option(
        min=1, help="Periods left out at once to choose the ridge.")] = 1,
    residualise: Annotated[bool, typer.Option(
        "--residualise", help="Take predictors out of outcomes first.")] = False,
    penalty: Annotated[float | None, typer.Option(
        help="Of the penalised method.", show_default="found")] = None,
    singular_values: Annotated[int | None, typer.Option(
        help="How many the robust method keeps.", show_default="found")] = None,
    threshold: Annotated[float | None, typer.Option(
        help="Or the least that it keeps.", show_default="found")] = None,
    combine: Annotated[Combine, typer.Option(
        help="Several units: their mean as one, or each by itself.")] = "average",
    interval: Annotated[Asked, typer.Option(
        help="By refits or by ranks among donors; auto: which reaches the level.")] = "auto",
    placebo_date: Annotated[list[str] | None, typer.Option(
        help="Earlier period to try as if the change had come then; repeatable.",
        show_default="the middle of the fit")] = None,
    permutations: Annotated[int, typer.Option(
        min=0, help="Random orders for the interval by refits; 0: moving blocks.")] = 0,
    what: What = None,
    name: Name = None,
    measured_in: MeasuredIn = None,
    confidence: Confidence = 0.95,
    seed: Seed = 1,
    no_checks: NoChecks = False,
    out: Out = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Synthetic control, with placebos in space and time and each donor left out in turn.

    Also for experiments by region: several --treated, --method augmented.
    """
    panel = read_panel(table, time, unit)
    given = _panel(panel, outcome, [*(predictor or []), *(learn_predictor or [])])
    starts = _starts(panel, treated, start)
    first = min(panel.periods.labels.index(label) for label in starts.values())
    before = given.times[:first]
    predictors = tuple(parse_predictor(one, before) for one in predictor or [])
    _known(panel, [*treated, *(donor or []), *(without or [])])
    donors = donor
    if without:
        donors = [one for one in donor or panel.units if one not in {*without, *treated}]
    how = Fitting(
        method=method,
        demean=demean,
        importance=_importance(importance, panel.file),
        optimisers=tuple(optimiser or Fitting().optimisers),
        starts=tuple(begin or Fitting().starts),
        iterations=iterations,
        solver=solver,
        ridge=ridge,
        one_se=not smallest_error,
        holdout=holdout,
        residualise=residualise,
        penalty=penalty,
        singular_values=singular_values,
        threshold=threshold,
    )
    one_start = set(starts.values())
    effect = synthetic_control(
        given,
        treated,
        one_start.pop() if len(one_start) == 1 else starts,
        donors=donors,
        predictors=predictors,
        fit_over=_over(panel, fit, "--fit"),
        average_over=_over(panel, average, "--average"),
        how=how,
        learn_predictors=tuple(parse_predictor(one, before) for one in learn_predictor or []),
        learn_over=_over(panel, learn_over, "--learn-over"),
        combine=combine,
        interval=interval,
        confidence=confidence,
        placebo_dates=[_label(panel, one, "--placebo-date") for one in placebo_date]
        if placebo_date
        else None,
        checks=not no_checks,
        permutations=permutations,
        rng=np.random.default_rng(seed),
        outcome=name or outcome,
        unit=measured_in or name or outcome,
    )
    finish(effect, table, what, out, json, seed=seed)


def _panel(panel: PanelTable, outcome: str, predictors: Sequence[str]) -> SynthPanel:
    """Outcomes, and the columns that predictors name, as units by periods."""
    names = dict.fromkeys(text.partition("@")[0] for text in predictors)
    panel.need([outcome, *names], "a predictor" if names else "")
    columns = {one: panel.matrix(one) for one in names if one != outcome}
    return SynthPanel(panel.units, panel.periods.labels, panel.matrix(outcome), columns)


def _label(panel: PanelTable, text: str, said_in: str) -> str:
    """A period that the user names, as the panel names it."""
    place = panel.place(text, said_in)
    if place not in panel.periods.places:
        first, last = panel.periods.labels[0], panel.periods.labels[-1]
        raise StudyError(f"the table has no period {text} ({said_in})", panel.file,
                         f"a period that it has, {first} to {last}")  # fmt: skip
    return panel.periods.labels[panel.periods.places.index(place)]


def _starts(panel: PanelTable, treated: Sequence[str], given: Sequence[str]) -> Mapping[str, str]:
    """The first period with the change of each treated unit."""
    _known(panel, treated)
    pairs = [text.rpartition("=") for text in given]
    if len(given) == 1 and pairs[0][0] not in treated:
        return dict.fromkeys(treated, _label(panel, given[0], "--start"))
    found = {name: _label(panel, period, "--start") for name, _, period in pairs}
    if set(found) != set(treated) or len(given) != len(found):
        raise StudyError("which unit was changed when?", panel.file,
                         "--start PERIOD once, or --start UNIT=PERIOD for each unit")  # fmt: skip
    return found


def _known(panel: PanelTable, units: Sequence[str]) -> None:
    for one in units:
        panel.unit_place(one, "named in the options")


def _over(panel: PanelTable, text: str | None, said_in: str) -> list[str] | None:
    """Periods of A..B (both included), or of a list with commas."""
    if text is None:
        return None
    found: list[str] = []
    labels = panel.periods.labels
    for part in text.split(","):
        low, dots, high = part.partition("..")
        ends = [panel.place(one, said_in) for one in ((low, high) if dots else (low, low))]
        places = panel.periods.places
        found += [labels[n] for n, at in enumerate(places) if ends[0] <= at <= ends[1]]
    if not found:
        raise StudyError(f"{text} ({said_in}) holds no period", panel.file, "A..B, A before B")
    return found


def _importance(text: str, file: str) -> str | tuple[float, ...]:
    if text in ("fit", "equal"):
        return text
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise StudyError(
            f"importance {text!r}", file, "fit, equal, or a figure each: 0.2,0.8"
        ) from None
