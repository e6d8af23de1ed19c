"""How often does a date on which nothing was changed look like a change, on real pages?

    python -m benchmarks.placebo_newsrooms

The ready study newsrooms-2016 is read, and every page is asked what it changed in each of eight
weeks, by the functions that a study's own changes go through: alone, and beside the other pages.
Then the same for the dated events of the study, which no page decided. Whatever is clear here is
false, or an event's. Written to benchmarks/results/placebo_newsrooms.json with a hash of the code;
docs/concepts/effects.md quotes it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from benchmarks.planted_effects import ROOT, sources_hash

from howfar.cli.app import app
from howfar.improve.change_effects import cast_of, change_effect
from howfar.improve.weekly_panel import WeeklyPanel, panel_rows, weekly_panel
from howfar.run.opened import opened, sampling_of
from howfar.study.changes import VOLUME, Change
from howfar.study.channels import load_channels
from howfar.study.file import load_study

RESULT: Final = ROOT / "benchmarks" / "results" / "placebo_newsrooms.json"
OUTCOMES: Final = (VOLUME, "reactions")
FIRST, LAST = 5, 12
"""Weeks of the panel from which on nothing was changed."""


def panel_of(folder: Path) -> WeeklyPanel:
    """The weekly panel of a study that has been read."""
    study, channels = load_study(folder), load_channels(folder)
    with opened(folder, study, channels) as (tables, _):
        rows = panel_rows(tables())
        return weekly_panel(rows.order_by(rows.columns).to_pyarrow(), sampling_of(study))


def asked(panel: WeeklyPanel, days: list[int]) -> list[dict[str, Any]]:
    """What is found at these days (since 1970): a row an outcome and kind of comparison."""
    rows = []
    pages = [name for name, _ in panel.series]
    for outcome in OUTCOMES:
        for beside in (False, True):
            effects = []
            for page in pages:
                for day in days:
                    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
                    change = Change(id="placebo", date=date, channels=(page,),
                                    property="frequency", what="nothing",
                                    outcome=outcome)  # fmt: skip
                    others = frozenset(panel.series) if beside else frozenset()
                    cast = cast_of(panel, change, [change], others, day, None)
                    rng = np.random.default_rng(1)
                    effects.append(change_effect(panel, cast, confidence=0.95, rng=rng))
            told = [one for one in effects if one.relative.value is not None]
            graded = [one for one in told if one.grade == "B"]
            rows.append(
                {
                    "outcome": outcome,
                    "beside_other_pages": beside,
                    "asked": len(effects),
                    "measured": len(told),
                    "clear": sum(one.clear for one in told),
                    "graded_b": len(graded),
                    "clear_and_b": sum(one.clear for one in graded),
                }
            )
    return rows


def main() -> None:
    """Read the study, ask, and write the table."""
    shared = Path(os.environ.get("HOWFAR_SHARED", ROOT.parent / "shared"))
    os.environ.setdefault("HOWFAR_DATASETS", str(shared / "datasets"))
    code = sources_hash()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOWFAR_KEYS"] = str(Path(folder) / "keys")
        study = Path(folder) / "news"
        for command in (["new", str(study), "--ready", "newsrooms-2016"], ["read", str(study)]):
            app(command, standalone_mode=False)
        panel = panel_of(study)
        named = load_study(study)
    placebo = [int(week) * 7 + 4 for week in panel.weeks[FIRST : LAST + 1]]
    moments = [event.bounds(named.window.zone)[0] for event in named.events]
    events = [(moment.date() - dt.date(1970, 1, 1)).days for moment in moments]
    stored = {
        "sources": code,
        "weeks": len(placebo),
        "placebo": asked(panel, placebo),
        "events": asked(panel, events),
    }
    RESULT.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(stored, indent=1))


if __name__ == "__main__":
    main()
