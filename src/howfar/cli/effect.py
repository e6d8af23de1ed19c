"""`howfar effect its|did|synth|series`: what a change did, on any table; no study is needed."""

from __future__ import annotations

import typer

from howfar.cli import effect_did, effect_its, effect_series, effect_synth

group = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="What did a change do? Four designs for any table; every figure with its interval, every "
    "check, and words that the grade of the evidence allows.",
)
group.command("its", short_help="Interrupted time series: before and after one date.")(
    effect_its.command
)
group.command("did", short_help="Staggered difference in differences, against controls.")(
    effect_did.command
)
group.command("synth", short_help="Synthetic control: one unit against a weighted mix.")(
    effect_synth.command
)
group.command("series", short_help="Counterfactual series: level, trend and season.")(
    effect_series.command
)
