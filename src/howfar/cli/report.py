"""`howfar report`: the report of a run."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import origin, progress_bar, say, say_json
from howfar.cli.retention import refuse_overdue
from howfar.run import report_study
from howfar.study.file import load_study


def command(
    study: StudyFolder = HERE,
    run: Annotated[str, typer.Option(help="Run id, or its beginning.", show_default="latest")] = "",
    json: AsJson = False,
) -> None:
    """Write the report: one HTML file that works offline, and tables beside it."""
    refuse_overdue(study, datetime.now(UTC))
    with progress_bar("drawing", quiet=json) as move:
        path = report_study(study, run or None, progress=move)
    if json:
        say_json({"report": str(path)} | origin(load_study(study)))
        return
    say(f"report: {path}")
