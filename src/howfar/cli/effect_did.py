"""`howfar effect did`: what did a change do that units made at different times, or never?"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
import typer

from howfar.cli.arguments import AsJson
from howfar.cli.effect_files import (
    Confidence,
    MeasuredIn,
    Name,
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
from howfar.improve.aggregate_att import Aggregate
from howfar.improve.att_gt import Base, WeightsFrom
from howfar.improve.cohorts import Control, Layout
from howfar.improve.multiplier_bootstrap import Multiplier
from howfar.improve.staggered import staggered
from howfar.improve.staggered_errors import Errors
from howfar.improve.two_by_two import Method
from howfar.stats.blocks import FloatArray
from howfar.study.panel_table import PanelTable


def command(
    table: Table,
    outcome: Outcome,
    time: Periods,
    unit: Annotated[str | None, typer.Option(
        help="Column of units; of cross-sections none is needed.", show_default="none")] = None,
    first: Annotated[str | None, typer.Option(
        help="Column with the period in which the unit began; empty or 0 for never.",
        show_default="none")] = None,
    changed: Annotated[str | None, typer.Option(
        help="Or a column that is 1 from the unit's first period with the change on, else 0.",
        show_default="none")] = None,
    covariate: Annotated[list[str] | None, typer.Option(
        help="Column on which units are made alike; repeatable.", show_default="none")] = None,
    weights: Annotated[str | None, typer.Option(
        help="Column of weights.", show_default="none")] = None,
    cluster: Annotated[str | None, typer.Option(
        help="Column of groups in which errors go together.", show_default="units")] = None,
    layout: Annotated[Layout, typer.Option(
        help="panel leaves out units with holes; cross-sections: others each time.")] = "panel",
    control: Annotated[Control, typer.Option(
        help="Compared with units that never changed, or also with those not changed yet.")
    ] = "never",
    method: Annotated[Method, typer.Option(
        help="How covariates count: doubly robust, weights, regression.")] = "dr",
    base: Annotated[Base, typer.Option(
        help="Before the change: neighbouring periods, or all with the last.")] = "varying",
    anticipation: Annotated[float, typer.Option(
        min=0, help="Periods before the start in which units may react already.")] = 0,
    weights_from: Annotated[WeightsFrom, typer.Option(
        help="Which period's weights count.")] = "earlier",
    aggregate: Annotated[Aggregate, typer.Option(
        help="Which average is the effect; the others are given too.")] = "simple",
    balance_e: Annotated[float | None, typer.Option(
        help="Only units seen for so many periods since.", show_default="none")] = None,
    min_e: Annotated[float | None, typer.Option(
        help="First period since the change that counts.", show_default="all")] = None,
    max_e: Annotated[float | None, typer.Option(
        help="Last period since the change that counts.", show_default="all")] = None,
    errors: Annotated[Errors, typer.Option(
        help="How standard errors are made; auto: pooled where units are few.")] = "auto",
    replicates: Annotated[int, typer.Option(
        min=99, help="Replicates of the multiplier bootstrap.")] = 999,
    multiplier: Annotated[Multiplier, typer.Option(help="Its random signs.")] = "mammen",
    log: Annotated[bool, typer.Option(
        "--log", help="The outcome is a natural logarithm already.")] = False,
    what: What = None,
    name: Name = None,
    measured_in: MeasuredIn = None,
    confidence: Confidence = 0.95,
    seed: Seed = 1,
    out: Out = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """Staggered difference in differences: ATT(g, t) of Callaway and Sant'Anna, averaged.

    All four averages (simple, group, calendar, dynamic) and every ATT(g, t) are in --json and
    --out.
    """
    sections = layout == "cross-sections"
    if unit is None and not sections:
        raise StudyError("which column names the units?", table.name, "--unit COLUMN")
    panel = read_panel(table, time, unit, repeated=sections)
    starts = _starts(panel, first, changed, sections)
    numbers = panel.periods.kind == "number"
    offset, step = (panel.periods.ordinals[0], panel.periods.step) if numbers else (0, 1)
    known = starts[np.isfinite(starts)].astype(int).tolist()
    places = {*panel.row_place.tolist(), *known}
    effect = staggered(
        panel.numbers([outcome])[:, 0],
        np.arange(len(panel.lines)) if unit is None else np.array(panel.units)[panel.row_unit],
        offset + step * panel.row_place,
        offset + step * starts,
        rng=np.random.default_rng(seed),
        covariates={one: panel.numbers([one])[:, 0] for one in covariate or []},
        weights=None if weights is None else panel.numbers([weights])[:, 0],
        cluster=None if cluster is None else np.array(panel.words(cluster)),
        layout=layout,
        control=control,
        method=method,
        base=base,
        anticipation=anticipation,
        weights_from=weights_from,
        aggregate=aggregate,
        balance_e=balance_e,
        min_e=-math.inf if min_e is None else min_e,
        max_e=math.inf if max_e is None else max_e,
        errors=errors,
        confidence=confidence,
        replicates=replicates,
        multiplier=multiplier,
        log=log,
        name=name or outcome,
        measured_in=measured_in or name or outcome,
        labels={float(offset + step * n): panel.periods.label(n) for n in places},
    )
    finish(effect, table, what, out, json, seed=seed)


def _starts(
    panel: PanelTable, first: str | None, changed: str | None, sections: bool
) -> FloatArray:
    """Place of the first period with the change, of each row; NaN for never."""
    if (first is None) == (changed is None):
        raise StudyError("when did units begin?", panel.file,
                         "either --first COLUMN or --changed COLUMN")  # fmt: skip
    if first is not None:
        found = panel.first_treated(first, each_row=sections)
        return found if sections else found[panel.row_unit]
    if sections:
        raise StudyError("rows of cross-sections do not say when their group began", panel.file,
                         "--first COLUMN")  # fmt: skip
    column = changed or ""
    flags = panel.numbers([column], whole=True)[:, 0]
    if not np.isin(flags, (0.0, 1.0)).all():
        raise StudyError(f"{column} holds other figures than 0 and 1", panel.file, "0 or 1")
    begun = np.full(len(panel.units), np.nan)
    for unit in range(len(panel.units)):
        own = panel.row_unit == unit
        since = panel.row_place[own][flags[own] == 1]
        if since.size:
            begun[unit] = since.min()
            if (panel.row_place[own][flags[own] == 0] > since.min()).any():
                raise StudyError(f"{column} of {panel.units[unit]} goes back to 0", panel.file,
                                 "units that stay changed once they are")  # fmt: skip
    return np.asarray(begun[panel.row_unit])
