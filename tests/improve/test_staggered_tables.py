"""Any table of units and periods is measured, or refused in words; never a crash or a warning."""

import json
from typing import Any

import numpy as np
import pytest

from howfar.errors import StudyError
from howfar.improve.staggered import staggered

LAYOUTS = ("panel", "pairs", "unbalanced", "cross-sections")
"""All layouts, in turn."""


@pytest.mark.parametrize("seed", range(80))
def test_any_small_table_is_measured_or_refused_in_words(seed: int) -> None:
    """Constant, huge, tiny and missing figures, odd starts, weights of 0: warnings are errors."""
    rng = np.random.default_rng(seed)
    n, periods = int(rng.integers(2, 20)), int(rng.integers(2, 8))
    y = rng.normal(size=(n, periods)) * 10.0 ** rng.integers(-12, 12)
    if seed % 5 == 0:
        y = np.round(y * 0)
    y[rng.random(y.shape) < rng.choice([0, 0.15])] = np.nan
    first = rng.choice([np.nan, *range(periods + 2)], n)
    given: dict[str, Any] = {
        "layout": LAYOUTS[seed % 4],
        "control": rng.choice(["never", "not-yet"]).item(),
        "method": rng.choice(["dr", "ipw", "reg"]).item(),
        "base": rng.choice(["varying", "universal"]).item(),
        "weights_from": rng.choice(["earlier", "base", "first", "varying"]).item(),
        "errors": rng.choice(["auto", "linearised", "bootstrap"]).item(),
        "anticipation": int(rng.integers(0, 2)),
        "log": bool(rng.random() < 0.3),
    }
    if rng.random() < 0.4:
        given["covariates"] = {"x": np.repeat(rng.normal(size=n), periods)}
    if rng.random() < 0.4:
        given["weights"] = rng.random(n * periods) * (rng.random(n * periods) > 0.1)
    unit = np.repeat(np.arange(n), periods)
    time = np.tile(np.arange(1.0, periods + 1), n)
    try:
        found = staggered(y.ravel(), unit, time, first[unit], rng=rng, replicates=30, **given)
    except StudyError:
        return
    said = [found.details, dict(found.arguments), [dict(c.figures) for c in found.checks]]
    json.dumps(said, allow_nan=False)
