"""`howfar diff`: why did a figure change between two runs?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from howfar.cli.arguments import HERE, AsJson, StudyFolder
from howfar.cli.console import origin, say, say_json
from howfar.cli.retention import refuse_overdue
from howfar.publish.diff import Change, difference
from howfar.run import load_run
from howfar.study.file import load_study

_MOST = 40


def command(
    before: Annotated[str, typer.Argument(help="Run id, or its beginning.")],
    after: Annotated[str, typer.Argument(help="Run id, or its beginning.")],
    study: StudyFolder = HERE,
    json: AsJson = False,
) -> None:
    """Tell what two runs rest on differently, and which figures changed."""
    refuse_overdue(study, datetime.now(UTC))
    old, new = load_run(study, before), load_run(study, after)
    found = difference(old.estimates, new.estimates, old.provenance, new.provenance)
    if json:
        say_json(asdict(found) | origin(load_study(study)))
        return
    say("what differs:" if found.causes else "nothing that the runs rest on differs")
    for cause in found.causes:
        say(f"  {cause}")
    say(f"{len(found.changes):,} figures changed, {found.same:,} are the same")
    for change in found.changes[:_MOST]:
        say(f"  {_where(change)}: {_figure(change.before)} -> {_figure(change.after)}")
    if len(found.changes) > _MOST:
        say(f"  and {len(found.changes) - _MOST:,} more; --json lists all")


def _where(change: Change) -> str:
    return ", ".join(str(value) for value in change.where.values())


def _figure(figures: dict[str, Any] | None) -> str:
    if figures is None:
        return "not there"
    if figures["status"] != "measured":
        return f"{figures['status'].replace('_', ' ')} ({figures['reason']})"
    return f"{figures['value']:.4g} [{figures['low']:.4g}, {figures['high']:.4g}]"
