"""Screen: leave out units of which too little is known."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from howfar.assess.matrix import BoolArray, Matrix
from howfar.assess.recipe import Screen, Step
from howfar.errors import StudyError
from howfar.study.problems import suggest

_EDGE = 1e-9


def screen(data: Matrix, spec: Screen) -> tuple[Matrix, Step, BoolArray]:
    """Units with enough data, the log, and which rows (U,) stayed.

    Availability: present values / columns. Nonzero: 1 - zeros / present values. A unit goes whose
    share is below the limit; exactly at the limit it stays.

    Raises StudyError for an unknown unit in keep or drop, or where nobody is left.
    """
    for unit in (*spec.keep, *spec.drop):
        if unit not in data.units:
            hint = suggest(unit, data.units)
            raise StudyError(f"no unit {unit!r}", "the recipe, screen", "a unit of the table", hint)
    present = ~np.isnan(data.values)
    available = present.mean(axis=1)
    zeros = (data.values == 0).sum(axis=1)
    nonzero = 1 - zeros / np.maximum(present.sum(axis=1), 1)
    stays = np.ones(len(data.units), dtype=bool)
    if spec.method == "share":
        stays = (available >= spec.min_available - _EDGE) & (nonzero >= spec.min_nonzero - _EDGE)
    stays |= np.isin(data.units, spec.keep)
    stays &= ~np.isin(data.units, spec.drop)
    if not stays.any():
        raise StudyError(
            "no unit has enough data",
            "the recipe, screen",
            f"a unit with {spec.min_available:.0%} of its values",
            "lower min_available, or impute before the screen",
        )
    gone = np.flatnonzero(~stays)
    done = {
        "dropped": {data.units[row]: round(float(available[row]), 4) for row in gone},
        "least available": round(float(available.min()), 4),
    }
    said = f"{len(gone)} of {len(data.units)} units dropped"
    return data.keep(stays), Step("screen", asdict(spec), done, said), stays
