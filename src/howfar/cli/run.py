"""`howfar run`: measure what was read."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import origin, progress_bar, say, say_json
from howfar.cli.retention import refuse_overdue
from howfar.run import run_study
from howfar.study.file import load_study


def command(
    study: StudyFolder = HERE,
    again: Annotated[
        bool, typer.Option("--again", help="Measure again even if nothing changed.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Measure the study; the results go to its folder results/."""
    refuse_overdue(study, datetime.now(UTC))
    with progress_bar("measuring", quiet=json) as move:
        done = run_study(study, again=again, progress=move)
    status = Counter(done.estimates["status"].to_pylist())
    if json:
        told = {"run": done.id, "reused": done.reused, "estimates": status}
        say_json(told | origin(load_study(study)))
        return
    if done.reused:
        say("nothing changed since this run; its results are shown again (--again measures anew)")
    say(
        f"run {done.id}: {status['measured']:,} figures measured, "
        f"{status['not_measured']:,} not measured, {status['suppressed']:,} suppressed"
    )
    say(f"results: {study / 'results'}")
    say(f"next: howfar report {study}")
