"""`howfar effect its|did|synth|series`: what a change did, on any table; no study is needed."""

from __future__ import annotations

import typer

from howfar.cli import effect_did, effect_its, effect_series, effect_synth

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="What did a change do? Four designs for any table; every figure with its interval, every "
    "check, and words that the grade of the evidence allows.",
)
group.command("its")(effect_its.command)
group.command("did")(effect_did.command)
group.command("synth")(effect_synth.command)
group.command("series")(effect_series.command)
